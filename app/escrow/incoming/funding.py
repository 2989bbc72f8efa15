"""The client puts money in: one open payment a milestone, filled in the order shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, payments, references, under_way, work
from app.escrow.incoming import settling
from app.escrow.models import Milestone, Payment, PaymentPart
from app.escrow.provider import CARD
from app.kernel.errors import NotFound, Refused, WrongState
from app.people.models import Person

PROVIDERS = ("bank", "test", "balance", CARD)


def can_fund(session: Session, milestone: Milestone, engagement: Engagement, person: str) -> bool:
    """Whether this person may put money in for it now: the client, while some is asked for."""
    return (
        person == engagement.client_id
        and engagement.state == "active"
        and milestone.state in under_way.AGREED
        and under_way.asked(session, milestone) > 0
    )


def start(
    session: Session,
    engagement: Engagement,
    milestones: Sequence[Milestone],
    *,
    provider: str,
    comment: str = "",
    shown: Mapping[str, int] | None = None,
    by: Person,
    at: datetime,
) -> Payment:
    """Begin to fund milestones, all in one payment, or return the one that is already open.

    It asks for what they lack beyond what superseded payments may still bring. Raises Refused:
    `funding.not_yours`, `funding.not_agreed`, `funding.not_needed`, `funding.under_way`,
    `funding.amount_changed`, `funding.balance_short`; NotFound for a milestone of another
    engagement.

    Args:
        shown: the sums that the client saw, by milestone: nobody pays another one.
    """
    if by.id != engagement.client_id:
        raise Refused("funding.not_yours")
    if engagement.state != "active":
        raise Refused("funding.not_agreed", state=engagement.state)
    milestones = list(dict.fromkeys(milestones))
    for milestone in milestones:
        if milestone.engagement_id != engagement.id:
            raise NotFound(f"milestone {milestone.id}")
        if (already := payments.open_payment(session, milestone.id)) is not None:
            return already
        if not can_fund(session, milestone, engagement, by.id):
            covered = work.missing(session, milestone) and milestone.state in under_way.AGREED
            code = "funding.under_way" if covered else "funding.not_needed"
            raise WrongState(code, title=milestone.title)
    wanted = [(one, under_way.asked(session, one)) for one in milestones]
    check_shown(shown, wanted, engagement.currency)
    payment = begin(session, engagement, wanted, provider=provider, comment=comment, by=by, at=at)
    if provider == "balance":
        settling.from_balance(session, payment, by=by, at=at)
    return payment


def check_shown(
    shown: Mapping[str, int] | None, wanted: Sequence[tuple[Milestone, int]], currency: str
) -> None:
    """Ask that the page named these sums. Raises WrongState `funding.amount_changed`."""
    for milestone, amount in wanted:
        if shown and shown.get(milestone.id, amount) != amount:
            raise WrongState(
                "funding.amount_changed", title=milestone.title, amount_minor=amount,
                currency=currency,
            )  # fmt: skip


def begin(
    session: Session,
    engagement: Engagement,
    wanted: Sequence[tuple[Milestone, int]],
    *,
    provider: str,
    comment: str,
    by: Person,
    at: datetime,
    revision_id: str = "",
) -> Payment:
    """Write an open payment of these parts (callers have asked whether it may be)."""
    total = sum(amount for _, amount in wanted)
    if provider not in PROVIDERS or not wanted or total <= 0:
        raise Refused("funding.not_needed", title="")
    if provider == "balance":
        if ledger.balance(session, accounts.balance(by.id), engagement.currency) < total:
            raise Refused("funding.balance_short")
    payment = Payment(
        engagement_id=engagement.id,
        payer_id=by.id,
        provider=provider,
        reference=references.new(),
        revision_id=revision_id or None,
        currency=engagement.currency,
        amount_minor=total,
        comment=comment,
        state=first_state(provider),
        started_at=at,
    )
    session.add(payment)
    session.flush()
    for position, (milestone, amount) in enumerate(wanted, 1):
        part = PaymentPart(
            payment_id=payment.id,
            milestone_id=milestone.id,
            position=position,
            amount_minor=amount,
            open_key=payments.open_key(milestone.id, revision_id),
        )
        session.add(part)
    session.flush()
    payments.record(session, engagement, payment, "payment.started", by=by, at=at, words=comment)
    return payment


def first_state(provider: str) -> str:
    """A card payment is pending when the provider has a page for it; others wait from the start."""
    return "started" if provider == CARD else "pending"


def cancel(session: Session, payment: Payment, *, by: Person, at: datetime) -> None:
    """The client does not send it after all. Money that comes all the same can be confirmed.

    Raises Refused `funding.not_yours`, NotFound for strangers, WrongState `payment.not_open`.
    """
    _only_the_client(session, payment, by)
    payments.cancel(session, payment, by=by, at=at)


def say_not_sent(session: Session, payment: Payment, *, by: Person, at: datetime) -> None:
    """The client has not sent what terms made moot; its need is asked for again.

    Raises as `cancel`, WrongState `payment.not_under_way`.
    """
    _only_the_client(session, payment, by)
    payments.not_sent(session, payment, by=by, at=at)


def _only_the_client(session: Session, payment: Payment, by: Person) -> None:
    engagement = session.get_one(Engagement, payment.engagement_id)
    if by.id == engagement.freelancer_id:
        raise Refused("funding.not_yours")
    if by.id != engagement.client_id:
        raise NotFound(f"payment {payment.id}")
