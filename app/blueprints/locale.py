"""Amounts, days and times as the reader writes them. English is made by hand, and never slow."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from flask import Flask, g
from markupsafe import Markup

from app.kernel import clock, money, text

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


@lru_cache(maxsize=4096)
def day_text(value: date, locale: str, this_year: int) -> str:
    """`15 Nov` in the present year, `15 Nov 2027` in any other."""
    same = value.year == this_year
    if locale.startswith("en"):
        short = f"{value.day} {MONTHS[value.month - 1]}"
        return short if same else f"{short} {value.year}"
    from babel.dates import format_skeleton

    return format_skeleton("MMMd" if same else "yMMMd", value, locale=locale.replace("-", "_"))


@lru_cache(maxsize=8192)
def when_text(value: datetime, zone: str, locale: str, this_year: int) -> str:
    """`Fri 14 Nov, 16:02` on the clock of a zone."""
    there = value.astimezone(clock.zone(zone))
    day = day_text(there.date(), locale, this_year)
    if locale.startswith("en"):
        weekday = WEEKDAYS[there.weekday()]
    else:
        from babel.dates import format_date

        weekday = format_date(there.date(), "EEE", locale=locale.replace("-", "_"))
    return f"{weekday} {day}, {there:%H:%M}"


class Formats:
    """How one reader sees amounts and times: made once a request."""

    __slots__ = ("locale", "now", "today", "zone")

    def __init__(self, locale: str, zone: str, now: datetime) -> None:
        self.locale = locale
        self.zone = zone
        self.now = now
        self.today = clock.day_in(now, zone)

    def money(self, amount_minor: int | None, currency: str) -> str:
        """Minor units as the currency writes them; nothing for None."""
        return "" if amount_minor is None else money.show(amount_minor, currency, self.locale)

    def day(self, value: date | datetime | None) -> str:
        """A calendar day; a time is shown as the reader's day."""
        if value is None:
            return ""
        if isinstance(value, datetime):
            value = clock.day_in(value, self.zone)
        return day_text(value, self.locale, self.today.year)

    def when(self, value: datetime | None, zone: str | None = None) -> str:
        """A moment on the reader's clock, or on that of `zone`."""
        if value is None:
            return ""
        return when_text(value, zone or self.zone, self.locale, self.today.year)


def formats() -> Formats:
    """The reader's formats: the viewer's, the board's, or plain English in UTC."""
    if "formats" not in g:
        from app.blueprints import guards

        reader = guards.viewer() or guards.board()
        g.formats = Formats(
            locale=getattr(reader, "locale", "") or "en",
            zone=getattr(reader, "zone", "") or "UTC",
            now=clock.now(),
        )
    found: Formats = g.formats
    return found


def _money(amount_minor: int | None, currency: str) -> str:
    return formats().money(amount_minor, currency)


def _day(value: date | datetime | None) -> str:
    return formats().day(value)


def _when(value: datetime | None, zone: str | None = None) -> str:
    return formats().when(value, zone)


def _markdown(words: str | None) -> Markup:
    return Markup(text.markdown(words)) if words else Markup("")  # noqa: S704 (cleaned there)


def init_app(app: Flask) -> None:
    """Filters and functions of the same names: `{{ row.due | day }}`, `{{ money(5, 'USD') }}`."""
    app.jinja_env.filters.update(money=_money, day=_day, when=_when, markdown=_markdown)
    app.jinja_env.globals.update(money=_money, day=_day, when=_when)
