"""What is asked back, done and disputed, in the model."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.model import CLIENT, FREELANCER, SILENCE, UNDONE, Ask, Quarrel
from tests.faults.model_agreed import Agreed
from tests.faults.model_room import Room


@dataclass
class World(Agreed):
    """Every room of one client and one freelancer. `head` is where the ledger was last seen."""

    head: object = None

    # Money asked back.

    def may_ask_back(self, room: Room, name: str, side: str) -> bool:
        work = room.works[name]
        free = not self.asked(name) and not work.quarrel
        ready = work.state in UNDONE and work.held > 0 and free
        return side == CLIENT and room.state == "active" and ready

    def ask_back(self, room: Room, name: str, scope: str, now: int) -> None:
        number = sum(one.work == name for one in self.asks)
        self.asks.append(Ask(room, name, number, scope, now + SILENCE))

    def may_ask_to_end(self, room: Room, side: str) -> bool:
        """The client, where money is held for which it may ask, and nothing must be decided."""
        some = any(self.may_ask_back(room, name, side) for name in room.works)
        return some and not room.busy

    def grant(self, ask: Ask, side: str | None) -> None:
        """The freelancer agrees, or is silent: the money goes, and what was asked for ends."""
        room, work = ask.room, ask.room.works[ask.work]
        ask.state = "granted"
        if ask.scope == "rest":
            self.give_back(room, ask.work, work.held, None)
            work.held = 0
            work.settle()
            self.drop_stale(room)
            return
        self._cancel(room, ask.work)
        self.drop_stale(room)
        if ask.scope == "engagement" and not room.held and not room.busy:
            self.end(room, side)
        else:
            self.finish(room)

    def still(self) -> set[str]:
        """The rooms in which money lies, and nothing waits for review or is in dispute."""
        rooms = self.rooms.items()
        return {n for n, r in rooms if r.state == "active" and r.held and not r.busy}

    def forgotten(self, room: Room) -> None:
        """Nobody moved the money: it goes back, and the works ask for it again."""
        for name, work in room.works.items():
            if work.held:
                self.overtake(name)
                self.give_back(room, name, work.held, None)
                work.held = 0
                work.settle()
        self.drop_stale(room)

    # Work.

    def submit(self, room: Room, submission: str, name: str) -> None:
        room.submit(submission, name, self.now)
        self.overtake(name)

    def release(self, room: Room, name: str) -> None:
        """All that is owed goes to the freelancer; a checkpoint is approved."""
        work, owed = room.works[name], room.works[name].owed
        work.held -= owed
        self.earn(room, name, owed)
        self._close(room, name, "released" if work.amount else "approved")
        self.finish(room)

    def part(self, room: Room, submission: str, amount: int, back: bool, now: int) -> None:
        """Part of it is the freelancer's; the rest is kept, or asked for."""
        name = room.handed[submission][0]
        room.works[name].held -= amount
        self.earn(room, name, amount)
        room.decide(submission, "part_released")
        if back and room.works[name].held:
            self.ask_back(room, name, "rest", now)

    # Disputes.

    def dispute(self, room: Room, name: str, key: str, quarrel: Quarrel) -> None:
        """The sum is frozen; what was asked about it is overtaken."""
        room.works[name].quarrels[key] = quarrel
        room.works[name].held -= quarrel.amount
        self.overtake(name)

    def lift(self, room: Room, name: str, quarrel: Quarrel) -> None:
        """As if nothing had been."""
        quarrel.state, quarrel.ended = "withdrawn", self.now
        room.works[name].held += quarrel.amount
        room.works[name].settle()

    def split(self, room: Room, name: str, quarrel: Quarrel, to: int, state: str) -> None:
        """Part of it to the freelancer, the rest back; a work of which nothing is owed closes."""
        work, back = room.works[name], quarrel.amount - to
        quarrel.state, quarrel.awarded, quarrel.ended = state, to, self.now
        self.earn(room, name, to)
        work.back += back
        self.give_back(room, name, back, None)
        work.settle()
        self.close_settled(room, name)
        self.drop_stale(room)
        self.finish(room)

    def enter(
        self, room: Room, name: str, quarrel: Quarrel, side: str, number: int, now: int
    ) -> bool:
        """A sealed number; whether the two met. Nobody pays beyond what the other openly asks."""
        quarrel.numbers[side] = (number, now)
        entered = {who: one[0] for who, one in quarrel.numbers.items()}
        most, least = entered.get(CLIENT), entered.get(FREELANCER)
        if most is None or least is None:
            return False
        quarrel.numbers = {who: (None, one[1]) for who, one in quarrel.numbers.items()}
        most, least = min(most, quarrel.high), max(least, quarrel.low)
        if most >= least:
            self.split(room, name, quarrel, (most + least) // 2, "settled")
        return most >= least
