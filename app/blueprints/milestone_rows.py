"""Milestones as people type them: the rows of a form, and whether they are in order.

A form holds `m-<n>-key`, `-title`, `-description`, `-due`, `-amount`; `n` is the order. The table
that is drawn of them, with its buttons, is `milestone_editor`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from app.blueprints.locale import formats
from app.kernel import dates, money

MOST_ROWS = 100
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 5_000
NEW = "new-"
"""How the key of a row begins that is no milestone yet."""
_NAME = re.compile(r"m-(\d{1,4})-(key|title|description|due|amount)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CONTROL_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_KEY = re.compile(r"[0-9a-z-]{1,40}", re.ASCII)


@dataclass(slots=True)
class Row:
    """One milestone as typed. A locked row (released) is shown, and never changes."""

    key: str
    title: str = ""
    description: str = ""
    due_text: str = ""
    amount_text: str = ""
    locked: bool = False
    state: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    warning: str = ""

    @property
    def is_day(self) -> bool:
        """Whether a date control can show what was typed as the day."""
        return not self.due_text or self.day is not None

    @property
    def day(self) -> date | None:
        """The day that was typed, if it is one."""
        return dates.iso(self.due_text)

    @property
    def blank(self) -> bool:
        """Whether nothing was typed in it."""
        return not (self.title or self.description or self.due_text or self.amount_text)


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is in order. `key` is the milestone's id, or None for a new one."""

    key: str | None
    title: str
    description: str
    due: date
    amount_minor: int


def new_row() -> Row:
    """An empty row with a key of its own, so that it is recognised when rows move."""
    return Row(NEW + secrets.token_hex(4))


def rows_of(
    lines: Iterable[Any], currency: str, locked: Mapping[str, str] = MappingProxyType({})
) -> list[Row]:
    """Rows from stored lines (`milestone_id` or `key`, title, description, due, amount_minor).

    Milestones whose id is in `locked` cannot change; it says why: `released` or `disputed`.
    """
    locale, rows = formats().locale, []
    for line in lines:
        key = getattr(line, "milestone_id", None) or getattr(line, "key", None) or new_row().key
        rows.append(
            Row(
                key=key,
                title=line.title,
                description=line.description or "",
                due_text=line.due.isoformat() if line.due else "",
                amount_text=money.plain(line.amount_minor, currency, locale),
                locked=key in locked,
                state=locked.get(key, ""),
            )
        )
    return rows


def typed(form: Mapping[str, str], locked: Iterable[Row] = ()) -> list[Row]:
    """The rows as a form holds them; of more than 100, one too many. `locked` ones stay.

    A locked row that the form left out is put back: nobody deletes what was released.
    """
    fixed = {row.key: row for row in locked if row.locked}
    cells: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        match = _NAME.fullmatch(name or "")  # a part of a form may have no name
        if match:
            cells.setdefault(int(match[1]), {})[match[2]] = value
    rows, seen = [], set()
    for _, cell in sorted(cells.items())[: MOST_ROWS + 1]:
        key = cell.get("key", "")
        key = key if _KEY.fullmatch(key) and key not in seen else new_row().key
        seen.add(key)
        rows.append(fixed.pop(key) if key in fixed else _row(key, cell))
    return [*fixed.values(), *rows]


def _row(key: str, cell: Mapping[str, str]) -> Row:
    return Row(
        key=key,
        title=cell.get("title", "").strip(),
        description=cell.get("description", "").replace("\r\n", "\n").strip(),
        due_text=_CONTROL.sub("\ufffd", cell.get("due", "").strip()),
        amount_text=_CONTROL.sub("\ufffd", cell.get("amount", "").strip()),
    )


def validate(rows: list[Row], currency: str, locale: str = "") -> list[Line]:
    """The lines that are in order; what is wrong with the others is written into `row.errors`.

    Blank rows are left out. Without any line the first row says that one is needed, and a row too
    many says so. A past day
    is warned about in `row.warning`, never refused. Locked rows come back as they are.
    """
    lines = [line for row in rows if not row.blank and (line := _line(row, currency, locale))]
    if not lines and not has_errors(rows):
        if not rows:
            rows.append(new_row())
        rows[0].errors["title"] = "At least one milestone is needed; the final result will do."
    if len(rows) > MOST_ROWS:
        said = f"At most {MOST_ROWS} milestones. From this one on they were not kept."
        rows[-1].errors["title"] = said
    return lines


def has_errors(rows: Iterable[Row]) -> bool:
    """Whether anything has to be corrected."""
    return any(row.errors for row in rows)


def _line(row: Row, currency: str, locale: str) -> Line | None:
    seen = formats()
    locale = locale or seen.locale
    row.errors.clear()
    due = amount_minor = None
    if not row.title:
        row.errors["title"] = "Name this milestone."
    for part, longest in (("title", LONGEST_TITLE), ("description", LONGEST_DESCRIPTION)):
        words = getattr(row, part)
        if len(words) > longest:
            row.errors[part] = f"At most {longest:,} characters; this has {len(words):,}."
        odd = _CONTROL if part == "description" else _CONTROL_IN_LINE
        if odd.search(words):
            row.errors[part] = "This holds a sign that cannot be kept (shown as \ufffd)."
            setattr(row, part, odd.sub("\ufffd", words))
    try:
        due = dates.parse(row.due_text, locale) if row.due_text else None
        if due is None:
            row.errors["due"] = "Say when it is due."
        else:
            row.due_text = due.isoformat()
    except ValueError as trouble:
        row.errors["due"] = str(trouble)
    try:
        amount_minor = money.parse(row.amount_text, currency, locale)
    except ValueError as trouble:
        row.errors["amount"] = str(trouble)
    if due and due < seen.today and not row.locked:
        row.warning = "This day is past."
    if row.errors or due is None or amount_minor is None:
        return None
    key = None if row.key.startswith(NEW) else row.key
    return Line(key, row.title, row.description, due, amount_minor)


def checked(rows: list[Row], currency: str) -> list[Row]:
    """The rows with warnings of past days and of unreadable amounts, but no demand to fill them."""
    looked = [replace(row, errors={}, warning="") for row in rows]
    validate([row for row in looked if not row.blank], currency)
    for row, was in zip(looked, rows, strict=True):
        row.errors = {
            part: words
            for part, words in row.errors.items()
            if getattr(was, part + "_text" if part in ("due", "amount") else part)
        }
    return looked
