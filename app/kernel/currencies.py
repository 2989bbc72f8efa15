"""Currencies: which there are, how many decimals each has, and the signs that people write."""

from __future__ import annotations

import re
from functools import lru_cache

DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks of direction, which come along when an amount is copied."""
_DOLLARS = (
    "ARS AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD "
    "TTD TWD USD UYU XCD"
)
_WRITTEN = {
    "$": _DOLLARS,
    "US$": "USD", "$US": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD",
    "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD", "MX$": "MXN", "R$": "BRL",
    "€": "EUR", "£": "EGP FKP GBP GIP LBP SDG SHP SSP SYP",
    "¥": "CNY JPY", "￥": "CNY JPY", "元": "CNY TWD", "円": "JPY",
    "kr.": "DKK ISK NOK SEK",
    "Fr.": "CHF", "SFr.": "CHF", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON",
    "₺": "TRY", "TL": "TRY", "₽": "RUB", "₴": "UAH", "₪": "ILS", "₾": "GEL", "₸": "KZT",
    "₹": "INR", "Rs.": "INR LKR MUR NPR PKR",
    "₩": "KRW", "₫": "VND", "฿": "THB", "₱": "PHP", "RM": "MYR", "Rp": "IDR",
    "R": "ZAR", "₦": "NGN", "₵": "GHS", "GH₵": "GHS", "KSh": "KES",
    "S/": "PEN", "₡": "CRC", "₲": "PYG", "Bs": "BOB",
}  # fmt: skip
"""Signs in daily use, with the currencies that they stand for; CLDR knows a locale's own ones.

A point at the end may be left out.
"""


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


@lru_cache(maxsize=512)
def signs(currency: str, locale: str) -> tuple[str, ...]:
    """What people write before or behind an amount of a currency, the longest first, folded.

    >>> signs("USD", "en")
    ('$us', 'us$', 'usd', '$')
    """
    from babel.numbers import get_currency_symbol

    found = {sign for sign, codes in _WRITTEN.items() if currency in codes.split()}
    found |= {get_currency_symbol(currency, locale=one) for one in (locale.replace("-", "_"), "en")}
    plain = (" ".join(DIRECTION.sub("", sign).split()) for sign in (currency, *found))
    folded = {sign.casefold() for sign in plain}
    folded |= {sign.removesuffix(".") for sign in folded}
    return tuple(sorted(folded, key=lambda sign: (-len(sign), sign)))
