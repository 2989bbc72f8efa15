"""A file asks the bank for a day on which banks work, and never for a day that is past."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.adapters.bank import target

pytestmark = pytest.mark.any_database

EASTERS = (
    "1981-04-19", "2000-04-23", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09",
    "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01",
    "2030-04-21", "2031-04-13", "2032-03-28", "2033-04-17", "2034-04-09", "2035-03-25",
    "2036-04-13", "2037-04-05", "2038-04-25", "2039-04-10", "2040-04-01", "2049-04-18",
    "2076-04-19",
)  # fmt: skip


@pytest.mark.parametrize(
    ("year", "closed"),
    [
        (2024, ["01-01", "03-29", "04-01", "05-01", "12-25", "12-26"]),
        (2025, ["01-01", "04-18", "04-21", "05-01", "12-25", "12-26"]),
        (2026, ["01-01", "04-03", "04-06", "05-01", "12-25"]),
        (2027, ["01-01", "03-26", "03-29"]),
        (2028, ["04-14", "04-17", "05-01", "12-25", "12-26"]),
    ],
)
def test_banks_are_closed_at_weekends_and_on_six_holidays(year: int, closed: list[str]) -> None:
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    weekdays = [day for day in days if day.weekday() < 5]
    assert [f"{d:%m-%d}" for d in weekdays if not target.is_working_day(d)] == closed
    assert not any(target.is_working_day(day) for day in days if day.weekday() >= 5)


def test_easter_is_where_the_calendar_has_it() -> None:
    for sunday in map(date.fromisoformat, EASTERS):
        near = [sunday + timedelta(days=days) for days in range(-6, 7)]
        closed = [day for day in near if day.weekday() < 5 and not target.is_working_day(day)]
        expected = [sunday - timedelta(days=2), sunday + timedelta(days=1)]
        assert [day for day in closed if (day.month, day.day) != (5, 1)] == expected


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-27", "2026-11-27"), ("2026-11-28", "2026-11-30"), ("2026-11-29", "2026-11-30"),
        ("2026-12-25", "2026-12-28"), ("2026-04-03", "2026-04-07"), ("2026-12-31", "2026-12-31"),
        ("2027-01-01", "2027-01-04"), ("2027-05-01", "2027-05-03"),
    ],
)  # fmt: skip
def test_a_day_of_rest_leads_to_the_next_working_day(day: str, works: str) -> None:
    assert target.working_day_from(date.fromisoformat(day)) == date.fromisoformat(works)


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-11-03T22:30", "Europe/Berlin", "2026-11-03"),
        ("2026-11-03T23:30", "Europe/Berlin", "2026-11-04"),
        ("2026-11-03T23:30", "America/New_York", "2026-11-04"),
        ("2026-11-03T22:30", "Europe/Helsinki", "2026-11-04"),
        ("2026-11-27T23:30", "UTC", "2026-11-30"),
    ],
)
def test_the_day_is_past_neither_on_the_boards_clock_nor_at_the_bank(
    at: str, zone: str, day: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert target.execution_day(moment, zone) == date.fromisoformat(day)
