"""The table in which people edit milestones, for proposals and for terms, with or without script.

Its buttons send `do` = `add`, `delete-<n>`, `up-<n>` or `down-<n>` to the rows address, which does

    rows = acted(typed(request.form, locked), request.form.get("do", ""))
    return answer(editor(rows, currency, action="/…/rows"), "terms/page.html", **context)

and the address that sends does

    rows = typed(request.form, locked)
    lines = validate(rows, currency)
    if has_errors(rows): refused(form, "terms/page.html", editor=editor(rows, …), **context)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, make_response, render_template, request

from app.blueprints.htmx import is_htmx
from app.blueprints.locale import formats
from app.blueprints.milestone_rows import MOST_ROWS, Row, new_row
from app.kernel import money


@dataclass(frozen=True, slots=True)
class Editor:
    """What the macro draws: the rows, the total, and where the buttons post to."""

    rows: list[Row]
    currency: str
    action: str
    total_text: str
    focus: str = ""

    @property
    def full(self) -> bool:
        """Whether no more rows fit."""
        return len(self.rows) >= MOST_ROWS


def acted(rows: list[Row], do: str) -> list[Row]:
    """The rows after a button: `add`, `delete-<n>`, `up-<n>`, `down-<n>` (n counts from 1)."""
    verb, _, number = do.partition("-")
    if verb == "add":
        return [*rows, new_row()] if len(rows) < MOST_ROWS else rows
    at = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 5 else -1
    if not 0 <= at < len(rows) or rows[at].locked:
        return rows
    if verb == "delete":
        return rows[:at] + rows[at + 1 :]
    other = at + {"up": -1, "down": 1}.get(verb, 0)
    if not 0 <= other < len(rows) or rows[other].locked:
        return rows
    moved = list(rows)
    moved[at], moved[other] = moved[other], moved[at]
    return moved


def editor(rows: list[Row], currency: str, *, action: str) -> Editor:
    """The editor of these rows, with the total of every amount that can be read."""
    seen, total = formats(), 0
    for row in rows:
        try:
            total += money.parse(row.amount_text, currency, seen.locale)
        except ValueError:
            continue
    return Editor(rows or [new_row()], currency, action, seen.money(total, currency))


def _next_focus(rows: list[Row], do: str) -> str:
    """The row to type in next: the new one, or the one that took a deleted one's place."""
    verb, _, number = do.partition("-")
    if verb == "add":
        return rows[-1].key
    if verb == "delete" and number.isascii() and number.isdigit() and len(number) < 5:
        return rows[min(int(number), len(rows)) - 1].key
    return ""


def answer(drawn: Editor, template: str, **context: Any) -> Response:
    """The answer to a button of the table: the table alone for htmx, else the whole page."""
    drawn = replace(drawn, focus=_next_focus(drawn.rows, request.form.get("do", "")))
    if is_htmx():
        body = render_template("macros/_milestones.html", editor=drawn)
        reply = make_response(body)
    else:
        reply = make_response(render_template(template, editor=drawn, **context))
    reply.headers["Cache-Control"] = "no-store"
    return reply
