"""Review what was handed in: approve and release, or say what should change."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from werkzeug.datastructures import MultiDict

from app.blueprints.escrow import bp
from app.blueprints.escrow.forms import ChangesForm, PartForm
from app.blueprints.escrow.guards import at_submission, only
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, conditional, refused
from app.blueprints.locale import formats
from app.blueprints.talk.view import room_version
from app.engagement.seats import Seated
from app.escrow import payments, work
from app.escrow.milestones import closing, earnings, part, release, submissions
from app.escrow.models import Milestone, Submission
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid, WrongState
from app.mail.wording import words
from app.people.models import Person
from app.talk import files

PAGE, SWAP = "escrow/review.html", "escrow/review.swap.html"


@bp.get("/submissions/<submission_id>")
@signed_in
def show_submission(submission_id: str) -> Response:
    """The note, the files, and what may be decided; afterwards, where to go next."""
    found = at_submission(submission_id)
    return conditional(
        (submission_id, room_version(found[0].engagement.stream)),
        lambda: render_template(PAGE, form=ChangesForm(), **_page(*found)),
    )


@bp.post("/submissions/<submission_id>/approval")
@signed_in
def approve(submission_id: str) -> Response:
    """Approve, which releases the money; the page then leads to funding the next."""
    seat, submission, milestone = at_submission(submission_id)
    only(seat, "client")
    owed = work.owed(db.session(), milestone)
    try:
        if submission.state == "waiting":
            _as_shown(seat, milestone)
        release.approve(db.session(), submission, by=me(), at=clock.now())
    except WrongState as refusal:
        if refusal.code != "release.not_full":
            raise
        page = _page(seat, submission, milestone) | {"trouble": words(refusal.code, refusal.facts)}
        return refused(_blank(), PAGE, fragment=SWAP, status=409, **page)
    db.session.commit()
    say = f"“{milestone.title}” is approved."
    if milestone.amount_minor:
        amount = formats().money(owed, seat.engagement.currency)
        say = f"“{milestone.title}” is approved, and {amount} is released."
    page = _page(seat, submission, milestone)
    return changed(SWAP, f"/submissions/{submission_id}", say=say, form=_blank(), **page)


def _as_shown(seat: Seated, milestone: Milestone) -> None:
    """What is missing is said first: it is what has changed, and what to do about it.

    Raises WrongState `release.not_full`, `release.amount_changed`.
    """
    release.needs_the_whole(db.session(), milestone, seat.engagement)
    if request.form.get("amount", str(milestone.amount_minor)) != str(milestone.amount_minor):
        raise WrongState("release.amount_changed", title=milestone.title)


@bp.post("/submissions/<submission_id>/changes")
@signed_in
def request_changes(submission_id: str) -> Response:
    """Say what should change; the money stays where it is."""
    seat, submission, milestone = at_submission(submission_id)
    only(seat, "client")
    form = ChangesForm()
    if submission.state == "waiting" and not form.validate():
        page = _page(seat, submission, milestone)
        return refused(form, PAGE, fragment=SWAP, **page)
    submissions.request_changes(
        db.session(), submission, reason=form.reason.data or "", by=me(), at=clock.now()
    )
    db.session.commit()
    page = _page(seat, submission, milestone)
    say = "Changes are requested. You hear when it is handed in again."
    return changed(SWAP, f"/submissions/{submission_id}", say=say, form=_blank(), **page)


@bp.post("/submissions/<submission_id>/part")
@signed_in
def release_part(submission_id: str) -> Response:
    """Release part of what is held; the milestone stays open."""
    seat, submission, milestone = at_submission(submission_id)
    only(seat, "client")
    form = part_form(seat.engagement.currency)
    try:
        if not form.validate() and submission.state == "waiting":
            raise Invalid("form", field="")
        part.release_part(
            db.session(), submission, form.amount.data or 0, rest=form.rest.data,
            reason=form.why.data or "", by=me(), at=clock.now(),
        )  # fmt: skip
    except Invalid as trouble:
        blame(form, trouble)
        page = _page(seat, submission, milestone) | {"part_form": form}
        return refused(_blank(), PAGE, fragment=SWAP, **page)
    db.session.commit()
    page = _page(seat, submission, milestone)
    amount = formats().money(form.amount.data, seat.engagement.currency)
    say = f"{amount} of “{milestone.title}” is released. The milestone stays open."
    return changed(SWAP, f"/submissions/{submission_id}", say=say, form=_blank(), **page)


def part_form(currency: str, *, blank: bool = False) -> PartForm:
    """The form to release part, in a currency."""
    form = PartForm(formdata=MultiDict()) if blank else PartForm()
    form.amount.currency = currency
    return form


def blame(form: PartForm, trouble: Invalid) -> None:
    """Say a verb's refusal beside the field that it is about."""
    if trouble.field:
        field = {"reason": "why"}.get(trouble.field, trouble.field)
        form.blame(field, words(trouble.code, trouble.facts))


def _blank() -> ChangesForm:
    return ChangesForm(formdata=MultiDict())


def _page(seat: Seated, submission: Submission, milestone: Milestone) -> dict[str, Any]:
    session, room = db.session(), seat.engagement
    balance = work.balance(session, milestone)
    return {
        "submission": submission,
        "milestone": milestone,
        "room": room,
        "is_client": seat.is_client,
        "author": session.get_one(Person, submission.by_id).name,
        "files": files.of_place(session, "submission", submission.id),
        "balance": balance,
        "held": balance.held_minor,
        "released": balance.released_minor,
        "owed": balance.owed_minor,
        "disputed": balance.disputed_minor,
        "part_form": part_form(room.currency, blank=True),
        "may_part": part.can_release_part(session, submission, milestone, room, seat.person_id),
        "lacks": balance.lacks_minor,
        "asked": payments.asked_now(session, milestone),
        "fee": earnings.still(session, room, milestone),
        "may_approve": release.can_approve(session, submission, milestone, room, seat.person_id),
        "may_decide": submissions.can_request_changes(submission, room, seat.person_id),
        "may_withdraw": submissions.can_withdraw(submission, room, seat.person_id),
        "may_submit": submissions.can_submit(session, milestone, room, seat.person_id),
        "upcoming": closing.next_fundable(session, room.id) if seat.is_client else None,
    }
