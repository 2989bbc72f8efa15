"""Months in addresses, such as `2026-10`: when they begin, and what is beside them."""

from __future__ import annotations

import re
from datetime import datetime

from flask import abort

from app.kernel import clock

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


def begins(month: str, zone: str) -> datetime:
    """When a month begins on the clock of a zone; 404 where this is no month."""
    if not _MONTH.fullmatch(month):
        abort(404)
    first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 (a day, not a moment)
    return clock.at_hour(first, 0, zone)


def step(month: str, by: int) -> str:
    """The month so many after this one."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12}-{count % 12 + 1:02d}"


def present(zone: str) -> str:
    """The month that it is in a zone."""
    return f"{clock.day_in(clock.now(), zone):%Y-%m}"


def name(month: str) -> str:
    """`October 2026`."""
    return f"{datetime.strptime(month, '%Y-%m'):%B %Y}"  # noqa: DTZ007 (a day, not a moment)
