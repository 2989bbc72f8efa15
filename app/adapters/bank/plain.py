"""What all formats share: amounts, days and words, and how they say that a file is unreadable."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from app.kernel import money
from app.kernel.errors import Invalid

MOST_WORDS = 1000
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def unreadable(format: str, why: str = "") -> Invalid:
    """The refusal of a file that is not what it seems to be."""
    return Invalid("statement.unreadable", field="files", format=format, why=why[:120])


def words(*texts: str | None) -> str:
    """Texts of a line on one line, without control signs, at a length that we keep."""
    joined = " ".join(text for text in texts if text)
    return " ".join(_CONTROL.sub(" ", joined).split())[:MOST_WORDS]


def day(text: str, format: str) -> date:
    """A day such as 2026-11-03, 20261103 or 2026-11-03T10:00:00+01:00. Raises Invalid."""
    found = _DAY.match(text.strip())
    try:
        if found is None:
            raise ValueError
        return date(*map(int, found.groups()))
    except ValueError:
        raise unreadable(format, f"“{text[:20]}” is no day") from None


def minor(text: str, currency: str, format: str) -> int:
    """An amount such as `75.00`, `75,00` or `-75` in minor units, never rounded. Raises Invalid."""
    if currency not in money.currencies():
        raise unreadable(format, f"“{currency[:10]}” is no currency")
    try:
        if not re.fullmatch(r"[+-]?\d{1,15}([.,]\d{0,8})?", text.strip(), re.ASCII):
            raise ValueError
        value = Decimal(text.strip().replace(",", ".")).scaleb(money.decimals(currency))
        if value != value.to_integral_value() or abs(value) > money.MOST:
            raise ValueError
    except (InvalidOperation, ValueError):
        raise unreadable(format, f"“{text[:20]}” is no amount in {currency}") from None
    return int(value)
