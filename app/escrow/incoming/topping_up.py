"""A payment that came in parts: what is missing under its reference, and the payment of a part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger, payments
from app.escrow.models import Payment, PaymentPart


def rest(session: Session, payment: Payment) -> int:
    """What of a settled bank payment has not come, in minor units; 0 for any other."""
    return rests(session, [payment]).get(payment.id, 0)


def rests(session: Session, found: Iterable[Payment]) -> dict[str, int]:
    """The same for many payments by id, in two questions; only those that miss something.

    What the board added within its tolerance is not missing. A further part misses nothing itself:
    what it left open is missing of the first.
    """
    settled = {
        one.id: one
        for one in found
        if one.state == "settled" and one.provider == "bank" and one.tops_up_id is None
    }
    if not settled:
        return {}
    further = (
        select(Payment.tops_up_id, func.sum(Payment.received_minor))
        .where(Payment.tops_up_id.in_(list(settled)), Payment.state == "settled")
        .group_by(Payment.tops_up_id)
    )
    whole = func.coalesce(Payment.tops_up_id, Payment.id)
    added = (
        select(whole, func.sum(PaymentPart.covered_minor))
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(Payment.id.in_(list(settled)) | Payment.tops_up_id.in_(list(settled)))
        .group_by(whole)
    )
    come = {one.id: one.received_minor or 0 for one in settled.values()}
    for payment_id, amount in (*session.execute(further), *session.execute(added)):
        come[str(payment_id)] += int(amount or 0)
    lacks = {one.id: one.amount_minor - come[one.id] for one in settled.values()}
    return {payment_id: amount for payment_id, amount in lacks.items() if amount > 0}


def begin(session: Session, payment: Payment, rest_minor: int, *, at: datetime) -> Payment:
    """Write the payment of a further part, which asks for what is missing of the first.

    Where the terms that it was put in for have come to nothing, it is late, and goes straight back.
    """
    number = func.count(Payment.id)
    before = session.scalar(select(number).where(Payment.tops_up_id == payment.id)) or 0
    late = bool(payment.revision_id) and not _stands(session, payment)
    part = Payment(
        engagement_id=payment.engagement_id,
        payer_id=payment.payer_id,
        provider=payment.provider,
        reference=f"{payment.reference}/{before + 2}",
        revision_id=payment.revision_id,
        bonus=payment.bonus,
        for_milestone_id=payment.for_milestone_id,
        currency=payment.currency,
        amount_minor=rest_minor,
        comment=payment.comment,
        state="cancelled" if late else "pending",
        started_at=at,
        tops_up_id=payment.id,
    )
    session.add(part)
    session.flush()
    _write_parts(session, payment, part)
    return part


def _write_parts(session: Session, payment: Payment, part: Payment) -> None:
    """The same milestones in the same order, each with what the parts before have not filled."""
    filled: dict[str, int] = {}
    rows = session.execute(
        select(
            PaymentPart.milestone_id,
            func.sum(PaymentPart.filled_minor + PaymentPart.covered_minor),
        )
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where((Payment.id == payment.id) | (Payment.tops_up_id == payment.id))
        .group_by(PaymentPart.milestone_id)
    )
    for milestone_id, amount in rows:
        filled[milestone_id] = int(amount or 0)
    for one in payments.parts(session, payment):
        lacks = max(0, one.amount_minor - filled.get(one.milestone_id, 0))
        session.add(
            PaymentPart(
                payment_id=part.id,
                milestone_id=one.milestone_id,
                position=one.position,
                amount_minor=lacks,
            )
        )
    session.flush()


def _stands(session: Session, payment: Payment) -> bool:
    """Whether what was put in for a revision stands there still."""
    return any(
        ledger.balance(
            session,
            accounts.prefunded(payment.revision_id or "", part.milestone_id),
            payment.currency,
        )
        for part in payments.parts(session, payment)
    )
