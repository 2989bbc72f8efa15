"""What is still open once columns are chosen; nothing of it is ever guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from app.adapters.bank.table.amounts import Amount, amount_in, decimal_in, is_open
from app.adapters.bank.table.columns import QUESTIONS, Columns
from app.adapters.bank.table.days import is_open as is_open_day
from app.adapters.bank.table.days import order_of
from app.adapters.bank.table.dialect import Frame
from app.adapters.bank.table.proposing import stated, taken
from app.adapters.bank.table.rows import Row, sorted_rows, status_of
from app.adapters.bank.table.sides import side_of
from app.adapters.bank.table.vocabulary import currency_in, plain
from app.kernel import money
from app.kernel.errors import Invalid

_APART = ("date", "value_date", "amount", "debit", "credit", "side", "currency", "balance")
"""A column is at most one of these, but for the two days."""


def validate(frame: Frame, columns: Columns) -> None:
    """Raises Invalid where a choice makes no sense for the table; `field` names what is wrong."""
    places = {one.name: getattr(columns, one.name) for one in fields(columns)}
    for name, place in places.items():
        for at in place if name == "text" else (place,):
            if isinstance(at, int) and not isinstance(at, bool):
                if not 0 <= at < len(frame.header):
                    raise Invalid("statement.column_missing", field=name)
    seen: set[int] = set()
    for name in _APART:
        at = places[name]
        if at in seen and name != "value_date":
            raise Invalid("statement.column_twice", field=name, name=frame.header[at][:60])
        if at is not None:
            seen.add(at)
    if columns.fixed_currency and columns.fixed_currency not in money.currencies():
        raise Invalid("statement.currency", field="fixed_currency")
    if set(map(plain, columns.words_in)) & set(map(plain, columns.words_out)):
        raise Invalid("statement.word_twice", field="words_out")


def questions(frame: Frame, columns: Columns) -> tuple[str, ...]:
    """Codes of `QUESTIONS`, in their order."""
    found: set[str] = set()
    if columns.date is None and columns.value_date is None:
        found.add("date")
    if columns.amount is None and columns.credit is None and columns.debit is None:
        found.add("amount")
    if found:
        return _in_order(found)
    rows = sorted_rows(frame, columns).lines
    sums = [
        said for row in rows for at in _sum_places(columns) if (said := amount_in(row.cell(at)))
    ]
    if _is_currency_open(frame, columns, rows, sums):
        found.add("currency")
    if columns.side is not None and not all(
        side_of(row.cell(columns.side), columns) for row in rows if not _is_zero(row, columns)
    ):
        found.add("side")
    if _is_sign_open(frame, columns, rows, sums):
        found.add("signed")
    statuses = {row.cell(columns.status) for row in rows}
    if columns.status is not None and not all(status_of(one, columns) for one in statuses):
        found.add("status")
    if _is_order_open(columns, rows):
        found.add("day_first")
    if _is_decimal_open(columns, rows, sums):
        found.add("decimal")
    return _in_order(found)


def _in_order(found: set[str]) -> tuple[str, ...]:
    return tuple(one for one in QUESTIONS if one in found)


def _sum_places(columns: Columns) -> tuple[int | None, ...]:
    if columns.amount is not None:
        return (columns.amount,)
    return (columns.debit, columns.credit)


def _is_zero(row: Row, columns: Columns) -> bool:
    said = [amount_in(row.cell(at)) for at in _sum_places(columns)]
    return not any(one and one.number.strip("0.,") for one in said)


def _is_currency_open(
    frame: Frame, columns: Columns, rows: Sequence[Row], sums: Sequence[Amount]
) -> bool:
    """Whether a line has no currency, or the table names another one than the operator."""
    if columns.currency is not None:
        return not columns.fixed_currency and any(not row.cell(columns.currency) for row in rows)
    if not columns.fixed_currency:
        return not sums or not all(said.currency for said in sums)
    heads = [currency_in(frame.header[at]) for at in _sum_places(columns) if at is not None]
    named = {one for one in (*heads, stated(frame)) if one}
    return len(named) == 1 and columns.fixed_currency not in named


def _is_sign_open(
    frame: Frame, columns: Columns, rows: Sequence[Row], sums: Sequence[Amount]
) -> bool:
    """Whether every sum is without a sign, and a word beside it may be the side."""
    if columns.is_signed or columns.amount is None or columns.side is not None:
        return False
    if any(said.sign for said in sums):
        return False
    free = [at for at in range(len(frame.header)) if at not in taken(columns)]
    return any(_may_be_sides({row.cell(at) for row in rows if row.cell(at)}) for at in free)


def _may_be_sides(values: set[str]) -> bool:
    """Whether a column has few different short words, and no figures."""
    return 1 < len(values) <= 4 and all(
        len(value) <= 20 and not any(map(str.isdigit, value)) for value in values
    )


def _is_order_open(columns: Columns, rows: Sequence[Row]) -> bool:
    places = [at for at in (columns.value_date, columns.date) if at is not None]
    cells = [cell for row in rows for at in places if (cell := row.cell(at))]
    order = order_of(cells)
    if order is None:
        return columns.day_first is None and any(map(is_open_day, cells))
    return (
        columns.day_first is not None
        and columns.day_first != order
        and any(map(is_open_day, cells))
    )


def _is_decimal_open(columns: Columns, rows: Sequence[Row], sums: Sequence[Amount]) -> bool:
    shown = {decimal_in(said.number) for said in sums} - {""}
    if columns.decimal:
        return bool(shown) and columns.decimal not in shown
    code = columns.fixed_currency
    if columns.currency is not None and rows:
        code = rows[0].cell(columns.currency).upper() or code
    code = code if code in money.currencies() else ""
    return any(is_open(said.number, said.currency or code, "") for said in sums)
