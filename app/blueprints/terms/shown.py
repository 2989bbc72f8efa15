"""Comparisons as the page shows them: finished words, so that the template only lays them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.blueprints.locale import formats
from app.blueprints.marks import Mark, mark_of, shown_funds
from app.escrow.balance import MilestoneBalance
from app.terms import differences, redline
from app.terms.differences import Change, Worded

Pieces = tuple[tuple[str, str], ...]
WORDS = {"moved": "Moved", "added": "Added", "deleted": "Deleted"}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One line of a table of terms. Where `was_due` or `was_amount` stands, the cell changed."""

    position: str
    milestone_id: str
    title: Pieces
    description: Pieces
    due: str
    was_due: str
    amount: str
    was_amount: str
    look: str
    mark: Mark | None
    funds: str
    locked: bool
    changed: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table of terms, redlined where it is compared with another."""

    rows: tuple[ShownRow, ...]
    total: str
    was_total: str
    end: str
    was_end: str
    summary: str


def table(
    old: Sequence[Worded] | None,
    new: Sequence[Worded],
    currency: str,
    balances: Mapping[str, MilestoneBalance],
) -> ShownTable:
    """A table of lines, redlined against `old` where that is given.

    `balances` are those of the milestones, by id; their states are shown as pills.
    """
    shows = formats()
    found = differences.unchanged(new) if old is None else differences.compare(old, new)
    retotalled = found.old_total_minor != found.new_total_minor
    return ShownTable(
        rows=tuple(_row(change, currency, balances) for change in found.rows),
        total=shows.money(found.new_total_minor, currency),
        was_total=shows.money(found.old_total_minor, currency) if retotalled else "",
        end=shows.day(found.new_end),
        was_end=shows.day(found.old_end) if found.old_end != found.new_end else "",
        summary="" if old is None else _summary(found),
    )


def _row(change: Change, currency: str, balances: Mapping[str, MilestoneBalance]) -> ShownRow:
    shows = formats()
    line = change.new or change.old
    assert line is not None  # noqa: S101 (a change has one side at least)
    balance = balances.get(line.milestone_id or "")
    state = balance.state if balance else "proposed"
    was = change.old if change.new else None
    return ShownRow(
        position="" if change.deleted else str(change.new_position),
        milestone_id="" if state == "proposed" else line.milestone_id or "",
        title=_words(change, "title"),
        description=_words(change, "description"),
        due=_day(line.due),
        was_due=_day(was.due) if was and change.redated else "",
        amount=shows.money(line.amount_minor, currency),
        was_amount=shows.money(was.amount_minor, currency) if was and change.repriced else "",
        look="ins" if change.added else "del" if change.deleted else "",
        mark=mark_of(balance.status) if balance and state != "proposed" else None,
        funds=shown_funds(balance, currency) if balance else "",
        locked=state in ("released", "approved"),
        changed=_changed(change),
    )


def _words(change: Change, name: str) -> Pieces:
    if change.old is None:
        text = getattr(change.new, name)
        return (("ins", text),) if text else ()
    if change.new is None:
        text = getattr(change.old, name)
        return (("del", text),) if text else ()
    return redline.words(getattr(change.old, name), getattr(change.new, name))


def _changed(change: Change) -> str:
    words = [WORDS[kind] for kind in change.kinds if kind in WORDS]
    if change.reworded or change.redated or change.repriced:
        words.append("Changed")
    return ", ".join(words)


def _day(value: date | None) -> str:
    return formats().day(value) if value else "open"


def _summary(found: differences.Difference) -> str:
    """`Milestones: 1 added, 2 repriced`; or that nothing in the table differs."""
    names = ("added", "deleted", "reworded", "redated", "repriced", "moved")
    counted = [f"{found.count(name)} {name}" for name in names if found.count(name)]
    return "Milestones: " + ", ".join(counted) if counted else "The milestones are the same."
