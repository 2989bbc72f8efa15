"""What agreed terms, and ends, do to the money, in the model."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.model import CLOSED, LAPSES_AFTER, UNDONE, Ask, Terms
from tests.faults.model_money import Money
from tests.faults.model_room import Room


@dataclass
class Agreed(Money):
    """Terms that are accepted or come to nothing, and engagements that end."""

    def put_aside(self, room: Room, terms: Terms, state: str) -> None:
        terms.state = state
        self.give_back_prefunds(room, terms)
        if state != "countered":
            self.finish(room)

    def finish(self, room: Room) -> None:
        room.finish()
        if room.state == "finished":
            self.jobs[room.job] = "closed"

    def may_lapse(self, terms: Terms, now: int) -> bool:
        return terms.state == "proposed" and now >= terms.sent + LAPSES_AFTER

    def accept(self, room: Room, terms: Terms) -> tuple[int, int]:
        """In force from now on, and the money follows; how much goes back, and goes elsewhere."""
        before = room.force
        if before:
            before.state = "replaced"
        else:
            room.fee = terms.fee
        terms.state, room.state = "accepted", "active"
        room.drafts.clear()
        held = room.held
        stay = self._reword(room, terms)
        leave = [str(row.work) for row in before.rows] if before else []
        leave = [one for one in leave if room.works[one].state not in CLOSED]
        leave = [one for one in leave if one not in {row.work for row in terms.rows}]
        rolled = self._roll(room, terms, stay, leave) if terms.rolls else 0
        for name in stay:
            work = room.works[name]
            if work.held > work.owed:
                self.give_back(room, name, work.held - work.owed, None)
                work.held = work.owed
            if not work.held:
                self.overtake(name)
            self.close_settled(room, name)
            work.settle()
        for name in leave:
            self._cancel(room, name)
        back = held - room.held
        back += self._keep(room, terms)
        self.finish(room)
        return back, rolled

    def _reword(self, room: Room, terms: Terms) -> list[str]:
        """The open works of these terms, worded as they say; none that is in dispute."""
        stay = []
        for row in terms.rows:
            work = room.works[str(row.work)]
            if work.state in CLOSED or work.quarrel:
                continue
            work.title, work.amount = row.title, row.amount
            work.state = "planned" if work.state == "proposed" else work.state
            stay.append(str(row.work))
        return stay

    def _roll(self, room: Room, terms: Terms, stay: list[str], leave: list[str]) -> int:
        """What becomes free fills what lacks, in the order of the terms; how much."""
        free = {one: room.works[one].held - room.works[one].owed for one in stay}
        free |= {one: room.works[one].held for one in leave}
        rolled = 0
        for taker in stay:
            for giver in free:
                lacks = room.works[taker].lacks - terms.put_in[taker]
                amount = min(lacks, free[giver])
                if amount > 0:
                    free[giver] -= amount
                    rolled += amount
                    self.move(room, giver, taker, amount)
        return rolled

    def close_settled(self, room: Room, name: str) -> None:
        """All of it was paid in parts, or went back by disputes."""
        work = room.works[name]
        if work.settled:
            if work.paid:
                self._close(room, name, "released")
            else:
                self._cancel(room, name)

    def _close(self, room: Room, name: str, state: str) -> None:
        """Nothing waits for it any more."""
        for handed in room.handed.values():
            if handed == [name, "waiting"]:
                handed[1] = "withdrawn"
        self.overtake(name)
        room.works[name].state = state

    def _cancel(self, room: Room, name: str) -> None:
        work = room.works[name]
        self._close(room, name, "cancelled")
        self.give_back(room, name, work.held, None)
        work.held = 0

    def _keep(self, room: Room, terms: Terms) -> int:
        """What was prefunded is in escrow; payments under way are those of agreed work.

        How much was put in and is not needed goes back.
        """
        back = 0
        for name, amount in terms.put_in.items():
            work = room.works[name]
            into = min(amount, work.lacks)
            work.held += into
            back += amount - into
            self.give_back(room, name, amount - into, terms)
            work.settle()
        terms.put_in.clear()
        self.drop_stale(room)
        for pay in [one for one in self.pays.values() if one.terms is terms]:
            double = any(self.open_pay(name) for name in pay.asked)
            pay.terms = None
            if pay.open and double:
                pay.supersede()
        self.drop_stale(room)
        return back

    def end(self, room: Room, side: str | None) -> None:
        """It ends at once, and what waits comes to nothing; what is submitted or disputed stays."""
        if room.busy:
            for name, work in room.works.items():
                if work.state in UNDONE and not work.quarrel:
                    self._cancel(room, name)
            self.drop_stale(room)
            return
        if terms := room.waiting:
            own = "withdrawn" if terms.side == side else "declined"
            terms.state = own if side else "lapsed"
            self.give_back_prefunds(room, terms)
        for pay in self.pays.values():
            if pay.room is room and pay.open and not pay.bonus:
                pay.supersede()
        for name, work in room.works.items():
            if work.state not in CLOSED:
                self._cancel(room, name)
        self.jobs[room.job] = "open" if room.state == "negotiating" else "closed"
        room.drafts.clear()
        room.state = "ended"

    def asked(self, name: str) -> Ask | None:
        """The ask that waits for an answer about a work."""
        return next((o for o in self.asks if o.work == name and o.state == "waiting"), None)

    def overtake(self, name: str) -> None:
        if ask := self.asked(name):
            ask.state = "overtaken"
