"""What all formats share: amounts, days, words and sums, and how they refuse a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from app.escrow.bank.lines import Statement
from app.kernel import money
from app.kernel.errors import Invalid

MOST_WORDS = 1000
MOST_LINES = 20_000
"""Of one upload: more would keep everybody else waiting."""
NOTHING = frozenset(
    {"", "NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOTAVAILABLE", "EREF", "PREF", "MARF", "N/A"}
)
"""What banks write where they give no id."""
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def unreadable(format: str, why: str = "") -> Invalid:
    """The refusal of a file that is not what it seems to be."""
    return Invalid("statement.unreadable", field="files", format=format, why=why[:120])


def cut_short(format: str, why: str) -> Invalid:
    """The refusal of a file whose end is missing."""
    return Invalid("statement.cut", field="files", format=format, why=why[:120])


def refuse_many(count: int) -> None:
    """Raises Invalid where a file has more lines than one import takes."""
    if count > MOST_LINES:
        raise Invalid("statement.many", field="files", most=MOST_LINES)


def balanced(statement: Statement) -> Statement:
    """The statement, where its opening balance and its lines make its closing balance.

    Raises Invalid with both sums: something is missing in the file, or it was read wrongly.
    """
    opening, closing, currency = (
        statement.opening_minor, statement.closing_minor, statement.currency,
    )  # fmt: skip
    if opening is None or closing is None:
        return statement
    if any(line.currency != currency for line in statement.lines):
        return statement
    total = sum(line.amount_minor for line in statement.lines)
    if opening + total == closing:
        return statement
    if not opening and not closing:  # what banks write that do not give balances
        return replace(statement, opening_minor=None, closing_minor=None)
    facts = {"opening": opening, "lines": total, "sum": opening + total, "closing": closing}
    shown = {name: money.show(amount, currency) for name, amount in facts.items()}
    raise Invalid("statement.sum", field="files", format=statement.format, **shown)


def counted(reasons: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How often each reason to skip something occurred."""
    found: dict[str, int] = {}
    for reason in reasons:
        found[reason] = found.get(reason, 0) + 1
    return tuple(found.items())


def words(*texts: str | None) -> str:
    """Texts of a line on one line, without control signs, at a length that we keep."""
    joined = " ".join(text for text in texts if text)[: 20 * MOST_WORDS]
    return " ".join(_CONTROL.sub(" ", joined).split())[:MOST_WORDS]


def reference(text: str | None) -> str:
    """An id that a bank gives, or nothing where it only says that there is none."""
    found = words(text)[:100]
    return "" if found.upper() in NOTHING else found


def day(text: str, format: str) -> date:
    """A day such as 2026-11-03, 20261103 or 2026-11-03T10:00:00+01:00. Raises Invalid."""
    found = _DAY.match(text.strip())
    try:
        if found is None:
            raise ValueError
        return date(*map(int, found.groups()))
    except ValueError:
        raise unreadable(format, f"“{words(text)[:20]}” is no day") from None


def minor(text: str, currency: str, format: str) -> int:
    """An amount such as `75.00`, `75,00` or `-75` in minor units, never rounded. Raises Invalid."""
    if currency not in money.currencies():
        raise unreadable(format, f"“{words(currency)[:10]}” is no currency")
    try:
        if not re.fullmatch(r"[+-]?(\d{1,15}([.,]\d{0,8})?|[.,]\d{1,8})", text.strip(), re.ASCII):
            raise ValueError
        value = Decimal(text.strip().replace(",", ".")).scaleb(money.decimals(currency))
        if value != value.to_integral_value() or abs(value) > money.MOST:
            raise ValueError
    except (InvalidOperation, ValueError):
        raise unreadable(format, f"“{words(text)[:20]}” is no amount in {currency}") from None
    return int(value)
