"""The rules of terms and escrow once more, in dictionaries and whole numbers, from the rules alone.

Nothing here has seen the product: it keeps what `test_machine` compares the product with. Names
of things are whatever the caller gives; times are minutes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.model_room import Room

CLOSED = ("released", "approved", "cancelled")
DONE = ("released", "approved")
UNDONE = ("planned", "funded")
CLIENT, FREELANCER = "client", "freelancer"
DAY = 24 * 60
LAPSES_AFTER = 14 * DAY
SILENCE = 7 * DAY
Fee = tuple[int, int]
"""What the board keeps of a work: thousandths of a percent, and at least so much."""


def fee_of(fee: Fee, paid: int) -> int:
    """What is kept of all that was paid for a work: half up, and never more than that."""
    share = (Decimal(paid) * fee[0] / 100_000).quantize(Decimal(1), ROUND_HALF_UP)
    return min(paid, max(int(share), fee[1]))


@dataclass(frozen=True)
class Row:
    """A line of terms; without work it is new."""

    work: str | None
    title: str
    amount: int


@dataclass
class Quarrel:
    """A dispute: `amount` is frozen while it lives, and the offers are `low` (the client's) and

    `high`. `numbers` are the sealed ones: what was entered (None once compared), and when.
    """

    side: str
    amount: int
    due: int
    high: int
    low: int = 0
    state: str = "open"
    answered: bool = False
    taken: bool = False
    awarded: int | None = None
    ended: int = 0
    numbers: dict[str, tuple[int | None, int]] = field(default_factory=dict)

    @property
    def lives(self) -> bool:
        return self.state in ("open", "answered", "called")

    @property
    def called(self) -> bool:
        return self.state == "called"

    def stands(self, side: str) -> int:
        """What a side would agree to, as the freelancer's part."""
        return self.low if side == CLIENT else self.high

    def may_talk(self, now: int) -> bool:
        """Offers and numbers: once it was answered, or the time for that is over."""
        return self.lives and (self.answered or self.called or now > self.due)


@dataclass
class Work:
    """A milestone: what is in escrow for it, what was paid of it so far, and what disputes sent

    `back`, which it owes no more. `whole` is the minute since which its whole amount is held, and
    `last` the amount that it had then.
    """

    title: str
    amount: int
    state: str = "proposed"
    held: int = 0
    paid: int = 0
    back: int = 0
    quarrels: dict[str, Quarrel] = field(default_factory=dict)
    whole: int | None = None
    last: int = 0

    @property
    def quarrel(self) -> Quarrel | None:
        """The dispute that lives."""
        return next((one for one in self.quarrels.values() if one.lives), None)

    @property
    def frozen(self) -> int:
        return self.quarrel.amount if self.quarrel else 0

    @property
    def gone(self) -> int:
        """What of its amount is decided: paid, or sent back."""
        return self.paid + self.back

    @property
    def owed(self) -> int:
        return max(0, self.amount - self.gone - self.frozen)

    @property
    def settled(self) -> bool:
        """All of its amount is decided, though nobody approved it."""
        decided = bool(self.gone) and self.gone == self.amount
        return decided and self.state not in CLOSED and not self.quarrel

    @property
    def lacks(self) -> int:
        return 0 if self.state in CLOSED or not self.amount else max(0, self.owed - self.held)

    @property
    def partly(self) -> bool:
        """It holds some but not all of its amount, however that came about."""
        agreed = self.state in (*UNDONE, "submitted")
        return agreed and self.lacks > 0 and self.held + self.frozen > 0

    def tick(self, now: int) -> None:
        """Since when the whole is held: a raise begins anew, even where its money came with it."""
        agreed = self.state in (*UNDONE, "submitted")
        raised, self.last = self.amount > self.last, self.amount
        if not agreed or not self.amount or self.lacks:
            self.whole = None
        elif self.whole is None or raised:
            self.whole = now

    def settle(self) -> None:
        """Funded or not, as escrow says, while nobody has submitted."""
        if self.state in UNDONE:
            self.state = "funded" if self.amount and not self.lacks else "planned"

    def back_to_work(self) -> None:
        self.state = "planned"
        self.settle()


@dataclass
class Draft:
    """What somebody typed and has not sent: lines, review days, and whether money that becomes free

    goes to other works.
    """

    rows: list[Row]
    days: int | None = None
    rolls: bool = False


@dataclass
class Terms:
    """A numbered revision; `put_in` is what was prefunded for it, by work."""

    name: str
    number: int
    side: str
    rows: list[Row]
    sent: int
    days: int | None = None
    rolls: bool = False
    fee: Fee = (0, 0)
    state: str = "proposed"
    put_in: Counter[str] = field(default_factory=Counter)


@dataclass
class Pay:
    """A payment; `asked` by work in order; `left` is what it brought and did not go back.

    A `bonus` asks for nothing: it is the freelancer's.
    """

    room: Room
    way: str
    asked: dict[str, int]
    terms: Terms | None = None
    bonus: int = 0
    state: str = "pending"
    settled: int = 0
    left: dict[str, int] = field(default_factory=dict)
    late: bool = False  # its terms came to nothing before it settled
    moot: bool = False  # superseded, and its client has not said that it was not sent
    began: int = 0
    filled: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.asked.values()) + self.bonus

    @property
    def open(self) -> bool:
        return self.state == "pending"

    @property
    def given_up(self) -> bool:
        return self.state == "cancelled"

    def stop(self) -> None:
        self.state, self.terms = "cancelled", None

    def supersede(self) -> None:
        """Nobody waits for it; from a bank it may still arrive."""
        self.stop()
        self.moot = self.way == "bank"


@dataclass
class Ask:
    """The client's wish for money back; the `number`-th for its work. `scope` as the board has it:

    the `rest` of the money, the `milestone`, or the `engagement`.
    """

    room: Room
    work: str
    number: int
    scope: str
    due: int
    state: str = "waiting"


@dataclass
class Moving:
    """A payout of somebody (`whose`), in transit until it is sent."""

    whose: str
    currency: str
    amount: int
    state: str = "pending"


@dataclass
class Back:
    """A refund of a work's money to the payment that brought it."""

    pay: str
    work: str | None
    way: str
    currency: str
    amount: int
    state: str = "pending"


def other(side: str) -> str:
    """The other of the two."""
    return CLIENT if side == FREELANCER else FREELANCER
