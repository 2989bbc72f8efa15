"""What each column of a table seems to be, by its name and by what stands in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from app.adapters.bank.table import vocabulary
from app.adapters.bank.table.amounts import amount_in, currency_of, decimal_of
from app.adapters.bank.table.columns import Columns
from app.adapters.bank.table.days import day_in, order_of
from app.adapters.bank.table.dialect import Frame
from app.adapters.bank.table.rows import status_of
from app.adapters.bank.table.sides import names_both_sides, side_of, words_of
from app.adapters.bank.table.vocabulary import plain

_LOOKED_AT = 200
_FEW = 12
_ACCOUNT = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9 ]{10,32}|[\d][\d ./*-]{3,40}")
_LOOSE_DATE = re.compile(r"\b(date|datum|fecha|data|dato|tag)\b|datum$|tag$")
_LOOSE_AMOUNT = re.compile(
    r"\b(amount|betrag|importe|montant|importo|bedrag|kwota|belopp?|belob|umsatz|castka|tutar)\b"
)


@dataclass
class Column:
    """A column: its name as it is compared, and what stands in it."""

    at: int
    head: str
    cells: list[str]
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = vocabulary.heading(self.head)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The different cells where they are few, else nothing."""
        found: dict[str, None] = {}
        for cell in self.cells:
            found[cell] = None
            if len(found) > _FEW:
                return ()
        return tuple(found)

    def share(self, fits: Callable[[str], object]) -> float:
        """How many of the cells fit, of 1; 0 where the column is empty."""
        cells = self.cells[:_LOOKED_AT]
        return sum(1 for cell in cells if fits(cell)) / len(cells) if cells else 0.0

    @cached_property
    def days(self) -> float:
        return self.share(lambda cell: day_in(cell, None) or day_in(cell, False))

    @cached_property
    def amounts(self) -> float:
        return self.share(amount_in)

    @cached_property
    def accounts(self) -> float:
        return self.share(_ACCOUNT.fullmatch)

    @cached_property
    def currencies(self) -> float:
        return self.share(lambda cell: currency_of(cell) is not None)


def columns_of(frame: Frame) -> list[Column]:
    """The columns of a table."""
    return [Column(at, head, frame.column(at)) for at, head in enumerate(frame.header)]


def header_key(frame: Frame) -> str:
    """What tells tables with these names of columns from all others."""
    names = "\x1f".join(" ".join(head.casefold().split()) for head in frame.header).rstrip("\x1f")
    return hashlib.sha256(names.encode("utf-8", "replace")).hexdigest()[:40]


def proposed(frame: Frame, own: Collection[str]) -> tuple[Columns, tuple[str, ...]]:
    """What the columns seem to be, and which of the questions stay open for lack of a good sign."""
    columns = columns_of(frame)
    found = _days(columns, Columns())
    found, doubts = _sums(columns, found)
    found = _side(columns, found)
    found = _currency(frame, columns, found)
    found = _details(columns, found)
    found = _parties(columns, found, {plain(one).replace(" ", "") for one in own})
    return replace(found, text=_texts(columns, found)), doubts


def taken(columns: Columns) -> set[int | None]:
    """The places that mean something already."""
    return {
        columns.date, columns.value_date, columns.amount, columns.debit, columns.credit,
        columns.side, columns.currency, columns.balance, columns.status, columns.own_account,
        columns.payer_account, columns.payee_account, columns.bank_id, columns.end_to_end,
        columns.payer, columns.payee,
    }  # fmt: skip


def _best(
    columns: Iterable[Column], names: Sequence[str], fits: Callable[[Column], object]
) -> Column | None:
    """The column with the best of the names, in which the right things stand."""
    named = [one for one in columns if one.name in names and fits(one)]
    return min(named, key=lambda one: names.index(one.name), default=None)


def _at(column: Column | None) -> int | None:
    return column.at if column else None


def _days(columns: list[Column], found: Columns) -> Columns:
    value = _best(columns, vocabulary.VALUE_DATE, lambda one: one.days)
    rest = [one for one in columns if one is not value]
    booked = _best(rest, vocabulary.DATE, lambda one: one.days)
    if not booked and not value:
        loose = [one for one in columns if _LOOSE_DATE.search(one.name) and one.days]
        booked = next(iter(loose or [one for one in columns if one.days > 0.6]), None)
    cells = [cell for one in (booked, value) if one for cell in one.cells]
    return replace(found, date=_at(booked), value_date=_at(value), day_first=order_of(cells))


def _sums(columns: list[Column], found: Columns) -> tuple[Columns, tuple[str, ...]]:
    free = [one for one in columns if one.at not in (found.date, found.value_date)]
    balance = next((one for one in free if _is_balance(one)), None)
    free = [one for one in free if one is not balance and not vocabulary.BALANCE.search(one.name)]
    amounts = [one for one in free if one.amounts]
    amount = _best(amounts, vocabulary.AMOUNT, lambda one: True)
    empty_or_sums = [one for one in free if one.amounts or not one.cells]
    credit = _best(empty_or_sums, vocabulary.CREDIT, lambda one: True)
    debit = _best(empty_or_sums, vocabulary.DEBIT, lambda one: True)
    doubts: tuple[str, ...] = ()
    if credit and debit and credit is not debit and (credit.cells or debit.cells):
        if amount is None or amount in (credit, debit) or not _has_minus(amount):
            amount = None
    elif amount is None and (lone := _lone(credit, debit)):  # it says the side by its name
        credit, debit = (lone, None) if lone is credit else (None, lone)
    else:
        credit = debit = None
    if amount is None and credit is None and debit is None:
        loose = [one for one in amounts if _is_loose(one)] or [
            one for one in amounts if one.amounts > 0.6 and not one.days and _has_decimals(one)
        ]
        amount = next(iter(loose), None)
        doubts = ("amount",) if len(loose) > 1 else ()
    if amount and sum(one.name == amount.name for one in amounts) > 1:
        doubts = ("amount",)
    if amount:
        credit = debit = None
    sums = [one for one in (amount, credit, debit, balance) if one]
    numbers = [said.number for one in sums for cell in one.cells if (said := amount_in(cell))]
    found = replace(
        found,
        amount=_at(amount),
        credit=_at(credit),
        debit=_at(debit),
        balance=_at(balance),
        decimal=decimal_of(numbers),
    )
    return found, doubts


def _lone(credit: Column | None, debit: Column | None) -> Column | None:
    """The only one of both with sums in it, where they have no sign of their own."""
    filled = [one for one in (credit, debit) if one and one.cells]
    return filled[0] if len(filled) == 1 and not _has_minus(filled[0]) else None


def _is_balance(column: Column) -> bool:
    return bool(vocabulary.BALANCE.search(column.name)) and bool(column.amounts)


def _is_loose(column: Column) -> bool:
    return bool(_LOOSE_AMOUNT.search(column.name)) and not vocabulary.NO_AMOUNT.search(column.name)


def _has_minus(column: Column) -> bool:
    return any(said.sign < 0 for cell in column.cells if (said := amount_in(cell)))


def _has_decimals(column: Column) -> bool:
    return any(re.search(r"[.,]\d{1,3}\D*$", cell) for cell in column.cells)


def _side(columns: list[Column], found: Columns) -> Columns:
    """The column with the side: one that is called so, or whose every word is one."""
    if found.amount is None:
        return found
    free = [one for one in columns if one.at not in taken(found) and one.values]
    has_minus = _has_minus(columns[found.amount])
    for one in sorted(free, key=lambda one: not names_both_sides(one.name)):
        ins, outs = words_of(one.name, one.values)
        known = Columns(words_in=ins, words_out=outs)
        sides = [side_of(value, known) for value in one.values]
        is_named = names_both_sides(one.name) and max(map(len, one.values)) <= 20
        if is_named or (not has_minus and (all(sides) or (any(sides) and len(sides) <= 4))):
            return replace(found, side=one.at, words_in=ins, words_out=outs)
    return found


def _currency(frame: Frame, columns: list[Column], found: Columns) -> Columns:
    sums = [at for at in (found.amount, found.credit, found.debit) if at is not None]
    named = [
        one
        for one in columns
        if one.at not in taken(found) and one.name in vocabulary.CURRENCY and one.currencies
    ]
    if not named:  # by what stands in it, whatever it is called
        codes = [one for one in columns if one.currencies == 1.0 and one.at not in taken(found)]
        named = [one for one in codes if all(len(cell) == 3 for cell in one.cells)][:1]
    if named:
        near = sums[0] if sums else 0
        best = min(named, key=lambda one: (abs(one.at - near), one.at < near))
        head = _only(vocabulary.currency_in(columns[at].head) for at in sums)
        if not head or {currency_of(cell) for cell in best.cells} == {head}:
            return replace(found, currency=best.at)
        return replace(found, fixed_currency=head)  # the column is that of another sum
    heads = [columns[at].head for at in [*sums, *([found.balance] if found.balance else [])]]
    return replace(found, fixed_currency=_only(map(vocabulary.currency_in, heads)) or stated(frame))


def stated(frame: Frame) -> str:
    """The one currency that the lines before the table name, or nothing."""
    return _only(vocabulary.currency_in(cell) for row in frame.preamble for cell in row)


def _only(found: Iterable[str]) -> str:
    known = {one for one in found if one}
    return known.pop() if len(known) == 1 else ""


def _details(columns: list[Column], found: Columns) -> Columns:
    free = [one for one in columns if one.at not in taken(found)]
    status = _best(free, vocabulary.STATUS, lambda one: one.values)
    status = status or next((one for one in free if _is_status(one)), None)
    free = [one for one in free if one is not status]
    bank_id = _best(free, vocabulary.BANK_ID, lambda one: len(set(one.cells)) == len(one.cells) > 0)
    end = _best(free, vocabulary.END_TO_END, lambda one: True)
    kind = _best(free, vocabulary.KIND, _is_short)
    return replace(
        found, status=_at(status), bank_id=_at(bank_id), end_to_end=_at(end), kind=_at(kind)
    )


def _is_short(column: Column) -> bool:
    """Whether a few short words stand in a column, and not what payers write."""
    return not column.cells or (bool(column.values) and max(map(len, column.values)) <= 45)


def _is_status(column: Column) -> bool:
    """Whether a column says of every row that it is booked, or is not."""
    words = [plain(one) for one in column.values]
    return bool(words) and all(one and status_of(one, Columns()) for one in words)


def _parties(columns: list[Column], found: Columns, own: set[str]) -> Columns:
    """Names and accounts of who paid and who was paid, and the board's own account."""
    free = [one for one in columns if one.at not in taken(found)]
    mine = _best(free, vocabulary.OWN_ACCOUNT, lambda one: True)
    others = [one for one in free if one is not mine]
    either = _best(others, vocabulary.OTHER_ACCOUNT, lambda one: one.accounts or not one.cells)
    payer = _best(others, vocabulary.PAYER_ACCOUNT, lambda one: one.accounts or not one.cells)
    payee = _best(others, vocabulary.PAYEE_ACCOUNT, lambda one: one.accounts or not one.cells)
    for one in _generic(others, {_at(either), _at(payer), _at(payee)}):
        is_known = any(plain(cell).replace(" ", "") in own for cell in one.cells)
        if not mine and (is_known or _is_own(one, bool((either or payer) and one.cells), others)):
            mine = one
        elif not either and not (payer and payee):
            either = one
    found = replace(
        found,
        own_account=_at(mine),
        payer_account=_at(payer or either),
        payee_account=_at(payee or either),
    )
    free = [one for one in free if one.at not in taken(found)]
    name = _best(free, vocabulary.NAME, _has_words)
    who = _best(free, vocabulary.PAYER, _has_words)
    whom = _best(free, vocabulary.PAYEE, _has_words)
    if name and not (who and whom):
        who = whom = name
    return replace(found, payer=_at(who or whom or name), payee=_at(whom or who or name))


def _generic(columns: list[Column], chosen: set[int | None]) -> list[Column]:
    """Columns that are only called an account."""
    named = [one for one in columns if one.name in vocabulary.ACCOUNT and one.at not in chosen]
    return sorted(named, key=lambda one: not one.accounts)


def _is_own(column: Column, has_other: bool, columns: list[Column]) -> bool:
    """Whether an account is the board's own: in every row, and the same in all of them."""
    rows = max((len(one.cells) for one in columns), default=0)
    if not column.cells or len(column.cells) < rows:
        return False
    if has_other:
        return len(set(column.cells)) <= max(1, rows // 2)
    if len(set(column.cells)) > 1:
        return False
    names = (*vocabulary.NAME, *vocabulary.PAYER, *vocabulary.PAYEE)
    who = _best([one for one in columns if one is not column], names, _has_words)
    if who is not None and len(set(who.cells)) == 1 and who.at == column.at - 1:
        return False  # the account of whoever is named right before it
    if rows > 1:
        return who is None or len(set(who.cells)) > 1
    return column.name not in vocabulary.GENERIC_OTHER


def _has_words(column: Column) -> bool:
    return not column.cells or column.share(lambda cell: any(map(str.isalpha, cell))) > 0.3


def _texts(columns: list[Column], found: Columns) -> tuple[int, ...]:
    """Every column that may hold words: those that are called so first."""
    free = [one for one in columns if one.at not in taken(found)]
    said = [one for one in free if one.name in vocabulary.TEXT]
    rest = [one for one in free if one not in said and not _is_silent(one)]
    return tuple(one.at for one in (*said, *rest))


def _is_silent(column: Column) -> bool:
    """Whether only days, sums or currencies stand in a column, or would."""
    if not column.cells:
        names = (*vocabulary.AMOUNT, *vocabulary.CREDIT, *vocabulary.DEBIT, *vocabulary.CURRENCY)
        return column.name in names or bool(vocabulary.NO_AMOUNT.search(column.name))
    return column.share(_is_figure) == 1.0 or column.currencies == 1.0


def _is_figure(cell: str) -> bool:
    if day_in(cell, None) or day_in(cell, False):
        return not cell.isdigit()
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", cell):
        return True
    return bool(re.search(r"\d[.,]\d", cell)) and amount_in(cell) is not None
