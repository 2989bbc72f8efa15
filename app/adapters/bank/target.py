"""TARGET: the days on which banks of the euro area move money (decision 0108)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.kernel import clock

ZONE = "Europe/Berlin"
"""The clock of TARGET itself."""
_FIXED = frozenset(((1, 1), (5, 1), (12, 25), (12, 26)))


def is_working_day(day: date) -> bool:
    """Whether TARGET is open: never on weekends, and closed on six holidays a year.

    >>> is_working_day(date(2026, 4, 3)), is_working_day(date(2026, 4, 7))
    (False, True)
    """
    easter = _easter(day.year)
    moving = (easter - timedelta(days=2), easter + timedelta(days=1))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED and day not in moving


def working_day_from(day: date) -> date:
    """This day, or the next on which TARGET is open."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def execution_day(at: datetime, zone: str) -> date:
    """When banks can execute a file made now: past neither on the board's clock nor on theirs."""
    return working_day_from(max(clock.day_in(at, zone), clock.day_in(at, ZONE)))


def _easter(year: int) -> date:
    """Easter Sunday, by the reckoning of Meeus, Jones and Butcher."""
    century, of_century = divmod(year, 100)
    leaps, left = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * (year % 19) + century - leaps - moon + 15) % 30
    to_sunday = (32 + 2 * left + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (year % 19 + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
