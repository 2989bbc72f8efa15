"""The only place that reads the clock: routes, chores and commands ask; verbs are told the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; unknown names raise `ZoneInfoNotFoundError`."""
    return ZoneInfo(name)


def day_in(at: datetime, zone_name: str) -> date:
    """The calendar day that `at` falls on in a zone."""
    try:
        return at.astimezone(zone(zone_name)).date()
    except OverflowError:  # the first or the last day of all: no zone has another
        return at.date()


def end_of_day(day: date, zone_name: str) -> datetime:
    """23:59:59 of a calendar day in a zone, as UTC (RULES, Terms: when a due date ends)."""
    return _utc(datetime.combine(day, time(23, 59, 59)), zone_name)


def at_hour(day: date, hour: int, zone_name: str) -> datetime:
    """An hour of a calendar day in a zone, as UTC (a skipped hour: the earlier offset)."""
    return _utc(datetime.combine(day, time(hour)), zone_name)


_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def _utc(there: datetime, zone_name: str) -> datetime:
    """What a clock in a zone shows, as UTC; beyond the first and last year, their edge."""
    try:
        return there.replace(tzinfo=zone(zone_name)).astimezone(UTC)
    except OverflowError:
        return _LAST if there.year > 1 else _FIRST


def working_day(day: date, count: int) -> date:
    """The working day (Monday to Friday) that lies `count` of them after a day, or before it.

    >>> working_day(date(2026, 11, 6), 1), working_day(date(2026, 11, 9), -1)
    (datetime.date(2026, 11, 9), datetime.date(2026, 11, 6))
    """
    step, left = timedelta(days=1 if count > 0 else -1), abs(count)
    while left:
        day += step
        left -= day.weekday() < 5
    return day


def iso_week(day: date) -> str:
    """The ISO week of a day, such as `2026-W47`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


DAY = timedelta(days=1)
