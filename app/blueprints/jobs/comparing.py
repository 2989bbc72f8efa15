"""The client's page of all proposals to a job: shortlist, decline, note."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.htmx import changed, refused
from app.blueprints.jobs import bp
from app.blueprints.jobs.forms import DeclineForm, NoteForm
from app.blueprints.jobs.guards import to_decide
from app.blueprints.jobs.shown import room_of
from app.extensions import db
from app.feedback import record
from app.jobs import reads, reviewing
from app.jobs.models import Job
from app.kernel import clock
from app.people.models import Person


@bp.get("/jobs/<job_id>/proposals")
@signed_in
def compare(job_id: str) -> str:
    """The proposals side by side."""
    job = reads.own_job(db.session(), the_viewer(), job_id)
    return render_template("jobs/compare.html", **_page(job))


@bp.post("/proposals/<proposal_id>/shortlisting")
@signed_in
def shortlist(proposal_id: str) -> Response:
    """Put a proposal on the shortlist, or (`do=end`) take it off."""
    job, proposal = to_decide(proposal_id)
    if request.form.get("do") == "end":
        reviewing.unlist(db.session(), proposal, by=me(), at=clock.now())
    else:
        reviewing.shortlist(db.session(), proposal, by=me(), at=clock.now())
    return _done(job)


@bp.get("/proposals/<proposal_id>/declination")
@signed_in
def ask_decline(proposal_id: str) -> str:
    """A word to whoever is declined, before it is done."""
    job, proposal = to_decide(proposal_id)
    person = db.session.get_one(Person, proposal.freelancer_id)
    return render_template(
        "jobs/decline.html", form=DeclineForm(), job=job, proposal=proposal, person=person
    )


@bp.post("/proposals/<proposal_id>/declination")
@signed_in
def decline(proposal_id: str) -> Response:
    """Decline a proposal with a word."""
    (job, proposal), form = to_decide(proposal_id), DeclineForm()
    person = db.session.get_one(Person, proposal.freelancer_id)
    if not form.validate():
        return refused(form, "jobs/decline.html", job=job, proposal=proposal, person=person)
    reviewing.decline(db.session(), proposal, by=me(), at=clock.now(), words=form.words.data)
    return _done(job, f"{person.name} is told. You can undo this below the table.")


@bp.post("/proposals/<proposal_id>/reconsideration")
@signed_in
def undo_decline(proposal_id: str) -> Response:
    """Take a decline back."""
    job, proposal = to_decide(proposal_id)
    reviewing.undo_decline(db.session(), proposal, by=me(), at=clock.now())
    return _done(job)


@bp.post("/proposals/<proposal_id>/note")
@signed_in
def keep_note(proposal_id: str) -> Response:
    """Keep a private note beside a proposal."""
    (job, proposal), form = to_decide(proposal_id), NoteForm()
    if not form.validate():
        return refused(
            form, "jobs/compare.html", fragment="jobs/compare.swap.html",
            **_page(job, wrong=proposal.id),
        )  # fmt: skip
    reviewing.note(db.session(), proposal, form.note.data, by=me())
    return _done(job)


def _done(job: Job, said: str = "") -> Response:
    db.session.commit()
    return changed("jobs/compare.swap.html", f"/jobs/{job.id}/proposals", say=said, **_page(job))


def _page(job: Job, wrong: str = "") -> dict[str, Any]:
    """The context of the comparison; `wrong` is the proposal whose note was refused."""
    session = db.session()
    rows = reads.comparison(session, job)
    return {
        "job": job,
        "rows": [row for row in rows if row.state != "declined"],
        "declined": [row for row in rows if row.state == "declined"],
        "tracks": record.track_record(session, [row.freelancer_id for row in rows]),
        "room": room_of(job),
        "wrong": wrong,
    }
