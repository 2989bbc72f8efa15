"""Whether lines of terms change what was closed, paid in part or disputed since they were typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from app.escrow.balance import CLOSED, MilestoneBalance
from app.escrow.models import Milestone
from app.kernel.errors import Refused

Every = Sequence[tuple[Milestone, MilestoneBalance]]
"""The milestones of an engagement, as `work.every` reads them."""


class Row(Protocol):
    """A line of terms, of a draft, or of a plan. Amounts in minor units."""

    @property
    def milestone_id(self) -> str | None: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def due(self) -> date | None: ...
    @property
    def amount_minor(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Touched:
    """The milestone that terms change although they may not. `code` is of the refusal.

    `least_minor` is what they must leave it (minor units), where they take away what was released.
    """

    title: str
    code: str
    least_minor: int = 0

    def refusal(self, currency: str) -> Refused:
        """Why such terms cannot be sent, or accepted."""
        return Refused(
            self.code, title=self.title, released_minor=self.least_minor, currency=currency
        )


def touched(every: Every, rows: Iterable[Row]) -> Touched | None:
    """The milestone that these rows change although it is closed or in dispute by now, or has been

    paid more than they leave it.
    """
    lines = {row.milestone_id: row for row in rows}
    for one, now in every:
        if one.state not in CLOSED and not now.disputed_minor:
            continue
        line, gone = lines.get(one.id), one.state == "cancelled"
        if (gone if line else not gone) or (line and not same(one, line)):
            return Touched(
                one.title, f"terms.touches_{'disputed' if now.disputed_minor else 'closed'}"
            )
    return below_released(every, lines.values())


def below_released(every: Every, rows: Iterable[Row]) -> Touched | None:
    """The first milestone that these rows take money from which is decided already."""
    for milestone, least in taken_away(every, rows):
        return Touched(milestone.title, "terms.below_released", least)
    return None


def taken_away(every: Every, rows: Iterable[Row]) -> list[tuple[Milestone, int]]:
    """The open milestones that rows delete although some of it was released, or lower below what

    was released and what went back by disputes; and what they must leave each (minor units).
    """
    amounts = {row.milestone_id: row.amount_minor for row in rows}
    open_ones = ((one, now) for one, now in every if one.state not in CLOSED)
    least = [
        (one, now.decided_minor if one.id in amounts else now.released_minor)
        for one, now in open_ones
    ]
    return [(one, done) for one, done in least if amounts.get(one.id, 0) < done]


def same(milestone: Milestone, row: Row) -> bool:
    """Whether a row words its milestone as it stands."""
    mine = (milestone.title, milestone.description, milestone.due, milestone.amount_minor)
    return mine == (row.title, row.description, row.due, row.amount_minor)
