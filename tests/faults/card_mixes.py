"""A card payment from choosing to paying out, while Stripe answers badly and posts anyhow.

Replies are lost, connections reset, 429 and 500 answered (before or after the act was done), and
notices come twice, late, in any order, or never. It must end in one charge, refund, transfer.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, audit, work
from app.escrow.cards import errands, round
from app.escrow.cards.models import CardCheckout
from app.escrow.milestones import release
from app.escrow.models import Payment, Payout, Refund
from app.escrow.outgoing import payouts, refunds
from app.escrow.provider import CARD, Unclear
from app.kernel.writing import writing
from tests import databases, rooms
from tests.cards import CardRoom, card_room, standing_in
from tests.stories import NOON
from tests.stripe_stand_in import FAULTS, StandIn

STEP = timedelta(minutes=20)
MOST_STEPS = 3 * 24 * 4


def mixes(count: int, url: str, seed: int) -> list[str]:
    """Go through so many mixes on that database; what went wrong."""
    found: list[str] = []
    with databases.opened(url) as session:
        for number in range(count):
            with standing_in() as stripe:
                wrong = _mix(session, stripe, random.Random(f"{seed}/{number}"))
            found += [f"mix {number} of seed {seed}: {one}" for one in wrong]
        found += audit.audit(session)
    return found


class Weather:
    """How the stand-in behaves, and the time, which passes with every look."""

    def __init__(self, cards: CardRoom, chance: random.Random) -> None:
        self.cards, self.chance, self.at = cards, chance, NOON
        self.bad = chance.choice((0.2, 0.4, 0.6))
        self.late: list[tuple[bytes, str]] = []
        self.reckoned = NOON.date()

    def worsen(self) -> None:
        """Faults for the next few requests."""
        self.cards.stripe.faults = [
            self.chance.choice(FAULTS) if self.chance.random() < self.bad else None
            for _ in range(8)
        ]

    def pass_on(self) -> None:
        """Time passes; some notices come, some twice, some never; the wheel turns."""
        self.at += STEP
        posts = [one for one in self.cards.stripe.posts() if self.chance.random() > 0.15]
        self.late += posts * self.chance.choice((1, 1, 2, 3))
        self.chance.shuffle(self.late)
        come = self.chance.randrange(len(self.late) + 1)
        self.cards.receives(self.late[:come], at=self.at)
        self.late = self.late[come:]
        self.worsen()
        self.cards.turns(at=self.at)
        if self.at.date() > self.reckoned:
            self._reckon()

    def _reckon(self) -> None:
        with suppress(Unclear):
            round.reconcile(
                self.cards.session, self.cards.desk, self.at, self.at - timedelta(days=3)
            )
            self.reckoned = self.at.date()


def _mix(session: Session, stripe: StandIn, chance: random.Random) -> list[str]:
    cards = card_room(session, stripe)
    weather = Weather(cards, chance)
    room, (first, second) = cards.room, cards.room.milestones[:2]
    payment = cards.begins(first, second)
    weather.worsen()
    with suppress(Unclear):
        errands.open_checkout(session, cards.desk, payment.id, at=NOON, hurry=True)
    if not _until(weather, lambda: session.get(CardCheckout, payment.id) is not None):
        return ["no page was made"]
    stripe.pay(session.get_one(CardCheckout, payment.id).checkout_id)
    if not _until(weather, lambda: session.get_one(Payment, payment.id).state == "settled"):
        return ["the payment was never heard of"]
    with writing(session):
        release.approve(session, rooms.submits(room, first, at=weather.at), by=room.client,
                        at=weather.at)  # fmt: skip
        room.freelancer.card_account = "acct_connected1"
        payout = payouts.ask(session, room.freelancer, 7500, "USD", at=weather.at, provider=CARD)
        refund = sends_back(cards, second.id, weather.at)
    _until(weather, lambda: _over(session, payout.id, refund.id))
    return _wrong(session, stripe, payment.id, payout.id, refund.id)


def sends_back(cards: CardRoom, milestone_id: str, at: datetime) -> Refund:
    second = work.load(cards.session, milestone_id)
    (refund,) = refunds.refund(
        cards.session, cards.room.engagement, second, 7500,
        source=accounts.held(second.id), why="asked_back", by=None, at=at,
    )  # fmt: skip
    work.settle_state(cards.session, second, at=at)
    return refund


def _until(weather: Weather, over: object) -> bool:
    assert callable(over)
    for _ in range(MOST_STEPS):
        if over():
            return True
        weather.cards.session.rollback()
        weather.pass_on()
    return bool(over())


def _over(session: Session, payout_id: str, refund_id: str) -> bool:
    states = (session.get_one(Payout, payout_id).state, session.get_one(Refund, refund_id).state)
    return states == ("settled", "settled")


def _wrong(
    session: Session, stripe: StandIn, payment_id: str, payout_id: str, refund_id: str
) -> list[str]:
    made = Counter(one["object"] for one in stripe.all.values())
    kinds = ("checkout.session", "payment_intent", "refund", "transfer")
    found = [f"{made[kind]} of {kind}" for kind in kinds if made[kind] != 1]
    for thing, thing_id in ((Payment, payment_id), (Payout, payout_id), (Refund, refund_id)):
        state = session.scalar(select(thing.state).where(thing.id == thing_id))
        if state != "settled":
            found.append(f"the {thing.__name__.lower()} is {state}")
    return found
