"""Reading what people type as a calendar day, wherever it has one reading (decision 0107)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

LONGEST = 60
_YEAR_FIRST = re.compile(r"(\d{4})([/.]) ?(\d\d?)\2 ?(\d\d?)\.?", re.ASCII)
_DOTTED = re.compile(r"(\d\d?)\. ?(\d\d?)\. ?(\d{4}|\d\d)\.?", re.ASCII)
_OPEN = re.compile(r"(\d\d?)([-/ ])(\d\d?)\2(\d{4})", re.ASCII)
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th|er|e|o|a|\u00ba|\u00aa)\b")
_FILLERS = frozenset(("de", "of", "the", "del"))


def parse(text: str, locale: str = "en") -> date:
    """The calendar day that somebody typed.

    ISO and other dates with the year first, `24.11.2026`, `31/12/2026`, and months by their names
    in English or the reader's own language. Raises ValueError with a sentence for the page; for
    `03/04/2026` it names both days.

    >>> parse("2026-11-24") == parse("24.11.2026") == parse("24. November 2026", "de")
    True
    """
    tidy = " ".join(unicodedata.normalize("NFC", text).split()).casefold()
    found = list(dict.fromkeys(_readings(tidy, locale))) if len(tidy) <= LONGEST else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError("Type a day such as 2026-11-24 or 24 Nov 2026.")
    meant = " or ".join(_in_words(day) for day in found)
    raise ValueError(f"Did you mean {meant}? Type {' or '.join(map(str, found))}.")


def iso(text: str) -> date | None:
    """The day that `2026-11-24` names, or None.

    >>> iso("2026-11-24"), iso("24.11.2026")
    (datetime.date(2026, 11, 24), None)
    """
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _readings(text: str, locale: str) -> Iterator[date]:
    """Every day that a text may stand for, once or more often."""
    if day := iso(text):
        yield day
    elif match := _YEAR_FIRST.fullmatch(text):
        yield from _day(match[1], match[3], match[4])
    elif match := _DOTTED.fullmatch(text):  # whoever writes dots writes the day first
        yield from _day(f"20{match[3]}"[-4:], match[2], match[1])
    elif match := _OPEN.fullmatch(text):
        yield from _day(match[4], match[3], match[1])
        yield from _day(match[4], match[1], match[3])
    else:
        yield from _by_name(_ORDINAL.sub("", text), locale)


def _by_name(text: str, locale: str) -> Iterator[date]:
    """`24 Nov 2026`, `Nov 24, 2026`, `24 de noviembre de 2026`: the longest number is the year."""
    pieces = [piece for piece in _PIECE.findall(text) if piece not in _FILLERS]
    names = [piece for piece in pieces if not piece.isdigit()]
    numbers = sorted((piece for piece in pieces if piece.isdigit()), key=len)
    if re.search(r"^\W|[^\w\s.,/-]", text) or len(names) != 1 or len(numbers) != 2:
        return
    month = _months(locale).get(names[0])
    if month and len(numbers[0]) <= 2 and len(numbers[1]) == 4:
        yield from _day(numbers[1], str(month), numbers[0])


def _day(year: str, month: str, day: str) -> Iterator[date]:
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:  # there is no such day
        return


def _in_words(day: date) -> str:
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale="en")


@lru_cache(maxsize=64)
def _months(locale: str) -> dict[str, int]:
    """Names of months, whole and short, in English and the reader's language, folded.

    A name that stands for two months (there are such, between languages) is left out.
    """
    from babel import Locale

    months: dict[str, set[int]] = {"sept": {9}}
    for reader in (Locale("en"), Locale.parse(locale.replace("-", "_"))):
        for widths in (reader.months["format"], reader.months["stand-alone"]):
            for place, name in (*widths["wide"].items(), *widths["abbreviated"].items()):
                folded = unicodedata.normalize("NFC", name).casefold().rstrip(".")
                months.setdefault(folded, set()).add(place)
    return {name: places.pop() for name, places in months.items() if len(places) == 1}
