"""Posting a job, editing it, closing it and opening it again."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.htmx import changed, refused
from app.blueprints.jobs import bp
from app.blueprints.jobs.asking import ask, told
from app.blueprints.jobs.forms import JobForm
from app.blueprints.jobs.guards import own_job
from app.blueprints.talk.uploads import take, takes_files
from app.extensions import db
from app.jobs import inviting, listing, posting
from app.jobs.inviting import Asked
from app.jobs.models import Job
from app.kernel import clock
from app.kernel.errors import Invalid, Refused
from app.mail.wording import words
from app.people.models import Person
from app.talk import files

PAGE = "jobs/edit.html"


@bp.get("/jobs/new")
@signed_in
def new_job() -> str:
    """The form, perhaps for somebody who is to be invited (`?for=<person>`)."""
    if not the_viewer().hires:
        raise Refused("job.not_hiring")
    asked = db.session.get(Person, request.args.get("for", "")[:40].replace("\0", ""))
    form = JobForm(
        data={
            "currency": the_viewer().currency,
            "audience": "invited" if asked else "everyone",
            "invite": f"{asked.name} ({asked.id})" if asked else "",
        }
    )
    return render_template(PAGE, form=form, **_context(None))


@bp.post("/jobs/new")
@signed_in
@takes_files
def post_job() -> Response:
    """Post it, or keep it as a draft."""
    return _save(None)


@bp.get("/jobs/<job_id>/edit")
@signed_in
def edit_job(job_id: str) -> str:
    """The form with what the job says now."""
    job = own_job(job_id)
    if not posting.can_edit(job):
        raise Refused("job.not_open", state=job.state)
    form = JobForm(data=_data(job))
    form.budget_low.currency = form.budget_high.currency = job.currency
    return render_template(PAGE, form=form, **_context(job))


@bp.post("/jobs/<job_id>/edit")
@signed_in
@takes_files
def save_job(job_id: str) -> Response:
    """Change the words of a job; post it, where it was a draft."""
    return _save(own_job(job_id))


@bp.post("/jobs/<job_id>/closure")
@signed_in
def close_job(job_id: str) -> Response:
    """Take a job off the board."""
    job = own_job(job_id)
    posting.close(db.session(), job, by=me(), at=clock.now())
    db.session.commit()
    return changed("", f"/jobs/{job.id}", say="The job is closed; its proposals are kept.")


@bp.post("/jobs/<job_id>/reopening")
@signed_in
def reopen_job(job_id: str) -> Response:
    """Put a closed job back on the board."""
    job = own_job(job_id)
    posting.reopen(db.session(), job, by=me(), at=clock.now())
    db.session.commit()
    return changed("", f"/jobs/{job.id}", say="The job is open again.")


def _save(job: Job | None) -> Response:
    """Save the form; a refusal shows it again with everything typed."""
    form = JobForm()
    if not form.validate():
        return refused(form, PAGE, **_context(job))
    try:
        kept = take(request.files.getlist("files"))
        saved, asked = _written(job, form)
    except Invalid as refusal:
        form.blame(refusal.field, words(refusal.code, refusal.facts))
        return refused(form, PAGE, **_context(job))
    files.attach_all(
        db.session(), kept, place_kind="job", place_id=saved.id, by=me(), at=clock.now()
    )
    db.session.commit()
    said = "Saved as a draft; only you see it." if saved.state == "draft" else "The job is open."
    return changed("", f"/jobs/{saved.id}", say=" ".join([said, told(asked)]).strip())


def _written(job: Job | None, form: JobForm) -> tuple[Job, Asked]:
    """The job with the form's words, open unless it is to stay a draft; and who was invited."""
    session, by, at, draft = db.session(), me(), clock.now(), form.draft()
    publish = request.form.get("do") != "draft"
    asked = inviting.resolve(session, draft.to_invite)
    if job is None:
        job = posting.post(session, draft, by=by, at=at, publish=publish)
    else:
        posting.edit(session, job, draft, by=by, at=at)
        if publish and posting.can_open(job):
            posting.open(session, job, by=by, at=at)
    if job.state != "open":
        return job, Asked()
    ask(session, job, asked, by=by, at=at)
    job.to_invite = ""
    return job, asked


def _context(job: Job | None) -> dict[str, Any]:
    session = db.session()
    return {
        "job": job,
        "files": files.of_place(session, "job", job.id) if job else [],
        "categories": listing.categories(session),
    }


def _data(job: Job) -> dict[str, Any]:
    return {
        "title": job.title,
        "description": job.description,
        "category": job.category,
        "skills": ", ".join(job.skills.splitlines()),
        "budget_low": job.budget_low_minor,
        "budget_high": job.budget_high_minor,
        "currency": job.currency,
        "closes_on": job.closes_on,
        "audience": job.audience,
        "invite": job.to_invite,
        "questions": job.questions,
    }
