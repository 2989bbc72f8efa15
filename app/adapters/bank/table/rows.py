"""Which rows of a table are lines; the rest is said, or no row of the bank's at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.adapters.bank.plain import unreadable, words
from app.adapters.bank.table import vocabulary
from app.adapters.bank.table.amounts import amount_in, currency_of
from app.adapters.bank.table.columns import Columns
from app.adapters.bank.table.days import day_in
from app.adapters.bank.table.dialect import Cells, Frame
from app.adapters.bank.table.vocabulary import is_balance, is_total, plain


@dataclass(slots=True)
class Row:
    """A row that is a line of the bank; `more` is what stands in rows below that continue it."""

    number: int
    cells: Cells
    more: list[str] = field(default_factory=list)

    def cell(self, place: int | None) -> str:
        """A cell, empty where the row has none."""
        return cell_at(self.cells, place)


@dataclass(slots=True)
class Rows:
    """The lines of a table, why others are none, and the rows with balances."""

    lines: list[Row]
    skipped: list[str]
    balances: list[Cells]


def cell_at(cells: Cells, place: int | None) -> str:
    """A cell, empty where there is none."""
    return cells[place] if place is not None and place < len(cells) else ""


def sorted_rows(frame: Frame, columns: Columns) -> Rows:
    """Lines, and what is left out. Raises Invalid for a row that is neither."""
    found = Rows([], [], [])
    is_pending = False
    above: Row | None = None
    for cells in frame.preamble:
        is_pending = _is_pending_below(cells, is_pending)
    for number, cells in frame.rows:
        line, above = above, None
        if not cells or cells[: len(frame.header)] == frame.header:
            continue
        is_pending = _is_pending_below(cells, is_pending)
        if reason := _reason(cells, columns, is_pending):
            found.skipped.append(reason)
            found.balances += [cells] if reason == "balance" else []
        elif _sums(cells, columns) or _has_day(cells, columns):
            if not _is_note(cells, columns):
                _refuse_odd(number, cells, columns)
                above = Row(number, cells)
                found.lines.append(above)
        elif line is not None:
            line.more.append(words(*cells))
            above = line
    return found


def status_of(word: str, columns: Columns) -> str | None:
    """`booked`, `pending` or `cancelled`; None for a word that is not known."""
    known = plain(word)
    if not known or known in map(plain, columns.words_booked):
        return "booked"
    if known in map(plain, columns.words_open):
        return "pending"
    if known in vocabulary.BOOKED:
        return "booked"
    if known in vocabulary.OPEN:
        return "pending"
    return "cancelled" if known in vocabulary.CANCELLED else None


def _is_pending_below(cells: Cells, before: bool) -> bool:
    """Whether what follows is not booked yet: a row may only name it."""
    filled = [cell for cell in cells if cell]
    name = plain(filled[0]) if len(filled) == 1 else ""
    if name in vocabulary.OPEN:
        return True
    return before and name not in vocabulary.BOOKED


def _reason(cells: Cells, columns: Columns, is_pending: bool) -> str:
    """Why a row is no line, or nothing."""
    sums = _sums(cells, columns)
    status = status_of(cell_at(cells, columns.status), columns)
    if status in ("pending", "cancelled") and sums:
        return status
    places = (columns.date, columns.value_date, columns.kind)
    if sums and (is_pending or any(plain(cell_at(cells, at)) in vocabulary.OPEN for at in places)):
        return "pending"
    if _is_balance(cells, columns):
        return "balance"
    if not sums and _has_day(cells, columns) and cell_at(cells, columns.balance):
        return "balance"
    return ""


def _sums(cells: Cells, columns: Columns) -> list[str]:
    places = (columns.amount, columns.debit, columns.credit)
    return [cell for at in places if (cell := cell_at(cells, at))]


def _has_day(cells: Cells, columns: Columns) -> bool:
    for at in (columns.value_date, columns.date):
        cell = cell_at(cells, at)
        if cell and (day_in(cell, True) or day_in(cell, False)):
            return True
    return False


def _is_balance(cells: Cells, columns: Columns) -> bool:
    """Whether every word in a row says that it is a balance or a total."""
    silent = {columns.currency, columns.side, columns.status, columns.own_account, columns.kind}
    said = [
        cell
        for at, cell in enumerate(cells)
        if at not in silent and any(map(str.isalpha, cell)) and currency_of(cell) is None
        and not day_in(cell, None) and not amount_in(cell)
    ]  # fmt: skip
    if not said or not (is_balance(said[0]) or is_total(said[0])):
        return False
    has_day = _has_day(cells, columns)
    return all(is_balance(cell) or (not has_day and is_total(cell)) for cell in said)


def _is_note(cells: Cells, columns: Columns) -> bool:
    """Whether a row below the table is a sentence, whose words run into the sums."""
    if _has_day(cells, columns) or sum(1 for cell in cells if cell) > 2:
        return False
    return not any(amount_in(cell) for cell in cells)


def _refuse_odd(number: int, cells: Cells, columns: Columns) -> None:
    """Raises Invalid for a row with a day and no amount, or with an amount and no day."""
    if not _sums(cells, columns):
        raise unreadable("CSV", f"row {number} has no amount")
    if not _has_day(cells, columns):
        written = cell_at(cells, columns.value_date) or cell_at(cells, columns.date)
        raise unreadable("CSV", f"row {number}: “{words(written)[:20]}” is no day")
