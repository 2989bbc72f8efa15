"""What the board asks of the card provider: a page to pay on, refunds, transfers to people.

What is due is read from payments, refunds and payouts themselves, so that nobody who makes one has
to know of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.cards import booking, calls
from app.escrow.cards.calls import Errand
from app.escrow.cards.models import CardCall, CardCheckout
from app.escrow.models import Payment, Payout, Refund
from app.escrow.outgoing import payouts, returned, waits
from app.escrow.provider import CARD, Checkout, Declined, Order, PaymentProvider, Sent
from app.people import tokens

CHECKOUT, REFUND, PAYOUT = "checkout", "refund", "payout"
MOST = 50
LEFT = "left"
"""What the way back says where the payer left the provider's page without paying."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who is asked, and where payers come back to: the board's own address, with its key."""

    provider: PaymentProvider
    url: str
    secret_key: str

    def token_of(self, payment_id: str) -> str:
        """What the way back of a payment holds, so that nobody else finds it."""
        return tokens.derived(self.secret_key, f"card-back:{payment_id}")

    def back(self, payment_id: str) -> str:
        """Where the payer comes back to, who may never have signed in."""
        return f"{self.url}/payments/{payment_id}/back/{self.token_of(payment_id)}"


def open_checkout(
    session: Session, desk: Desk, payment_id: str, *, at: datetime, hurry: bool = False
) -> None:
    """Have the provider make its page for a payment. Commits; raises Unclear."""
    calls.carry(session, lambda inside: _checkout(inside, desk, payment_id, at), at=at, hurry=hurry)


def send_refund(session: Session, desk: Desk, refund_id: str, *, at: datetime) -> None:
    """Send a refund to the card. Commits; raises Unclear."""
    calls.carry(session, lambda inside: _refund(inside, desk, refund_id, at), at=at)


def send_payout(session: Session, desk: Desk, payout_id: str, *, at: datetime) -> None:
    """Transfer a payout to the person's account at the provider. Commits; raises Unclear."""
    calls.carry(session, lambda inside: _payout(inside, desk, payout_id, at), at=at)


def due(session: Session, at: datetime) -> dict[str, list[str]]:
    """The subjects of each kind that are to be asked for now, oldest first.

    A page is first asked for by the payer's own request; a minute later it is everybody's.
    """
    return {
        CHECKOUT: _unasked(session, CHECKOUT, select(Payment.id).where(
            Payment.provider == CARD, Payment.state.in_(("started", "cancelled")),
            ~select(CardCheckout.payment_id).where(CardCheckout.payment_id == Payment.id).exists(),
            or_(CardCall.tries > 0, and_(
                Payment.state == "started", Payment.started_at <= at - calls.SHORTEST
            )),
        ).order_by(Payment.started_at), Payment.id, at),
        REFUND: _unasked(session, REFUND, select(Refund.id).where(
            Refund.provider == CARD, Refund.state == "pending"
        ).order_by(Refund.started_at), Refund.id, at),
        PAYOUT: _unasked(session, PAYOUT, select(Payout.id).where(
            Payout.provider == CARD, Payout.state == "pending",
            Payout.id.not_in([one.id for one in payouts.held_back(session)]),
            Payout.id.not_in(waits.cannot_leave(session, at)),
        ).order_by(Payout.started_at), Payout.id, at),
    }  # fmt: skip


def _unasked(
    session: Session, kind: str, wanted: Select[str], subject: object, at: datetime
) -> list[str]:
    called = and_(CardCall.kind == kind, CardCall.subject_id == subject)
    waits = and_(CardCall.state == "waiting", CardCall.due_at <= at)
    query = wanted.outerjoin(CardCall, called).where(or_(CardCall.kind.is_(None), waits))
    return list(session.scalars(query.limit(MOST)))


def _checkout(
    session: Session, desk: Desk, payment_id: str, at: datetime
) -> Errand[Checkout] | None:
    payment = session.get_one(Payment, payment_id)
    asked = calls.known(session, CHECKOUT, payment.id)
    unknown = payment.state == "cancelled" and asked is not None and asked.tries > 0
    if payment.state != "started" and not unknown:
        return None
    order = Order(
        payment_id=payment.id,
        reference=payment.reference,
        title=session.get_one(Engagement, payment.engagement_id).title,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        since=payment.started_at,
        back=desk.back(payment.id),
        left=f"{desk.back(payment.id)}?{LEFT}=1",
    )

    def done(inside: Session, checkout: Checkout) -> str:
        booking.opened(inside, payment_id, checkout.id, checkout.url, at)
        return checkout.id

    def refused(inside: Session, _no: Declined) -> None:
        booking.nothing_came(inside, inside.get_one(Payment, payment_id), why="refused", at=at)

    return Errand(
        CHECKOUT, payment.id,
        find=lambda: desk.provider.find_checkout(order),
        make=lambda key: desk.provider.open_checkout(order, key),
        done=done, refused=refused,
    )  # fmt: skip


def _refund(session: Session, desk: Desk, refund_id: str, at: datetime) -> Errand[Sent] | None:
    refund = session.get_one(Refund, refund_id)
    paid = session.get(CardCheckout, refund.payment_id)
    if refund.state != "pending" or paid is None or not paid.charge_id:
        return None
    charge_id, amount_minor, currency = paid.charge_id, refund.amount_minor, refund.currency

    def done(inside: Session, sent: Sent) -> str:
        booking.stands(inside, inside.get_one(Refund, refund_id), sent.id, sent.state, at=at)
        return sent.id

    def refused(inside: Session, no: Declined) -> None:
        failed = inside.get_one(Refund, refund_id)
        if failed.state == "pending":
            returned.refund(inside, failed, reason=str(no), by=None, at=at)

    return Errand(
        REFUND, refund.id,
        find=lambda: desk.provider.find_refund(refund_id, charge_id),
        make=lambda key: desk.provider.refund(refund_id, charge_id, amount_minor, currency, key),
        done=done, refused=refused,
    )  # fmt: skip


def _payout(session: Session, desk: Desk, payout_id: str, at: datetime) -> Errand[Sent] | None:
    payout = session.get_one(Payout, payout_id)
    if payout.state != "pending" or payouts.is_held_back(session, payout):
        return None
    if payout.id in waits.cannot_leave(session, at):
        return None
    waits.fix_account(session, payout)  # what is asked for once stays so
    account, amount_minor, currency = payout.to_account, payout.amount_minor, payout.currency

    def done(inside: Session, sent: Sent) -> str:
        found = inside.get_one(Payout, payout_id)
        if found.state == "pending":  # else another process was quicker
            payouts.arrive(inside, found, by=None, at=at)
        return sent.id

    def refused(inside: Session, no: Declined) -> None:
        failed = inside.get_one(Payout, payout_id)
        if failed.state == "pending":
            returned.payout(inside, failed, reason=str(no), by=None, at=at)

    return Errand(
        PAYOUT, payout.id,
        find=lambda: desk.provider.find_transfer(payout_id),
        make=lambda key: desk.provider.transfer(payout_id, account, amount_minor, currency, key),
        done=done, refused=refused,
    )  # fmt: skip
