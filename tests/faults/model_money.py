"""The money of the model: every account is a number in a counter, every act moves it twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.model import (
    CLIENT,
    CLOSED,
    FREELANCER,
    Ask,
    Back,
    Fee,
    Moving,
    Pay,
    Terms,
    fee_of,
)
from tests.faults.model_room import Room

HOME = "USD"
"""The board's own currency."""
Figures = dict[tuple[str, str], int]
"""What stands on an account, by name and currency; nothing where nothing stands."""


@dataclass
class Money:
    """All money of one client and one freelancer, and the rooms that it is for."""

    rooms: dict[str, Room] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    pays: dict[str, Pay] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)
    payouts: dict[str, Moving] = field(default_factory=dict)
    backs: list[Back] = field(default_factory=list)
    balance: Counter[tuple[str, str]] = field(default_factory=Counter)
    outside: Counter[tuple[str, str]] = field(default_factory=Counter)
    fees: Counter[str] = field(default_factory=Counter)
    fee: Fee = (0, 0)
    """What the board asks of new work; its least amount is of the board's own currency."""
    now: int = 0

    def tick(self) -> None:
        """What every act leaves behind: since when each work's whole amount is held."""
        for room in self.rooms.values():
            for work in room.works.values():
                work.tick(self.now)

    def figures(self) -> Figures:
        """What stands on every account, in the ledger's names for them."""
        out: Counter[tuple[str, str]] = Counter()
        for (who, currency), amount in self.balance.items():
            out[f"balance:{who}", currency] += amount
        for (way, currency), amount in self.outside.items():
            out[f"bank:{way}", currency] += amount
        for back in (one for one in self.backs if one.state == "pending"):
            out[f"refund_in_transit:{back.way}", back.currency] += back.amount
        for moving in (one for one in self.payouts.values() if one.state == "pending"):
            out["payout_in_transit:bank", moving.currency] += moving.amount
        for currency, amount in self.fees.items():
            out["fees", currency] += amount
        for room in self.rooms.values():
            for name, work in room.works.items():
                out[f"held:{name}", room.currency] += work.held
                for quarrel, one in work.quarrels.items():
                    out[f"disputed:{quarrel}", room.currency] += one.amount * one.lives
            for terms in room.terms:
                for name, amount in terms.put_in.items():
                    out[f"prefunded:{terms.name}:{name}", room.currency] += amount
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
            covered = 0 if terms else self.covered(room).get(name, 0)
            asked[name] = self.lacks(room, name, terms) - covered
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
        decided = work.gone + work.frozen
        coming = sum(
            pay.asked.get(name, 0)
            for pay in self.pays.values()
            if pay.moot or (pay.open and pay.terms is None)
        )
        return max(0, amount - work.held - decided - terms.put_in[name] - coming)

    def covered(self, room: Room) -> dict[str, int]:
        """What superseded payments would fill of what the works of a room lack."""
        found: dict[str, int] = {}
        for pay in self.in_order(lambda one: one.moot and one.room is room):
            rest = pay.total
            for name in pay.asked:
                takes = min(rest, self.lacks(room, name, None) - found.get(name, 0))
                found[name] = found.get(name, 0) + takes
                rest -= takes
        return found

    def in_order(self, good: Callable[[Pay], bool]) -> list[Pay]:
        """The payments of a kind, oldest first."""
        keys = [(pay.began, key) for key, pay in self.pays.items() if good(pay)]
        return [self.pays[key] for _, key in sorted(keys)]

    def not_sent(self, pay: Pay) -> None:
        pay.moot = False
        self.drop_stale(pay.room)

    def bonus(self, room: Room, amount: int, side: str, way: str) -> Pay | int | None:
        """What a bonus would bring; the one under way; None where it is refused."""
        if side != CLIENT or not room.agreed:
            return None
        for pay in self.pays.values():
            if pay.room is room and pay.open and pay.bonus:
                return pay
        short = way == "balance" and amount > self.balance[CLIENT, room.currency]
        return None if short or amount <= 0 else amount

    def may_confirm(self, pay: Pay, side: str, received: int) -> bool:
        return side == "operator" and pay.state != "settled" and pay.way == "bank" and received > 0

    def settle(self, pay: Pay, received: int, now: int) -> None:
        """The money came: each work takes what it lacks, in order; the rest is the client's.

        Nothing else waits for what has come by now.
        """
        room, rest = pay.room, received
        pay.state, pay.settled, pay.moot = "settled", now, False
        needed = pay.late and any(self.lacks(room, name, None) for name in pay.asked)
        if needed:  # agreed works lack it now
            pay.terms, pay.late = None, False
        if pay.way == "balance":
            self.balance[CLIENT, room.currency] -= received
        else:
            self.outside[pay.way, room.currency] -= received
        earned = min(pay.bonus, rest)
        self.balance[FREELANCER, room.currency] += earned
        rest -= earned
        for name, asked in pay.asked.items():
            work = room.works[name]
            lacks = 0 if work.state == "proposed" else work.lacks
            taken = min(rest, asked if pay.terms else lacks)
            rest -= taken
            pay.left[name] = pay.filled[name] = taken
            if pay.late:  # straight back where it came from
                self.give_back(room, name, taken, pay.terms)
                continue
            if pay.terms:
                pay.terms.put_in[name] += taken
            else:
                work.held += taken
                work.settle()
        if needed and rest:
            key = next(key for key, one in self.pays.items() if one is pay)
            self.backs.append(Back(key, None, pay.way, room.currency, rest))
        else:
            self.balance[CLIENT, room.currency] += rest
        self.drop_stale(room)

    def confirm(self, pay: Pay, received: int, now: int) -> None:
        """The bank has it."""
        self.settle(pay, received, now)

    def drop_stale(self, room: Room) -> None:
        """A payment that asks for another sum than its client is asked for is not waited for."""
        while stale := self.in_order(lambda pay: self.stale(room, pay)):
            stale[0].supersede()

    def stale(self, room: Room, pay: Pay) -> bool:
        if pay.room is not room or not pay.open or pay.terms or pay.bonus:
            return False
        covered = self.covered(room)
        return any(
            amount != self.lacks(room, name, None) - covered.get(name, 0)
            for name, amount in pay.asked.items()
        )

    # Money back.

    def give_back(self, room: Room, name: str, amount: int, pool: Terms | None) -> None:
        """To the payments that it came from, newest first; what none takes is the client's."""
        for key, part in self.sources(name, amount, pool):
            amount -= part
            pay = self.pays[key]
            pay.left[name] -= part
            back = Back(key, name, pay.way, room.currency, part)
            self.backs.append(back)
            if pay.way != "bank":
                self.arrive(back)
        self.balance[CLIENT, room.currency] += amount

    def sources(self, name: str, amount: int, pool: Terms | None) -> list[tuple[str, int]]:
        """The payments that brought a work's money, newest first, and how much of each is meant."""
        mine = [one for one in self.pays.items() if one[1].terms is pool and one[1].left.get(name)]
        out = []
        for key, pay in sorted(mine, key=lambda one: -one[1].settled):
            part = min(amount, pay.left[name])
            amount -= part
            out += [(key, part)] if part else []
        return out

    def move(self, room: Room, giver: str, taker: str, amount: int) -> None:
        """It stays in escrow, and the payments that brought it brought it for the other work."""
        room.works[giver].held -= amount
        room.works[taker].held += amount
        for key, part in self.sources(giver, amount, None):
            for figures in (self.pays[key].left, self.pays[key].filled):
                figures[giver] -= part
                figures[taker] = figures.get(taker, 0) + part

    def arrive(self, back: Back) -> None:
        """It is where it came from."""
        back.state = "settled"
        if back.way == "balance":
            self.balance[CLIENT, back.currency] += back.amount
        else:
            self.outside[back.way, back.currency] += back.amount

    def give_back_prefunds(self, room: Room, terms: Terms) -> None:
        """These terms came to nothing: what was put in for them, and only that, goes back."""
        for name, amount in terms.put_in.items():
            self.give_back(room, name, amount, terms)
        terms.put_in.clear()
        for pay in self.pays.values():
            if pay.open and pay.terms is terms:
                pay.supersede()
                pay.terms, pay.late = terms, True

    # Money out.

    def earn(self, room: Room, name: str, amount: int) -> None:
        """To the freelancer, less what the board keeps; it is gone from where it stood."""
        work = room.works[name]
        before, after = fee_of(room.fee, work.paid), fee_of(room.fee, work.paid + amount)
        work.paid += amount
        self.fees[room.currency] += after - before
        self.balance[FREELANCER, room.currency] += amount - (after - before)

    def fee_for(self, currency: str) -> Fee:
        """What terms sent now would carry, where nothing is agreed yet."""
        return (self.fee[0], self.fee[1] if currency == HOME else 0)

    def may_ask(self, side: str, currency: str, amount: int) -> bool:
        return 0 < amount <= self.balance[side, currency]

    def ask(self, name: str, side: str, currency: str, amount: int) -> None:
        self.balance[side, currency] -= amount
        self.payouts[name] = Moving(side, currency, amount)

    def may_settle(self, moving: Moving | Back, side: str) -> bool:
        return side == "operator" and moving.state == "pending"

    def sent(self, moving: Moving) -> None:
        """The operator sent it: it is outside."""
        moving.state = "settled"
        self.outside["bank", moving.currency] += moving.amount

    def take_back(self, moving: Moving) -> None:
        moving.state = "cancelled"
        self.balance[moving.whose, moving.currency] += moving.amount
