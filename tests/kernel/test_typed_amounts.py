"""An amount is read wherever its signs leave one reading, and asked back wherever they do not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import money

pytestmark = pytest.mark.any_database

LOCALES = (
    *("en", "en-GB", "de", "fr", "es", "pt", "it", "nl", "pl"),  # those that people can choose
    *(
        "de-AT",
        "de-CH",
        "de-LI",
        "fr-CH",
        "fr-CA",
        "it-CH",
        "pt-PT",
        "es-MX",
        "sv",
        "nb",
        "da",
        "fi",
        "cs",
    ),
    *("hu", "bg", "lv", "ru", "tr", "el", "he", "ar", "fa", "hi", "en-IN", "en-ZA", "bn", "ja"),
    *("zh", "ko", "vi", "id", "bgn"),
)
CURRENCIES = ("EUR", "USD", "CHF", "SEK", "INR", "AUD", "JPY", "KRW", "BHD", "KWD")
NO_BREAK, NARROW, THIN = "\u00a0", "\u202f", "\u2009"


def refusal(text: str, currency: str, locale: str) -> str:
    """The sentence of the page."""
    with pytest.raises(ValueError, match=r"(?s)^[A-Z].+\.$") as caught:
        money.parse(text, currency, locale)
    return str(caught.value)


@pytest.mark.parametrize("locale", ["en", "en-GB", "de", "fr", "es", "sv", "pl", "de-CH", "hi"])
@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12,50", 1250), ("12.50", 1250), ("12,5", 1250), ("1250.50", 125050), ("1250,50", 125050),
        ("1 000,00", 100000), ("1 000.00", 100000), (f"1{NO_BREAK}000,00", 100000),
        (f"1{NARROW}000,5", 100050), (f"1{THIN}000", 100000), ("1 000", 100000),
        ("1'000.50", 100050), ("1’000.50", 100050), ("1’000,50", 100050), ("1'000", 100000),
        ("1,250.50", 125050), ("1.250,50", 125050), ("1.250.000", 125000000),
        ("1,250,000", 125000000), ("1 250 000", 125000000), ("1,250,000.5", 125000050),
        ("1.250.000,5", 125000050), ("1'250'000.05", 125000005),
        ("1250.-", 125000), ("1250,-", 125000), ("1250,--", 125000), ("1250.–", 125000),
        ("1250.—", 125000), ("1'250.-", 125000), ("1.250,-", 125000), ("1,250.--", 125000),
    ],
)  # fmt: skip
def test_what_has_one_reading_is_understood_everywhere(text: str, minor: int, locale: str) -> None:
    assert money.parse(text, "CHF", locale) == minor


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("1,000", "USD", "en", 100000), ("1.000", "EUR", "de", 100000),
        ("1.000", "EUR", "es", 100000), ("1.000", "EUR", "de-AT", 100000),
        ("1,000", "INR", "hi", 100000), ("1.234", "BHD", "en", 1234), ("1,234", "BHD", "de", 1234),
        ("1,234", "BHD", "fr", 1234), ("1.000", "JPY", "de", 1000), ("1,000", "JPY", "en", 1000),
        ("0.500", "BHD", "en", 500), ("0,500", "BHD", "en", 500), ("0.500", "BHD", "de", 500),
        ("1,234.567", "BHD", "de", 1234567), ("1234.500", "BHD", "en", 1234500),
        ("12,50,000", "INR", "hi", 125000000), ("12,50,000.50", "INR", "en-IN", 125000050),
        ("1,00,000", "INR", "en-IN", 10000000), (".50", "USD", "en", 50), (",50", "EUR", "de", 50),
        ("1250.-", "JPY", "en", 1250),
    ],
)  # fmt: skip
def test_three_digits_behind_one_sign_go_by_the_reader_and_the_currency(
    text: str, currency: str, locale: str, minor: int
) -> None:
    assert money.parse(text, currency, locale) == minor


@pytest.mark.parametrize(
    ("text", "currency", "locale", "sentence"),
    [
        ("1.000", "EUR", "en", "Did you mean 1,000.00 or 1.00?"),
        ("2.500", "USD", "en", "Did you mean 2,500.00 or 2.50?"),
        ("12.500", "USD", "en", "Did you mean 12,500.00 or 12.50?"),
        ("1,000", "EUR", "de", "Did you mean 1.000,00 or 1,00?"),
        ("1,000", "EUR", "fr", f"Did you mean 1{NARROW}000,00 or 1,00?"),
        ("1.000", "EUR", "fr", f"Did you mean 1{NARROW}000,00 or 1,00?"),
        ("1.000", "SEK", "sv", f"Did you mean 1{NO_BREAK}000,00 or 1,00?"),
        ("1,000", "CHF", "de-CH", "Did you mean 1’000.00 or 1.00?"),
        ("1.000", "CHF", "de-CH", "Did you mean 1’000.00 or 1.00?"),
        ("1,234", "BHD", "en", "Did you mean 1,234.000 or 1.234?"),
        ("1.234", "BHD", "de", "Did you mean 1.234,000 or 1,234?"),
        ("1.000", "JPY", "en", "Did you mean 1,000 or 1?"),
        ("1.500", "JPY", "en", "Did you mean 1,500? JPY has no decimals."),
        ("1.234", "USD", "en", "Did you mean 1,234.00? USD has 2 decimals."),
        ("1234.500", "USD", "en", "Did you mean 1,234.50? USD has 2 decimals."),
        ("1234.500", "EUR", "de", "Did you mean 1.234,50? EUR has 2 decimals."),
        ("0.500", "USD", "en", "Did you mean 0.50? USD has 2 decimals."),
        ("0,500", "USD", "en", "Did you mean 0.50? USD has 2 decimals."),
        ("100.00", "JPY", "en", "Did you mean 100? JPY has no decimals."),
        ("12.345,6789", "EUR", "de", "EUR has 2 decimals."),
    ],
)
def test_two_readings_are_both_named_in_the_readers_format(
    text: str, currency: str, locale: str, sentence: str
) -> None:
    assert refusal(text, currency, locale).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.3456", "USD"), ("12.5000", "USD"), ("0.001", "USD"), ("1,000.000", "EUR"),
        ("12,50", "JPY"), ("10.5", "JPY"), ("100.00", "JPY"), ("1.2345", "BHD"),
    ],
)  # fmt: skip
def test_more_decimals_than_the_currency_has_are_refused(text: str, currency: str) -> None:
    for locale in LOCALES:
        assert "decimals" in refusal(text, currency, locale)


@pytest.mark.parametrize(
    ("text", "currency", "locale"),
    [
        ("€ 100", "EUR", "en"), ("100 €", "EUR", "de"), ("100€", "EUR", "en"),
        ("EUR100", "EUR", "en"),
        ("eur 100", "EUR", "fr"), ("100 EUR", "EUR", "de"), ("$100", "USD", "de"),
        ("US$100", "USD", "en"), ("100 $US", "USD", "fr"), ("$100 USD", "USD", "en"),
        ("A$100", "AUD", "en"), ("$100", "AUD", "en"), ("$100", "CAD", "en"),
        ("C$100", "CAD", "fr"),
        ("¥100", "JPY", "en"), ("¥100", "CNY", "en"), ("100 kr", "SEK", "en"),
        ("kr. 100", "DKK", "de"),
        ("100 zł", "PLN", "en"), ("Kč 100", "CZK", "en"), ("Fr. 100", "CHF", "de"),
        ("₹100", "INR", "hi"),
        ("Rs.100", "INR", "en"), ("CHF 100.-", "CHF", "de-CH"), ("100.- Fr.", "CHF", "de-CH"),
        ("R100", "ZAR", "en"), ("R$100", "BRL", "pt"), ("£100", "GBP", "en-GB"),
        ("100,- €", "EUR", "de"),
    ],
)  # fmt: skip
def test_the_currencys_own_sign_or_code_may_stand_on_either_side(
    text: str, currency: str, locale: str
) -> None:
    assert money.parse(text, currency, locale) == 100 * 10 ** money.decimals(currency)


@pytest.mark.parametrize(
    ("text", "currency", "sign"),
    [
        ("$100", "EUR", "$"), ("100 €", "USD", "€"), ("£5", "EUR", "£"), ("A$5", "USD", "A$"),
        ("CHF 5", "EUR", "CHF"), ("USD 5", "EUR", "USD"), ("5 kr", "EUR", "kr"),
        ("5 kr.", "EUR", "kr."),
        ("5 zł", "EUR", "zł"), ("¥5", "EUR", "¥"), ("R$5", "ZAR", "R$"), ("€5", "JPY", "€"),
        ("US$5", "AUD", "US$"), ("5k", "USD", "k"), ("1.250,50 EUR", "CHF", "EUR"),
        ("$1,000", "EUR", "$"),
        ("£1.000", "EUR", "£"), ("5.- Fr.", "EUR", "Fr."),
    ],
)  # fmt: skip
def test_a_foreign_sign_is_refused_with_the_currency_of_the_field(
    text: str, currency: str, sign: str
) -> None:
    for locale in LOCALES:
        sentence = refusal(text, currency, locale)
        assert f"in {currency}" in sentence and f"“{sign}”" in sentence


@pytest.mark.parametrize(
    "text",
    [
        "", "-5", "−5", "+5", "1e5", "NaN", "Infinity", "1,2,3", "1..5", "1,,5", "1.2,3.4", "--",
        "1,250.5.0", "1,250,00", "1.250.5", "1,25,000.5", "1 00", "12 50", "1 2 3", "1,000 000",
        "1 000,000.5", "1'00", "0,100,000", "-", "0x10", "12_000", "1/2", "(5)", "5.", "5,", ".",
        ".-", "12.50.-", "1.000.5,-", "٣", "١٢٫٥٠", "१२", "１２", "5 5", "five", "1 000.000.000,5",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_for_every_reader(text: str) -> None:
    for locale in ("en", "de", "fr", "sv", "de-CH", "pt-PT", "ja", "ar"):
        refusal(text, "EUR", locale)


@pytest.mark.parametrize(
    "text", ["9" * 5000, "9" * 30 + ".000", "1" + ",000" * 20, "1e" + "9" * 99]
)
def test_what_is_far_too_long_is_a_sentence_too(text: str) -> None:
    for currency in CURRENCIES:
        refusal(text, currency, "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_largest_amount_is_stated_and_taken_and_nothing_above(locale: str) -> None:
    for currency in CURRENCIES:
        above = money.plain(money.MOST + 1, currency, locale)
        most = money.show(money.MOST, currency, locale)
        assert refusal(above, currency, locale).endswith(f"The most is {most}.")
        assert money.parse(most, currency, locale) == money.MOST


def forms(sentence: str) -> list[str]:
    """The amounts that a sentence names: all that holds digits, but what it says of decimals."""
    said = re.sub(r"[A-Z]{3} has (no|\d) decimals", "", sentence)
    said = said.removesuffix(" Type one of these.").replace("the digits 0 to 9", "").rstrip("?. ")
    found = re.split(r" or |such as |mean |is in .*?type |most is ", said.rstrip("?. "))
    return [form.strip("?.") for form in found if any(sign.isdigit() for sign in form)]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_form_that_a_hint_names_is_understood(currency: str, locale: str) -> None:
    named = 0
    for text in ("x1", "1e5", "٣", "1.000", "1,000", "2.500", "2,500", "1.234", "1,234", "§1",
                 "0.500", "12.5000", "100.00", "¤5", "1234.567", "9" * 30):  # fmt: skip
        try:
            money.parse(text, currency, locale)
        except ValueError as refused:
            for form in forms(str(refused)):
                money.parse(form, currency, locale)
                named += 1
    assert named >= 8


amounts = st.integers(0, money.MOST)


@given(amounts, st.sampled_from(LOCALES), st.sampled_from(money.currencies()))
def test_what_a_field_holds_is_always_read_back(minor: int, locale: str, currency: str) -> None:
    assert money.parse(money.plain(minor, currency, locale), currency, locale) == minor


@given(amounts, st.sampled_from(LOCALES), st.sampled_from(money.currencies()))
def test_what_a_page_shows_is_read_back(minor: int, locale: str, currency: str) -> None:
    assert money.parse(money.show(minor, currency, locale), currency, locale) == minor


@given(
    st.text(st.sampled_from("0123456789.,' ’-€$EUR\u00a0\u202f"), max_size=16),
    st.sampled_from(LOCALES),
    st.sampled_from(CURRENCIES),
)
def test_any_text_is_an_amount_or_a_sentence_and_digits_are_never_made_up(
    text: str, locale: str, currency: str
) -> None:
    try:
        minor = money.parse(text, currency, locale)
    except ValueError as refused:
        assert re.fullmatch(r"(?s)[A-Z].+\.", str(refused))
    else:
        typed = re.sub(r"\D", "", text).strip("0")
        assert str(minor).strip("0") == typed.lstrip("0")


def test_a_difference_of_the_locale_is_never_a_difference_of_the_amount() -> None:
    """Where two readers see one text otherwise, at most one is not asked back."""
    texts = ["1.000", "1,000", "12,50", "1.250,5", "1,250.5", "1.250.000", "1 000,5"]
    for text in texts:
        for currency in ("EUR", "JPY", "BHD"):
            found = set()
            for locale in ("en", "de", "fr", "de-CH", "sv"):
                try:
                    found.add(money.parse(text, currency, locale))
                except ValueError:
                    continue
            assert len(found) <= 1, (text, currency, found)
