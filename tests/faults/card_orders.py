"""What Stripe says of one payment, heard three times over in any order, even long after.

A story is told at the stand-in once; how the payment stood after each of its acts is kept. Then the
board hears these in random orders, three copies of each, from the same beginning: the books must
end as they do when everything is heard once and in order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, audit, work
from app.escrow.cards import booking
from app.escrow.cards.models import CardTaking
from app.escrow.models import Milestone, Payment, PaymentPart, Refund
from app.escrow.outgoing import refunds
from app.escrow.provider import Standing
from app.kernel.writing import begin_writing
from tests import databases
from tests.cards import CardRoom, card_room, standing_in
from tests.stories import NOON
from tests.stripe_stand_in import StandIn

COPIES = 3
OF_ONE_STORY = 25
"""How many orders are tried of each story."""


def orders(count: int, url: str, seed: int) -> list[str]:
    """Try so many orders on that database; what ended otherwise."""
    chance, found = random.Random(seed), []
    with standing_in() as stripe, databases.opened(url) as session:
        for story in range(max(1, count // OF_ONE_STORY)):
            begin_writing(session)
            cards, heard = _told(session, stripe, chance)
            wanted = _ended(cards, heard)
            for _ in range(min(OF_ONE_STORY, count)):
                order = heard * COPIES
                chance.shuffle(order)
                if (ended := _ended(cards, order)) != wanted:
                    found.append(f"story {story} of seed {seed}: {ended} instead of {wanted}")
    return found


def _told(
    session: Session, stripe: StandIn, chance: random.Random
) -> tuple[CardRoom, list[Standing]]:
    """A payment of two milestones, and everything that happened to it."""
    cards = card_room(session, stripe)
    payment = cards.begins(*cards.room.milestones[:2])
    page = cards.opens(payment)
    heard: list[Standing] = []

    def keep() -> None:
        standing = cards.desk.provider.look(page)
        assert standing is not None
        heard.append(standing)

    keep()
    charge = stripe.pay(page)
    keep()
    if chance.random() < 0.5:
        booking.book(session, heard[-1], at=NOON)
        _sends_back(cards, chance)
    for act in _acts(cards, charge, chance):
        act()
        keep()
    session.commit()
    return cards, heard


def _sends_back(cards: CardRoom, chance: random.Random) -> None:
    """The board has decided on a refund and asked for it; the answer was not heard yet."""
    first = cards.room.milestones[0]
    amount = chance.choice((2500, 7500))
    refunds.refund(
        cards.session, cards.room.engagement, first, amount,
        source=accounts.held(first.id), why="asked_back", by=None, at=NOON,
    )  # fmt: skip
    work.settle_state(cards.session, first, at=NOON)
    cards.session.commit()


def _acts(cards: CardRoom, charge: str, chance: random.Random) -> list[Callable[[], Any]]:
    """What happens at Stripe, one after the other."""
    stripe = cards.stripe
    acts: list[Callable[[], Any]] = []
    ours = cards.session.scalars(
        select(Refund).where(Refund.engagement_id == cards.room.engagement.id)
    ).first()
    if ours is not None:
        asked = {"payment_intent": charge, "amount": ours.amount_minor}
        acts.append(lambda: stripe.make_refund(asked | {"metadata": {"refund": ours.id}}))
        if chance.random() < 0.4:
            acts.append(lambda: stripe.fail_refund(_newest(stripe, "refund", charge, ours.id)))
    if chance.random() < 0.6:
        acts.append(lambda: stripe.refund_by_hand(charge, 1900))
        if chance.random() < 0.4:
            acts.append(lambda: stripe.fail_refund(_newest(stripe, "refund", charge)))
    if chance.random() < 0.7:
        amount = chance.choice((1000, 4600, 5600))
        acts.append(lambda: stripe.dispute(charge, amount))
        if chance.random() < 0.7:
            won = chance.random() < 0.5
            acts.append(lambda: stripe.decide(_newest(stripe, "dispute", charge), won=won))
    return acts


def _newest(stripe: StandIn, kind: str, charge: str, ours: str = "") -> str:
    return str(
        [
            one["id"]
            for one in stripe.of(kind)
            if one["payment_intent"] == charge and one.get("metadata", {}).get("refund", "") == ours
        ][-1]
    )


def _ended(cards: CardRoom, heard: list[Standing]) -> dict[str, Any]:
    """How the books stand after hearing these; then nothing of it was."""
    session, room = cards.session, cards.room.engagement.id
    begin_writing(session)
    try:
        for standing in heard:
            booking.book(session, standing, at=NOON)
        return {
            "balances": cards.balances(),
            "milestones": _rows(session, select(Milestone.state, Milestone.position).where(
                Milestone.engagement_id == room).order_by(Milestone.position)),
            "payment": _rows(session, select(Payment.state, Payment.received_minor).where(
                Payment.engagement_id == room)),
            "parts": _rows(session, select(
                PaymentPart.filled_minor - PaymentPart.taken_back_minor).join(
                Payment, Payment.id == PaymentPart.payment_id).where(
                Payment.engagement_id == room).order_by(PaymentPart.position)),
            "refunds": _rows(session, select(Refund.state, Refund.amount_minor).where(
                Refund.engagement_id == room)),
            "takings": _rows(session, select(CardTaking.their_id, CardTaking.state).join(
                Payment, Payment.id == CardTaking.payment_id).where(
                Payment.engagement_id == room).order_by(CardTaking.their_id)),
            "audit": audit.audit(session),
        }  # fmt: skip
    finally:
        session.rollback()
        session.expire_all()


def _rows(session: Session, query: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(query)]
