"""A walk with disputes, a fee, and a bank that sends back, takes back, and is a little short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, audit, ledger
from app.escrow.bank import seconding
from app.escrow.disputes import offers, opening, ruling, sealed
from app.escrow.disputes.models import Dispute
from app.escrow.incoming import chargebacks
from app.escrow.models import Payment, Payout, Refund
from app.escrow.office import preparing
from app.escrow.outgoing import returned
from app.kernel.errors import Refused
from app.people import board
from tests.faults.walk import Walk
from tests.people import mallory, olga
from tests.rooms import Room, agreed
from tests.stories import NOON, later

STEPS = 100


class BankWalk(Walk):
    """People, two who keep the money, and their bank."""

    def __init__(self, room: Room, chance: Random) -> None:
        super().__init__(room, chance)
        self.done: list[str] = []

    def step(self, act: Callable[[datetime], None], at: datetime) -> None:
        """Try it; what is refused, or has nothing to act on, changes nothing."""
        try:
            with self.session.begin_nested():
                act(at)
        except (Refused, IndexError):
            self.session.expire_all()
            return
        self.done.append(act.__name__)

    def come_back(self, at: datetime) -> None:
        refunds = self.session.scalars(select(Refund).order_by(Refund.id)).all()
        out = self.session.scalars(select(Payout).order_by(Payout.id)).all()
        thing = self.chance.choice([*refunds, *out])
        by = self.chance.choice((self.room.operator, None))
        if isinstance(thing, Refund):
            returned.refund(self.session, thing, reason="closed", by=by, at=at)
        else:
            returned.payout(self.session, thing, reason="closed", by=by, at=at)

    def charge_back(self, at: datetime) -> None:
        paid = self.session.scalars(select(Payment).order_by(Payment.id)).all()
        payment = self.chance.choice(paid)
        rest = chargebacks.rest(self.session, payment)
        amount = self.chance.choice((rest, self.chance.randint(1, max(rest, 1))))
        if self.chance.random() < 0.5:
            chargebacks.reported(self.session, payment, amount, reason="recall", at=at)
            return
        by = self.room.operator
        chargebacks.charge_back(self.session, payment, amount, reason="recall", by=by, at=at)

    def second(self, at: datetime) -> None:
        prepared, _name = self.chance.choice(preparing.waiting(self.session))
        if self.chance.random() < 0.2:
            preparing.cancel(self.session, prepared, by=self.room.operator, at=at)
            return
        seconding.second(self.session, prepared, by=mallory(self.session), at=at)

    def dispute(self, at: datetime) -> None:
        by = self.chance.choice((self.room.client, self.room.freelancer))
        milestone = self.chance.choice(self.room.milestones)
        held = self.room.held(milestone)
        amount = self.chance.choice((held, self.chance.randint(1, max(held, 1))))
        opening.open_dispute(self.session, milestone, amount, reason="No.", by=by, at=at)

    def talk_it_over(self, at: datetime) -> None:
        open_ones = select(Dispute).where(Dispute.closed_at.is_(None)).order_by(Dispute.id)
        dispute = self.chance.choice(self.session.scalars(open_ones).all())
        by = self.chance.choice((self.room.client, self.room.freelancer))
        number = self.chance.randint(0, dispute.amount_minor)
        match self.chance.randrange(6):
            case 0:
                opening.answer(self.session, dispute, words="Why?", by=by, at=at)
            case 1:
                offers.offer(self.session, dispute, number, by=by, at=at)
            case 2:
                found = offers.standing(self.session, dispute)
                shown = self.chance.choice((found.client_minor, found.freelancer_minor))
                offers.accept(self.session, dispute, shown, by=by, at=at)
            case 3:
                sealed.enter(self.session, dispute, number, by=by, at=at)
            case 4:
                ruling.call(self.session, dispute, by=by, at=at)
                ruling.take_on(self.session, dispute, by=self.room.operator, at=at)
                found = offers.standing(self.session, dispute)
                split = self.chance.randint(found.client_minor, found.freelancer_minor)
                ruling.rule(
                    self.session, dispute, split, reason="So.", by=self.room.operator, at=at
                )
            case _:
                opening.withdraw(self.session, dispute, by=by, at=at)


def charge(session: Session, seed: int) -> None:
    """A fee that does not divide, now and then with a least sum."""
    operator = olga(session)
    board.charge(
        session, rate=3333 * (seed % 3), minimum_minor=77 * (seed % 2), tax_rate=0, tax_words="",
        billing="", by=operator, at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_the_audit_holds_whatever_the_bank_does(session: Session, seed: int) -> None:
    charge(session, seed)
    walk = BankWalk(agreed(session), Random(1000 + seed))
    mallory(session).is_bookkeeper = True
    board.set_limits(
        session, tolerance_minor=5000, two_operator_minor=7000, by=walk.room.operator, at=NOON
    )
    acts = (
        *(walk.fund, walk.fund, walk.confirm, walk.confirm, walk.second, walk.second, walk.submit),
        *(walk.decide, walk.release, walk.propose, walk.prefund, walk.answer, walk.end),
        *(walk.send_back, walk.pay_out, walk.bonus, walk.ask_back, walk.come_back),
        *(walk.come_back, walk.charge_back, walk.dispute, walk.dispute),
        *(walk.talk_it_over, walk.talk_it_over, walk.talk_it_over, walk.talk_it_over),
    )
    for number in range(STEPS):
        walk.step(walk.chance.choice(acts), later(number))
        assert audit.audit(session) == [], (seed, walk.done)
    assert len(walk.done) > 5
    assert ledger.balance(session, accounts.loss(), "USD") <= 0
