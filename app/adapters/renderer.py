"""Letters from templates: `templates/letters/<notice>/subject.txt body.txt body.html`.

Whether a fact is escaped is decided by what is made of it, text or HTML, never by the ending of the
file that names it. What both say (`_because.html`) is one file: escaped in HTML, plain in text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    pass_context,
)
from jinja2.runtime import Context

from app.kernel import clock, money
from app.mail.envelope import Rendered

FOLDER = Path(__file__).resolve().parent.parent / "templates"
_GAPS = re.compile(r"\n{3,}")


class LetterRenderer:
    """Fills the templates of letters; amounts, days and times as the reader writes them."""

    def __init__(self) -> None:
        self._text = _environment(FileSystemLoader(FOLDER), autoescape=False)
        self._html = _environment(_HtmlOnly(FOLDER), autoescape=True)
        del self._html.filters["safe"]

    def render(self, notice: str, facts: dict[str, Any], *, locale: str, zone: str) -> Rendered:
        """Subject, text and HTML of one letter."""
        given = {**facts, "locale": locale, "zone": zone}
        subject = self._text.get_template(f"letters/{notice}/subject.txt").render(given)
        subject = " ".join(subject.split())
        given["subject"] = subject
        text = self._text.get_template(f"letters/{notice}/body.txt").render(given)
        html = self._html.get_template(f"letters/{notice}/body.html").render(given)
        return Rendered(subject, _GAPS.sub("\n\n", text).strip() + "\n", html.strip() + "\n")


class _HtmlOnly(FileSystemLoader):
    """Loads nothing that was written as text, whatever asks for it."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        if not template.endswith(".html"):
            raise TemplateNotFound(template, f"{template} is text and cannot stand in HTML")
        return super().get_source(environment, template)


def _environment(loader: BaseLoader, *, autoescape: bool) -> Environment:
    made = Environment(
        loader=loader,
        autoescape=autoescape,  # noqa: S701 (text is not HTML)
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=Missing,
    )
    made.filters.update(money=_money, day=_day, when=_when, quote=_quote, size=_size)
    return made


@lru_cache(maxsize=1)
def renderer() -> LetterRenderer:
    """The one renderer of this process; its templates are compiled once."""
    return LetterRenderer()


class Missing(StrictUndefined):
    """A fact that is not there may be asked for (`{% if note %}`), and never be written."""

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return isinstance(other, Missing)


@pass_context
def _money(context: Context, amount_minor: int, currency: str = "") -> str:
    return money.show(amount_minor, currency or context["currency"], context["locale"])


@pass_context
def _day(context: Context, value: str | date | None) -> str:
    """A calendar day with its year; a moment is the reader's day."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        value = clock.day_in(value, context["zone"])
    from babel.dates import format_date

    return format_date(value, "d MMM y", locale=context["locale"].replace("-", "_"))


@pass_context
def _when(context: Context, value: str) -> str:
    """A moment on the reader's clock."""
    from babel.dates import format_datetime

    there = datetime.fromisoformat(value).astimezone(clock.zone(context["zone"]))
    locale = context["locale"].replace("-", "_")
    return format_datetime(there, "EEE d MMM, HH:mm", locale=locale)


def _quote(words: str) -> str:
    """Somebody's words in plain text, marked at each line."""
    return "\n".join(f"> {line}".rstrip() for line in words.splitlines())


def _size(count: int) -> str:
    if count < 1024:
        return f"{count} bytes"
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1048576:.1f} MB"
