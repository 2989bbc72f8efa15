"""The same walk with a bank that sends back, takes back, and is a little short."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, audit, chargebacks, ledger, preparing, returned
from app.escrow.bank import seconding
from app.escrow.models import Payment, Payout, Refund
from app.people import board
from tests.escrow.test_any_order_of_acts import Walk
from tests.people import mallory
from tests.rooms import agreed
from tests.stories import NOON, later

STEPS = 70


class BankWalk(Walk):
    """People, two who keep the money, and their bank."""

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
        by = self.chance.choice((self.room.operator, None))
        chargebacks.charge_back(self.session, payment, amount, reason="recall", by=by, at=at)

    def second(self, at: datetime) -> None:
        prepared, _name = self.chance.choice(preparing.waiting(self.session))
        if self.chance.random() < 0.2:
            preparing.cancel(self.session, prepared, by=self.room.operator, at=at)
            return
        seconding.second(self.session, prepared, by=mallory(self.session), at=at)


@pytest.mark.parametrize("seed", range(8))
def test_the_audit_holds_whatever_the_bank_does(session: Session, seed: int) -> None:
    walk = BankWalk(agreed(session), Random(1000 + seed))
    mallory(session).is_bookkeeper = True
    board.set_limits(
        session, tolerance_minor=5000, two_operator_minor=7000, by=walk.room.operator, at=NOON
    )
    acts = (
        *(walk.fund, walk.fund, walk.confirm, walk.confirm, walk.second, walk.second, walk.submit),
        *(walk.decide, walk.release, walk.propose, walk.prefund, walk.answer, walk.end),
        *(walk.send_back, walk.pay_out, walk.bonus, walk.ask_back, walk.come_back),
        *(walk.come_back, walk.charge_back),
    )
    for number in range(STEPS):
        walk.step(walk.chance.choice(acts), later(number))
        assert audit.audit(session) == [], (seed, walk.done)
    assert len(walk.done) > 5
    assert ledger.balance(session, accounts.loss(), "USD") <= 0
