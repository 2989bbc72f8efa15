"""A payment that is short by at most the board's tolerance funds in full: the board adds the rest.

It is the board's cost (account `loss`), shown in the history, and the board's again where the
milestone's money goes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger
from app.escrow.accounts import AccountName
from app.escrow.models import Account, Milestone, Payment, PaymentPart, Transfer
from app.kernel import events
from app.people.models import Board, Person


def tolerances(session: Session) -> dict[str, int]:
    """By how much a payment may be short, in minor units, in the board's own currency."""
    row = session.execute(select(Board.currency, Board.tolerance_minor)).first()
    return {row.currency: int(row.tolerance_minor)} if row else {}


def would(thing: object, received_minor: int, near: Mapping[str, int]) -> bool:
    """Whether the board adds what is missing of a payment."""
    if not isinstance(thing, Payment):
        return False
    return would_add(thing, thing.amount_minor - received_minor, near)


def would_add(payment: Payment, short_minor: int, near: Mapping[str, int]) -> bool:
    """Whether the board adds this much, which is missing of a payment (or of its rest)."""
    if payment.bonus or payment.provider != "bank":
        return False
    return 0 < short_minor <= near.get(payment.currency, 0)


def shortage(session: Session, payment: Payment, received_minor: int) -> int:
    """What the board adds to a payment: what is short, if that is within the tolerance; else 0."""
    return shortage_of(session, payment, payment.amount_minor - received_minor)


def shortage_of(session: Session, payment: Payment, short_minor: int) -> int:
    """The same where a known sum is short."""
    return short_minor if would_add(payment, short_minor, tolerances(session)) else 0


def add(
    session: Session,
    payment: Payment,
    part: PaymentPart,
    amount_minor: int,
    target: AccountName,
    *,
    event_id: int,
    at: datetime,
) -> None:
    """Put the board's own money beside what a payment brought for a milestone."""
    part.covered_minor = amount_minor
    ledger.transfer(
        session, source=accounts.loss(), target=target, currency=payment.currency,
        amount_minor=amount_minor, key=f"cover:{payment.id}:{part.milestone_id}",
        event_id=event_id, at=at,
    )  # fmt: skip


def left(session: Session, milestone: Milestone) -> int:
    """What the board added for a milestone and has not had back, in minor units."""
    added = session.scalar(
        select(func.coalesce(func.sum(PaymentPart.covered_minor), 0)).where(
            PaymentPart.milestone_id == milestone.id
        )
    )
    if not added:
        return 0
    back = session.scalar(
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(Account, Account.id == Transfer.from_id)
        .where(Account.owner_id == milestone.id, Transfer.key.startswith("uncover:"))
    )
    return int(added) - int(back or 0)


def give_back(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    amount_minor: int,
    *,
    source: AccountName,
    by: Person | None,
    at: datetime,
) -> None:
    """The milestone's money goes back, and the board's share of it to the board."""
    told = events.record(
        session, engagement.stream, "cover.returned", by=by.id if by else None, at=at,
        subject=("milestone", milestone.id), tell=False,
        facts={"amount_minor": amount_minor, "currency": engagement.currency},
    )  # fmt: skip
    ledger.transfer(
        session, source=source, target=accounts.loss(), currency=engagement.currency,
        amount_minor=amount_minor, key=f"uncover:{told.id}:{milestone.id}", event_id=told.id,
        at=at,
    )  # fmt: skip
