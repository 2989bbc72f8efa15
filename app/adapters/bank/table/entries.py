"""The lines of a table, once it is said which column is which."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from app.adapters.bank.plain import balanced, counted, reference, refuse_many, unreadable, words
from app.adapters.bank.table import vocabulary
from app.adapters.bank.table.amounts import amount_in, currency_of, minor_of
from app.adapters.bank.table.columns import Columns
from app.adapters.bank.table.days import day_in, order_of
from app.adapters.bank.table.dialect import Frame
from app.adapters.bank.table.rows import Row, Rows, cell_at, sorted_rows
from app.adapters.bank.table.sides import side_of
from app.adapters.bank.table.vocabulary import plain
from app.escrow import references
from app.escrow.bank.lines import Line, Statement
from app.kernel.errors import Invalid

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_OPENING = re.compile(
    r"\b(opening|beginning|starting|start|previous|anfangssaldo|alter|alt|startsaldo|beginsaldo|oud"
    r"|brought|b f|inicial|iniziale|anterior|initial|ancien|precedent|ouverture|poczatkowe"
    r"|pocatecni|ingaende|inngaende|primosaldo|nyito|alkusaldo|vorig)\b"
)
_CLOSING = re.compile(
    r"\b(closing|ending|end|final|carried|c f|new|endsaldo|schlusss?aldo|neuer|neu|eindsaldo|nieuw"
    r"|finale|nouveau|cloture|koncowe|konecny|utgaende|ultimosaldo|zaro|loppusaldo)\b"
)


def statements(frame: Frame, columns: Columns, own: Collection[str]) -> list[Statement]:
    """One statement for each account of the board's that the table names. Raises Invalid."""
    rows = sorted_rows(frame, columns)
    refuse_many(len(rows.lines))
    _refuse_mixed_debits(rows.lines, columns)
    cells = [row.cell(at) for row in rows.lines for at in (columns.value_date, columns.date)]
    order = order_of(cells)
    day_first = columns.day_first if order is None else order
    mine = _account_before(frame)
    found: dict[str, list[tuple[Line, Row]]] = {}
    skipped = list(rows.skipped)
    for row in rows.lines:
        account = words(row.cell(columns.own_account))[:100] or mine
        line = _line(row, columns, day_first, {account, mine, *own})
        if line.amount_minor:
            found.setdefault(account, []).append((line, row))
        else:
            skipped.append("zero")
    made = [_statement(account, lines, columns) for account, lines in found.items()]
    made = made or [Statement("CSV", mine, ())]
    made[0] = replace(made[0], skipped=counted(skipped))
    if len(made) == 1 and made[0].lines:
        balanced(_with_balance_rows(made[0], rows, columns))
    return made


def _line(row: Row, columns: Columns, day_first: bool | None, own: Collection[str]) -> Line:
    currency = _currency(row, columns)
    amount, is_reversal = _amount(row, columns, currency)
    is_in = amount > 0
    name = words(row.cell(columns.payer if is_in else columns.payee))[:200]
    other = words(row.cell(columns.payer_account if is_in else columns.payee_account))[:100]
    mine = {_bare(one) for one in own}
    end = reference(row.cell(columns.end_to_end))
    return Line(
        _day(row, columns, day_first),
        currency,
        amount,
        name=name,
        other_account="" if _bare(other) in mine else other,
        text=_text(row, columns, (name, end)),
        end_to_end=end,
        bank_id=reference(row.cell(columns.bank_id)),
        is_reversal=is_reversal or _says_reversal(row, columns, is_in),
    )


def _says_reversal(row: Row, columns: Columns, is_in: bool) -> bool:
    """Whether the kind says so; or, of money that went, a text that begins with such a word."""
    if vocabulary.REVERSALS.search(plain(row.cell(columns.kind))):
        return True
    texts = () if is_in else columns.text
    return any(vocabulary.REVERSALS.match(plain(row.cell(at))) for at in texts)


def _bare(account: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", account.upper())


def _text(row: Row, columns: Columns, said: Collection[str]) -> str:
    """All words of the row, and any other cell in which a reference of ours stands."""
    texts = [row.cell(at) for at in columns.text] + row.more
    rest = [cell for at, cell in enumerate(row.cells) if at not in columns.text]
    texts += [
        cell
        for cell in dict.fromkeys(rest)
        if len(cell) > 9
        and cell not in said
        and (references.all_in(cell, references.IN) or references.all_in(cell, references.OUT))
    ]
    return words(*dict.fromkeys(texts))


def _day(row: Row, columns: Columns, day_first: bool | None) -> date:
    for at in (columns.value_date, columns.date):
        if found := day_in(row.cell(at), day_first):
            return found
    written = words(row.cell(columns.value_date) or row.cell(columns.date))
    raise unreadable("CSV", f"row {row.number}: “{written[:20]}” is no day")


def _currency(row: Row, columns: Columns) -> str:
    places = (columns.amount, columns.credit, columns.debit)
    beside = {said.currency for at in places if (said := amount_in(row.cell(at)))} - {""}
    written = row.cell(columns.currency)
    found = currency_of(written) if written else None
    code = found or written.upper() or columns.fixed_currency
    if written and beside and beside != {code}:
        raise unreadable("CSV", f"row {row.number} names two currencies")
    return beside.pop() if beside else code


def _amount(row: Row, columns: Columns, currency: str) -> tuple[int, bool]:
    """The amount with its sign, and whether a sum on the side of money in was taken back."""
    if columns.amount is not None:
        value, sign = _sum(row, columns.amount, columns, currency)
        return value * _side(row, columns, sign if value else 0), False
    credit, credit_sign = _sum(row, columns.credit, columns, currency)
    debit, _ = _sum(row, columns.debit, columns, currency)
    if credit and debit:
        raise unreadable("CSV", f"row {row.number} has money in and money out")
    if credit:
        return credit * (credit_sign or 1), credit_sign < 0
    return -debit, False


def _sum(row: Row, at: int | None, columns: Columns, currency: str) -> tuple[int, int]:
    """A cell's sum without its sign, and the sign."""
    written = row.cell(at)
    if not written or written == "-":
        return 0, 0
    said = amount_in(written)
    if said is None:
        raise unreadable("CSV", f"row {row.number}: “{words(written)[:20]}” is no amount")
    return minor_of(said.number, currency, columns.decimal), said.sign


def _side(row: Row, columns: Columns, sign: int) -> int:
    """1 for money in, -1 for money out: by the word beside the amount, else by its sign."""
    if columns.side is None:
        return sign or 1
    word = row.cell(columns.side)
    side = side_of(word, columns)
    if not side and sign == 0:
        return 1  # 0.00 has no side
    if not side:
        raise unreadable("CSV", f"row {row.number}: “{words(word)[:20]}” does not say the side")
    if sign and sign != side and not (sign > 0 > side):
        raise unreadable("CSV", f"row {row.number}: “{words(word)[:20]}” and a minus contradict")
    return side


def _refuse_mixed_debits(rows: Sequence[Row], columns: Columns) -> None:
    """Raises Invalid where money out is written with a minus here and without one there."""
    if columns.debit is None or columns.amount is not None:
        return
    said = [amount_in(row.cell(columns.debit)) for row in rows]
    minuses = {one.sign < 0 for one in said if one and one.number.strip("0.,")}
    if len(minuses) > 1:
        raise unreadable("CSV", "money out stands with a minus in one row, without in another")


def _account_before(frame: Frame) -> str:
    """The one IBAN that the lines before the table name, or nothing."""
    cells = [cell for row in frame.preamble for cell in row]
    found = {bare for cell in cells if _IBAN.fullmatch(bare := _bare(cell))}
    found |= {word for cell in cells for word in cell.split() if _IBAN.fullmatch(word)}
    return found.pop() if len(found) == 1 else ""


def _statement(account: str, lines: list[tuple[Line, Row]], columns: Columns) -> Statement:
    """The lines of one account; its balances where every row's balance follows from the last."""
    found = tuple(line for line, _ in lines)
    statement = Statement("CSV", account, found, currency=found[0].currency)
    if columns.balance is None or len({line.currency for line in found}) > 1:
        return statement
    after = [_balance(row.cell(columns.balance), columns, found[0].currency) for _, row in lines]
    for rows in (list(zip(found, after, strict=True)), list(zip(found, after, strict=True))[::-1]):
        if (chain := _chain(rows)) is not None:
            return replace(
                statement, opening_minor=chain[0], closing_minor=chain[1],
                opening_on=rows[0][0].value_on, closing_on=rows[-1][0].value_on,
            )  # fmt: skip
    return statement


def _chain(rows: list[tuple[Line, int | None]]) -> tuple[int, int] | None:
    """Opening and closing balance, where each balance is the one before with the line's sum."""
    first, balance = rows[0]
    if balance is None:
        return None
    opening = balance - first.amount_minor
    for line, after in rows[1:]:
        if after is None or balance + line.amount_minor != after:
            return None
        balance = after
    return opening, balance


def _balance(written: str, columns: Columns, currency: str) -> int | None:
    said = amount_in(written)
    if said is None:
        return None
    try:
        return minor_of(said.number, currency, columns.decimal) * (said.sign or 1)
    except Invalid:
        return None


def _with_balance_rows(statement: Statement, rows: Rows, columns: Columns) -> Statement:
    """The statement with what rows called opening and closing balance say."""
    for cells in rows.balances:
        name = plain(" ".join(cells))
        places = (columns.amount, columns.credit, columns.balance)
        sums = [cell for at in places if (cell := cell_at(cells, at))]
        sums = sums or [cell for cell in cells if amount_in(cell) and not day_in(cell, None)]
        balance = _balance(sums[0], columns, statement.currency) if sums else None
        if balance is not None and _OPENING.search(name):
            statement = replace(statement, opening_minor=balance)
        elif balance is not None and _CLOSING.search(name):
            statement = replace(statement, closing_minor=balance)
    return statement
