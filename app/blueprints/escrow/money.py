"""The money of a workroom: figures, what is under way, and the statement from the ledger."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, render_template
from sqlalchemy import and_, select

from app.blueprints.escrow import bp
from app.blueprints.guards import signed_in
from app.blueprints.htmx import conditional
from app.blueprints.talk.view import room_version
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import asks, bonus, reads, statements
from app.escrow.models import Payment, PaymentPart, Refund
from app.extensions import db
from app.kernel import money
from app.kernel.text import fold

SIGNS = {1: "+", -1: "−", 0: ""}


@bp.get("/workrooms/<room_id>/money")
@signed_in
def show_money(room_id: str) -> Response:
    """What is held, released and still to fund; every movement so far."""
    seat = seated(room_id)
    return conditional(
        (room_id, "money", room_version(seat.engagement.stream)),
        lambda: render_template("escrow/money.html", **frame(seat, "money"), **_page(seat)),
    )


@bp.get("/workrooms/<room_id>/money.csv")
@signed_in
def download_statement(room_id: str) -> Response:
    """The statement as a table for a spreadsheet."""
    room = seated(room_id).engagement
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["No.", "Time (UTC)", "What", "Milestone", "Change in escrow", "Amount", "Currency"]
    )
    for row in statements.of_engagement(db.session(), room.id):
        amount = money.plain(row.amount_minor, row.currency)
        change = {1: amount, -1: f"-{amount}", 0: "0"}[row.sign]
        cells = (_safe(row.what), _safe(row.milestone))
        writer.writerow([row.seq, f"{row.at:%Y-%m-%d %H:%M}", *cells, change, amount, row.currency])
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(room)}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in "=+-@\t\r" and cell else cell


def _file_name(room: Engagement) -> str:
    signs = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in fold(room.title))
    return "statement-" + ("-".join(filter(None, signs.split("-")))[:60] or room.id)


def _page(seat: Seated) -> dict[str, Any]:
    session, room = db.session(), seat.engagement
    payments = (
        select(Payment, PaymentPart.milestone_id)
        .outerjoin(
            PaymentPart,
            and_(PaymentPart.payment_id == Payment.id, PaymentPart.position == 1),
        )
        .where(
            Payment.engagement_id == room.id,
            Payment.state.in_(("started", "pending")),
        )
    )
    refunds = select(Refund).where(Refund.engagement_id == room.id, Refund.state == "pending")
    return {
        "engagement": room,
        "is_client": seat.is_client,
        "figures": reads.money(session, room.id),
        "milestones": reads.milestones(session, room.id),
        "rows": statements.of_engagement(session, room.id),
        "payments": list(session.execute(payments)) if seat.is_client else [],
        "refunds": list(session.scalars(refunds)) if seat.is_client else [],
        "signs": SIGNS,
        "asks": [pair for pair in asks.of(session, room.id) if pair[0].state == "waiting"],
        "may_ask": bool(asks.askable(session, room, seat.person_id)),
        "may_bonus": bonus.can_pay(room, seat.person_id),
    }
