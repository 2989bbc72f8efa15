"""The statement of fees: what the board kept of releases, by month, and what it took out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.engagement.models import Engagement
from app.escrow.models import Account, Milestone, Posting, Transfer
from app.escrow.papers import statements
from app.escrow.papers.statements import SOURCE, TARGET
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One fee: the transfer that took it, and the release that it was taken from."""

    seq: int
    at: datetime
    room_id: str
    job: str
    milestone: str
    freelancer_id: str
    freelancer: str
    currency: str
    released_minor: int
    fee_minor: int

    @property
    def net_minor(self) -> int:
        """What went to the freelancer."""
        return self.released_minor - self.fee_minor


@dataclass(frozen=True, slots=True)
class FeeSum:
    """One currency's month. `opening_minor` and `closing_minor` stood on the fees' account."""

    currency: str
    count: int
    released_minor: int
    fee_minor: int
    taken_minor: int
    opening_minor: int
    closing_minor: int


_other = aliased(Transfer)
_released = (
    select(func.sum(_other.amount))
    .where(
        _other.event_id == Transfer.event_id,
        _other.from_id == Transfer.from_id,
        _other.key.startswith("release:"),
    )
    .correlate(Transfer)
    .scalar_subquery()
)
FEES: Any = (
    select(
        Transfer.seq,
        Transfer.at,
        Engagement.id,
        Engagement.title,
        Milestone.title,
        Engagement.freelancer_id,
        Person.name,
        Transfer.currency,
        _released,
        Transfer.amount,
    )
    .join(TARGET, Transfer.to_id == TARGET.id)
    .join(SOURCE, Transfer.from_id == SOURCE.id)
    .join(Milestone, Milestone.id == SOURCE.owner_id)
    .join(Engagement, Engagement.id == Milestone.engagement_id)
    .join(Person, Person.id == Engagement.freelancer_id)
    .where(TARGET.kind == "fees", Transfer.key.startswith("release:"))
)
"""Every fee with what a statement says of it."""


def as_rows(found: Any) -> list[FeeRow]:
    """What a query made of `FEES` has found."""
    return [
        FeeRow(
            seq=row[0],
            at=datetime.fromisoformat(row[1]),
            room_id=row[2],
            job=row[3],
            milestone=row[4],
            freelancer_id=row[5],
            freelancer=row[6],
            currency=row[7],
            released_minor=int(row[8]),
            fee_minor=int(row[9]),
        )
        for row in found
    ]


def of_month(
    session: Session,
    begins: datetime,
    ends: datetime,
    *,
    before: int = 0,
    limit: int | None = 50,
) -> list[FeeRow]:
    """The fees between two moments, newest first, from below the transfer `before` (0: the newest).

    It costs the same at any row: transfers are read by number, an account at a time.
    """
    since, until = statements.first_since(session, begins), statements.first_since(session, ends)
    until = min(before or until, until)
    query = FEES.where(Transfer.seq >= since, Transfer.seq < until)
    return as_rows(session.execute(query.order_by(Transfer.seq.desc()).limit(limit)))


def sums(session: Session, begins: datetime, ends: datetime) -> list[FeeSum]:
    """Each currency in which the board ever kept a fee: what came and went between two moments."""
    since, until = statements.first_since(session, begins), statements.first_since(session, ends)
    inner = FEES.where(Transfer.seq >= since, Transfer.seq < until).subquery()
    columns = list(inner.c)
    came = {
        currency: (int(count), int(released), int(fee))
        for currency, count, released, fee in session.execute(
            select(columns[7], func.count(), func.sum(columns[8]), func.sum(columns[9])).group_by(
                columns[7]
            )
        )
    }
    found = []
    accounts = select(Account.id, Account.currency).where(Account.kind == "fees")
    for account_id, currency in session.execute(accounts.order_by(Account.currency)):
        opening, closing = _stood(session, account_id, since), _stood(session, account_id, until)
        count, released, fee = came.get(currency, (0, 0, 0))
        taken = opening + fee - closing
        found.append(FeeSum(currency, count, released, fee, taken, opening, closing))
    return found


def standing(session: Session) -> list[tuple[str, int]]:
    """What the board has kept and not taken out, by currency."""
    rows = session.execute(
        select(Account.currency, Account.balance)
        .where(Account.kind == "fees", Account.balance > 0)
        .order_by(Account.currency)
    )
    return [(currency, int(balance)) for currency, balance in rows]


def _stood(session: Session, account_id: int, before: int) -> int:
    """What stood on an account just before the transfer of that number."""
    return (
        session.scalar(
            select(Posting.balance)
            .where(Posting.account_id == account_id, Posting.seq < before)
            .order_by(Posting.seq.desc())
            .limit(1)
        )
        or 0
    )
