"""A payment on its way: one open for a milestone, superseded when it asks for another sum."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import under_way, work
from app.escrow.cards.models import CardCall, CardCheckout
from app.escrow.models import Milestone, Payment, PaymentPart
from app.escrow.provider import CARD
from app.kernel import events
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person

OPEN = under_way.OPEN


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


def asked_now(session: Session, milestone: Milestone) -> int:
    """What its client is to be asked for: nothing while a payment for it is open."""
    if open_payment(session, milestone.id) is not None:
        return 0
    return under_way.asked(session, milestone)


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


def cancel(session: Session, payment: Payment, *, by: Person, at: datetime) -> None:
    """Its payer does not send it. Raises WrongState `payment.not_open`."""
    _close(session, payment, "cancelled")
    payment.revision_id = None
    engagement = session.get_one(Engagement, payment.engagement_id)
    record(session, engagement, payment, "payment.cancelled", by=by, at=at)


def supersede(
    session: Session,
    payment: Payment,
    *,
    why: str,
    by: Person | None,
    at: datetime,
    came_to_nothing: bool = False,
) -> None:
    """Stop waiting for a payment because of what happened to the terms, or to their money.

    It may still arrive, and its payer is told; nobody can send what is none of a bank's or a card
    provider's, so that is simply cancelled. Raises WrongState `payment.not_open`.

    Args:
        why: `terms`, `countered`, `declined`, `withdrawn`, `lapsed`, `ended`, `asked_back`,
            `dormant`, `dispute`, `paid` (other money came for the same), `returned` (money came
            back) or `not_sent` (another payment was not sent).
        came_to_nothing: the terms that it was put in for are no more, so what agreed terms do not
            need of it goes straight back. Otherwise that is the client's balance.
    """
    engagement = session.get_one(Engagement, payment.engagement_id)
    may_arrive = _may_arrive(session, payment)
    _close(session, payment, "cancelled")
    if not came_to_nothing:
        payment.revision_id = None
    if not may_arrive:
        record(session, engagement, payment, "payment.cancelled", by=by, at=at)
        return
    payment.superseded_at, payment.superseded_why = at, why
    session.flush()
    record(session, engagement, payment, "payment.superseded", by=by, at=at, why=why)


def not_sent(session: Session, payment: Payment, *, by: Person | None, at: datetime) -> None:
    """A superseded payment does not arrive, says its payer (or the card provider: `by` is nobody).

    What it would have covered is asked for again, and reminded of from now on. Raises WrongState
    `payment.not_under_way`.
    """
    if not payment.may_arrive:
        raise WrongState("payment.not_under_way", state=payment.state)
    payment.not_sent_at = at
    session.flush()
    engagement = session.get_one(Engagement, payment.engagement_id)
    record(session, engagement, payment, "payment.not_sent", by=by, at=at)
    for part in parts(session, payment):
        milestone = session.get_one(Milestone, part.milestone_id)
        if milestone.fundable_at is not None and work.missing(session, milestone):
            milestone.fundable_at = at
    session.flush()
    drop_stale(session, engagement.id, why="not_sent", by=by, at=at)


def fail(session: Session, payment: Payment, *, why: str, at: datetime) -> None:
    """The provider takes it no more: nobody paid in time, or the payment did not go through.

    Args:
        why: `expired`, `failed` or `refused`.
    """
    engagement = session.get_one(Engagement, payment.engagement_id)
    _close(session, payment, "failed")
    payment.revision_id = None
    kind = "payment.expired" if why == "expired" else "payment.failed"
    record(session, engagement, payment, kind, by=None, at=at)


def drop_stale(
    session: Session, engagement_id: str, *, why: str, by: Person | None, at: datetime
) -> None:
    """Supersede every open payment of a room that asks for another sum than its client is asked.

    What one would bring may be what another asks for, so all are looked at until nothing changes.
    """
    query = (
        select(Payment)
        .where(
            Payment.engagement_id == engagement_id,
            Payment.state.in_(OPEN),
            Payment.revision_id.is_(None),
            Payment.bonus.is_(False),
        )
        .order_by(Payment.started_at, Payment.id)
    )
    while stale := [one for one in session.scalars(query) if _is_stale(session, one)]:
        supersede(session, stale[0], why=why, by=by, at=at)


def drop_for(
    session: Session, milestone: Milestone, *, why: str, by: Person | None, at: datetime
) -> None:
    """Supersede the payment under way for a milestone that was closed."""
    payment = open_payment(session, milestone.id)
    if payment is not None:
        supersede(session, payment, why=why, by=by, at=at)


def _is_stale(session: Session, payment: Payment) -> bool:
    return any(
        part.amount_minor != under_way.asked(session, session.get_one(Milestone, part.milestone_id))
        for part in parts(session, payment)
    )


def _close(session: Session, payment: Payment, state: str) -> None:
    """Nobody waits for it any more. Raises WrongState `payment.not_open`."""
    if payment.state not in OPEN:
        raise WrongState("payment.not_open", state=payment.state)
    payment.state = state
    for part in parts(session, payment):
        part.open_key = None
    session.flush()


def _may_arrive(session: Session, payment: Payment) -> bool:
    """Whether its payer may have sent it: by the bank, or on a page that the provider has made."""
    if payment.provider != CARD:
        return payment.provider == "bank"
    if session.get(CardCheckout, payment.id) is not None:
        return True
    call = session.get(CardCall, ("checkout", payment.id))
    return call is not None and call.tries > 0


def record(
    session: Session,
    engagement: Engagement,
    payment: Payment,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    words: str = "",
    why: str = "",
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
        | ({"bonus": True} if payment.bonus else {})
        | ({"why": why} if why else {}),
        words=words or None,
        tell=payment.provider == "bank" or kind in ("payment.failed", "payment.superseded"),
    )
