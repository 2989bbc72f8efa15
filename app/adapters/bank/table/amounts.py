"""Amounts as tables write them: `1.234,56`, `-75`, `75,00-`, `(75.00)`, `75,00 €`, `75.00 CR`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.adapters.bank.plain import minor, unreadable, words
from app.kernel import money

_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009'’`´]")
_DASHES = re.compile("[−–—‒﹣－]")
_PARTS = re.compile(r"([^\d.,]{0,8})(\d[\d.,]*|[.,]\d+)([^\d.,]{0,8})", re.ASCII)
_SIDES = {
    "CR": 1, "C": 1, "H": 1, "CRDT": 1, "CREDIT": 1, "HABEN": 1, "BIJ": 1,
    "DR": -1, "D": -1, "S": -1, "DB": -1, "DBIT": -1, "DEBIT": -1, "SOLL": -1, "AF": -1,
}  # fmt: skip
"""What stands behind an amount for money in, and for money out."""
SYMBOLS = {
    "€": "EUR", "£": "GBP", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "₹": "INR", "RS": "INR",
    "R$": "BRL", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD",
    "₺": "TRY", "₴": "UAH", "₽": "RUB", "₪": "ILS", "₩": "KRW", "฿": "THB", "FR": "CHF",
    "SFR": "CHF", "LEI": "RON", "ЛВ": "BGN", "$": "", "¥": "", "KR": "",
}  # fmt: skip
"""Signs of currencies; one that several share says nothing by itself."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell that holds an amount: its digits, its sign (0 for none), and its currency."""

    number: str
    sign: int
    currency: str


@lru_cache(maxsize=8192)
def amount_in(cell: str) -> Amount | None:
    """What a cell says, where it is an amount and nothing else."""
    tidy = _DASHES.sub("-", _BLANKS.sub("", cell[:60]))
    found = _PARTS.fullmatch(tidy)
    if found is None:
        return None
    front, number, back = found.groups()
    if number[-1] in ".,":  # 75,-
        number, back = number[:-1], re.sub(r"^-{1,2}", "", back)
    signs = front + back
    in_brackets = front.count("(") == back.count(")") == 1
    minuses = signs.count("-") + in_brackets
    rest = [re.sub(r"[-+]", "", one).replace("(", "").replace(")", "") for one in (front, back)]
    if minuses + signs.count("+") > 1 or signs.count("(") + signs.count(")") not in (0, 2):
        return None
    sign = -1 if minuses else 1 if "+" in signs else 0
    currency = ""
    for one in (part.upper().strip(".") for part in rest if part):
        if one in _SIDES and one == rest[1].upper().strip(".") and not sign:
            sign = _SIDES[one]
        elif (code := currency_of(one)) is not None and not currency:
            currency = code
        else:
            return None
    return Amount(number, sign, currency)


def currency_of(word: str) -> str | None:
    """The currency that a word or sign names, nothing for a sign of many, None for other words."""
    plain = word.strip().strip(".").upper()
    return plain if plain in money.currencies() else SYMBOLS.get(plain)


def decimal_in(number: str) -> str:
    """The sign before the decimals, where the number itself shows it."""
    marks = [sign for sign in number if sign in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    return "" if _is_open(number) else marks[0]


def decimal_of(numbers: Iterable[str]) -> str:
    """The sign that a whole column puts before the decimals; nothing where it is open."""
    found = {decimal_in(number) for number in numbers} - {""}
    return found.pop() if len(found) == 1 else ""


def is_open(number: str, currency: str, decimal: str) -> bool:
    """Whether a number can be read in two ways: 1.234 is a thousand, or one and a bit."""
    return not decimal and _is_open(number) and money.decimals(currency or "USD") > 0


def minor_of(number: str, currency: str, decimal: str) -> int:
    """A number in minor units; one that can be read in two ways is refused. Raises Invalid."""
    if is_open(number, currency, decimal):
        raise unreadable("CSV", f"“{number[:20]}” can be read in two ways")
    plain = _plain(number, currency, decimal)
    if plain is None:
        raise unreadable("CSV", f"“{words(number)[:20]}” is no amount")
    return minor(plain, currency, "CSV")


def _is_open(number: str) -> bool:
    return bool(re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", number, re.ASCII))


def _plain(number: str, currency: str, decimal: str) -> str | None:
    """Digits with a point before the decimals, or None where the groups make no sense."""
    marks = [sign for sign in number if sign in ".,"]
    if not marks:
        return number
    last = marks[-1]
    whole, _, part = number.rpartition(last)
    if len(set(marks)) == 2:
        other = next(sign for sign in marks if sign != last)
        return f"{whole.replace(other, '')}.{part}" if _grouped(whole, other) else None
    places = money.decimals(currency) if currency in money.currencies() else 2
    groups = len(marks) > 1 or (_is_open(number) and (decimal not in ("", last) or not places))
    if not groups:
        return f"{whole}.{part}"
    if len(marks) > 1 and decimal == last:
        return None
    return number.replace(last, "") if _grouped(number, last) else None


def _grouped(number: str, sign: str) -> bool:
    """Whether thousands are set apart, in threes, or as in India."""
    return bool(re.fullmatch(rf"\d{{1,3}}(\{sign}\d{{2,3}})*\{sign}\d{{3}}", number, re.ASCII))


__all__ = [
    "SYMBOLS", "Amount", "amount_in", "currency_of", "decimal_in", "decimal_of", "is_open",
    "minor_of",
]  # fmt: skip
