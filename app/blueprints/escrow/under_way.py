"""What terms did to a payment under way: its page, and what other pages say of it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.blueprints.escrow.paying import titles
from app.engagement.models import Engagement
from app.escrow import payments, under_way
from app.escrow.models import Milestone, Payment
from app.escrow.under_way import Outcome
from app.extensions import db
from app.mail.superseded_words import why_superseded

PAGE = "escrow/superseded.html"


def outcomes(room: Engagement, *, without: str = "") -> list[Outcome]:
    """The superseded payments of a room, and what becomes of each if it arrives now.

    Args:
        without: the id of a payment that the page speaks of already.
    """
    session = db.session()
    coming = under_way.in_room(session, room.id)
    found = under_way.outcomes(under_way.lacks_of(session, coming), coming) if coming else []
    return [one for one in found if one.coming.id != without]


def whys(found: list[Outcome]) -> dict[str, str]:
    """What made each of them moot, by id."""
    session = db.session()
    return {
        one.coming.id: why_superseded(session, session.get_one(Payment, one.coming.id))
        for one in found
    }


def for_milestone(room: Engagement, milestone: Milestone) -> list[Outcome]:
    """Those that were announced for one milestone."""
    return [one for one in outcomes(room) if milestone.id in one.coming.milestone_ids]


def of_milestone(milestone: Milestone, revision_id: str = "") -> Payment | None:
    """The newest superseded payment for a milestone (of the prefunds of a revision)."""
    session = db.session()
    found = [
        one
        for one in under_way.in_room(session, milestone.engagement_id)
        if milestone.id in one.milestone_ids and revision_id in ("", one.revision_id)
    ]
    return session.get_one(Payment, found[-1].id) if found else None


def page(payment: Payment, room: Engagement) -> str:
    """What became of a payment that nobody waits for, and what to do."""
    session = db.session()
    return render_template(
        PAGE, payment=payment, room=room, titles=titles(payment), here="payments",
        why=why_superseded(session, payment),
        outcome=under_way.outcome(session, payment) if payment.may_arrive else None,
        asking=_asking(payment), coming=outcomes(room, without=payment.id),
    )  # fmt: skip


def _asking(payment: Payment) -> dict[str, Any] | None:
    """The first milestone of a payment that asks for money now, and how much."""
    session = db.session()
    for part in payments.parts(session, payment):
        milestone = session.get_one(Milestone, part.milestone_id)
        agreed = milestone.state in under_way.AGREED
        if agreed and not payments.open_payment(session, milestone.id):
            if amount := under_way.asked(session, milestone):
                return {"milestone": milestone, "amount_minor": amount}
    return None
