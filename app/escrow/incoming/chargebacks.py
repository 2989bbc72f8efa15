"""A payer's bank took money of a settled payment back: entries that say so, never an edit.

It is taken from what is still in escrow of that payment (a dispute about it is over), next from
the payer's balance, and what is not there any more (it was released, say) the board bears: `loss`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, payments, work
from app.escrow.accounts import AccountName
from app.escrow.cards.models import CardCall
from app.escrow.disputes import opening, record
from app.escrow.milestones import closing
from app.escrow.models import Milestone, Payment, PaymentPart, Refund
from app.escrow.office import authority, preparing, tasks
from app.escrow.office.models import Chargeback
from app.escrow.provider import CARD
from app.kernel import events
from app.kernel.errors import Invalid, WrongState
from app.people.models import Person

REASON_MOST = 500
OUTSIDE = ("test", "balance")
"""Providers of which nobody outside can take anything back."""


def rest(session: Session, payment: Payment) -> int:
    """How much of a payment could still be charged back, in minor units."""
    if payment.state != "settled" or payment.provider in OUTSIDE:
        return 0
    taken = select(func.coalesce(func.sum(Chargeback.amount_minor), 0))
    taken = taken.where(Chargeback.payment_id == payment.id)
    return (payment.received_minor or 0) - int(session.scalar(taken) or 0)


def charge_back(
    session: Session,
    payment: Payment,
    amount_minor: int,
    *,
    reason: str,
    by: Person,
    at: datetime,
    entry_id: str = "",
) -> Chargeback | None:
    """The operator or bookkeeper saw at the bank that so many minor units of a payment are gone.

    `entry_id` is the bank's line that says so, if one does.

    None: with what was charged back of it before, it is above the board's limit, and waits for a
    second person (`preparing`).

    Raises NotFound, Refused `money.own.not_yours`, WrongState `chargeback.not_now` or
    `chargeback.by_provider` (the provider reports it by itself), Invalid
    `chargeback.amount` (field `amount`) or `chargeback.reason_missing` (field `reason`), and what
    `preparing.in_force` raises.
    """
    engagement = session.get_one(Engagement, payment.engagement_id)
    own = authority.confirm(session, by, (engagement.client_id, engagement.freelancer_id))
    if payment.provider == CARD:
        raise WrongState("chargeback.by_provider")
    most = _checked(session, payment, amount_minor, reason)
    whole = (payment.received_minor or 0) - most + amount_minor  # or it could go in small pieces
    if not preparing.in_force(
        session, "chargeback", payment.id, same=str(amount_minor), amount_minor=amount_minor,
        currency=payment.currency,
        facts={"reference": payment.reference, "reason": reason.strip(), "entry": entry_id},
        stream=engagement.stream, by=by, at=at,
        always=preparing.needs_two(session, whole, payment.currency),
    ):  # fmt: skip
        return None
    return _book(session, payment, engagement, amount_minor, reason, own=own, by=by, at=at)


def reported(
    session: Session, payment: Payment, amount_minor: int, *, reason: str, at: datetime
) -> Chargeback:
    """The same, as the provider says itself: nobody types it, so nobody confirms it.

    Raises WrongState `chargeback.not_now`, Invalid.
    """
    _checked(session, payment, amount_minor, reason)
    engagement = session.get_one(Engagement, payment.engagement_id)
    return _book(session, payment, engagement, amount_minor, reason, own=False, by=None, at=at)


def _checked(session: Session, payment: Payment, amount_minor: int, reason: str) -> int:
    most = rest(session, payment)
    if not most:
        raise WrongState("chargeback.not_now", reference=payment.reference)
    if not 0 < amount_minor <= most:
        raise Invalid(
            "chargeback.amount", field="amount", rest_minor=most, currency=payment.currency
        )
    if not reason.strip():
        raise Invalid("chargeback.reason_missing", field="reason")
    return most


def _book(
    session: Session,
    payment: Payment,
    engagement: Engagement,
    amount_minor: int,
    reason: str,
    *,
    own: bool,
    by: Person | None,
    at: datetime,
) -> Chargeback:
    made = Chargeback(
        payment_id=payment.id, currency=payment.currency, amount_minor=amount_minor,
        reason=reason.strip()[:REASON_MOST], by_id=by.id if by else None, at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _take(session, made, payment, engagement, own=own, by=by, at=at)
    return made


def _take(
    session: Session,
    made: Chargeback,
    payment: Payment,
    engagement: Engagement,
    *,
    own: bool,
    by: Person | None,
    at: datetime,
) -> None:
    sent = _already_on_its_way(session, made, payment, by=by, at=at)
    _thaw(session, payment, made.amount_minor - sent, at=at)
    shares = _shares(session, payment, made.amount_minor - sent)
    if sent:
        shares.insert(0, (None, accounts.refund_in_transit(payment.provider), sent))
    known = {"amount_minor": made.amount_minor, "currency": made.currency}
    facts = known | {
        "reference": payment.reference,
        "escrow_minor": sum(amount for part, _, amount in shares if part),
        "loss_minor": sum(amount for _, source, amount in shares if source.kind == "loss"),
    }
    told = events.record(
        session, engagement.stream, "payment.charged_back", by=by.id if by else None, at=at,
        subject=("payment", payment.id), facts=facts | ({"own": True} if own else {}),
        words=made.reason,
    )  # fmt: skip
    for part, source, amount in shares:
        if part:
            part.taken_back_minor += amount
        ledger.transfer(
            session, source=source, target=accounts.bank(payment.provider),
            currency=made.currency, amount_minor=amount,
            key=f"chargeback:{made.id}:{source.name}", event_id=told.id, at=at,
        )  # fmt: skip
    session.flush()
    _unfund(session, payment, engagement, by=by, at=at)
    tasks.raise_task(
        session, "chargeback", subject=("chargeback", made.id),
        facts=known | {"reference": payment.reference}, at=at,
    )  # fmt: skip


Share = tuple[PaymentPart | None, AccountName, int]
"""The part of the payment that it is taken from, if it is one; the account; how much."""


def _already_on_its_way(
    session: Session, made: Chargeback, payment: Payment, *, by: Person | None, at: datetime
) -> int:
    """Refunds of this payment that nobody has sent yet: the payer's bank was quicker."""
    waiting = select(Refund).where(
        Refund.payment_id == payment.id, Refund.state == "pending", Refund.export_id.is_(None)
    )
    taken = select(CardCall.kind).where(
        CardCall.kind == "refund", CardCall.subject_id == Refund.id, CardCall.their_id.is_not(None)
    )
    waiting = waiting.where(~taken.exists())
    sent = 0
    for refund in session.scalars(waiting.order_by(Refund.started_at, Refund.id)):
        if sent + refund.amount_minor <= made.amount_minor:
            sent += refund.amount_minor
            refund.state, refund.settled_at = "settled", at
            refund.confirmed_by = by.id if by else None
            preparing.drop(session, "refund", refund.id, by=by, at=at)
    session.flush()
    return sent


def _thaw(session: Session, payment: Payment, left: int, *, at: datetime) -> None:
    """Where the money is gone that a dispute is about, the dispute is over."""
    parts = payments.parts(session, payment)
    for part in parts:
        there = ledger.balance(session, _where(payment, part), payment.currency)
        left -= max(0, min(_left_of(session, part), there))
    if left <= 0:
        return
    for part in parts:
        dispute = record.about(session, part.milestone_id)
        if dispute is not None and _left_of(session, part) > 0:
            opening.lift(session, dispute, by=None, at=at)


def _shares(session: Session, payment: Payment, left: int) -> list[Share]:
    """Where the money is taken from, in this order, each at most what is there."""
    currency = payment.currency
    found: list[Share] = []
    for part in reversed(payments.parts(session, payment)):
        source = _where(payment, part)
        amount = min(left, _left_of(session, part), ledger.balance(session, source, currency))
        if amount > 0:
            found.append((part, source, amount))
            left -= amount
    purse = accounts.balance(payment.payer_id)
    amount = min(left, ledger.balance(session, purse, currency))
    if amount > 0:
        found.append((None, purse, amount))
        left -= amount
    return [*found, (None, accounts.loss(), left)] if left else found


def _where(payment: Payment, part: PaymentPart) -> AccountName:
    if payment.revision_id:
        return accounts.prefunded(payment.revision_id, part.milestone_id)
    return accounts.held(part.milestone_id)


def _left_of(session: Session, part: PaymentPart) -> int:
    """What a payment brought for a milestone, less what went back to it before."""
    back = select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(
        Refund.payment_id == part.payment_id, Refund.milestone_id == part.milestone_id
    )
    return part.filled_minor - part.taken_back_minor - int(session.scalar(back) or 0)


def _unfund(
    session: Session,
    payment: Payment,
    engagement: Engagement,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """What is no longer fully in escrow is not funded; its money is asked for again."""
    for part in payments.parts(session, payment):
        milestone = session.get_one(Milestone, part.milestone_id)
        if part.taken_back_minor and work.missing(session, milestone):
            work.settle_state(session, milestone, at=at)
            milestone.fundable_at = None
    session.flush()
    payments.drop_stale(session, engagement.id, why="returned", by=by, at=at)
    if engagement.state == "active":
        closing.close_or_ask(session, engagement, by=by, at=at)
