"""When a status report is due: arithmetic of weeks, pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from app.kernel import clock

HOUR = 15
"""The hour of the report day, in the freelancer's zone, at which they are asked."""
NUDGE = timedelta(days=2)
"""How long after the prompt a missing report is asked for once more."""

_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def due(
    began: datetime | None, weekday: int, zone: str, at: datetime
) -> tuple[str, datetime] | None:
    """The newest week whose report was due by `at`, and since when; None before the first.

    Args:
        began: the first funding, or the first checkpoint's beginning (UTC).
        weekday: the freelancer's report day, Monday is 0.
    """
    if began is None:
        return None
    today = clock.day_in(at, zone)
    day = today - timedelta(days=today.weekday() - weekday)
    asked = clock.at_hour(day, HOUR, zone)
    if asked > at:
        day -= timedelta(days=7)
        asked = clock.at_hour(day, HOUR, zone)
    return (clock.iso_week(day), asked) if asked > began else None


def next_due(weekday: int, zone: str, at: datetime) -> date:
    """The next day, today included, on which a report will be asked for."""
    today = clock.day_in(at, zone)
    day = today - timedelta(days=today.weekday() - weekday)
    return day if clock.at_hour(day, HOUR, zone) > at else day + timedelta(days=7)


def monday(week: str) -> date | None:
    """The Monday of `2026-W47`; None where there is no such week.

    >>> monday("2026-W47"), monday("2026-W54"), monday("soon")
    (datetime.date(2026, 11, 16), None, None)
    """
    found = _WEEK.fullmatch(week)
    if not found:
        return None
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None


def number(week: str) -> int:
    """47 for `2026-W47`, as headings say it."""
    return int(week.partition("-W")[2])
