"""How a locale writes amounts: which sign groups the digits, and which one is the decimal sign."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Numerals:
    """The signs of one locale. In India the groups above the thousands are of two digits."""

    group: str
    decimal: str
    group_sizes: tuple[int, ...]


@lru_cache(maxsize=64)
def numerals(locale: str) -> Numerals:
    """What the board itself writes for readers of a locale.

    >>> numerals("en"), numerals("de-CH").group, numerals("hi").group_sizes
    (Numerals(group=',', decimal='.', group_sizes=(3,)), '’', (3, 2))
    """
    from babel import Locale
    from babel.numbers import format_currency

    reader = Locale.parse(locale.replace("-", "_"))
    text = format_currency(Decimal("1234567.5"), "XXX", format="#,##0.0", locale=reader)
    found = [sign for sign in text if not sign.isdigit()]
    sizes = reader.decimal_formats[None].grouping
    decimal = found[-1] if found[-1] in ".," else "."
    return Numerals(found[0], decimal, (3, 2) if 2 in sizes else (3,))


def written(value: Decimal, locale: str, places: int) -> str:
    """A number in a reader's own format, with its groups and so many decimals.

    >>> written(Decimal("1234.5"), "de", 2), written(Decimal("1234"), "en", 0)
    ('1.234,50', '1,234')
    """
    signs = numerals(locale)
    whole, _, part = f"{value:,.{places}f}".partition(".")
    return whole.replace(",", signs.group) + (signs.decimal + part if part else "")
