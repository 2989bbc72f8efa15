"""One engagement as the model knows it: its works, its terms, and what anybody may do with them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from tests.faults.model import (
    CLIENT,
    CLOSED,
    DONE,
    FREELANCER,
    UNDONE,
    Draft,
    Fee,
    Row,
    Terms,
    Work,
    other,
)


@dataclass
class Room:
    """One engagement."""

    job: str
    currency: str
    first: list[Row]
    state: str = "negotiating"
    fee: Fee = (0, 0)
    works: dict[str, Work] = field(default_factory=dict)
    terms: list[Terms] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)
    handed: dict[str, list[str]] = field(default_factory=dict)
    """What was handed in: [work, state], by submission."""
    handed_at: dict[str, int] = field(default_factory=dict)

    @property
    def living(self) -> bool:
        return self.state in ("negotiating", "active")

    @property
    def waiting(self) -> Terms | None:
        return next((one for one in self.terms if one.state == "proposed"), None)

    @property
    def force(self) -> Terms | None:
        return next((one for one in self.terms if one.state == "accepted"), None)

    @property
    def agreed(self) -> bool:
        """Whether any terms were ever agreed."""
        return any(one.state in ("accepted", "replaced") for one in self.terms)

    @property
    def handed_in(self) -> bool:
        """Whether work waits for the client."""
        return any(one.state == "submitted" for one in self.works.values())

    @property
    def disputed(self) -> bool:
        """Whether some of its money is in dispute."""
        return any(one.quarrel for one in self.works.values())

    @property
    def held(self) -> int:
        """All that is in escrow of it, and not in dispute."""
        return sum(one.held for one in self.works.values())

    # Tables of lines.

    def put_back(self, rows: list[Row], also: Collection[str] = ()) -> list[Row]:
        """What is closed or in dispute (and `also`) reads as it stands; what was cancelled is new,

        and so is what stands there twice.
        """
        out: list[Row] = []
        seen: set[str] = set()
        for row in rows:
            work = self.works.get(row.work or "")
            if work is None or work.state == "cancelled" or row.work in seen:
                out.append(replace(row, work=None))
                continue
            seen.add(str(row.work))
            fixed = row.work in self.fixed or row.work in also
            out.append(Row(row.work, work.title, work.amount) if fixed else row)
        return out

    def left_out(self, rows: list[Row], also: Collection[str] = ()) -> set[str]:
        """What is closed or in dispute (and `also`), and not in these rows: it is put back."""
        return (self.fixed | set(also)) - {str(row.work) for row in rows}

    @property
    def fixed(self) -> set[str]:
        """The works whose lines cannot change: done, or in dispute."""
        return {name for name, one in self.works.items() if one.state in DONE or one.quarrel}

    def basis(self, side: str) -> Draft | None:
        """What a new draft begins from; None where the rules do not say."""
        if not self.terms:
            return Draft(self.first)
        last = self.terms[-1]
        own = last.side == side and last.state in ("declined", "withdrawn", "lapsed")
        if last.state == "proposed" or own:
            return Draft(last.rows, last.days, last.rolls)
        return Draft(self.force.rows, self.force.days) if self.force else None

    def touched(self, terms: Terms) -> bool:
        """Whether terms change what has been closed since, or is in dispute."""
        rows = {row.work: row for row in terms.rows}
        for name, work in self.works.items():
            row = rows.get(name)
            if work.state == "cancelled" and row:
                return True
            if name in self.fixed and row != Row(name, work.title, work.amount):
                return True
        return False

    def taken_away(self, rows: list[Row]) -> set[str]:
        """The works from which rows take what was paid in part, or sent back by disputes."""
        amounts = {row.work: row.amount for row in rows}
        open_ones = {n: w for n, w in self.works.items() if w.state not in CLOSED}
        least = {
            name: work.gone + work.frozen if name in amounts else work.paid
            for name, work in open_ones.items()
        }
        return {name for name, done in least.items() if amounts.get(name, 0) < done}

    # What may be done.

    def may_send(self, side: str, draft: Draft) -> bool:
        standing = self.waiting or self.force
        if not self.living or not (draft.rows or self.left_out(draft.rows)):
            return False
        if self.waiting and self.waiting.side == side:
            return False
        if side == FREELANCER and not self.terms:
            return False
        now = self.put_back(draft.rows)
        if self.taken_away(now):
            return False
        if standing is None or standing.days != draft.days:
            return True
        if standing.state == "proposed" and standing.rolls != draft.rolls:
            return True
        return bool(self.left_out(now)) or now != standing.rows

    def may_accept(self, terms: Terms, side: str) -> bool:
        keeps = not self.touched(terms) and not self.taken_away(terms.rows)
        return self.may_decline(terms, side) and keeps

    def may_decline(self, terms: Terms, side: str) -> bool:
        return self.living and terms.state == "proposed" and side == other(terms.side)

    def may_end(self, side: str) -> bool:
        """The client where nothing is in escrow; the freelancer all that is not submitted.

        What is in dispute waits for its end.
        """
        if not self.living or side not in (CLIENT, FREELANCER):
            return False
        if side == CLIENT:
            return not self.busy and not self.held
        undone = any(one.state in UNDONE and not one.quarrel for one in self.works.values())
        return undone or not self.busy

    @property
    def busy(self) -> bool:
        """Whether something must be decided before it can end."""
        return self.handed_in or self.disputed

    def may_submit(self, name: str, side: str) -> bool:
        work = self.works[name]
        free = work.state == "planned" and (work.partly or not work.amount)
        ready = work.state == "funded" or free
        return side == FREELANCER and self.state == "active" and ready

    def may_decide(self, submission: str, side: str, whose: str) -> bool:
        return side == whose and self.handed[submission][1] == "waiting"

    def may_approve(self, submission: str, side: str) -> bool:
        work = self.works[self.handed[submission][0]]
        return self.may_decide(submission, side, CLIENT) and not work.lacks and not work.frozen

    def may_part(self, submission: str, side: str, amount: int, back: bool = False) -> bool:
        """Not all that is owed, which is to approve it; money in dispute is not asked back."""
        work = self.works[self.handed[submission][0]]
        some = 0 < amount <= work.held and (amount != work.owed or bool(work.frozen))
        if back and work.frozen and amount < work.held:
            return False
        return self.may_decide(submission, side, CLIENT) and some

    def may_release(self, name: str, side: str) -> bool:
        work = self.works[name]
        ready = work.state == "funded" and not work.frozen
        return side == CLIENT and self.state == "active" and ready

    def may_dispute(self, name: str, side: str, amount: int) -> bool:
        work = self.works[name]
        ready = work.state not in CLOSED and not work.quarrel
        party = side in (CLIENT, FREELANCER) and self.state == "active"
        return party and ready and 0 < amount <= work.held

    def clocked(self) -> dict[str, int]:
        """What the client's silence would release, and since when it counts: from the submission,

        or since when all is held, or the last dispute ended. There must be review days.
        """
        if self.state != "active" or not self.force or not self.force.days:
            return {}
        return {one: self._began(one) for one in self.handed if self.may_approve(one, CLIENT)}

    def _began(self, submission: str) -> int:
        work = self.works[self.handed[submission][0]]
        ended = [one.ended for one in work.quarrels.values()]
        return max(self.handed_at[submission], work.whole or 0, *ended)

    # What happens.

    def submit(self, submission: str, name: str, now: int) -> None:
        self.works[name].state = "submitted"
        self.handed[submission] = [name, "waiting"]
        self.handed_at[submission] = now

    def decide(self, submission: str, state: str) -> None:
        self.handed[submission][1] = state
        if state != "approved":
            self.works[self.handed[submission][0]].back_to_work()

    def send(self, name: str, side: str, draft: Draft, fee: Fee, now: int) -> None:
        """The rows are as they were sent: every one has its work by now."""
        for row in draft.rows:
            assert row.work
            self.works.setdefault(row.work, Work(row.title, row.amount))
        self.drafts.pop(side, None)
        fee = self.fee if self.agreed else fee
        number = len(self.terms) + 1
        sent = Terms(name, number, side, draft.rows, now, draft.days, draft.rolls, fee)
        self.terms.append(sent)

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
