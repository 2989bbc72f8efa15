"""Whether terms change what was closed, paid in part or disputed since they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import sums, work
from app.escrow.models import Milestone
from app.terms import reads
from app.terms.models import Line, Revision


class Row(Protocol):
    """A line of terms, or of a draft."""

    @property
    def milestone_id(self) -> str | None: ...
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


def touched(session: Session, revision: Revision) -> Touched | None:
    """The milestone that this revision changes although it is closed or in dispute by now, or

    has been paid more than the revision leaves it.
    """
    lines = {line.milestone_id: line for line in reads.lines(session, revision.id)}
    every = stands(session, revision.engagement_id)
    for one in every:
        if one.milestone.state not in work.CLOSED and not one.frozen:
            continue
        line = lines.get(one.milestone.id)
        gone = one.milestone.state == "cancelled"
        if (gone if line else not gone) or (line and _worded(line) != _worded(one.milestone)):
            code = f"terms.touches_{'disputed' if one.frozen else 'closed'}"
            return Touched(one.milestone.title, code)
    return _below(taken_away(every, list(lines.values())))


def below_released(session: Session, engagement_id: str, lines: Sequence[Row]) -> Touched | None:
    """The first milestone that these lines take money from which is decided already."""
    return _below(taken_away(stands(session, engagement_id), lines))


@dataclass(frozen=True, slots=True)
class Stands:
    """A milestone, and what became of its money, in minor units."""

    milestone: Milestone
    released: int
    gone_back: int
    frozen: int


def stands(session: Session, engagement_id: str) -> list[Stands]:
    """Every milestone of an engagement, in order: one question."""
    rows = session.execute(
        select(Milestone, sums.RELEASED, sums.GONE_BACK, sums.FROZEN)
        .where(Milestone.engagement_id == engagement_id)
        .order_by(Milestone.position, Milestone.id)
    )
    return [Stands(one, *(int(minor or 0) for minor in money)) for one, *money in rows]


def taken_away(every: Sequence[Stands], lines: Sequence[Row]) -> list[tuple[Milestone, int]]:
    """The open milestones that lines delete although some of it was released, or lower below what

    was released and what went back by disputes; and what they must leave each (minor units).
    """
    amounts = {line.milestone_id: line.amount_minor for line in lines}
    found = []
    for one in every:
        there = one.milestone.id in amounts
        least = one.released + (one.gone_back + one.frozen if there else 0)
        if one.milestone.state not in work.CLOSED and amounts.get(one.milestone.id, 0) < least:
            found.append((one.milestone, least))
    return found


def _below(found: Sequence[tuple[Milestone, int]]) -> Touched | None:
    for milestone, least in found[:1]:
        return Touched(milestone.title, "terms.below_released", least)
    return None


def _worded(one: Line | Milestone) -> tuple[object, ...]:
    return (one.title, one.description, one.due, one.amount_minor)
