"""Open a dispute, read it, answer it, withdraw it."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from app.blueprints.escrow import bp
from app.blueprints.escrow.dispute_pages import PAGE, around, blank
from app.blueprints.escrow.forms import DisputeAnswerForm, DisputeForm
from app.blueprints.escrow.guards import at_dispute, at_milestone
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.talk.uploads import take, takes_files
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.escrow import reads, work
from app.escrow.balance import OPEN
from app.escrow.disputes import opening, record
from app.escrow.models import Milestone
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words
from app.people.models import Person

NEW, CHOOSE = "escrow/new_dispute.html", "escrow/choose_dispute.html"


@bp.get("/workrooms/<room_id>/disputes/new")
@signed_in
def choose_dispute(room_id: str) -> str:
    """About which milestone's money."""
    seat = seated(room_id)
    every = reads.milestones(db.session(), room_id)
    held = [one for one in every if one.state in OPEN and one.held_minor]
    free = [one for one in held if not one.disputed_minor] if _active(seat) else []
    return render_template(CHOOSE, room=seat.engagement, milestones=free)


@bp.get("/milestones/<milestone_id>/disputes/new")
@signed_in
def new_dispute(milestone_id: str) -> str:
    """The form; or why there is nothing to dispute."""
    seat, milestone = at_milestone(milestone_id)
    return render_template(NEW, form=_form(seat), **_new(seat, milestone))


@bp.post("/milestones/<milestone_id>/disputes")
@signed_in
@takes_files
def open_dispute(milestone_id: str) -> Response:
    """Freeze the sum; the other side is told and answers."""
    seat, milestone = at_milestone(milestone_id)
    form = _form(seat)
    try:
        if not form.validate():
            raise Invalid("form", field="")
        dispute = opening.open_dispute(
            db.session(), milestone, form.amount.data, reason=form.reason.data,
            files=take(request.files.getlist("files")), by=me(), at=clock.now(),
        )  # fmt: skip
    except Invalid as trouble:
        blame(form, trouble)
        return refused(form, NEW, **_new(seat, milestone))
    db.session.commit()
    return changed("", f"/disputes/{dispute.id}", say="The sum is frozen. The other side is told.")


@bp.get("/disputes/<dispute_id>")
@signed_in
def show_dispute(dispute_id: str) -> str:
    """Reasons, answer, offers, and what may be done next."""
    return render_template(PAGE, **around(*at_dispute(dispute_id)))


@bp.post("/disputes/<dispute_id>/answer")
@signed_in
@takes_files
def answer_dispute(dispute_id: str) -> Response:
    """How the other side sees it."""
    found = at_dispute(dispute_id)
    form = DisputeAnswerForm()
    try:
        if found[1].answered_at is None and not form.validate():
            raise Invalid("form", field="")
        opening.answer(
            db.session(), found[1], words=form.words.data or "",
            files=take(request.files.getlist("files")), by=me(), at=clock.now(),
        )  # fmt: skip
    except Invalid as trouble:
        blame(form, trouble)
        return refused(form, PAGE, **around(*found) | {"answer_form": form})
    db.session.commit()
    return changed("", f"/disputes/{dispute_id}", say="Your answer is sent.")


@bp.post("/disputes/<dispute_id>/withdrawal")
@signed_in
def withdraw_dispute(dispute_id: str) -> Response:
    """Who opened it takes it back."""
    _, dispute, _ = at_dispute(dispute_id)
    opening.withdraw(db.session(), dispute, by=me(), at=clock.now())
    db.session.commit()
    return changed("", f"/disputes/{dispute_id}", say="Withdrawn. The sum is in escrow as before.")


def blame(form: Any, trouble: Invalid) -> None:
    """Say a verb's refusal beside the field that it is about."""
    if trouble.field:
        form.blame(trouble.field, words(trouble.code, trouble.facts))


def _form(seat: Seated) -> DisputeForm:
    form = DisputeForm() if request.method == "POST" else blank(DisputeForm)
    form.amount.currency = seat.engagement.currency
    return form


def _active(seat: Seated) -> bool:
    return seat.engagement.state == "active"


def _new(seat: Seated, milestone: Milestone) -> dict[str, Any]:
    session, room = db.session(), seat.engagement
    return {
        "room": room,
        "milestone": milestone,
        "may": opening.can_open(session, milestone, room, seat.person_id),
        "dispute": record.about(session, milestone.id),
        "held": work.held(session, milestone, room.currency),
        "other": session.get_one(Person, seat.other_id).name,
        "until": opening.answer_due(room, clock.now()),
    }
