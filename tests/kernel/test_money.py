"""Money is typed as people type it, and never rounded behind their back."""

from __future__ import annotations

import pytest

from app.kernel import money

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("75", "USD", "en", 7500),
        ("75.5", "USD", "en", 7550),
        ("1,250.5", "USD", "en", 125050),
        ("1.250,50", "EUR", "de", 125050),
        ("1.250,50", "EUR", "en", 125050),
        ("1.250", "EUR", "de", 125000),
        ("12.50", "USD", "en", 1250),
        ("$1,250.50", "USD", "en", 125050),
        ("1 250,50 €", "EUR", "fr", 125050),
        ("¥300", "JPY", "en", 300),
        ("1.234", "BHD", "en", 1234),
        ("0", "USD", "en", 0),
        ("  400  ", "USD", "en", 40000),
        ("USD 12", "USD", "en", 1200),
    ],
)
def test_an_amount_is_read_as_people_type_it(
    text: str, currency: str, locale: str, minor: int
) -> None:
    assert money.parse(text, currency, locale) == minor


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1e5", "NaN", "12.345", "-1", "1,2,3", ",5", "5.", "1..2", "abc",
        "1.2.3", "1,234,56", "0x10", "١٢", "１２", "∞", "inf", "1 000 000 000 000 000 000",
        "9" * 40, "$", "--", "1,250.5.0", "+5", "5\x00",
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].+\.$"):
        money.parse(text, "USD")


def test_a_currency_without_decimals_takes_none() -> None:
    with pytest.raises(ValueError, match="JPY has no decimals"):
        money.parse("10.5", "JPY")


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (125050, "USD", "en", "$1,250.50"),
        (300, "JPY", "en", "¥300"),
        (1234, "BHD", "en", "BHD\xa01.234"),
        (125050, "EUR", "de", "1.250,50\xa0€"),
    ],
)
def test_an_amount_is_written_as_the_currency_writes_it(
    minor: int, currency: str, locale: str, text: str
) -> None:
    assert money.show(minor, currency, locale) == text


@pytest.mark.parametrize(("currency", "locale"), [("USD", "en"), ("EUR", "de"), ("JPY", "ja")])
def test_what_a_field_shows_is_read_back_as_the_same_amount(currency: str, locale: str) -> None:
    for minor in (0, 1, 99, 100, 12345678):
        assert money.parse(money.plain(minor, currency, locale), currency, locale) == minor
