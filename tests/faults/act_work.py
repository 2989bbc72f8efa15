"""Handing in, deciding, asking back, and what silence decides, on the board and in the model."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.engagement.models import Engagement
from app.escrow.milestones import asking_back, dormancy, part, release, submissions
from app.escrow.models import Milestone, MoneyAsk, Submission
from app.scheduler import clocks, silence
from app.terms import asking
from tests.faults.actor import Actor
from tests.faults.model import CLIENT, DAY, FREELANCER, Ask
from tests.faults.model_room import Room


class WorkActs(Actor):
    """What is done with works, whole or in part."""

    def room_of(self, work: str) -> Room:
        return next(room for room in self.world.rooms.values() if work in room.works)

    def room_with(self, submission: str) -> Room:
        return next(room for room in self.world.rooms.values() if submission in room.handed)

    def submit(self, name: str, side: str) -> None:
        room, milestone, by = self.room_of(name), self.one(Milestone, name), self.people[side]
        self.attempt(
            room.may_submit(name, side),
            lambda: submissions.submit(self.session, milestone, note="Here.", by=by, at=self.at),
            lambda submission: self.world.submit(room, submission.id, name),
        )

    def approve(self, name: str, side: str) -> None:
        room, submission, by = self.room_with(name), self.one(Submission, name), self.people[side]
        self.attempt(
            room.may_approve(name, side),
            lambda: release.approve(self.session, submission, by=by, at=self.at),
            lambda upcoming: self.approved(room, name, upcoming),
        )

    def approved(self, room: Room, name: str, upcoming: Milestone | None) -> None:
        room.decide(name, "approved")
        self.world.release(room, room.handed[name][0])
        assert (upcoming.id if upcoming else None) == room.next_to_fund()

    def by_clock(self, name: str) -> None:
        """Silence releases what is under the clock."""
        self.wait(0)
        room, submission = self.room_with(name), self.one(Submission, name)
        self.attempt(
            room.may_approve(name, CLIENT),
            lambda: release.by_clock(self.session, submission, at=self.at),
            lambda upcoming: self.approved(room, name, upcoming),
        )

    def request_changes(self, name: str, side: str) -> None:
        room, submission, by = self.room_with(name), self.one(Submission, name), self.people[side]
        self.attempt(
            room.may_decide(name, side, CLIENT),
            lambda: submissions.request_changes(
                self.session, submission, reason="More.", by=by, at=self.at
            ),
            lambda _: room.decide(name, "changes_requested"),
        )

    def withdraw_work(self, name: str, side: str) -> None:
        room, submission, by = self.room_with(name), self.one(Submission, name), self.people[side]
        self.attempt(
            room.may_decide(name, side, FREELANCER),
            lambda: submissions.withdraw(self.session, submission, by=by, at=self.at),
            lambda _: room.decide(name, "withdrawn"),
        )

    def release_part(self, name: str, amount: int, rest: str, side: str) -> None:
        room, submission, by = self.room_with(name), self.one(Submission, name), self.people[side]
        self.attempt(
            room.may_part(name, side, amount, rest == part.ASK_BACK),
            lambda: part.release_part(
                self.session, submission, amount, rest=rest, reason="Half.", by=by, at=self.at
            ),
            lambda _: self.world.part(room, name, amount, rest == part.ASK_BACK, self.minutes),
        )

    def release(self, name: str, side: str) -> None:
        room, milestone, by = self.room_of(name), self.one(Milestone, name), self.people[side]
        self.attempt(
            room.may_release(name, side),
            lambda: release.release_without_submission(
                self.session, milestone, by=by, at=self.at
            ),
            lambda _: self.world.release(room, name),
        )  # fmt: skip

    def wait(self, days: int) -> None:
        """Days pass; what runs by silence is what the rules say, and nothing else."""
        self.minutes += days * DAY
        clocked = {one.submission.id for one in clocks.running(self.session)}
        assert clocked == {one for room in self.world.rooms.values() for one in room.clocked()}
        still = {one.engagement_id for one in silence.still(self.session, self.at)}
        assert still == self.world.still()

    # Money asked back.

    def ask_back(self, name: str, side: str) -> None:
        room, milestone, by = self.room_of(name), self.one(Milestone, name), self.people[side]
        engagement = self.one(Engagement, milestone.engagement_id)
        self.attempt(
            self.world.may_ask_back(room, name, side),
            lambda: asking_back.ask(
                self.session, engagement, [milestone], reason="Plans.", by=by, at=self.at
            ),
            lambda _: self.world.ask_back(room, name, "milestone", self.minutes),
        )

    def ask_row(self, ask: Ask) -> MoneyAsk:
        of = select(MoneyAsk).where(MoneyAsk.milestone_id == ask.work)
        return self.session.scalars(of.order_by(MoneyAsk.asked_at).offset(ask.number)).first()  # type: ignore[return-value]

    def answer_ask(self, ask: Ask, how: str, side: str) -> None:
        """`refuse` or `agree` by the freelancer, `withdraw` by the client."""
        found, right = self.ask_row(ask), CLIENT if how == "withdraw" else FREELANCER
        may = ask.state == "waiting" and side == right

        def do() -> None:
            by: dict[str, Any] = {"by": self.people[side], "at": self.at}
            if how == "agree":
                asking.agree(self.session, found, **by)
            elif how == "refuse":
                asking_back.refuse(self.session, found, reason="No.", **by)
            else:
                asking_back.withdraw(self.session, found, **by)

        def then(_: None) -> None:
            if how == "agree":
                self.world.grant(ask, FREELANCER)
            else:
                ask.state = {"refuse": "refused", "withdraw": "withdrawn"}[how]

        self.attempt(may, do, then)

    def silence(self, ask: Ask) -> None:
        """The chore asks of any; only what waited for seven days is granted."""
        found = self.ask_row(ask)

        def then(granted: bool) -> None:
            assert granted == (ask.state == "waiting" and ask.due <= self.minutes)
            if granted:
                self.world.grant(ask, None)

        self.attempt(True, lambda: asking.silence(self.session, found, at=self.at), then)

    def dormant(self, name: str) -> None:
        """What nobody moved goes back; nothing does while work waits, or money is in dispute."""
        self.wait(0)
        room, engagement = self.world.rooms[name], self.one(Engagement, name)
        self.attempt(
            not room.busy,
            lambda: dormancy.give_back(self.session, engagement, at=self.at),
            lambda _: self.world.forgotten(room),
        )
