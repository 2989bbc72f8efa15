"""Deciding on submitted work by link: approve and release, or say what should change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.blueprints.escrow.forms import ChangesForm
from app.blueprints.escrow.reviews import blame, part_form
from app.blueprints.mail.opened import Opened, sign_in_first
from app.engagement.models import Engagement
from app.escrow import payments, work
from app.escrow.milestones import earnings, part, release, submissions
from app.escrow.models import Milestone, Submission
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid, Refused
from app.people.models import Person
from app.talk import files

PAGE = "links/review.html"


def load(seen: Opened) -> tuple[Submission, Milestone, Engagement]:
    """The submission that the link is bound to, with its milestone and workroom."""
    session = db.session()
    submission = session.get_one(Submission, seen.link.object_id)
    milestone = session.get_one(Milestone, submission.milestone_id)
    return submission, milestone, session.get_one(Engagement, milestone.engagement_id)


def shown(seen: Opened) -> dict[str, Any]:
    """The question, the note and the files."""
    session = db.session()
    submission, milestone, room = load(seen)
    balance = work.balance(session, milestone)
    return {
        "room": room,
        "submission": submission,
        "milestone": milestone,
        "author": session.get_one(Person, submission.by_id).name,
        "files": files.of_place(session, "submission", submission.id),
        "form": ChangesForm(),
        "part_form": part_form(room.currency, blank=True),
        "balance": balance,
        "held": balance.held_minor,
        "owed": balance.owed_minor,
        "lacks": balance.lacks_minor,
        "asked": payments.asked_now(session, milestone),
        "fee": earnings.still(session, room, milestone),
        "disputed": balance.disputed_minor,
        "sign_in_first": sign_in_first(seen.person, milestone.amount_minor),
        "instead": f"/submissions/{submission.id}",
    }


def act(seen: Opened, what: str) -> str:
    """Approve, release part, or ask for changes; the same verbs as on the page.

    Returns the outcome.
    """
    session, at = db.session(), clock.now()
    submission, milestone, room = load(seen)
    if sign_in_first(seen.person, milestone.amount_minor):
        raise Refused("link.sign_in_first")
    if what == "approve":
        release.approve(session, submission, by=seen.person, at=at, way="link")
        return "approved"
    if what == "part":
        return _part(seen, submission, room, at)
    form = ChangesForm()
    if not form.validate():
        raise Invalid("review.reason_missing", field="reason", form=form)
    submissions.request_changes(
        session, submission, reason=form.reason.data, by=seen.person, at=at, way="link"
    )
    return "changes"


def _part(seen: Opened, submission: Submission, room: Engagement, at: datetime) -> str:
    form = part_form(room.currency)
    try:
        if not form.validate():
            raise Invalid("form", field="")
        part.release_part(
            db.session(), submission, form.amount.data, rest=form.rest.data,
            reason=form.why.data, by=seen.person, at=at, way="link",
        )  # fmt: skip
    except Invalid as trouble:
        blame(form, trouble)
        raise Invalid(trouble.code, field="why", part_form=form) from None
    return f"part:{form.amount.data}"
