"""The money of a workroom: figures, what is under way, and the statement from the ledger."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from sqlalchemy import and_, or_, select

from app.blueprints.escrow import bp
from app.blueprints.escrow import under_way as superseded
from app.blueprints.guards import signed_in
from app.blueprints.htmx import conditional
from app.blueprints.talk.view import room_version
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement import fees
from app.engagement.seats import Seated
from app.escrow import reads, under_way
from app.escrow.disputes import reads as disputed
from app.escrow.incoming import bonus
from app.escrow.milestones import asks
from app.escrow.models import Payment, PaymentPart, Refund
from app.escrow.papers import invoices, statements
from app.extensions import db

SIGNS = {1: "+", -1: "−", 0: ""}
ROWS = 50


@bp.get("/workrooms/<room_id>/money")
@signed_in
def show_money(room_id: str) -> Response:
    """What is held, released and still to fund; every movement so far."""
    seat = seated(room_id)
    return conditional(
        (room_id, "money", room_version(seat.engagement.stream), request.args.get("before")),
        lambda: render_template("escrow/money.html", **frame(seat, "money"), **_page(seat)),
    )


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
            or_(Payment.state.in_(under_way.OPEN), under_way.superseded()),
        )
    )
    paying = list(session.execute(payments)) if seat.is_client else []
    moot = any(payment.may_arrive for payment, _ in paying)
    before = request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0
    rows = statements.page_of_engagement(session, room.id, before=start, limit=ROWS + 1)
    refunds = select(Refund).where(Refund.engagement_id == room.id, Refund.state == "pending")
    milestones = reads.milestones(session, room.id)
    return {
        "engagement": room,
        "is_client": seat.is_client,
        "fee": fees.named(room),
        "figures": reads.money(session, room.id),
        "milestones": milestones,
        "disputes": disputed.of_room(session, room.id),
        "may_dispute": room.state == "active"
        and any(one.held_minor and not one.disputed_minor for one in milestones),
        "rows": rows[:ROWS],
        "more": f"/workrooms/{room.id}/money?before={rows[ROWS - 1].seq}" if rows[ROWS:] else "",
        "invoices": invoices.of_engagement(session, room.id),
        "may_invoice": invoices.can_issue(session, room, seat.person_id),
        "payments": [row for row in paying if not row[0].may_arrive],
        "coming": superseded.outcomes(room) if moot else [],
        "refunds": list(session.scalars(refunds)) if seat.is_client else [],
        "signs": SIGNS,
        "asks": [pair for pair in asks.of(session, room.id) if pair[0].state == "waiting"],
        "may_ask": bool(asks.askable(session, room, seat.person_id)),
        "may_bonus": bonus.can_pay(room, seat.person_id),
    }
