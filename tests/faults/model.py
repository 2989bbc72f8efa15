"""The rules of terms and escrow once more, in dictionaries and whole numbers, from the rules alone.

Nothing here has seen the product: it keeps what `test_machine` compares the product with. Names
of things are whatever the caller gives; times are minutes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

CLOSED = ("released", "approved", "cancelled")
DONE = ("released", "approved")
CLIENT, FREELANCER = "client", "freelancer"
LAPSES_AFTER = 14 * 24 * 60


@dataclass(frozen=True)
class Row:
    """A line of terms; without work it is new."""

    work: str | None
    title: str
    amount: int


@dataclass
class Work:
    """A milestone, and what is in escrow for it."""

    title: str
    amount: int
    state: str = "proposed"
    held: int = 0

    @property
    def lacks(self) -> int:
        return 0 if self.state in CLOSED else max(0, self.amount - self.held)

    def settle(self) -> None:
        """Funded or not, as escrow says, while nobody has submitted."""
        if self.state in ("planned", "funded"):
            self.state = "funded" if self.amount and not self.lacks else "planned"

    def back_to_work(self) -> None:
        self.state = "planned"
        self.settle()


@dataclass
class Terms:
    """A numbered revision; `put_in` is what was prefunded for it, by work."""

    number: int
    side: str
    rows: list[Row]
    sent: int
    state: str = "proposed"
    put_in: Counter[str] = field(default_factory=Counter)


@dataclass
class Pay:
    """A payment; `asked` by work in order; `left` is what it brought and did not go back."""

    room: Room
    way: str
    asked: dict[str, int]
    terms: Terms | None = None
    state: str = "pending"
    settled: int = 0
    left: dict[str, int] = field(default_factory=dict)
    late: bool = False  # its terms came to nothing before it settled

    @property
    def total(self) -> int:
        return sum(self.asked.values())

    @property
    def open(self) -> bool:
        return self.state == "pending"

    def stop(self) -> None:
        self.state, self.terms = "cancelled", None


@dataclass
class Room:
    """One engagement."""

    job: str
    currency: str
    first: list[Row]
    state: str = "negotiating"
    works: dict[str, Work] = field(default_factory=dict)
    terms: list[Terms] = field(default_factory=list)
    drafts: dict[str, list[Row]] = field(default_factory=dict)
    handed: dict[str, list[str]] = field(default_factory=dict)
    """What was handed in: [work, state], by submission."""

    @property
    def living(self) -> bool:
        return self.state in ("negotiating", "active")

    @property
    def waiting(self) -> Terms | None:
        return next((one for one in self.terms if one.state == "proposed"), None)

    @property
    def force(self) -> Terms | None:
        return next((one for one in self.terms if one.state == "accepted"), None)

    def put_back(self, rows: list[Row]) -> list[Row]:
        """What is closed reads as it was closed; what was cancelled, or stands twice, is new."""
        out: list[Row] = []
        seen: set[str] = set()
        for row in rows:
            work = self.works.get(row.work or "")
            if work is None or work.state == "cancelled" or row.work in seen:
                out.append(replace(row, work=None))
                continue
            seen.add(str(row.work))
            done = work.state in DONE
            out.append(Row(row.work, work.title, work.amount) if done else row)
        return out

    def left_out(self, rows: list[Row]) -> set[str]:
        """What is closed and not in these rows: it is put back somewhere among them."""
        there = {row.work for row in rows}
        return {name for name, work in self.works.items() if work.state in DONE} - there

    def basis(self, side: str) -> list[Row] | None:
        """What a new draft begins from; None where the rules do not say."""
        if not self.terms:
            return self.first
        last = self.terms[-1]
        own = last.side == side and last.state in ("declined", "withdrawn", "lapsed")
        if last.state == "proposed" or own:
            return last.rows
        return self.force.rows if self.force else None

    def touched(self, terms: Terms) -> bool:
        """Whether terms change what has been closed since."""
        rows = {row.work: row for row in terms.rows}
        for name, work in self.works.items():
            row = rows.get(name)
            if work.state == "cancelled" and row:
                return True
            if work.state in DONE and row != Row(name, work.title, work.amount):
                return True
        return False

    def may_send(self, side: str, rows: list[Row]) -> bool:
        standing = self.waiting or self.force
        if not self.living or not (rows or self.left_out(rows)):
            return False
        if self.waiting and self.waiting.side == side:
            return False
        if side == FREELANCER and not self.terms:
            return False
        now = self.put_back(rows)
        return standing is None or bool(self.left_out(now)) or now != standing.rows

    def may_accept(self, terms: Terms, side: str) -> bool:
        return self.may_decline(terms, side) and not self.touched(terms)

    def may_decline(self, terms: Terms, side: str) -> bool:
        return self.living and terms.state == "proposed" and side == _other(terms.side)

    def may_end(self, side: str) -> bool:
        """The client where nothing is in escrow; the freelancer all that is not submitted."""
        if not self.living or side not in (CLIENT, FREELANCER):
            return False
        if side == CLIENT:
            return not self.handed_in and not any(one.held for one in self.works.values())
        undone = any(one.state in ("planned", "funded") for one in self.works.values())
        return undone or not self.handed_in

    @property
    def handed_in(self) -> bool:
        """Whether work waits for the client."""
        return any(one.state == "submitted" for one in self.works.values())

    def may_submit(self, name: str, side: str) -> bool:
        work = self.works[name]
        ready = work.state == "funded" or (work.state == "planned" and not work.amount)
        return side == FREELANCER and self.state == "active" and ready

    def may_decide(self, submission: str, side: str, whose: str) -> bool:
        return side == whose and self.handed[submission][1] == "waiting"

    def may_approve(self, submission: str, side: str) -> bool:
        work = self.works[self.handed[submission][0]]
        return self.may_decide(submission, side, CLIENT) and not work.lacks

    def may_release(self, name: str, side: str) -> bool:
        return side == CLIENT and self.state == "active" and self.works[name].state == "funded"

    def submit(self, submission: str, name: str) -> None:
        self.works[name].state = "submitted"
        self.handed[submission] = [name, "waiting"]

    def decide(self, submission: str, state: str) -> None:
        self.handed[submission][1] = state
        if state != "approved":
            self.works[self.handed[submission][0]].back_to_work()

    def send(self, side: str, rows: list[Row], now: int) -> None:
        """The rows are as they were sent: every one has its work by now."""
        for row in rows:
            assert row.work
            self.works.setdefault(row.work, Work(row.title, row.amount))
        self.drafts.pop(side, None)
        self.terms.append(Terms(len(self.terms) + 1, side, rows, now))

    def finish(self) -> None:
        """All is closed, something was done, and no terms wait: it is finished."""
        agreed = [one.state for one in self.works.values() if one.state != "proposed"]
        closed = all(state in CLOSED for state in agreed) and any(s in DONE for s in agreed)
        if self.state == "active" and closed and not self.waiting:
            self.state = "finished"

    def next_to_fund(self) -> str | None:
        """The first that lacks money, once no earlier one with an amount is being worked on."""
        for row in self.force.rows if self.force else ():
            work = self.works[str(row.work)]
            if work.amount and work.state not in CLOSED:
                return row.work if work.lacks else None
        return None


def _other(side: str) -> str:
    return CLIENT if side == FREELANCER else FREELANCER
