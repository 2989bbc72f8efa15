"""Inviting to a job: from the job's page, and from somebody's profile."""

from __future__ import annotations

from flask import Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.htmx import changed, refused
from app.blueprints.jobs import bp
from app.blueprints.jobs.asking import ask, told
from app.blueprints.jobs.forms import AskForm, InviteForm
from app.blueprints.jobs.guards import own_job
from app.extensions import db
from app.jobs import inviting, listing, reads
from app.jobs.inviting import Asked
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.mail.wording import words
from app.people.models import Person


@bp.get("/jobs/<job_id>/invitations/new")
@signed_in
def new_invitation(job_id: str) -> str:
    """Whom to invite to this job."""
    job = own_job(job_id)
    invited = reads.invited_people(db.session(), job.id)
    return render_template("jobs/invite.html", form=InviteForm(), job=job, invited=invited)


@bp.post("/jobs/<job_id>/invitations")
@signed_in
def invite(job_id: str) -> Response:
    """Invite people and addresses to this job."""
    session, form = db.session(), InviteForm()
    job = own_job(job_id)
    invited = reads.invited_people(session, job.id)
    if not form.validate():
        return refused(form, "jobs/invite.html", job=job, invited=invited)
    try:
        asked = inviting.resolve(session, form.invite.data)
        ask(session, job, asked, by=me(), at=clock.now(), note=form.note.data)
    except Invalid as refusal:
        form.blame(refusal.field, words(refusal.code, refusal.facts))
        return refused(form, "jobs/invite.html", job=job, invited=invited)
    session.commit()
    return changed("", f"/jobs/{job.id}", say=told(asked))


@bp.get("/people/<person_id>/invitations/new")
@signed_in
def choose_job(person_id: str) -> str:
    """To which of one's open jobs to invite this person."""
    person = _freelancer(person_id)
    return render_template("jobs/ask.html", form=_form(), person=person)


@bp.post("/people/<person_id>/invitations")
@signed_in
def invite_person(person_id: str) -> AnyResponse:
    """Invite this person to the job that was chosen."""
    session, person, form = db.session(), _freelancer(person_id), _form()
    if not form.validate():
        return refused(form, "jobs/ask.html", person=person)
    job = own_job(form.job.data)
    try:
        ask(session, job, Asked((person,)), by=me(), at=clock.now(), note=form.note.data)
    except Invalid as refusal:
        form.blame("job", words(refusal.code, refusal.facts))
        return refused(form, "jobs/ask.html", person=person)
    session.commit()
    return changed("", f"/people/{person.id}", say=f"{person.name} is invited to “{job.title}”.")


def _form() -> AskForm:
    """The form with the viewer's own open jobs to choose from."""
    form = AskForm()
    own = listing.jobs_of(db.session(), the_viewer())
    form.job.choices = [(row.id, row.title) for row, _ in own if row.state == "open"]
    return form


def _freelancer(person_id: str) -> Person:
    person = db.session.get(Person, person_id)
    if person is None or not person.works or person.id == the_viewer().id:
        raise NotFound
    return person
