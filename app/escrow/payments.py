"""A payment on its way: one open for a milestone, stopped when it no longer asks for what lacks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.models import Milestone, Payment, PaymentPart
from app.kernel import events
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person

OPEN = ("started", "pending")


def load(session: Session, payment_id: str) -> Payment:
    """The payment of that id; ask its engagement's seats before showing it. Raises NotFound."""
    found = session.get(Payment, payment_id)
    if found is None:
        raise NotFound(f"payment {payment_id}")
    return found


def open_payment(session: Session, milestone_id: str, revision_id: str = "") -> Payment | None:
    """The payment that is under way for a milestone (for a revision), if there is one."""
    return session.scalar(
        select(Payment)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(PaymentPart.open_key == open_key(milestone_id, revision_id))
    )


def open_key(milestone_id: str, revision_id: str = "") -> str:
    """What is unique among open payments."""
    return f"{revision_id}:{milestone_id}" if revision_id else milestone_id


def parts(session: Session, payment: Payment) -> list[PaymentPart]:
    """The milestones of a payment, in the order in which they are filled."""
    return list(
        session.scalars(
            select(PaymentPart)
            .where(PaymentPart.payment_id == payment.id)
            .order_by(PaymentPart.position)
        )
    )


def stop(
    session: Session,
    payment: Payment,
    *,
    by: Person | None,
    at: datetime,
    came_to_nothing: bool = False,
) -> None:
    """Stop waiting for a payment, because of what somebody (or the clock) did to the terms.

    Args:
        came_to_nothing: the terms that it was for are no more, so what comes all the same goes
            straight back. Otherwise it is taken as money for the agreed milestones.
    """
    engagement = session.get_one(Engagement, payment.engagement_id)
    if payment.state not in OPEN:
        raise WrongState("payment.not_open", state=payment.state)
    payment.state = "cancelled"
    if not came_to_nothing:
        payment.revision_id = None
    for part in parts(session, payment):
        part.open_key = None
    session.flush()
    record(session, engagement, payment, "payment.cancelled", by=by, at=at)


def fail(session: Session, payment: Payment, *, why: str, at: datetime) -> None:
    """The provider takes it no more: nobody paid in time, or the payment did not go through.

    Args:
        why: `expired`, `failed` or `refused`.
    """
    engagement = session.get_one(Engagement, payment.engagement_id)
    if payment.state not in OPEN:
        raise WrongState("payment.not_open", state=payment.state)
    payment.state, payment.revision_id = "failed", None
    for part in parts(session, payment):
        part.open_key = None
    session.flush()
    kind = "payment.expired" if why == "expired" else "payment.failed"
    record(session, engagement, payment, kind, by=None, at=at)


def drop_stale(session: Session, milestone: Milestone, *, by: Person | None, at: datetime) -> None:
    """Cancel an open payment that no longer asks for what a milestone lacks."""
    payment = open_payment(session, milestone.id)
    if payment is None:
        return
    part = session.get_one(PaymentPart, (payment.id, milestone.id))
    if part.amount_minor != work.missing(session, milestone):
        stop(session, payment, by=by, at=at)


def record(
    session: Session,
    engagement: Engagement,
    payment: Payment,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    words: str = "",
) -> None:
    """One step of a payment; letters follow where somebody must send or look for money."""
    events.record(
        session,
        engagement.stream,
        kind,
        by=by.id if by else None,
        at=at,
        subject=("payment", payment.id),
        facts={
            "reference": payment.reference,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "provider": payment.provider,
        }
        | ({"bonus": True} if payment.bonus else {}),
        words=words or None,
        tell=payment.provider == "bank" or kind == "payment.failed",
    )
