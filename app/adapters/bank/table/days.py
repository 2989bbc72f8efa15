"""Days as tables write them, and whether the day or the month comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from app.kernel.text import fold

_ISO = re.compile(r"(\d{4})(?:([-/.])\s?(\d{1,2})\2\s?|(\d{2}))(\d{1,2})\.?", re.ASCII)
_ORDER = re.compile(r"(\d{1,2})([-/. ])\s?(\d{1,2})\2\s?(\d{4}|\d{2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[. -]*([^\W\d_]{3,12})[. ,-]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,12})[. ]*(\d{1,2})(?:st|nd|rd|th)?[ ,]+(\d{4})")
_CLOCK = re.compile(
    r"[T ,]\s*\d{1,2}[:.]\d{2}([:.]\d{2})?([.,]\d+)?\s*([AaPp]\.?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|CET|CEST|[+-]\d{2}:?\d{2})?$"
)
_LANGUAGES = ("en", "de", "nl", "fr", "es", "it", "pt", "pl", "cs", "sv", "da", "nb", "fi", "tr")


@lru_cache(maxsize=8192)
def day_in(cell: str, day_first: bool | None) -> date | None:
    """The day in a cell, or None. What is open reads as day first, unless told otherwise."""
    text = _without_clock(cell)
    numbers = _numbers(text, day_first is not False)
    if numbers is None or not 1970 <= numbers[0] < 2100:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None


def order_of(cells: Iterable[str]) -> bool | None:
    """Whether the day comes first, as the days show; None where none of them does.

    A day with points between is always day first; 27/11/2026 can be nothing else, either.
    """
    found = {order for cell in set(cells) if (order := _order(cell)) is not None}
    return found.pop() if len(found) == 1 else None


def _order(cell: str) -> bool | None:
    numbers = _ORDER.fullmatch(_without_clock(cell))
    if numbers is None:
        return None
    first, second = int(numbers.group(1)), int(numbers.group(3))
    if numbers.group(2) == "." or first > 12 >= second:
        return True
    return False if second > 12 >= first else None


@lru_cache(maxsize=8192)
def is_open(cell: str) -> bool:
    """Whether a cell reads as two different days."""
    numbers = _ORDER.fullmatch(_without_clock(cell))
    if numbers is None or numbers.group(2) == ".":
        return False
    first, second = int(numbers.group(1)), int(numbers.group(3))
    return first != second and 1 <= first <= 12 and 1 <= second <= 12


def _without_clock(cell: str) -> str:
    text = " ".join(cell[:60].split())
    return _CLOCK.sub("", text).strip()


def _numbers(text: str, day_first: bool) -> tuple[int, int, int] | None:
    """Year, month and day."""
    if found := _ISO.fullmatch(text):
        year, _, dashed, packed, day = found.groups()
        if packed and len(day) < 2:
            return None
        return int(year), int(dashed or packed), int(day)
    if found := _ORDER.fullmatch(text):
        first, second, year = int(found.group(1)), int(found.group(3)), _year(found.group(4))
        return (year, second, first) if day_first else (year, first, second)
    if found := _NAMED.fullmatch(text):
        day, name, written = found.groups()
    elif found := _NAMED_FIRST.fullmatch(text):
        name, day, written = found.groups()
    else:
        return None
    month = _months().get(fold(name))
    return (_year(written), month, int(day)) if month else None


def _year(written: str) -> int:
    year = int(written)
    return year if len(written) == 4 else 2000 + year if year < 80 else 1900 + year


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Names of months in the languages of many banks, as CLDR has them."""
    from babel import Locale

    found: dict[str, int] = {"sept": 9}
    for language in _LANGUAGES:
        for kind in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names = Locale.parse(language).months[kind][width]
                for month, name in names.items():
                    found.setdefault(fold(str(name)).strip("."), int(month))
    return found
