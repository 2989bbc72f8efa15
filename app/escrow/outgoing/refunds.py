"""Money on its way back: to the payments it came from, newest first, else to the balance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger
from app.escrow.accounts import AccountName
from app.escrow.models import Milestone, Payment, PaymentPart, Refund
from app.escrow.office import authority, covers, preparing
from app.escrow.provider import CARD
from app.kernel import events
from app.kernel.errors import WrongState
from app.people.models import Person

AT_ONCE = ("test", "balance")
"""Providers that need nobody outside: what goes back has arrived."""


def refund(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    amount_minor: int,
    *,
    source: AccountName,
    why: str,
    by: Person | None,
    at: datetime,
    revision_id: str | None = None,
) -> list[Refund]:
    """Send `amount_minor` back from `source` to the payments that brought it, newest first.

    Args:
        why: `terms`, `declined`, `countered`, `withdrawn`, `lapsed`, `ended`, `asked_back`,
            `dormant`, `late` or `dispute`.
        revision_id: the revision that the money was put in for, where it is a prefund.

    What the board added to a short payment is the board's again; what no payment can take back is
    credited to the client's balance.
    """
    refunds: list[Refund] = []
    rest = amount_minor
    for payment, left in sources(session, milestone, revision_id):
        part = min(left, rest)
        if part <= 0:
            continue
        rest -= part
        refunds.append(
            _start(session, engagement, milestone, payment, part, source, why=why, by=by, at=at)
        )
    covered = min(rest, covers.left(session, milestone))
    if covered:
        covers.give_back(session, engagement, milestone, covered, source=source, by=by, at=at)
        rest -= covered
    if rest:
        _to_balance(session, engagement, milestone, rest, source, why=why, by=by, at=at)
    return refunds


def send_back(
    session: Session,
    engagement: Engagement,
    payment: Payment,
    amount_minor: int,
    *,
    source: AccountName,
    at: datetime,
) -> Refund:
    """What a payment brought beyond what anything needs goes straight back where it came from."""
    return _start(
        session, engagement, None, payment, amount_minor, source, why="surplus", by=None, at=at
    )


def settle(
    session: Session, refund: Refund, *, by: Person, at: datetime, entry_id: str = ""
) -> bool:
    """The operator or bookkeeper has sent it. False: it waits for a second person (`preparing`).

    Raises WrongState where that was said before, `refund.by_provider` where
    the provider sends it. `entry_id` is the bank's line that shows it.
    """
    engagement = session.get_one(Engagement, refund.engagement_id)
    own = authority.confirm(session, by, (engagement.client_id, engagement.freelancer_id))
    if refund.provider == CARD:
        raise WrongState("refund.by_provider")
    if refund.state != "pending":
        raise WrongState("refund.settled")
    if not preparing.in_force(
        session, "refund", refund.id, same=str(refund.amount_minor),
        amount_minor=refund.amount_minor, currency=refund.currency,
        facts={"entry": entry_id, "reference": refund.code}, stream=engagement.stream,
        by=by, at=at,
    ):  # fmt: skip
        return False
    arrive(session, refund, by=by, at=at, own=own)
    return True


def arrive(
    session: Session, refund: Refund, *, by: Person | None, at: datetime, own: bool = False
) -> None:
    """It has arrived, as somebody says, or (`by` is nobody) the provider. Raises WrongState."""
    if refund.state != "pending":
        raise WrongState("refund.settled")
    preparing.drop(session, "refund", refund.id, by=by, at=at)
    refund.state, refund.settled_at = "settled", at
    refund.confirmed_by = by.id if by else None
    session.flush()
    stream = session.get_one(Engagement, refund.engagement_id).stream
    told = events.record(
        session,
        stream,
        "refund.settled",
        by=by.id if by else None,
        at=at,
        subject=("refund", refund.id),
        facts=_facts(refund, own=own),
    )
    _arrive(session, refund, told.id, at)


def _to_balance(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    amount_minor: int,
    source: AccountName,
    *,
    why: str,
    by: Person | None,
    at: datetime,
) -> None:
    facts = {
        "milestone": milestone.id,
        "title": milestone.title,
        "amount_minor": amount_minor,
        "currency": engagement.currency,
        "why": why,
        "to": "balance",
        "person": engagement.client_id,
    }
    told = events.record(
        session,
        engagement.stream,
        "money.refunded",
        by=by.id if by else None,
        at=at,
        subject=("milestone", milestone.id),
        facts=facts,
    )
    target = accounts.balance(engagement.client_id)
    ledger.transfer(
        session, source=source, target=target, currency=engagement.currency,
        amount_minor=amount_minor, key=f"credit:{told.id}:{milestone.id}", event_id=told.id, at=at,
    )  # fmt: skip


def _start(
    session: Session,
    engagement: Engagement,
    milestone: Milestone | None,
    payment: Payment,
    amount_minor: int,
    source: AccountName,
    *,
    why: str,
    by: Person | None,
    at: datetime,
) -> Refund:
    refund = Refund(
        payment_id=payment.id,
        engagement_id=engagement.id,
        milestone_id=milestone.id if milestone else None,
        person_id=payment.payer_id,
        provider=payment.provider,
        currency=payment.currency,
        amount_minor=amount_minor,
        why=why,
        started_at=at,
    )
    session.add(refund)
    session.flush()
    known = {"title": milestone.title} if milestone else {"reference": payment.reference}
    told = events.record(
        session,
        engagement.stream,
        "money.refunded" if milestone else "surplus.sent_back",
        by=by.id if by else None,
        at=at,
        subject=("refund", refund.id),
        facts=_facts(refund) | known | {"to": payment.provider},
    )
    ledger.transfer(
        session, source=source, target=accounts.refund_in_transit(payment.provider),
        currency=refund.currency, amount_minor=amount_minor, key=f"refund:{refund.id}",
        event_id=told.id, at=at,
    )  # fmt: skip
    if payment.provider in AT_ONCE:
        refund.state, refund.settled_at = "settled", at
        session.flush()
        _arrive(session, refund, told.id, at)
    return refund


def _arrive(session: Session, refund: Refund, event_id: int, at: datetime) -> None:
    transit = accounts.refund_in_transit(refund.provider)
    target = (
        accounts.balance(refund.person_id)
        if refund.provider == "balance"
        else accounts.bank(refund.provider)
    )
    ledger.transfer(
        session, source=transit, target=target, currency=refund.currency,
        amount_minor=refund.amount_minor, key=f"refund:{refund.id}:settled", event_id=event_id,
        at=at,
    )  # fmt: skip


def sources(
    session: Session, milestone: Milestone, revision_id: str | None
) -> list[tuple[Payment, int]]:
    """The payments that brought money for a milestone, newest first, and what is left of each.

    What was charged back is gone; what could not be sent back is on a balance: neither is left.
    """
    back = (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .where(
            Refund.payment_id == PaymentPart.payment_id,
            Refund.milestone_id == PaymentPart.milestone_id,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Payment, PaymentPart.filled_minor - PaymentPart.taken_back_minor - back)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(
            PaymentPart.milestone_id == milestone.id,
            PaymentPart.filled_minor > 0,
            Payment.revision_id.is_(None)
            if revision_id is None
            else Payment.revision_id == revision_id,
        )
        .order_by(Payment.settled_at.desc(), Payment.started_at.desc(), Payment.id)
    )
    return [(payment, int(left)) for payment, left in rows]


def _facts(refund: Refund, *, own: bool = False) -> dict[str, object]:
    facts: dict[str, object] = {
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "why": refund.why,
        "milestone": refund.milestone_id,
        "payment": refund.payment_id,
    }
    return facts | {"own": True} if own else facts
