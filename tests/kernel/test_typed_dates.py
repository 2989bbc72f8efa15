"""A day is read however people write it, wherever it has one reading; else both are named."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.blueprints.locale import day_text
from app.kernel import dates

pytestmark = pytest.mark.any_database

LOCALES = ("en", "en-GB", "de", "fr", "es", "pt", "it", "nl", "pl", "de-AT", "sv", "cs", "hr", "fi")
DAY = date(2026, 11, 24)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24", "2026/11/24", "2026.11.24", "24.11.2026", "24. 11. 2026", "24.11.26",
        "24/11/2026", "11/24/2026", "24-11-2026", "24 11 2026", "24 Nov 2026", "24 nov 2026",
        "24 Nov. 2026", "24. Nov. 2026", "24 November 2026", "24. November 2026", "Nov 24, 2026",
        "November 24, 2026", "NOV 24 2026", "24-Nov-2026", "24th November 2026", "2026 Nov 24",
        "November 24th, 2026", "24 of November 2026", "  24  Nov  2026 ", "24\u00a0Nov\u00a02026",
    ],
)  # fmt: skip
def test_a_day_with_one_reading_is_understood_everywhere(text: str, locale: str) -> None:
    assert dates.parse(text, locale) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/2026", date(2026, 12, 31)), ("12/31/2026", date(2026, 12, 31)),
        ("05/05/2026", date(2026, 5, 5)), ("3.4.2026", date(2026, 4, 3)),
        ("03.04.2026", date(2026, 4, 3)), ("29.2.2028", date(2028, 2, 29)),
        ("2026/1/5", date(2026, 1, 5)), ("1 May 2026", date(2026, 5, 1)),
        ("1 Sept 2026", date(2026, 9, 1)),
    ],
)  # fmt: skip
def test_a_point_puts_the_day_first_and_a_number_above_twelve_is_no_month(
    text: str, day: date
) -> None:
    assert {dates.parse(text, locale) for locale in ("en", "en-GB", "de")} == {day}


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("24 de noviembre de 2026", "es", DAY), ("24 de nov. de 2026", "pt", DAY),
        ("24 listopada 2026", "pl", DAY), ("24 lis 2026", "pl", DAY),
        ("24 listopada 2026", "hr", date(2026, 10, 24)), ("3 März 2026", "de", date(2026, 3, 3)),
        ("1er août 2026", "fr", date(2026, 8, 1)), ("3 mei 2026", "nl", date(2026, 5, 3)),
    ],
)  # fmt: skip
def test_months_have_the_names_of_the_readers_language(text: str, locale: str, day: date) -> None:
    assert dates.parse(text, locale) == day
    if not text.isascii():
        with pytest.raises(ValueError, match="Type a day such as"):
            dates.parse(text, "en")


def test_two_readings_are_both_named_and_what_to_type_is_understood() -> None:
    for text in ("03/04/2026", "3/4/2026", "03-04-2026"):
        for locale in LOCALES:
            with pytest.raises(ValueError, match="Did you mean") as asked:
                dates.parse(text, locale)
            sentence = str(asked.value)
            assert "3 April 2026 or 4 March 2026" in sentence
            assert "Type 2026-04-03 or 2026-03-04." in sentence


@pytest.mark.parametrize(
    "text",
    [
        "", "someday", "24", "24 Nov", "31 Feb 2027", "31.02.2026", "30/02/2026", "13/13/2026",
        "4.13.2026", "0/1/2026", "00.00.2026", "1/2/26", "24 Nov 26", "2026", "Nov 2026", "24.11.",
        "2026-1-1", "2026-24-11", "2026-13-01", "20261124", "24 Nov 2026 10:00", "-24 Nov 2026",
        "24 Nov Dec 2026", "٢٤.١١.٢٠٢٦", "２４.11.2026", "1" * 5000, "24 Nov " + "2026 " * 400,
        "24/11.2026", "24.11/2026", "x\x00",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_two_ways_that_work(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Type a day such as") as refused:
        dates.parse(text, "en")
    for locale in LOCALES:
        for form in re.findall(r"such as (.+) or (.+)\.$", str(refused.value))[0]:
            assert dates.parse(form, locale) == DAY


@given(st.dates(date(1000, 1, 1)), st.sampled_from(LOCALES))
def test_what_the_board_shows_with_its_year_is_read_back(day: date, locale: str) -> None:
    assert dates.parse(day_text(day, locale, 1), locale) == day
    assert dates.parse(day.isoformat(), locale) == day


@given(st.text(st.sampled_from("0123456789 ./-,NovMay"), max_size=14), st.sampled_from(LOCALES))
def test_any_text_is_a_day_or_a_sentence(text: str, locale: str) -> None:
    try:
        assert isinstance(dates.parse(text, locale), date)
    except ValueError as refused:
        assert re.fullmatch(r"[A-Z].+\.", str(refused))
