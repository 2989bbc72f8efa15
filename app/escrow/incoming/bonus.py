"""Pay a bonus: a separate payment that goes to the freelancer's balance when it settles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, payments, references
from app.escrow.incoming import funding, settling
from app.escrow.models import Milestone, Payment
from app.kernel import money
from app.kernel.errors import Invalid, Refused
from app.people.models import Person


def can_pay(engagement: Engagement, person_id: str) -> bool:
    """The client, once terms were agreed; after the end, too."""
    return person_id == engagement.client_id and engagement.activated_at is not None


def under_way(session: Session, engagement_id: str) -> Payment | None:
    """The bonus that waits for the bank, if there is one."""
    return session.scalar(
        select(Payment).where(
            Payment.engagement_id == engagement_id,
            Payment.bonus.is_(True),
            Payment.state.in_(payments.OPEN),
        )
    )


def start(
    session: Session,
    engagement: Engagement,
    amount_minor: int,
    *,
    milestone: Milestone | None = None,
    provider: str,
    comment: str = "",
    by: Person,
    at: datetime,
) -> Payment:
    """Begin to pay a bonus, or return the one that is under way in this workroom already.

    Args:
        milestone: what it is for; None is for the work as a whole.

    Raises Refused `bonus.not_yours`, `bonus.not_agreed`, `funding.balance_short`; Invalid
    `bonus.nothing`, `bonus.too_much` (field amount).
    """
    if by.id != engagement.client_id:
        raise Refused("bonus.not_yours")
    if not can_pay(engagement, by.id):
        raise Refused("bonus.not_agreed")
    if (already := under_way(session, engagement.id)) is not None:
        return already
    if amount_minor <= 0:
        raise Invalid("bonus.nothing", field="amount")
    if amount_minor > money.MOST:
        raise Invalid("bonus.too_much", field="amount")
    if provider not in funding.PROVIDERS:
        raise Refused("funding.not_needed", title="")
    if provider == "balance":
        if ledger.balance(session, accounts.balance(by.id), engagement.currency) < amount_minor:
            raise Refused("funding.balance_short")
    payment = Payment(
        engagement_id=engagement.id,
        payer_id=by.id,
        provider=provider,
        reference=references.new(),
        bonus=True,
        for_milestone_id=milestone.id if milestone else None,
        currency=engagement.currency,
        amount_minor=amount_minor,
        comment=comment,
        state=funding.first_state(provider),
        started_at=at,
    )
    session.add(payment)
    session.flush()
    payments.record(session, engagement, payment, "payment.started", by=by, at=at, words=comment)
    if provider == "balance":
        settling.from_balance(session, payment, by=by, at=at)
    return payment
