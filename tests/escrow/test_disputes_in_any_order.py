"""Disputes, parts and terms in any order, beside a model in plain integers: sums always sum."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import audit, work
from app.escrow.balance import CLOSED
from app.escrow.disputes import offers, opening, record, ruling, sealed
from app.escrow.milestones import part, release, submissions
from app.escrow.models import Refund
from tests.disputes import funded
from tests.rooms import Room, submits
from tests.stories import NOON

AMOUNT = 10_007


@dataclass
class Model:
    """What must be true, told by nobody but this test."""

    held: int = AMOUNT
    frozen: int = 0
    earned: int = 0
    back: int = 0
    low: int = 0
    high: int = 0

    def split(self, to_freelancer: int) -> None:
        self.earned += to_freelancer
        self.back += self.frozen - to_freelancer
        self.frozen = 0


class Walk:
    """One milestone, led at random through everything that may befall its money."""

    def __init__(self, room: Room, seed: int) -> None:
        self.room, self.session, self.dice = room, room.session, random.Random(seed)
        self.milestone, self.model, self.at = room.milestones[0], Model(), NOON

    def step(self) -> None:
        self.at += timedelta(days=self.dice.choice((0.1, 1, 2, 8)))
        dispute = record.about(self.session, self.milestone.id)
        (self.lead(dispute) if dispute and self.dice.random() < 0.8 else self.go_on)()
        self.agrees()

    def agrees(self) -> None:
        model, stands = self.model, work.balance(self.session, self.milestone)
        back = self.session.scalar(select(func.sum(Refund.amount_minor))) or 0
        found = (
            stands.held_minor,
            stands.disputed_minor,
            self.room.balance(self.room.freelancer),
            int(back),
        )
        assert found == (model.held, model.frozen, model.earned, model.back)
        assert stands.gone_back_minor == model.back and sum(found) == AMOUNT
        assert audit.audit(self.session) == []
        closed = not model.held + model.frozen
        assert (self.milestone.state in CLOSED) == closed, self.milestone.state

    def go_on(self) -> None:
        """Open a dispute, hand in, take back, release a part or all of the rest."""
        dice, session, room, model = self.dice, self.session, self.room, self.model
        act = dice.choice(("open", "submit", "part", "approve"))
        waiting = submissions.waiting(session, self.milestone.id)
        if act == "open" and model.held and not model.frozen:
            amount = dice.choice((1, model.held, dice.randint(1, model.held)))
            by = dice.choice((room.client, room.freelancer))
            opening.open_dispute(session, self.milestone, amount, reason="x", by=by, at=self.at)
            model.held, model.frozen, model.low, model.high = model.held - amount, amount, 0, amount
        elif act == "submit" and waiting is None:
            submits(room, self.milestone, at=self.at)
        elif act == "part" and waiting and model.held > 1:
            amount = dice.randint(1, model.held - 1)
            part.release_part(
                session, waiting, amount, rest="keep", reason="x", by=room.client, at=self.at
            )
            model.held, model.earned = model.held - amount, model.earned + amount
        elif act == "approve" and waiting and not model.frozen and dice.random() < 0.2:
            release.approve(session, waiting, by=room.client, at=self.at)
            model.held, model.earned = 0, model.earned + model.held

    def lead(self, dispute):  # type: ignore[no-untyped-def]
        """Answer, offer, accept, enter numbers, call, rule or withdraw: what is possible now."""
        dice, session, room, model, at = self.dice, self.session, self.room, self.model, self.at
        opener = room.client if dispute.side == "client" else room.freelancer
        answerer = room.freelancer if dispute.side == "client" else room.client
        by = dice.choice((room.client, room.freelancer))
        side = record.side_of(session, dispute, by)

        def answer() -> None:
            opening.answer(session, dispute, words="y", by=answerer, at=at)

        def withdraw() -> None:
            opening.withdraw(session, dispute, by=opener, at=at)
            model.held, model.frozen = model.held + model.frozen, 0

        def offer() -> None:
            amount = dice.randint(model.low + 1, model.high - 1)
            offers.offer(session, dispute, amount, by=by, at=at)
            model.low, model.high = (
                (amount, model.high) if by is room.client else (model.low, amount)
            )

        def accept() -> None:
            theirs = model.high if by is room.client else model.low
            offers.accept(session, dispute, theirs, by=by, at=at)
            model.split(theirs)

        def enter() -> None:
            most, least = (dice.randint(model.low, model.high) for _ in "ab")
            sealed.enter(session, dispute, most, by=room.client, at=at)
            met = sealed.enter(session, dispute, least, by=room.freelancer, at=at)
            assert met == (most >= least)
            if met:
                model.split((most + least) // 2)

        def call() -> None:
            ruling.call(session, dispute, by=by, at=at)
            ruling.take_on(session, dispute, by=room.operator, at=at)

        def rule() -> None:
            amount = dice.choice((model.low, model.high, dice.randint(model.low, model.high)))
            ruling.rule(session, dispute, amount, reason="z", by=room.operator, at=at)
            model.split(amount)

        both = (side, record.other(side))
        may_enter = all(sealed.can_enter(session, dispute, one, at) for one in both)
        possible = {
            answer: dispute.answered_at is None,
            withdraw: dispute.state != "called" and dice.random() < 0.2,
            offer: offers.can_offer(session, dispute, at),
            accept: offers.can_accept(session, dispute, by, at) and dice.random() < 0.3,
            enter: may_enter,
            call: ruling.can_call(dispute, at),
            rule: dispute.state == "called" and dice.random() < 0.5,
        }
        return dice.choice([one for one, may in possible.items() if may] or [lambda: None])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("currency", ["JPY", "EUR", "BHD"])
def test_in_any_order_the_parts_sum_exactly_and_the_books_are_whole(
    session: Session, currency: str, seed: int
) -> None:
    walk = Walk(funded(session, currency=currency, amount=AMOUNT), seed)
    for _ in range(40):
        walk.step()
        if walk.milestone.state in CLOSED:
            break
