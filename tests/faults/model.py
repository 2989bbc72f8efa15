"""The rules of terms and escrow once more, in dictionaries and whole numbers, from the rules alone.

Nothing here has seen the product: it keeps what `test_machine` compares the product with. Names
of things are whatever the caller gives; times are minutes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Row:
    """A line of terms; without work it is new."""

    work: str | None
    title: str
    amount: int


@dataclass
class Work:
    """A milestone: what is in escrow for it, and what was paid of it so far."""

    title: str
    amount: int
    state: str = "proposed"
    held: int = 0
    paid: int = 0

    @property
    def owed(self) -> int:
        return max(0, self.amount - self.paid)

    @property
    def lacks(self) -> int:
        return 0 if self.state in CLOSED or not self.amount else max(0, self.owed - self.held)

    def settle(self) -> None:
        """Funded or not, as escrow says, while nobody has submitted."""
        if self.state in UNDONE:
            self.state = "funded" if self.amount and not self.lacks else "planned"

    def back_to_work(self) -> None:
        self.state = "planned"
        self.settle()


@dataclass
class Draft:
    """What somebody typed and has not sent: lines, and review days."""

    rows: list[Row]
    days: int | None = None


@dataclass
class Terms:
    """A numbered revision; `put_in` is what was prefunded for it, by work."""

    name: str
    number: int
    side: str
    rows: list[Row]
    sent: int
    days: int | None = None
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
    filled: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.asked.values()) + self.bonus

    @property
    def open(self) -> bool:
        return self.state == "pending"

    def stop(self) -> None:
        self.state, self.terms = "cancelled", None


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
    work: str
    way: str
    currency: str
    amount: int
    state: str = "pending"


def other(side: str) -> str:
    """The other of the two."""
    return CLIENT if side == FREELANCER else FREELANCER
