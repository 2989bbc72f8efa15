"""What the pages of a dispute show, to its two sides and to the arbiter."""

from __future__ import annotations

from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from app.blueprints.escrow.forms import DisputeAnswerForm, NumberForm, OfferForm
from app.blueprints.fields import Form
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow.disputes import offers, opening, record, ruling, sealed
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone
from app.extensions import db
from app.kernel import clock
from app.people.models import Person
from app.talk import files

PAGE = "escrow/dispute.html"
Kind = TypeVar("Kind", bound=Form)


def blank(kind: type[Kind]) -> Kind:
    """A form with nothing in it, whatever this request posted."""
    return kind(formdata=MultiDict())


def in_currency(form: Any, currency: str) -> Any:
    """The form, whose amounts are in a currency."""
    for field in form:
        if hasattr(field, "currency"):
            field.currency = currency
    return form


def facts(dispute: Dispute, milestone: Milestone, room: Engagement) -> dict[str, Any]:
    """What the two sides and the arbiter see alike."""
    session = db.session()

    def name(person_id: str | None) -> str:
        return session.get_one(Person, person_id).name if person_id else ""

    return {
        "dispute": dispute,
        "milestone": milestone,
        "room": room,
        "client": name(room.client_id),
        "freelancer": name(room.freelancer_id),
        "arbiter": name(dispute.arbiter_id),
        "reason_files": files.of_place(session, opening.REASON, dispute.id),
        "answer_files": files.of_place(session, opening.ANSWER, dispute.id),
        "offers": offers.of(session, dispute),
        "standing": offers.standing(session, dispute),
    }


def around(seat: Seated, dispute: Dispute, milestone: Milestone) -> dict[str, Any]:
    """What one of the two sees, and may do now."""
    session, at, side = db.session(), clock.now(), seat.side
    other, living = record.other(side), dispute.closed_at is None
    shown = facts(dispute, milestone, seat.engagement)
    return shown | {
        "side": side,
        "other": session.get_one(Person, seat.other_id).name,
        "theirs": shown["standing"].of(other),
        "mine": shown["standing"].of(side),
        "may_answer": living and side != dispute.side and dispute.answered_at is None,
        "may_talk": record.can_talk(dispute, at),
        "may_accept": offers.can_accept(
            session, dispute, session.get_one(Person, seat.person_id), at
        ),
        "may_offer": offers.can_offer(session, dispute, at),
        "may_enter": sealed.can_enter(session, dispute, side, at),
        "again": sealed.again_at(session, dispute, side),
        "my_number": sealed.waits(session, dispute, side),
        "their_number": sealed.waits(session, dispute, other),
        "may_call": ruling.can_call(dispute, at),
        "arbiters": bool(ruling.arbiters(session, seat.engagement)),
        "may_withdraw": opening.can_withdraw(dispute, seat.person_id),
        "answer_form": blank(DisputeAnswerForm),
        "offer_form": in_currency(blank(OfferForm), dispute.currency),
        "number_form": in_currency(blank(NumberForm), dispute.currency),
    }
