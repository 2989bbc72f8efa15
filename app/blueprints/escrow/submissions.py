"""Hand in the work of a milestone, and take it back until the client has decided."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from app.blueprints.escrow import bp
from app.blueprints.escrow.forms import SubmitForm
from app.blueprints.escrow.guards import at_milestone, at_submission, only
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.talk.uploads import take, takes_files
from app.engagement.seats import Seated
from app.escrow import work
from app.escrow.milestones import submissions
from app.escrow.models import Milestone
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words

PAGE = "escrow/submit.html"


@bp.get("/milestones/<milestone_id>/submissions/new")
@signed_in
def new_submission(milestone_id: str) -> str:
    """The form; or why nothing can be handed in now."""
    seat, milestone = at_milestone(milestone_id)
    only(seat, "freelancer")
    return render_template(PAGE, form=SubmitForm(), **_page(seat, milestone))


@bp.post("/milestones/<milestone_id>/submissions")
@signed_in
@takes_files
def submit(milestone_id: str) -> Response:
    """Hand in; the client is told and decides."""
    seat, milestone = at_milestone(milestone_id)
    only(seat, "freelancer")
    form = SubmitForm()
    try:
        if not form.validate():
            raise Invalid("form", field="")
        kept = take(request.files.getlist("files"))
    except Invalid as trouble:
        if trouble.field:
            form.blame(trouble.field, words(trouble.code, trouble.facts))
        return refused(form, PAGE, **_page(seat, milestone))
    submission = submissions.submit(
        db.session(), milestone, note=form.note.data, link=form.link.data, files=kept, by=me(),
        at=clock.now(),
    )  # fmt: skip
    db.session.commit()
    say = f"“{milestone.title}” is submitted. You hear when it is decided."
    return changed("", f"/submissions/{submission.id}", say=say)


@bp.post("/submissions/<submission_id>/withdrawal")
@signed_in
def withdraw(submission_id: str) -> Response:
    """Take it back while it waits."""
    seat, submission, milestone = at_submission(submission_id)
    only(seat, "freelancer")
    submissions.withdraw(db.session(), submission, by=me(), at=clock.now())
    db.session.commit()
    say = "The submission is withdrawn. Hand in again when you are ready."
    return changed("", f"/milestones/{milestone.id}", say=say)


def _page(seat: Seated, milestone: Milestone) -> dict[str, Any]:
    return {
        "milestone": milestone,
        "room": seat.engagement,
        "balance": work.balance(db.session(), milestone),
        "may": submissions.can_submit(db.session(), milestone, seat.engagement, seat.person_id),
        "waiting": submissions.waiting(db.session(), milestone.id),
    }
