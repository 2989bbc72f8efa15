"""The form around the table of milestones, and how a draft is kept exactly as it was typed."""

from __future__ import annotations

import json
import re
from typing import Any

import wtforms
from flask import request

from app.blueprints import milestone_rows
from app.blueprints.fields import Form, Prose
from app.blueprints.milestone_rows import Row
from app.blueprints.parsed_fields import Parsed
from app.engagement.seats import Seated
from app.extensions import db
from app.terms import revisions, sending
from app.terms.models import Revision
from app.terms.reads import TermsPage
from app.terms.revisions import DraftLine

LONGEST_KEPT = 1_000_000


class ReviewDays(Parsed):
    """1 to 30, or nothing for “no automatic release”."""

    def parse(self, text: str, form: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in sending.REVIEW_DAYS:
            raise ValueError("A whole number from 1 to 30, or nothing for no automatic release.")
        return int(text)


class TermsForm(Form):
    """What stands around the table."""

    answering = wtforms.HiddenField()
    shown_fee = wtforms.HiddenField()
    review_days = ReviewDays(
        "Review days",
        required=False,
        hint="1 to 30 days to review submitted work, or nothing for no automatic release.",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    rolls = wtforms.BooleanField("Use money that becomes free for other milestones")
    note = Prose("Note", required=False, hint="Shown with the terms and in the conversation.")


class ReasonForm(Form):
    """Why somebody declines, or ends."""

    reason = Prose("Reason", required=False)


def locked_rows(seat: Seated) -> list[Row]:
    """The rows of released milestones, which never change, and of those in dispute."""
    closed = revisions.locked(db.session(), seat.engagement.id)
    lines = [DraftLine(o.title, o.description, o.due, o.amount_minor, o.id) for o in closed]
    why = {one.id: "released" if one.state in revisions.LOCKED else "disputed" for one in closed}
    return milestone_rows.rows_of(lines, seat.engagement.currency, why)


def typed_rows(seat: Seated) -> list[Row]:
    """The table as the present request holds it."""
    return milestone_rows.typed(request.form, locked_rows(seat))


def draft_lines(lines: list[milestone_rows.Line]) -> list[DraftLine]:
    """Rows that are in order, as the draft takes them."""
    return [
        DraftLine(line.title, line.description, line.due, line.amount_minor, line.key)
        for line in lines
    ]


def as_typed(rows: list[Row]) -> str:
    """Everything in the form, as one text to keep: half a number is kept as half a number."""
    kept = [[r.key, r.title, r.description, r.due_text, r.amount_text] for r in rows]
    around = {
        name: request.form.get(name, "")[:20_000] for name in ("review_days", "rolls", "note")
    }
    text = json.dumps({"rows": kept, **around}, ensure_ascii=False).replace("\\u0000", "")
    return text if len(text) <= LONGEST_KEPT else ""


def start(seat: Seated, page: TermsPage) -> tuple[list[Row], TermsForm]:
    """The form as it is opened: the draft as typed or saved, or what a new draft begins with."""
    engagement, draft = seat.engagement, page.draft
    fixed = locked_rows(seat)
    if draft is not None and draft.typed:
        rows, form = _reopened(draft, fixed)
    elif draft is not None:
        lines = [revisions.as_draft(line) for line in page.draft_lines]
        rows, form = _from(seat, lines, fixed), TermsForm(data=_around(draft))
    else:
        basis = revisions.basis(db.session(), engagement, seat.side)
        rows = _from(seat, list(basis.lines), fixed)
        data = {"review_days": basis.review_days, "rolls": basis.rolls, "note": ""}
        form = TermsForm(data=data)
    form.answering.data = page.newest_id
    return rows, form


def _from(seat: Seated, lines: list[DraftLine], fixed: list[Row]) -> list[Row]:
    kept = revisions.with_locked(db.session(), seat.engagement.id, lines)
    why = {row.key: row.state for row in fixed}
    return milestone_rows.rows_of(kept, seat.engagement.currency, why)


def _reopened(draft: Revision, fixed: list[Row]) -> tuple[list[Row], TermsForm]:
    kept = json.loads(draft.typed)
    names = ("key", "title", "description", "due", "amount")
    cells = {
        f"m-{place}-{name}": words
        for place, row in enumerate(kept["rows"], 1)
        for name, words in zip(names, row, strict=True)
    }
    form = TermsForm(data={"note": kept["note"], "rolls": bool(kept.get("rolls"))})
    form.review_days.process_formdata([kept["review_days"]])
    form.review_days.raw_data = [kept["review_days"]]
    return milestone_rows.typed(cells, fixed), form


def _around(draft: Revision) -> dict[str, Any]:
    return {"review_days": draft.review_days, "rolls": draft.rolls, "note": draft.note}
