"""Opening, answering, offering, ruling: disputes on the board and in the model."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.escrow.disputes import offers, opening, ruling, sealed
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone
from tests.faults.actor import Actor
from tests.faults.model import CLIENT, DAY, FREELANCER, Quarrel, other
from tests.faults.model_room import Room
from tests.stories import NOON

ZONE = ZoneInfo("America/New_York")
"""Alice's, and so that of all her work."""


class DisputeActs(Actor):
    """What is done about money that the two do not agree on."""

    def dispute(self, room: Room, name: str, side: str, amount: int) -> None:
        milestone, by = self.one(Milestone, name), self.people[side]
        quarrel = Quarrel(side, amount, self.answer_due(self.minutes + 1), high=amount)
        self.attempt(
            room.may_dispute(name, side, amount),
            lambda: opening.open_dispute(
                self.session, milestone, amount, reason="Not as agreed.", by=by, at=self.at
            ),
            lambda made: self.world.dispute(room, name, made.id, quarrel),
        )

    def answer_due(self, now: int) -> int:
        """The last minute of the fifth day from Monday to Friday after this one."""
        day, left = (NOON + timedelta(minutes=now)).astimezone(ZONE).date(), 5
        while left:
            day += timedelta(days=1)
            left -= day.isoweekday() <= 5
        ends = datetime.combine(day, time(23, 59), ZONE)
        return int((ends - NOON).total_seconds()) // 60

    def answer(self, room: Room, name: str, key: str, side: str) -> None:
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by = self.people[side]

        def then(_: None) -> None:
            quarrel.answered = True
            quarrel.state = "answered" if quarrel.state == "open" else quarrel.state

        self.attempt(
            quarrel.lives and side == other(quarrel.side) and not quarrel.answered,
            lambda: opening.answer(self.session, dispute, words="It is.", by=by, at=self.at),
            then,
        )

    def withdraw_dispute(self, room: Room, name: str, key: str, side: str) -> None:
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by = self.people[side]
        self.attempt(
            quarrel.lives and not quarrel.called and side == quarrel.side,
            lambda: opening.withdraw(self.session, dispute, by=by, at=self.at),
            lambda _: self.world.lift(room, name, quarrel),
        )

    def offer(self, room: Room, name: str, key: str, side: str, to: int) -> None:
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by = self.people[side]

        def then(_: object) -> None:
            if side == CLIENT:
                quarrel.low = to
            else:
                quarrel.high = to

        between = quarrel.low < to < quarrel.high
        self.attempt(
            self.party(side) and quarrel.may_talk(self.minutes + 1) and between,
            lambda: offers.offer(self.session, dispute, to, by=by, at=self.at),
            then,
        )

    def accept_offer(self, room: Room, name: str, key: str, side: str, shown: int) -> None:
        """Who did not open it may at any time; and only what the other stands for now."""
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by = self.people[side]
        in_time = side != quarrel.side or quarrel.may_talk(self.minutes + 1)
        stands = self.party(side) and shown == quarrel.stands(other(side))
        self.attempt(
            quarrel.lives and in_time and stands,
            lambda: offers.accept(self.session, dispute, shown, by=by, at=self.at),
            lambda _: self.world.split(room, name, quarrel, shown, "settled"),
        )

    def enter_number(self, room: Room, name: str, key: str, side: str, number: int) -> None:
        """Between the offers, and once a day."""
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by, now = self.people[side], self.minutes + 1
        last = quarrel.numbers.get(side)
        again = last is None or now >= last[1] + DAY
        between = quarrel.low <= number <= quarrel.high

        def then(met: bool) -> None:
            assert met == self.world.enter(room, name, quarrel, side, number, now)

        self.attempt(
            self.party(side) and quarrel.may_talk(now) and again and between,
            lambda: sealed.enter(self.session, dispute, number, by=by, at=self.at),
            then,
        )

    def call(self, room: Room, name: str, key: str, side: str) -> None:
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by = self.people[side]

        def then(_: None) -> None:
            quarrel.state = "called"

        may = not quarrel.called and quarrel.may_talk(self.minutes + 1)
        self.attempt(
            self.party(side) and may,
            lambda: ruling.call(self.session, dispute, by=by, at=self.at),
            then,
        )

    def take_on(self, room: Room, name: str, key: str, side: str) -> None:
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by = self.people[side]

        def then(_: None) -> None:
            quarrel.taken = True

        self.attempt(
            side == "operator" and quarrel.called and not quarrel.taken,
            lambda: ruling.take_on(self.session, dispute, by=by, at=self.at),
            then,
        )

    def rule(self, room: Room, name: str, key: str, side: str, to: int) -> None:
        quarrel, dispute = room.works[name].quarrels[key], self.one(Dispute, key)
        by, between = self.people[side], quarrel.low <= to <= quarrel.high
        self.attempt(
            side == "operator" and quarrel.lives and quarrel.taken and between,
            lambda: ruling.rule(self.session, dispute, to, reason="So.", by=by, at=self.at),
            lambda _: self.world.split(room, name, quarrel, to, "ruled"),
        )

    @staticmethod
    def party(side: str) -> bool:
        return side in (CLIENT, FREELANCER)
