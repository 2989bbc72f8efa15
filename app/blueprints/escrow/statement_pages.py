"""Statements to take away: of a workroom, and of a person's month."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from flask import Response, render_template, request

from app.blueprints.escrow import bp, month_words, papers
from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.workroom.guards import seated
from app.escrow.papers import months, statements
from app.escrow.papers.statements import StatementRow
from app.extensions import db
from app.kernel import clock, money

HEADER = ("No.", "Time (UTC)", "What", "Milestone")


@bp.get("/workrooms/<room_id>/money.csv")
@signed_in
def download_statement(room_id: str) -> Response:
    """The statement of a workroom as a table for a spreadsheet."""
    room = seated(room_id).engagement
    rows = statements.of_engagement(db.session(), room.id)
    return papers.table(
        papers.file_name("statement", room.title, room.id),
        (*HEADER, "Change in escrow", "Amount", "Currency"),
        (cells(row) for row in rows),
    )


@bp.get("/workrooms/<room_id>/money.pdf")
@signed_in
def print_statement(room_id: str) -> Response:
    """The statement of a workroom as a PDF."""
    room = seated(room_id).engagement
    rows = statements.page_of_engagement(db.session(), room.id, limit=papers.MOST_ROWS)
    opening = rows[-1].after_minor - rows[-1].sign * rows[-1].amount_minor if rows else 0
    closing = rows[0].after_minor if rows else 0
    section = months.Section(room.id, room.title, room.currency, opening, closing, rows)
    return papers.pdf(
        papers.file_name("statement", room.title, room.id), "escrow/paper_statement.html",
        title=f"Statement: {room.title}", sections=[section], cut=len(rows) == papers.MOST_ROWS,
    )  # fmt: skip


@bp.get("/payments/statements/<month>")
@signed_in
def show_month(month: str) -> str:
    """What moved in a month on one's balances and in one's workrooms."""
    only, before = request.args.get("of", ""), request.args.get("before", "")
    start = int(before) if re.fullmatch(r"\d{1,9}", before, re.ASCII) else 0
    return render_template(
        "escrow/month.html", here="payments", sections=_sections(month, only=only, before=start),
        month=month, only=only, **_around(month),
    )  # fmt: skip


@bp.get("/payments/statements/<month>.csv")
@signed_in
def download_month(month: str) -> Response:
    """A month as a table for a spreadsheet, all rows of it."""
    sections = _sections(month, limit=None)
    return papers.table(
        f"statement-{month}", ("Statement", *HEADER, "Change", "Amount", "Currency"),
        ((name(one), *cells(row)) for one in sections for row in reversed(one.rows)),
    )  # fmt: skip


@bp.get("/payments/statements/<month>.pdf")
@signed_in
def print_month(month: str) -> Response:
    """A month as a PDF."""
    sections = _sections(month, limit=papers.MOST_ROWS)
    return papers.pdf(
        f"statement-{month}", "escrow/paper_statement.html", sections=sections,
        title=f"Statement of {the_viewer().name}, {_around(month)['name']}",
        cut=any(one.more for one in sections),
    )  # fmt: skip


def name(section: months.Section) -> str:
    """What a section is called."""
    return section.title or f"Balance, {section.currency}"


def cells(row: StatementRow) -> tuple[object, ...]:
    """A row as a spreadsheet wants it: a change of either sign, and the amount without."""
    amount = papers.Figure(money.plain(row.amount_minor, row.currency))
    change = {1: amount, -1: papers.Figure(f"-{amount}"), 0: "0"}[row.sign]
    when = f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M}"
    return row.seq, when, row.what, row.milestone, change, amount, row.currency


def this_month() -> str:
    """The month that it is for the viewer, such as `2026-11`."""
    return month_words.present(the_viewer().zone)


def _sections(month: str, **more: Any) -> list[months.Section]:
    zone = the_viewer().zone
    begins = month_words.begins(month, zone)
    ends = month_words.begins(month_words.step(month, 1), zone)
    return months.of_person(db.session(), the_viewer().id, begins, ends, **more)


def _around(month: str) -> dict[str, str]:
    """The month in words, and the ones beside it, from joining to the present one."""
    joined = f"{clock.day_in(me().joined_at, the_viewer().zone):%Y-%m}"
    earlier, later = month_words.step(month, -1), month_words.step(month, 1)
    return {
        "name": month_words.name(month),
        "earlier": earlier if earlier >= joined else "",
        "later": later if later <= this_month() else "",
    }
