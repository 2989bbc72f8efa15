"""What changes between two versions of the terms, line by line. Pure: no database, no clock."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Worded(Protocol):
    """A line as a revision words it. Lines without a milestone are new."""

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
class Change:
    """One row of a comparison: `old` is None for an added line, `new` for a deleted one."""

    old: Worded | None
    new: Worded | None
    old_position: int | None
    new_position: int | None
    moved: bool = False

    @property
    def added(self) -> bool:
        """Whether the line is new."""
        return self.old is None

    @property
    def deleted(self) -> bool:
        """Whether the line is gone."""
        return self.new is None

    @property
    def retitled(self) -> bool:
        """Whether the title differs."""
        return self._differs("title")

    @property
    def redescribed(self) -> bool:
        """Whether the description differs."""
        return self._differs("description")

    @property
    def reworded(self) -> bool:
        """Whether title or description differ."""
        return self.retitled or self.redescribed

    @property
    def redated(self) -> bool:
        """Whether the due date differs."""
        return self._differs("due")

    @property
    def repriced(self) -> bool:
        """Whether the amount differs."""
        return self._differs("amount_minor")

    @property
    def kinds(self) -> tuple[str, ...]:
        """What happened to the line, in the words of the rules; none where it stays the same."""
        if self.added:
            return ("added",)
        if self.deleted:
            return ("deleted",)
        names = ("reworded", "redated", "repriced", "moved")
        return tuple(name for name in names if getattr(self, name))

    def _differs(self, name: str) -> bool:
        if self.old is None or self.new is None:
            return False
        return bool(getattr(self.old, name) != getattr(self.new, name))


@dataclass(frozen=True, slots=True)
class Difference:
    """A whole comparison: rows in the new order, deleted lines where they stood."""

    rows: tuple[Change, ...]
    old_total_minor: int
    new_total_minor: int
    old_end: date | None
    new_end: date | None

    @property
    def any(self) -> bool:
        """Whether any line differs."""
        return any(row.kinds for row in self.rows)

    def count(self, kind: str) -> int:
        """How many lines were `added`, `deleted`, `reworded`, `redated`, `repriced`, `moved`."""
        return sum(kind in row.kinds for row in self.rows)


def compare(old_lines: Sequence[Worded], new_lines: Sequence[Worded]) -> Difference:
    """Compare two tables by the lasting identity of their milestones."""
    old_places = {
        line.milestone_id: place
        for place, line in enumerate(old_lines)
        if line.milestone_id is not None
    }
    pairs = [
        (place, old_places.get(line.milestone_id) if line.milestone_id else None)
        for place, line in enumerate(new_lines)
    ]
    kept = [old for _, old in pairs if old is not None]
    steady = _longest_rising(kept)
    rows = [
        Change(
            old=None if old is None else old_lines[old],
            new=new_lines[new],
            old_position=None if old is None else old + 1,
            new_position=new + 1,
            moved=old is not None and old not in steady,
        )
        for new, old in pairs
    ]
    gone = sorted(set(range(len(old_lines))) - set(kept))
    for place in gone:
        change = Change(old_lines[place], None, place + 1, None)
        rows.insert(_where(rows, place), change)
    return Difference(
        rows=tuple(rows),
        old_total_minor=total(old_lines),
        new_total_minor=total(new_lines),
        old_end=end_of(old_lines),
        new_end=end_of(new_lines),
    )


def unchanged(lines: Sequence[Worded]) -> Difference:
    """A table beside itself: nothing differs, whether or not its lines are milestones yet."""
    whole, end = total(lines), end_of(lines)
    rows = tuple(Change(line, line, place, place) for place, line in enumerate(lines, 1))
    return Difference(rows, whole, whole, end, end)


def total(lines: Sequence[Worded]) -> int:
    """The sum of a table, in minor units."""
    return sum(line.amount_minor for line in lines)


def end_of(lines: Sequence[Worded]) -> date | None:
    """The last due date of a table."""
    return max((line.due for line in lines if line.due), default=None)


def _where(rows: list[Change], place: int) -> int:
    """Where a deleted line is shown: after the nearest line that stood before it."""
    spot = 0
    for index, row in enumerate(rows):
        if row.old_position is not None and not row.moved and row.old_position <= place:
            spot = index + 1
    return spot


def _longest_rising(places: Sequence[int]) -> set[int]:
    """The most lines that kept their order; only the others have moved."""
    tails: list[int] = []
    tail_at: list[int] = []
    before: list[int | None] = [None] * len(places)
    for index, place in enumerate(places):
        spot = bisect_left(tails, place)
        if spot == len(tails):
            tails.append(place)
            tail_at.append(index)
        else:
            tails[spot], tail_at[spot] = place, index
        before[index] = tail_at[spot - 1] if spot else None
    found: set[int] = set()
    at: int | None = tail_at[-1] if tail_at else None
    while at is not None:
        found.add(places[at])
        at = before[at]
    return found
