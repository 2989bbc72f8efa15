"""What the terms page shows, gathered once for the page, its swaps and its refusals."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template

from app.blueprints import milestone_editor, milestone_rows
from app.blueprints.htmx import is_htmx
from app.blueprints.milestone_rows import Row
from app.blueprints.talk.view import room_talk
from app.blueprints.terms import coming, forms, shown
from app.blueprints.terms.forms import TermsForm
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement import fees, states
from app.engagement.seats import Seated
from app.escrow import work
from app.escrow.balance import MilestoneBalance
from app.extensions import db
from app.kernel.errors import Invalid, Refused
from app.mail.wording import words
from app.terms import figures, negotiation, reads, sending
from app.terms.models import Line
from app.terms.reads import TermsPage

ROOM = "terms/page.html"
SWAP = "terms/terms.swap.html"


def address(engagement_id: str) -> str:
    """The address of the terms page."""
    return f"/workrooms/{engagement_id}/terms"


def context(
    seat: Seated,
    *,
    rows: list[Row] | None = None,
    form: TermsForm | None = None,
    reason: str = "",
    reason_error: str = "",
    trouble: str = "",
    change: bool = False,
) -> dict[str, Any]:
    """Everything that `terms/page.html` and its swap need.

    `rows`, `form` and `reason` are what was typed, where a form comes back; `trouble` is the
    sentence of a refusal; `change` opens the table although nothing waits.
    """
    engagement, session = seat.engagement, db.session()
    page = reads.terms_page(session, engagement, seat.person_id)
    parts: dict[str, Any] = {
        "page": page,
        "seat": seat,
        "engagement": engagement,
        "living": states.living(engagement),
        "trouble": trouble,
        "reason": reason,
        "reason_error": reason_error,
        "others_turn": page.waiting is not None and page.waiting.author_side == seat.side,
        "my_turn": page.waiting is not None and page.waiting.author_side != seat.side,
        "blocked": sending.why_not(session, seat),
    }
    parts |= _tables(seat, page)
    if page.pays:
        parts |= coming.context(engagement, page.waiting, parts["money_line"])
    else:
        line = parts["money_line"]
        parts |= {"coming": [], "fund_minor": line.needed_minor if line else 0}
    if not parts["blocked"] and (rows is not None or change or _opens(page)):
        parts |= _editor(seat, page, rows, form)
    return parts | {"talk": room_talk(seat)} | frame(seat, "terms")


def _opens(page: TermsPage) -> bool:
    """The table stands open where terms are being made, or a draft is kept; else it is a click."""
    return page.in_force is None or page.waiting is not None or page.draft is not None


def _tables(seat: Seated, page: TermsPage) -> dict[str, Any]:
    """The redline of what waits, the table in force, and the money line."""
    session, engagement = db.session(), seat.engagement
    known = balances(engagement.id)
    parts: dict[str, Any] = {"force_table": None, "wait_table": None, "money_line": None}
    if page.in_force is not None:
        lines = page.in_force_lines
        parts["force_table"] = shown.table(None, lines, engagement.currency, known)
        parts["force_fee"] = figures.fee_line(page.in_force, lines)
    if page.waiting is not None:
        old, number = _compared(page)
        lines = page.waiting_lines
        parts |= {
            "wait_table": shown.table(old, lines, engagement.currency, known),
            "compared_with": number,
            "money_line": figures.if_accepted(
                session, engagement, page.waiting.id, lines, rolls=page.waiting.rolls
            ),
            "wait_fee": figures.fee_line(page.waiting, lines),
            "touched": negotiation.touched(session, page.waiting),
        }
    return parts


def _compared(page: TermsPage) -> tuple[list[Line] | None, int | None]:
    """What waits is compared with what is in force, or with what it counters; else with nothing."""
    if page.in_force is not None:
        return list(page.in_force_lines), page.in_force.number
    answered = page.waiting.answers_id if page.waiting else None
    if not answered:
        return None, None
    number = next((row.number for row in page.revisions if row.id == answered), None)
    return reads.lines(db.session(), answered), number


def _editor(
    seat: Seated, page: TermsPage, rows: list[Row] | None, form: TermsForm | None
) -> dict[str, Any]:
    if rows is None or form is None:
        rows, form = forms.start(seat, page)
        rows = milestone_rows.checked(rows, seat.engagement.currency)
    form.answering.data = page.newest_id
    action = address(seat.engagement.id) + "/rows"
    drawn = milestone_editor.editor(rows, seat.engagement.currency, action=action)
    fee = fees.for_terms(db.session(), seat.engagement)
    form.shown_fee.data = fee.mark
    return {"editor": drawn, "form": form, "draft_fee": fee}


def balances(engagement_id: str) -> dict[str, MilestoneBalance]:
    """State and sums of each milestone, by id: one query."""
    return {one.id: balance for one, balance in work.every(db.session(), engagement_id)}


def status_of(trouble: Refused) -> int:
    """422 for what was typed, 403 for the other side's act, 409 for what has moved on."""
    if isinstance(trouble, Invalid):
        return 422
    return 403 if trouble.code in ("terms.own", "terms.not_yours") else 409


def again(engagement_id: str, trouble: Refused | None, status: int, **typed: Any) -> Response:
    """The page once more after a refusal: as things stand now, with what was typed kept."""
    db.session.rollback()
    sentence = words(trouble.code, trouble.facts) if trouble else ""
    parts = context(seated(engagement_id), trouble=sentence, **typed)
    answer = make_response(render_template(ROOM, **parts), status)
    answer.headers["Cache-Control"] = "no-store"
    if is_htmx():
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML show:top"
    return answer
