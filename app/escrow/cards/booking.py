"""What the provider says, into the books: the difference between what stands there and here.

It is told how a payment stands, never what happened last. So notices may come twice, late, or in
any order, and what is read may be older than what was booked: each thing only ever moves on.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import payments
from app.escrow.cards import calls, taking
from app.escrow.cards.models import CardCall, CardCheckout
from app.escrow.incoming import settling
from app.escrow.models import Payment, Refund
from app.escrow.office import tasks
from app.escrow.outgoing import refunds, returned
from app.escrow.provider import CARD, Returned, Standing


def opened(
    session: Session, payment_id: str, checkout_id: str, url: str, at: datetime
) -> CardCheckout:
    """The provider has a page for this payment now; the payer may be led there."""
    row = session.get(CardCheckout, payment_id)
    if row is None:
        row = CardCheckout(payment_id=payment_id, checkout_id=checkout_id, url=url, opened_at=at)
        session.add(row)
    row.url = row.url or url
    payment = session.get_one(Payment, payment_id)
    if payment.state == "started":
        payment.state = "pending"
    session.flush()
    return row


def book(session: Session, standing: Standing, *, at: datetime) -> None:
    """Bring the books to what the provider says of one payment.

    Money that fits no payment of ours exactly (reference, page, currency, amount) is not booked:
    it becomes a task.
    """
    payment = _payment(session, standing)
    if payment is None:
        if standing.state == "paid":
            _unplaced(session, standing, "reference", at)
        return
    checkout = opened(session, payment.id, standing.checkout_id, "", at)
    if standing.charge_id and not checkout.charge_id:
        checkout.charge_id = standing.charge_id
    if standing.state == "paid" and payment.state != "settled":
        _receive(session, payment, standing, at)
    elif standing.state in ("failed", "expired"):
        nothing_came(session, payment, why=standing.state, at=at)
    if standing.state in ("paid", "failed", "expired"):
        checkout.closed_at = checkout.closed_at or at
    session.flush()
    if payment.state != "settled":
        return
    for back in sorted(standing.refunds, key=lambda one: not one.ours):  # our own come first
        _sent_back(session, payment, back, at)
    for contested in standing.chargebacks:
        taking.chargeback(session, payment, contested, at=at)


def nothing_came(session: Session, payment: Payment, *, why: str, at: datetime) -> None:
    """The provider takes nothing for it any more, and took nothing before."""
    if payment.state in payments.OPEN:
        payments.fail(session, payment, why=why, at=at)
    elif payment.may_arrive:
        payments.not_sent(session, payment, by=None, at=at)


def stands(session: Session, refund: Refund, their_id: str, state: str, *, at: datetime) -> None:
    """A refund of ours as the provider has it now: it arrives once, and may fail after that."""
    calls.bind(session, "refund", refund.id, their_id, at)
    if state == "failed" and refund.state in ("pending", "settled"):
        returned.refund(session, refund, reason="The card did not take it back.", by=None, at=at)
    elif state == "settled" and refund.state == "pending":
        refunds.arrive(session, refund, by=None, at=at)


def _payment(session: Session, standing: Standing) -> Payment | None:
    """The payment of ours that this page was made for, and no other page."""
    payment = session.scalar(
        select(Payment).where(Payment.reference == standing.reference, Payment.provider == CARD)
    )
    known = session.scalar(
        select(CardCheckout).where(CardCheckout.checkout_id == standing.checkout_id)
    )
    if payment is None or (known is not None and known.payment_id != payment.id):
        return None
    own = session.get(CardCheckout, payment.id)
    return payment if own is None or own.checkout_id == standing.checkout_id else None


def _receive(session: Session, payment: Payment, standing: Standing, at: datetime) -> None:
    exact = (payment.amount_minor, payment.currency)
    if (standing.amount_minor, standing.currency) != exact:
        _unplaced(session, standing, "amount", at)
        return
    engagement = session.get_one(Engagement, payment.engagement_id)
    settling.settle(session, payment, engagement, payment.amount_minor, by=None, at=at)


def _unplaced(session: Session, standing: Standing, why: str, at: datetime) -> None:
    """Paid at the provider, and nothing here that it is exactly for."""
    tasks.raise_task(
        session, "card.unplaced", subject=("card_checkout", standing.checkout_id),
        facts={
            "code": standing.checkout_id, "reference": standing.reference, "why": why,
            "amount_minor": standing.amount_minor or 0, "currency": standing.currency,
        },
        at=at,
    )  # fmt: skip


def _sent_back(session: Session, payment: Payment, back: Returned, at: datetime) -> None:
    """A refund at the provider's: one of ours, or one that was made there by hand."""
    refund = _ours(session, payment, back)
    if refund is not None:
        stands(session, refund, back.id, back.state, at=at)
    else:
        taking.refund(session, payment, back, at=at)


def _ours(session: Session, payment: Payment, back: Returned) -> Refund | None:
    bound = select(CardCall.subject_id).where(
        CardCall.kind == "refund", CardCall.their_id == back.id
    )
    known = session.scalar(bound)
    refund = session.get(Refund, known or back.ours) if known or back.ours else None
    if known or refund is None:
        return refund
    call = calls.known(session, "refund", refund.id)
    free = call is None or call.their_id is None
    same = (refund.payment_id, refund.amount_minor, refund.currency)
    fits = same == (payment.id, back.amount_minor, back.currency)
    # one that a chargeback has overtaken is settled without ever having been sent
    return refund if free and fits and refund.state == "pending" else None
