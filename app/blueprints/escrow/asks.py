"""Ask for money back; answer such an ask."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp
from app.blueprints.escrow.forms import AnswerForm, AskForm
from app.blueprints.escrow.guards import at_ask, only
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.escrow import work
from app.escrow.milestones import asking_back, asks, submissions
from app.escrow.models import Milestone, MoneyAsk
from app.extensions import db
from app.kernel import clock
from app.people.models import Person
from app.terms import asking

ASK, PAGE = "escrow/ask.html", "escrow/asked.html"


@bp.get("/workrooms/<room_id>/asks/new")
@signed_in
def new_ask(room_id: str) -> str:
    """Which money may be asked back, and what then happens."""
    seat = seated(room_id)
    only(seat, "client")
    return render_template(ASK, form=_form(seat), **_new(seat))


@bp.post("/workrooms/<room_id>/asks")
@signed_in
def ask_back(room_id: str) -> Response:
    """Ask for money back; the freelancer is told, and has seven days."""
    seat = seated(room_id)
    only(seat, "client")
    form = _form(seat)
    valid = form.validate()
    if not form.milestones.data:
        form.blame("milestones", "Tick at least one.")
    if not valid or not form.milestones.data:
        return refused(form, ASK, **_new(seat))
    wanted = [db.session().get_one(Milestone, one) for one in form.milestones.data]
    asking_back.ask(
        db.session(), seat.engagement, wanted, reason=form.reason.data, by=me(), at=clock.now()
    )
    db.session.commit()
    say = "The money is asked back. You hear what becomes of it."
    return changed("", f"/workrooms/{room_id}/money", say=say)


@bp.get("/asks/<ask_id>")
@signed_in
def show_ask(ask_id: str) -> str:
    """What was asked, until when, and the answers that there are."""
    seat, ask, milestone = at_ask(ask_id)
    return render_template(PAGE, form=AnswerForm(), **_page(seat, ask, milestone))


@bp.post("/asks/<ask_id>/agreement")
@signed_in
def agree_to_ask(ask_id: str) -> Response:
    """The freelancer sends the money back now."""
    seat, ask, _ = at_ask(ask_id)
    only(seat, "freelancer")
    asking.agree(db.session(), ask, by=me(), at=clock.now())
    db.session.commit()
    return changed("", f"/asks/{ask_id}", say="The money goes back to the client.")


@bp.post("/asks/<ask_id>/refusal")
@signed_in
def refuse_ask(ask_id: str) -> Response:
    """The freelancer says no, and why; the money stays."""
    seat, ask, milestone = at_ask(ask_id)
    only(seat, "freelancer")
    form = AnswerForm()
    if ask.state == "waiting" and not form.validate():
        return refused(form, PAGE, **_page(seat, ask, milestone))
    reason = form.reason.data or ""
    asking_back.refuse(db.session(), ask, reason=reason, by=me(), at=clock.now())
    db.session.commit()
    return changed("", f"/asks/{ask_id}", say="Refused. The money stays in escrow.")


@bp.post("/asks/<ask_id>/withdrawal")
@signed_in
def withdraw_ask(ask_id: str) -> Response:
    """The client wants it no more."""
    seat, ask, _ = at_ask(ask_id)
    only(seat, "client")
    asking_back.withdraw(db.session(), ask, by=me(), at=clock.now())
    db.session.commit()
    return changed("", f"/asks/{ask_id}", say="Withdrawn. The money stays in escrow.")


def _form(seat: Seated) -> AskForm:
    form, room, session = AskForm(), seat.engagement, db.session()
    form.milestones.choices = [
        (
            one.id,
            f"{one.title}, "
            + formats().money(work.held(session, one, room.currency), room.currency),
        )
        for one in asks.askable(session, room, seat.person_id)
    ]
    if request.method == "GET":
        form.milestones.data = [str(choice[0]) for choice in form.milestones.choices]
    return form


def _new(seat: Seated) -> dict[str, Any]:
    room = seat.engagement
    return {
        "room": room,
        "freelancer": db.session().get_one(Person, seat.other_id).name,
        "until": clock.now() + asks.SILENCE,
        "may": bool(asks.askable(db.session(), room, seat.person_id)),
    }


def _page(seat: Seated, ask: MoneyAsk, milestone: Milestone) -> dict[str, Any]:
    return {
        "ask": ask,
        "milestone": milestone,
        "room": seat.engagement,
        "is_client": seat.is_client,
        "other": db.session().get_one(Person, seat.other_id).name,
        "client": db.session().get_one(Person, seat.engagement.client_id).name,
        "held": work.held(db.session(), milestone, seat.engagement.currency),
        "may_submit": submissions.can_submit(
            db.session(), milestone, seat.engagement, seat.person_id
        ),
    }
