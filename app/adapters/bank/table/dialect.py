"""The cells of a CSV, whatever stands between them, and which row names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.adapters.bank.plain import MOST_LINES, cut_short, refuse_many, unreadable
from app.adapters.bank.table import vocabulary
from app.adapters.bank.table.amounts import amount_in
from app.adapters.bank.table.days import day_in
from app.kernel.errors import Invalid

_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?[^\S\n]*\n", re.IGNORECASE)
_LOOKED_AT = 40
"""A table's row of names is among the first so many rows."""
_WIDEST = 200
Cells = tuple[str, ...]
_DATES = frozenset(vocabulary.DATE + vocabulary.VALUE_DATE)
_SUMS = frozenset(vocabulary.AMOUNT + vocabulary.CREDIT + vocabulary.DEBIT)


@dataclass(frozen=True, slots=True)
class Frame:
    """A table taken apart: what stands before it, the names of its columns, and its rows.

    Rows are numbered as a person counts them; an empty one has no cells.
    """

    preamble: tuple[Cells, ...]
    header: Cells
    rows: tuple[tuple[int, Cells], ...]

    def column(self, place: int) -> list[str]:
        """What stands in a column, without the empty cells."""
        return [row[place] for _, row in self.rows if place < len(row) and row[place]]


def framed(text: str) -> Frame:
    """The table in a text. Raises Invalid where there is none, or it ends within a row."""
    rows = _rows(text)
    refuse_many(sum(1 for row in rows if row) - 1000)
    place = _header_place(rows)
    if place is None:
        first = next((at for at, row in enumerate(rows[:_LOOKED_AT]) if _is_data(row)), None)
        if first is None:
            raise Invalid("statement.unknown", field="files")
        names = tuple(str(at) for at in range(1, len(rows[first]) + 1))
        return Frame(tuple(rows[:first]), names, _numbered(rows, first))
    below = rows[place + 1 :]
    _refuse_cut_row(rows[place], below, text.endswith("\n"))
    named = _without_end(rows[place])
    width = max([len(named), *(len(_without_end(row)) for row in below if _is_data(row))])
    header = named + ("",) * (width - len(named))
    return Frame(tuple(rows[:place]), header, _numbered(rows, place + 1))


def _rows(text: str) -> list[Cells]:
    found = _SEPARATOR.match(text)
    between = found.group(1) if found else ""
    if found:
        text = text[found.end() :]
    if between not in (";", ",", "\t", "|"):
        between = _separator(text)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=between, strict=True, skipinitialspace=True)
        return [_tidied(row) for _, row in zip(range(3 * MOST_LINES), rows, strict=False)]
    except csv.Error as error:
        if "end of data" in str(error):
            raise cut_short("CSV", "a quotation mark is opened and not closed") from None
        why = "a cell is too long" if "larger" in str(error) else "a quotation mark is out of place"
        raise unreadable("CSV", why) from None


def _separator(text: str) -> str:
    """What divides most rows into the same number of cells, and into most of them."""
    lines = text[:20_000].split("\n")[:60]
    best, most = ",", 0
    for sign in ";\t,|":
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=sign) if len(row) > 1]
        except csv.Error:
            continue
        if widths:
            width, often = Counter(widths).most_common(1)[0]
            if often * (width - 1) > most:
                best, most = sign, often * (width - 1)
    return best


def _tidied(row: list[str]) -> Cells:
    if len(row) > _WIDEST:
        raise unreadable("CSV", f"a row has more than {_WIDEST} cells")
    cells = tuple(_cell(cell) for cell in row)
    return cells if any(cells) else ()


def _cell(cell: str) -> str:
    """A cell without blanks around it, and without what spreadsheets put around numbers."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    if text[:1] == "'" and (text[1:2].isdigit() or text[1:2] in ("=", "+", "-", "@")):
        text = text[1:].removesuffix("'")
    return text


def _header_place(rows: Sequence[Cells]) -> int | None:
    """Where the names of the columns are: by names that are known, else above the first data."""
    heads = [(at, row) for at, row in enumerate(rows[:_LOOKED_AT]) if _may_name(row)]
    named = [(at, {vocabulary.heading(cell) for cell in row}) for at, row in heads]
    for at, names in named:
        if names & _DATES and names & _SUMS:
            return at
    for at, row in heads:
        below = next((one for one in rows[at + 1 :] if one), ())
        if _is_data(below) and len(below) >= len(_without_end(row)) - 1:
            return at
    for at, names in named:
        if len(names) > 1 and names & (_DATES | _SUMS):
            return at
    return None


def _may_name(row: Cells) -> bool:
    """Names are words: no day and no amount is among them."""
    if sum(1 for cell in row if cell) < 2:
        return False
    return not any(
        day_in(cell, None) or (any(map(str.isdigit, cell)) and amount_in(cell)) for cell in row
    )


def _is_data(row: Cells) -> bool:
    has_day = any(day_in(cell, None) or day_in(cell, False) for cell in row)
    return has_day and any(amount_in(cell) and not day_in(cell, None) for cell in row)


def _without_end(row: Cells) -> Cells:
    """A row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _refuse_cut_row(header: Cells, rows: Sequence[Cells], has_end: bool) -> None:
    """Raises Invalid where the last row has fewer cells than every other one.

    A row below the table may be short; not so one that begins with a day, or right below a line
    in a file that does not even end its last row.
    """
    full = [row for row in rows if len(row) > 1 and _is_data(row) and not _is_footer(row)]
    last = next((row for row in reversed(rows) if row), ())
    if not last or _is_footer(last):
        return
    above = rows[-2] if len(rows) > 1 and rows[-1] is last else ()
    is_open = not has_end and bool(full) and above is full[-1]
    if not (is_open or day_in(last[0], None) or (full and last is full[-1])):
        return
    others = [len(row) for row in full if row is not last]
    if len(last) < (min(others) if others else len(_without_end(header))):
        raise cut_short("CSV", "its last row is not whole")


def _is_footer(row: Cells) -> bool:
    return any(vocabulary.is_balance(cell) or vocabulary.is_total(cell) for cell in row if cell)


def _numbered(rows: Sequence[Cells], start: int) -> tuple[tuple[int, Cells], ...]:
    return tuple((at + 1, row) for at, row in enumerate(rows) if at >= start)
