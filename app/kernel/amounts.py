"""Reading what people type as an amount: the number in it, and what else it could mean.

The signs decide, wherever they leave one reading (decision 0107); else every reading is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.currencies import DIRECTION, signs
from app.kernel.numerals import Numerals, numerals

LONGEST = 60
"""No amount has more signs than this, however it is written."""
_KEYS = str.maketrans(
    dict.fromkeys("\u2019\u02bc\u2032\u00b4`", "'")
    | dict.fromkeys("\u060c\u066c\u2e41", " ")
    | {"\u066b": "."}
)
"""Other keys for the same signs: apostrophes, the groups and the decimal sign of Arabic scripts."""
_NUMBER = re.compile(r"(?:\d+(?:[ '.,]\d+)*|[.,]\d+)", re.ASCII)
_NO_CENTS = re.compile(r"[.,][-\u2013\u2014\u2212]{1,2}$")
"""`1250.-` and `1250,--`: a whole amount, with a dash for the cents."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a number can mean. Not `is_sure`: whoever typed it has to say which (or confirm it)."""

    values: tuple[Decimal, ...]
    is_sure: bool = True


def tidy(text: str) -> str:
    """The text with one kind of blank, apostrophe and sign, whatever the keyboard has."""
    text = unicodedata.normalize("NFC", DIRECTION.sub("", text)).translate(_KEYS)
    return " ".join(text.split())


def without_signs(text: str, currency: str, locale: str) -> str:
    """The text without the currency's own sign or code before and behind it.

    >>> without_signs("€ 100", "EUR", "de"), without_signs("US$100 USD", "USD", "en")
    ('100', '100')
    """
    own = signs(currency, locale)
    for sign in own:
        if text.casefold().startswith(sign) and not _is_word(text[len(sign) : len(sign) + 1]):
            text = text[len(sign) :].lstrip()
            break
    for sign in own:
        end = len(text) - len(sign)
        if text.casefold().endswith(sign) and not _is_word(text[max(end - 1, 0) : end]):
            return text[:end].rstrip()
    return text


def foreign_sign(text: str) -> str:
    """The sign or word that stands before or behind a number and does not belong there.

    >>> foreign_sign("CHF 5"), foreign_sign("100 kr."), foreign_sign("1e5"), foreign_sign("abc")
    ('CHF', 'kr.', '', '')
    """
    start = next((place for place, sign in enumerate(text) if not _is_word(sign)), 0)
    end = next((place for place, sign in enumerate(text[::-1]) if not _is_word(sign, ".")), 0)
    before, after = text[:start], text[len(text) - end :].lstrip(".")
    number = text[start : len(text) - end].strip(" .-\u2013\u2014")
    return (before or after) if _NUMBER.fullmatch(number) and len(before or after) < 12 else ""


def read(text: str, locale: str, places: int) -> Reading | None:
    """What a number means to a reader, in a currency of so many decimals; None: it is none.

    >>> read("1.250,50", "en", 2), read("1.000", "en", 2).is_sure, read("1,2,3", "en", 2)
    (Reading(values=(Decimal('1250.50'),), is_sure=True), False, None)
    """
    if len(text) > LONGEST:
        return None
    own, whole_only = numerals(locale), _NO_CENTS.search(text)
    text = text[: whole_only.start()] if whole_only else text
    if not _NUMBER.fullmatch(text):
        return None
    used = [sign for sign in text if not sign.isdigit()]
    pieces = re.split(r"\D", text)
    if not used:
        return _sure(text)
    grouping, decimal = used[:-1], used[-1]
    if whole_only or decimal in " '" or decimal in grouping:  # it groups, wherever it is written
        return _sure(_joined(pieces, own)) if len(set(used)) == 1 else None
    if len(set(grouping)) > 1:
        return None
    if grouping:
        whole = _joined(pieces[:-1], own)
        return _sure(whole and f"{whole}.{pieces[-1]}")
    if not pieces[0]:
        return _sure(f"0.{pieces[1]}") if decimal == own.decimal else None
    return _one_sign(pieces, decimal, own, places)


def _one_sign(pieces: Sequence[str], sign: str, own: Numerals, places: int) -> Reading:
    """One point or comma: decimal, unless three digits follow, which it may group."""
    as_decimal = Decimal(".".join(pieces))
    if len(pieces[1]) != 3 or not pieces[0].strip("0"):
        return Reading((as_decimal,))
    three = places >= 3
    if sign == own.decimal and three:
        return Reading((as_decimal,))
    whole = _joined(pieces, own)
    if sign == own.group and whole and not three:
        return Reading((Decimal(whole),))
    return Reading((Decimal(whole), as_decimal) if whole else (as_decimal,), is_sure=False)


def _joined(groups: Sequence[str], own: Numerals) -> str:
    """The digits of groups that are as long as groups are, else nothing."""
    first, middle, last = groups[0], groups[1:-1], groups[-1]
    if len(groups) == 1:
        return first
    if len(last) != 3 or first.startswith("0"):
        return ""
    by_three = len(first) <= 3 and all(len(group) == 3 for group in middle)
    by_two = len(first) <= 2 and all(len(group) == 2 for group in middle)
    return "".join(groups) if by_three or (by_two and 2 in own.group_sizes) else ""


def _sure(digits: str) -> Reading | None:
    return Reading((Decimal(digits),)) if digits else None


def _is_word(sign: str, also: str = "") -> bool:
    """Whether a sign is a letter, a currency sign or one of `also`."""
    return bool(sign) and (sign.isalpha() or unicodedata.category(sign) == "Sc" or sign in also)
