"""What acts do to terms and money together, in the model."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.model import CLIENT, CLOSED, LAPSES_AFTER, SILENCE, UNDONE, Ask, Terms
from tests.faults.model_money import Money
from tests.faults.model_room import Room


@dataclass
class World(Money):
    """Every room of one client and one freelancer. `head` is where the ledger was last seen."""

    head: object = None

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

    def accept(self, room: Room, terms: Terms) -> int:
        """In force from now on, and the money follows; how much goes back."""
        if room.force:
            room.force.state = "replaced"
        terms.state, room.state = "accepted", "active"
        room.drafts.clear()
        kept = {row.work: row for row in terms.rows}
        before = room.held
        for name, work in room.works.items():
            row = kept.get(name)
            if work.state in CLOSED or (row is None and work.state == "proposed"):
                continue
            if row is None:
                self._cancel(room, name)
                continue
            work.title, work.amount = row.title, row.amount
            work.state = "planned" if work.state == "proposed" else work.state
            if work.held > work.owed:
                self.give_back(room, name, work.held - work.owed, None)
                work.held = work.owed
            if not work.held:
                self.overtake(name)
            if work.paid and not work.owed:
                self._close(room, name, "released")
            work.settle()
        back = before - room.held
        back += self._keep(room, terms)
        self.finish(room)
        return back

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
        self.drop_stale(room, list(room.works))
        for pay in [one for one in self.pays.values() if one.terms is terms]:
            double = any(self.open_pay(name) for name in pay.asked)
            pay.terms = None
            if pay.open and double:
                pay.stop()
        self.drop_stale(room, list(room.works))
        return back

    def end(self, room: Room, side: str | None) -> None:
        """It ends at once, and what waits comes to nothing; but what is submitted stays."""
        if room.handed_in:
            for name, work in room.works.items():
                if work.state in UNDONE:
                    self._cancel(room, name)
            self.drop_stale(room, list(room.works))
            return
        if terms := room.waiting:
            own = "withdrawn" if terms.side == side else "declined"
            terms.state = own if side else "lapsed"
            self.give_back_prefunds(room, terms)
        for pay in self.pays.values():
            if pay.room is room and pay.open and not pay.bonus:
                pay.stop()
        for name, work in room.works.items():
            if work.state not in CLOSED:
                self._cancel(room, name)
        self.jobs[room.job] = "open" if room.state == "negotiating" else "closed"
        room.drafts.clear()
        room.state = "ended"

    # Money asked back.

    def asked(self, name: str) -> Ask | None:
        """The ask that waits for an answer about a work."""
        return next((o for o in self.asks if o.work == name and o.state == "waiting"), None)

    def may_ask_back(self, room: Room, name: str, side: str) -> bool:
        work = room.works[name]
        ready = work.state in UNDONE and work.held > 0 and not self.asked(name)
        return side == CLIENT and room.state == "active" and ready

    def ask_back(self, room: Room, name: str, scope: str, now: int) -> None:
        number = sum(one.work == name for one in self.asks)
        self.asks.append(Ask(room, name, number, scope, now + SILENCE))

    def may_ask_to_end(self, room: Room, side: str) -> bool:
        """The client, where money is held for which it may ask, and no work waits."""
        some = any(self.may_ask_back(room, name, side) for name in room.works)
        return some and not room.handed_in

    def overtake(self, name: str) -> None:
        if ask := self.asked(name):
            ask.state = "overtaken"

    def grant(self, ask: Ask, side: str | None) -> None:
        """The freelancer agrees, or is silent: the money goes, and what was asked for ends."""
        room, work = ask.room, ask.room.works[ask.work]
        ask.state = "granted"
        if ask.scope == "rest":
            self.give_back(room, ask.work, work.held, None)
            work.held = 0
            work.settle()
            self.drop_stale(room, [ask.work])
            return
        self._cancel(room, ask.work)
        self.drop_stale(room, [ask.work])
        if ask.scope == "engagement" and not room.held and not room.handed_in:
            self.end(room, side)
        else:
            self.finish(room)

    def still(self) -> set[str]:
        """The rooms in which money lies and nothing waits for review."""
        rooms = self.rooms.items()
        return {n for n, r in rooms if r.state == "active" and r.held and not r.handed_in}

    def forgotten(self, room: Room) -> None:
        """Nobody moved the money: it goes back, and the works ask for it again."""
        for name, work in room.works.items():
            if work.held:
                self.overtake(name)
                self.give_back(room, name, work.held, None)
                work.held = 0
                work.settle()
                self.drop_stale(room, [name])

    # Work.

    def submit(self, room: Room, submission: str, name: str) -> None:
        room.submit(submission, name)
        self.overtake(name)

    def release(self, room: Room, name: str) -> None:
        """All that is owed goes to the freelancer; a checkpoint is approved."""
        work = room.works[name]
        self.earn(room, name, work.owed)
        self._close(room, name, "released" if work.amount else "approved")
        self.finish(room)

    def part(self, room: Room, submission: str, amount: int, back: bool, now: int) -> None:
        """Part of it is the freelancer's; the rest is kept, or asked for."""
        name = room.handed[submission][0]
        self.earn(room, name, amount)
        room.decide(submission, "part_released")
        if back and room.works[name].held:
            self.ask_back(room, name, "rest", now)
