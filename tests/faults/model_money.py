"""The money of the model: every account is a number in a counter, every act moves it twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.faults.model import CLIENT, CLOSED, FREELANCER, LAPSES_AFTER, Pay, Room, Terms

Figures = dict[tuple[str, str], int]
"""What stands on an account, by name and currency; nothing where nothing stands."""


@dataclass
class Moving:
    """A refund (`what` is its way) or a payout (`what` is whose) in transit."""

    what: str
    currency: str
    amount: int
    state: str = "pending"


@dataclass
class World:
    """Every room, and all money of one client and one freelancer."""

    rooms: dict[str, Room] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    pays: dict[str, Pay] = field(default_factory=dict)
    payouts: dict[str, Moving] = field(default_factory=dict)
    backs: list[Moving] = field(default_factory=list)
    """Refunds that the operator must send, or has sent; those at once leave no trace here."""
    balance: Counter[tuple[str, str]] = field(default_factory=Counter)
    outside: Counter[tuple[str, str]] = field(default_factory=Counter)

    def figures(self) -> Figures:
        """What stands on every account, in the ledger's names for them."""
        out: Counter[tuple[str, str]] = Counter()
        for (who, currency), amount in self.balance.items():
            out[f"balance:{who}", currency] += amount
        for (way, currency), amount in self.outside.items():
            out[f"bank:{way}", currency] += amount
        for moving in (one for one in self.backs if one.state == "pending"):
            out[f"refund_in_transit:{moving.what}", moving.currency] += moving.amount
        for moving in (one for one in self.payouts.values() if one.state == "pending"):
            out["payout_in_transit:bank", moving.currency] += moving.amount
        for room in self.rooms.values():
            for name, work in room.works.items():
                out[f"held:{name}", room.currency] += work.held
            for terms in room.terms:
                for name, amount in terms.put_in.items():
                    out[f"prefunded:{terms.number}:{name}", room.currency] += amount
        return {key: amount for key, amount in out.items() if amount}

    # Money in.

    def open_pay(self, name: str, terms: Terms | None = None) -> Pay | None:
        """The payment under way for a work (of these terms)."""
        found = (one for one in self.pays.values() if one.open and one.terms is terms)
        return next((one for one in found if name in one.asked), None)

    def wanted(
        self, room: Room, names: list[str], side: str, way: str, terms: Terms | None = None
    ) -> Pay | dict[str, int] | None:
        """What a payment for these works would ask for; the one that is open; None if refused."""
        if side != CLIENT or (terms is None and room.state != "active"):
            return None
        asked: dict[str, int] = {}
        if terms is not None:
            for name in names:
                if already := self.open_pay(name, terms):
                    return already
        for name in names:
            if terms is None and (already := self.open_pay(name)):
                return already
            asked[name] = self.lacks(room, name, terms)
            if not asked[name]:
                return None
        short = way == "balance" and sum(asked.values()) > self.balance[CLIENT, room.currency]
        return None if short else asked

    def lacks(self, room: Room, name: str, terms: Terms | None) -> int:
        """What may be put in for a work (of these waiting terms): nothing where nothing may."""
        work = room.works.get(name)
        if work is None or work.state in CLOSED:
            return 0
        if terms is None:
            return 0 if work.state == "proposed" else work.lacks
        amount = next((row.amount for row in terms.rows if row.work == name), 0)
        if work.state != "proposed" and amount <= work.amount:
            return 0  # neither added nor raised
        return max(0, amount - work.held - terms.put_in[name])

    def may_confirm(self, pay: Pay, side: str, received: int) -> bool:
        return side == "operator" and pay.state != "settled" and pay.way == "bank" and received > 0

    def settle(self, pay: Pay, received: int, now: int) -> None:
        """The money came: each work takes what it lacks, in order; the rest is the client's."""
        room, rest = pay.room, received
        pay.state, pay.settled = "settled", now
        if pay.way == "balance":
            self.balance[CLIENT, room.currency] -= received
        else:
            self.outside[pay.way, room.currency] -= received
        for name, asked in pay.asked.items():
            work = room.works[name]
            lacks = 0 if work.state == "proposed" else work.lacks
            taken = min(rest, asked if pay.terms else lacks)
            rest -= taken
            if pay.late:
                self.go_back(pay, taken)
                continue
            pay.left[name] = taken
            if pay.terms:
                pay.terms.put_in[name] += taken
            else:
                work.held += taken
                work.settle()
        self.balance[CLIENT, room.currency] += rest
        self.drop_stale(room)

    def drop_stale(self, room: Room) -> None:
        """A payment that asks for what is no longer lacking is not waited for."""
        for pay in self.pays.values():
            if pay.room is room and pay.open and pay.terms is None:
                if any(asked != room.works[name].lacks for name, asked in pay.asked.items()):
                    pay.stop()

    # Money back.

    def give_back(self, room: Room, name: str, amount: int, pool: Terms | None) -> None:
        """To the payments that it came from, newest first; what none takes is the client's."""
        mine = [one for one in self.pays.values() if one.terms is pool and one.left.get(name)]
        for pay in sorted(mine, key=lambda one: -one.settled):
            part = min(amount, pay.left[name])
            amount -= part
            pay.left[name] -= part
            if pay.way == "balance":
                self.balance[CLIENT, room.currency] += part
            elif pay.way == "test":
                self.outside["test", room.currency] += part
            elif part:
                self.backs.append(Moving("bank", room.currency, part))
        self.balance[CLIENT, room.currency] += amount

    def go_back(self, pay: Pay, amount: int) -> None:
        """It came too late: straight back where it came from."""
        if amount:
            self.backs.append(Moving("bank", pay.room.currency, amount))

    def give_back_prefunds(self, room: Room, terms: Terms) -> None:
        """These terms came to nothing: what was put in for them, and only that, goes back."""
        for name, amount in terms.put_in.items():
            self.give_back(room, name, amount, terms)
        terms.put_in.clear()
        for pay in self.pays.values():
            if pay.open and pay.terms is terms:
                pay.stop()
                pay.terms, pay.late = terms, True

    # Terms.

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

    def accept(self, room: Room, terms: Terms) -> None:
        """In force from now on, and the money follows."""
        if room.force:
            room.force.state = "replaced"
        terms.state, room.state = "accepted", "active"
        room.drafts.clear()
        kept = {row.work: row for row in terms.rows}
        for name, work in room.works.items():
            row = kept.get(name)
            if work.state in CLOSED or (row is None and work.state == "proposed"):
                continue
            if row is None:
                self._cancel(room, name)
                continue
            work.title, work.amount = row.title, row.amount
            work.state = "planned" if work.state == "proposed" else work.state
            if work.held > work.amount:
                self.give_back(room, name, work.held - work.amount, None)
                work.held = work.amount
            work.settle()
        self._keep(room, terms)
        self.finish(room)

    def _cancel(self, room: Room, name: str) -> None:
        work = room.works[name]
        for handed in room.handed.values():
            if handed == [name, "waiting"]:
                handed[1] = "withdrawn"
        work.state = "cancelled"
        self.give_back(room, name, work.held, None)
        work.held = 0

    def _keep(self, room: Room, terms: Terms) -> None:
        """What was prefunded is in escrow; payments under way are those of agreed work."""
        for name, amount in terms.put_in.items():
            work = room.works[name]
            into = min(amount, work.lacks)
            work.held += into
            self.give_back(room, name, amount - into, terms)
            work.settle()
        terms.put_in.clear()
        self.drop_stale(room)
        for pay in [one for one in self.pays.values() if one.terms is terms]:
            double = any(self.open_pay(name) for name in pay.asked)
            pay.terms = None
            if pay.open and double:
                pay.stop()
        self.drop_stale(room)

    def end(self, room: Room, side: str) -> None:
        """It ends at once, and what waits comes to nothing; but what is submitted stays."""
        if room.handed_in:
            for name, work in room.works.items():
                if work.state in ("planned", "funded"):
                    self._cancel(room, name)
            self.drop_stale(room)
            return
        if terms := room.waiting:
            terms.state = "withdrawn" if terms.side == side else "declined"
            self.give_back_prefunds(room, terms)
        for pay in self.pays.values():
            if pay.room is room and pay.open:
                pay.stop()
        for name, work in room.works.items():
            if work.state not in CLOSED:
                self._cancel(room, name)
        self.jobs[room.job] = "open" if room.state == "negotiating" else "closed"
        room.drafts.clear()
        room.state = "ended"

    # Money out.

    def release(self, room: Room, name: str) -> None:
        """All that is held goes to the freelancer; a checkpoint is approved."""
        work = room.works[name]
        work.state = "released" if work.amount else "approved"
        self.balance[FREELANCER, room.currency] += work.held
        work.held = 0
        self.finish(room)

    def may_ask(self, side: str, currency: str, amount: int) -> bool:
        return 0 < amount <= self.balance[side, currency]

    def ask(self, name: str, side: str, currency: str, amount: int) -> None:
        self.balance[side, currency] -= amount
        self.payouts[name] = Moving(side, currency, amount)

    def may_settle(self, moving: Moving, side: str) -> bool:
        return side == "operator" and moving.state == "pending"

    def sent(self, moving: Moving) -> None:
        """The operator sent it: it is outside."""
        moving.state = "settled"
        self.outside["bank", moving.currency] += moving.amount

    def take_back(self, moving: Moving) -> None:
        moving.state = "cancelled"
        self.balance[moving.what, moving.currency] += moving.amount
