"""Money as whole minor units: reading what people type, and writing it as the currency does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from app.kernel import amounts
from app.kernel.currencies import currencies, decimals
from app.kernel.numerals import numerals, written

__all__ = ["MOST", "WHOLE", "currencies", "decimals", "parse", "percent", "plain", "show"]

MOST = 10**13
"""The largest amount in minor units that the board takes (a hundred billion dollars)."""

_CODE_THEN_DIGIT = re.compile(r"([A-Z]{3})(?=-?\d)")
"""Where a currency is written by its code, CLDR wants a space that Babel leaves out."""


def parse(text: str, currency: str, locale: str = "en") -> int:
    """What somebody typed as an amount, in minor units, zero or more.

    Raises ValueError with a sentence for the page: for what is no amount, for one that has two
    readings (`1.000` in English), for more decimals than the currency has, and for another
    currency's sign. Nothing is ever rounded.

    >>> parse("1,250.5", "USD"), parse("1.250,50", "EUR", "de"), parse("¥300", "JPY")
    (125050, 125050, 300)
    """
    places, most = decimals(currency), Decimal(MOST).scaleb(-decimals(currency))
    typed = amounts.without_signs(amounts.tidy(text), currency, locale)
    if not typed:
        raise ValueError("Type an amount.")
    if foreign := amounts.foreign_sign(typed):
        raise ValueError(
            f"This amount is in {currency}: leave out “{foreign}”, and type a number such as "
            f"{_example(currency, locale)}."
        )
    reading = amounts.read(typed, locale, places)
    if reading is None:
        raise ValueError(_no_number(typed, currency, locale))
    if min(reading.values) > most:
        raise ValueError(f"This amount is too large. The most is {show(MOST, currency, locale)}.")
    value = reading.values[0]
    if not reading.is_sure or -int(value.as_tuple().exponent) > places:
        raise ValueError(_question(reading.values, most, currency, locale))
    return int(value.scaleb(places))


def _question(values: Iterable[Decimal], most: Decimal, currency: str, locale: str) -> str:
    """Which amount was meant, in the reader's own format; only what the currency can hold."""
    places = decimals(currency)
    likely = [value for value in values if value <= most and value == round(value, places)]
    if not likely:
        return _decimals_text(currency)
    meant = " or ".join(written(value, locale, places) for value in likely)
    then = "Type one of these." if len(likely) > 1 else _decimals_text(currency)
    return f"Did you mean {meant}? {then}"


def _no_number(typed: str, currency: str, locale: str) -> str:
    example = _example(currency, locale)
    forms = example if example == "1250" else f"1250 or {example}"
    if any(sign.isdigit() and not sign.isascii() for sign in typed):
        return f"Type the amount with the digits 0 to 9, such as {forms}."
    return f"Type the amount as a number, such as {forms}."


def _example(currency: str, locale: str) -> str:
    """An amount as it can be typed, with decimals where the currency has them."""
    return plain(125050 * 10 ** decimals(currency) // 100, currency, locale)


def _decimals_text(currency: str) -> str:
    return f"{currency} has {decimals(currency) or 'no'} decimals."


@lru_cache(maxsize=4096)
def show(amount_minor: int, currency: str, locale: str = "en") -> str:
    """An amount as the currency writes it in a locale: `$1,250.50`, `1.250,50 €`, `¥300`."""
    from babel.numbers import format_currency

    value = Decimal(amount_minor).scaleb(-decimals(currency))
    text = format_currency(value, currency, locale=locale.replace("-", "_"))
    return _CODE_THEN_DIGIT.sub("\\1\u00a0", text)


def plain(amount_minor: int, currency: str, locale: str = "en") -> str:
    """An amount for an input field: no sign, no grouping, the locale's decimal sign."""
    text = f"{Decimal(amount_minor).scaleb(-decimals(currency)):f}"
    return text.replace(".", numerals(locale).decimal)


WHOLE = 100_000
"""A hundred percent, as rates count it: in thousandths of a percent."""


def percent(rate: int) -> str:
    """A rate in thousandths of a percent, as people write it.

    >>> percent(19000), percent(7700), percent(0)
    ('19', '7.7', '0')
    """
    return f"{rate / 1000:.3f}".rstrip("0").rstrip(".")
