"""Money in, money back and money out, on the board and in the model."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.engagement.models import Engagement
from app.escrow.incoming import bonus, confirming, funding, prefunding, settling
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Milestone, Payment, Payout, Refund
from app.escrow.outgoing import payouts, refunds
from app.people import board
from app.terms.models import Revision
from tests.faults.actor import Actor
from tests.faults.model import Back, Pay, Row, Terms
from tests.faults.model_room import Room


class MoneyActs(Actor):
    """Payments, bonuses, refunds and payouts."""

    def fund(self, name: str, works: list[str], way: str, side: str) -> None:
        room = self.world.rooms[name]
        mine = all(one in room.works for one in works)
        wanted = self.world.wanted(room, works, side, way) if mine else None
        engagement, by = self.one(Engagement, name), self.people[side]
        milestones = [self.one(Milestone, one) for one in works]
        if not mine and side == "client" and room.state == "active":
            first = next(one for one in works if one not in room.works)
            wanted = self.world.wanted(room, works[: works.index(first)], side, way)
            wanted = wanted if isinstance(wanted, Pay) else None
        self.attempt(
            wanted is not None,
            lambda: funding.start(
                self.session, engagement, milestones, provider=way, by=by, at=self.at
            ),
            lambda payment: self.started(payment, wanted, room, way, None),
        )

    def prefund(self, name: str, terms: Terms, rows: list[Row], way: str, side: str) -> None:
        """Of the client's own terms that wait, which the page has asked."""
        room, works = self.world.rooms[name], [str(row.work) for row in rows]
        wanted = self.world.wanted(room, works, side, way, terms)
        lines = [PlannedLine(str(r.work), 1, r.title, "", None, r.amount) for r in rows]
        engagement, revision = self.one(Engagement, name), self.one(Revision, terms.name)
        by = self.people[side]
        self.attempt(
            wanted is not None,
            lambda: prefunding.start(
                self.session, engagement, lines, revision_id=revision.id, provider=way, by=by,
                at=self.at,
            ),
            lambda payment: self.started(payment, wanted, room, way, terms),
        )  # fmt: skip

    def started(
        self, payment: Payment, wanted: Any, room: Room, way: str, terms: Terms | None
    ) -> None:
        """A new payment, or the one that was open."""
        if isinstance(wanted, Pay):
            assert self.world.pays[payment.id] is wanted
            return
        assert payment.id not in self.world.pays
        pay = Pay(room, way, {}, bonus=wanted) if isinstance(wanted, int) else None
        self.world.pays[payment.id] = pay = pay or Pay(room, way, wanted, terms)
        pay.began = self.minutes
        if way == "balance":
            self.world.settle(pay, pay.total, self.minutes)

    def bonus(self, name: str, amount: int, way: str, side: str) -> None:
        room, engagement = self.world.rooms[name], self.one(Engagement, name)
        wanted, by = self.world.bonus(room, amount, side, way), self.people[side]
        self.attempt(
            wanted is not None,
            lambda: bonus.start(
                self.session, engagement, amount, provider=way, by=by, at=self.at
            ),
            lambda payment: self.started(payment, wanted, room, way, None),
        )  # fmt: skip

    def confirm(self, name: str, received: int, side: str) -> None:
        pay, payment = self.world.pays[name], self.one(Payment, name)
        by = self.people[side]
        self.attempt(
            self.world.may_confirm(pay, side, received),
            lambda: confirming.confirm(
                self.session, payment, received_minor=received, by=by, at=self.at
            ),
            lambda _: self.world.confirm(pay, received, self.minutes),
        )

    def test_money(self, name: str) -> None:
        pay, payment = self.world.pays[name], self.one(Payment, name)
        client = self.people["client"]
        self.attempt(
            pay.open and pay.way == "test",
            lambda: settling.settle_test_money(self.session, payment, by=client, at=self.at),
            lambda _: self.world.settle(pay, pay.total, self.minutes),
        )

    def cancel_payment(self, name: str, side: str) -> None:
        pay, payment, by = self.world.pays[name], self.one(Payment, name), self.people[side]
        self.attempt(
            pay.open and side == "client",
            lambda: funding.cancel(self.session, payment, by=by, at=self.at),
            lambda _: pay.stop(),
        )

    def not_sent(self, name: str, side: str) -> None:
        pay, payment, by = self.world.pays[name], self.one(Payment, name), self.people[side]
        self.attempt(
            pay.moot and side == "client",
            lambda: funding.say_not_sent(self.session, payment, by=by, at=self.at),
            lambda _: self.world.not_sent(pay),
        )

    def settle_refund(self, back: Back, side: str) -> None:
        alike = select(Refund).where(
            Refund.payment_id == back.pay,
            Refund.milestone_id == back.work,
            Refund.amount_minor == back.amount,
            Refund.state == back.state,
        )
        refund = self.session.scalars(alike.order_by(Refund.started_at).limit(1)).one()
        by = self.people[side]
        self.attempt(
            self.world.may_settle(back, side),
            lambda: refunds.settle(self.session, refund, by=by, at=self.at),
            lambda _: self.world.arrive(back),
        )

    def ask_payout(self, whose: str, currency: str, amount: int) -> None:
        by = self.people[whose]
        self.attempt(
            self.world.may_ask(whose, currency, amount),
            lambda: payouts.ask(self.session, by, amount, currency, at=self.at),
            lambda payout: self.world.ask(payout.id, whose, currency, amount),
        )

    def settle_payout(self, name: str, side: str) -> None:
        moving, payout = self.world.payouts[name], self.one(Payout, name)
        by = self.people[side]
        self.attempt(
            self.world.may_settle(moving, side),
            lambda: payouts.settle(self.session, payout, by=by, at=self.at),
            lambda _: self.world.sent(moving),
        )

    def cancel_payout(self, name: str, side: str) -> None:
        moving, payout = self.world.payouts[name], self.one(Payout, name)
        by = self.people[side]
        self.attempt(
            moving.state == "pending" and moving.whose == side,
            lambda: payouts.cancel(self.session, payout, by=by, at=self.at),
            lambda _: self.world.take_back(moving),
        )

    def charge(self, rate: int, minimum: int) -> None:
        """Another fee for terms that are sent from now on."""
        words = {"tax_rate": 0, "tax_words": "", "billing": ""}
        operator = self.people["operator"]

        def then(_: None) -> None:
            self.world.fee = (rate, minimum)

        self.attempt(
            True,
            lambda: board.charge(
                self.session, rate=rate, minimum_minor=minimum, by=operator, at=self.at, **words
            ),
            then,
        )
