"""Proposing to a job, and editing what was proposed; the table works without script."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.htmx import changed, refused
from app.blueprints.jobs import bp
from app.blueprints.jobs.forms import ProposalForm, proposal_form
from app.blueprints.jobs.guards import own_proposal
from app.blueprints.milestone_editor import Editor, acted, answer, editor
from app.blueprints.milestone_rows import Row, checked, has_errors, rows_of, typed, validate
from app.blueprints.talk.uploads import take, takes_files
from app.engagement import fees
from app.extensions import db
from app.jobs import proposing, reads
from app.jobs.models import Job, Proposal
from app.jobs.proposing import Draft, LineDraft
from app.kernel import clock
from app.kernel.errors import Invalid, Refused
from app.mail.wording import words
from app.people.models import Person
from app.talk import files

PAGE = "jobs/propose.html"


@bp.get("/jobs/<job_id>/proposals/new")
@signed_in
def new_proposal(job_id: str) -> AnyResponse | str:
    """The form; who has proposed already is led to their proposal."""
    job = reads.visible_job(db.session(), the_viewer(), job_id)
    own = proposing.of_person(db.session(), job.id, the_viewer().id)
    if own is not None and own.state != "withdrawn":
        return redirect(f"/proposals/{own.id}", 303)
    _may_propose(job)
    return render_template(PAGE, **_context(job, None, proposal_form(job)(), []))


@bp.post("/jobs/<job_id>/proposals/rows")
@signed_in
def new_rows(job_id: str) -> Response:
    """A button of the table, before anything is sent."""
    job = reads.visible_job(db.session(), the_viewer(), job_id)
    return _rows(job, None)


@bp.post("/jobs/<job_id>/proposals/new")
@signed_in
@takes_files
def send_proposal(job_id: str) -> Response:
    """Send the proposal."""
    return _save(reads.visible_job(db.session(), the_viewer(), job_id), None)


@bp.get("/proposals/<proposal_id>/edit")
@signed_in
def edit_proposal(proposal_id: str) -> str:
    """The form with what is proposed now."""
    job, proposal = own_proposal(proposal_id)
    if not proposing.can_edit(job, proposal):
        raise Refused("proposal.not_open", state=proposal.state)
    answers = [given for _, given in proposing.answers_of(job, proposal)]
    data: dict[str, Any] = {f"answer_{n}": given for n, given in enumerate(answers, 1)}
    data |= {"letter": proposal.letter, "delivery_on": proposal.delivery_on}
    rows = rows_of(proposing.lines_of(db.session(), proposal), job.currency)
    return render_template(PAGE, **_context(job, proposal, proposal_form(job)(data=data), rows))


@bp.post("/proposals/<proposal_id>/rows")
@signed_in
def edit_rows(proposal_id: str) -> Response:
    """A button of the table, while a proposal is edited."""
    return _rows(*own_proposal(proposal_id))


@bp.post("/proposals/<proposal_id>/edit")
@signed_in
@takes_files
def save_proposal(proposal_id: str) -> Response:
    """Send the proposal as it is now."""
    return _save(*own_proposal(proposal_id))


def _save(job: Job, proposal: Proposal | None) -> Response:
    """Send or edit; a refusal shows the form again with everything typed."""
    session, form, by, at = db.session(), proposal_form(job)(), me(), clock.now()
    rows = typed(request.form)
    lines = validate(rows, job.currency)
    if not form.validate() or has_errors(rows):
        return _refused(job, proposal, form, rows)
    try:
        kept = take(request.files.getlist("files"))
        draft = Draft(
            letter=form.letter.data,
            lines=tuple(LineDraft(o.title, o.description, o.due, o.amount_minor) for o in lines),
            delivery_on=form.delivery_on.data,
            answers=form.answers(),
        )
        if proposal is None:
            proposal = proposing.send(session, job, draft, by=by, at=at)
            said = "Your proposal is sent. You can edit it until the job closes."
        else:
            proposing.edit(session, proposal, draft, by=by, at=at)
            said = "Your proposal is changed; the client is told."
    except Invalid as refusal:
        if refusal.field == "milestones":
            rows[0].errors["title"] = words(refusal.code, refusal.facts)
        else:
            form.blame(refusal.field, words(refusal.code, refusal.facts))
        return _refused(job, proposal, form, rows)
    files.attach_all(
        session, kept, place_kind="proposal", place_id=proposal.id, by=by, at=at,
        conversation_id=proposal.conversation_id,
    )  # fmt: skip
    session.commit()
    return changed("", f"/proposals/{proposal.id}", say=said)


def _refused(job: Job, proposal: Proposal | None, form: ProposalForm, rows: list[Row]) -> Response:
    context = _context(job, proposal, form, rows)
    return refused(context.pop("form"), PAGE, **context)


def _rows(job: Job, proposal: Proposal | None) -> Response:
    rows = checked(acted(typed(request.form), request.form.get("do", "")), job.currency)
    context = _context(job, proposal, proposal_form(job)(), rows)
    drawn = context.pop("editor")
    return answer(drawn, PAGE, **context)


def _context(
    job: Job, proposal: Proposal | None, form: ProposalForm, rows: list[Row]
) -> dict[str, Any]:
    at = f"/proposals/{proposal.id}" if proposal else f"/jobs/{job.id}/proposals"
    drawn: Editor = editor(rows, job.currency, action=f"{at}/rows")
    return {
        "job": job,
        "proposal": proposal,
        "form": form,
        "editor": drawn,
        "fee": fees.of_board(db.session(), job.currency),
        "send_to": f"{at}/edit" if proposal else f"{at}/new",
        "back": at if proposal else f"/jobs/{job.id}",
        "answers": [field for field in form if field.name.startswith("answer_")],
        "files": files.of_place(db.session(), "proposal", proposal.id) if proposal else [],
    }


def _may_propose(job: Job) -> None:
    """Say why this person cannot propose, before they write a page of words."""
    session = db.session()
    if job.client_id == the_viewer().id:
        raise Refused("proposal.own_job")
    if not the_viewer().works:
        raise Refused("proposal.not_working")
    client = session.get_one(Person, job.client_id)
    if not proposing.can_propose(job, client, me(), at=clock.now()):
        raise Refused("job.closing_date_passed" if job.state == "open" else "job.not_taking")
