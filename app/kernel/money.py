"""Money as whole minor units: reading what people type, and writing it as the currency does."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

MOST = 10**13
"""The largest amount in minor units that the board takes (a hundred billion dollars)."""

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_CODE_THEN_DIGIT = re.compile(r"([A-Z]{3})(?=-?\d)")
"""Where a currency is written by its code, CLDR wants a space that Babel leaves out."""
_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)


@lru_cache(maxsize=256)
def decimals(currency: str) -> int:
    """How many decimals a currency has: JPY none, USD two, BHD three (CLDR)."""
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(currency))


@lru_cache(maxsize=1)
def currencies() -> tuple[str, ...]:
    """The ISO 4217 codes in use today, in alphabetical order."""
    from babel.core import get_global

    fractions = get_global("territory_currencies")
    codes = {row[0] for rows in fractions.values() for row in rows if row[2] is None and row[3]}
    return tuple(sorted(codes))


@lru_cache(maxsize=64)
def _separators(locale: str) -> tuple[str, str]:
    """(grouping sign, decimal sign) of a locale; odd groupings are read as a comma."""
    from babel import Locale

    symbols = Locale.parse(locale.replace("-", "_")).number_symbols["latn"]
    decimal = symbols["decimal"]
    group = symbols["group"]
    return (group if group in ",." else "," if decimal != "," else "."), decimal


def _normal(text: str, locale: str) -> str | None:
    """Digits with a plain point as the decimal sign, or None when the groups make no sense."""
    group, decimal = _separators(locale)
    if "," in text and "." in text:  # both signs: the last one is the decimal sign
        decimal = "," if text.rfind(",") > text.rfind(".") else "."
        group = "." if decimal == "," else ","
    whole, sign, part = text.partition(decimal)
    if group in part or (sign and not part):
        return None
    if group in whole:
        first, *rest = whole.split(group)
        if not 1 <= len(first) <= 3 or any(len(piece) != 3 for piece in rest):
            return None
        whole = first + "".join(rest)
    plain = f"{whole or '0'}.{part}" if sign else whole
    return plain if _PLAIN.fullmatch(plain) else None


def parse(text: str, currency: str, locale: str = "en") -> int:
    """What somebody typed as an amount, in minor units, zero or more.

    Raises ValueError with a sentence for the page. `1e5`, `NaN`, `-1`, `1,2,3` and more
    decimals than the currency has are refused, never rounded.

    >>> parse("1,250.5", "USD"), parse("1.250,50", "EUR", "de"), parse("¥300", "JPY")
    (125050, 125050, 300)
    """
    tidy = _SPACES.sub("", text)
    tidy = tidy.removeprefix(currency).removesuffix(currency).strip("$€£¥")
    if not tidy:
        raise ValueError("Type an amount.")
    if len(tidy) > 30:
        raise ValueError("This amount is too large.")
    plain = _normal(tidy, locale)
    if plain is None:
        raise ValueError("Type the amount as a number, such as 1250 or 1250.50.")
    whole, _, part = plain.partition(".")
    places = decimals(currency)
    if len(part.rstrip("0")) > places:
        raise ValueError(
            f"{currency} has no decimals." if places == 0 else f"{currency} has {places} decimals."
        )
    minor: int = int(whole) * 10**places + int(part[:places].ljust(places, "0") or "0")
    if minor > MOST:
        raise ValueError("This amount is too large.")
    return minor


@lru_cache(maxsize=4096)
def show(amount_minor: int, currency: str, locale: str = "en") -> str:
    """An amount as the currency writes it in a locale: `$1,250.50`, `1.250,50 €`, `¥300`."""
    from babel.numbers import format_currency

    value = Decimal(amount_minor).scaleb(-decimals(currency))
    written = format_currency(value, currency, locale=locale.replace("-", "_"))
    return _CODE_THEN_DIGIT.sub("\\1\u00a0", written)


def plain(amount_minor: int, currency: str, locale: str = "en") -> str:
    """An amount for an input field: no sign, no grouping, the locale's decimal sign."""
    text = f"{Decimal(amount_minor).scaleb(-decimals(currency)):f}"
    return text.replace(".", _separators(locale)[1])


WHOLE = 100_000
"""A hundred percent, as rates count it: in thousandths of a percent."""


def percent(rate: int) -> str:
    """A rate in thousandths of a percent, as people write it.

    >>> percent(19000), percent(7700), percent(0)
    ('19', '7.7', '0')
    """
    return f"{rate / 1000:.3f}".rstrip("0").rstrip(".")
