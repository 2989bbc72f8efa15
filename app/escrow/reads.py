"""What pages show of money and milestones: small frozen rows, one query each, built at import."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, cast, func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import sums
from app.escrow.balance import OPEN, Balanced
from app.escrow.models import Account, Milestone, Payment, PaymentPart, Submission
from app.kernel.base import Minor


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """What an engagement's money does now, in minor units of its currency.

    `held_minor` is all that is in escrow, `disputed_minor` the part of it that is in dispute.
    """

    held_minor: int
    released_minor: int
    to_fund_minor: int
    prefunded_minor: int
    disputed_minor: int = 0
    fees_minor: int = 0

    @property
    def earned_minor(self) -> int:
        """What of the released sum went to the freelancer's balance."""
        return self.released_minor - self.fees_minor


@dataclass(frozen=True, slots=True)
class MilestoneRow(Balanced):
    """An agreed milestone as pages list it. `payment_id` is the payment under way for it."""

    id: str
    position: int
    title: str
    description: str
    due: date | None
    amount_minor: int
    state: str
    held_minor: int
    fundable_at: datetime | None
    funded_at: datetime | None
    closed_at: datetime | None
    submission_id: str | None
    submitted_at: datetime | None
    payment_id: str | None
    released_minor: int
    gone_back_minor: int
    disputed_minor: int


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A person's balance in one currency."""

    currency: str
    amount_minor: int


_held = (
    select(func.coalesce(func.sum(Account.balance), 0))
    .where(Account.kind == "held", Account.owner_id == Milestone.id)
    .correlate(Milestone)
    .scalar_subquery()
)
_prefunded = (
    select(func.coalesce(func.sum(Account.balance), 0))
    .where(Account.kind == "prefunded", Account.owner_id == Milestone.id)
    .correlate(Milestone)
    .scalar_subquery()
)
_released = sums.RELEASED
_gone_back = sums.GONE_BACK
_disputed = sums.FROZEN
_kept = sums.FEES
_sums = (
    select(
        Milestone.amount_minor.label("amount"),
        Milestone.state.label("state"),
        _held.label("held"),
        _prefunded.label("prefunded"),
        _released.label("released"),
        _gone_back.label("gone_back"),
        _disputed.label("disputed"),
        _kept.label("kept"),
    )
    .where(Milestone.engagement_id == bindparam("engagement"))
    .subquery()
)
_there = _sums.c.held + _sums.c.released + _sums.c.gone_back + _sums.c.disputed
_MONEY = select(
    func.coalesce(func.sum(_sums.c.held + _sums.c.disputed), 0),
    func.coalesce(func.sum(_sums.c.released), 0),
    func.coalesce(
        func.sum(
            case(
                (
                    and_(_sums.c.state.in_(OPEN), _sums.c.amount > _there),
                    _sums.c.amount - _there,
                ),
                else_=0,
            )
        ),
        0,
    ),
    func.coalesce(func.sum(_sums.c.prefunded), 0),
    func.coalesce(func.sum(_sums.c.disputed), 0),
    func.coalesce(func.sum(_sums.c.kept), 0),
)
_ROWS: Any = (
    select(
        Milestone.id,
        Milestone.position,
        Milestone.title,
        Milestone.description,
        Milestone.due,
        Milestone.amount_minor,
        Milestone.state,
        cast(_held, Minor),
        Milestone.fundable_at,
        Milestone.funded_at,
        Milestone.closed_at,
        Submission.id,
        Submission.at,
        Payment.id,
        cast(_released, Minor),
        cast(_gone_back, Minor),
        cast(_disputed, Minor),
    )
    .join(
        Submission,
        and_(Submission.milestone_id == Milestone.id, Submission.state == "waiting"),
        isouter=True,
    )
    .join(PaymentPart, PaymentPart.open_key == Milestone.id, isouter=True)
    .join(Payment, Payment.id == PaymentPart.payment_id, isouter=True)
    .where(Milestone.engagement_id == bindparam("engagement"), Milestone.state != "proposed")
    .order_by(Milestone.position, Milestone.id)
)
_BALANCES = (
    select(Account.currency, Account.balance)
    .where(Account.kind == "balance", Account.owner_id == bindparam("person"), Account.balance > 0)
    .order_by(Account.currency)
)
_PAYABLE = (
    select(Engagement.id, Engagement.title)
    .where(Engagement.client_id == bindparam("person"), Engagement.state == "active")
    .order_by(Engagement.activated_at.desc(), Engagement.id)
)


def money(session: Session, engagement_id: str) -> MoneyRow:
    """What is held, released, still to fund, and put in for waiting terms; from the ledger."""
    row = session.execute(_MONEY, {"engagement": engagement_id}).one()
    return MoneyRow(*(int(value) for value in row))


def milestones(session: Session, engagement_id: str) -> list[MilestoneRow]:
    """The agreed milestones in their order, cancelled ones too."""
    rows = session.execute(_ROWS, {"engagement": engagement_id})
    return [MilestoneRow(*row) for row in rows]


def spoken_for(session: Session, milestone_ids: Collection[str]) -> dict[str, int]:
    """What of several milestones' amounts is released, gone back by a dispute, or in dispute;

    those of which nothing is are left out.
    """
    what = sums.RELEASED + sums.GONE_BACK + sums.FROZEN
    rows = session.execute(select(Milestone.id, what).where(Milestone.id.in_(list(milestone_ids))))
    return {str(one): int(total) for one, total in rows if total}


def disputed(session: Session, engagement_id: str) -> set[str]:
    """The milestones of an engagement of whose money some is in dispute."""
    found = select(Milestone.id).where(Milestone.engagement_id == engagement_id, sums.FROZEN > 0)
    return set(session.scalars(found))


def balances(session: Session, person_id: str) -> list[BalanceRow]:
    """What a person may spend or ask to be paid out, by currency."""
    return [BalanceRow(*row) for row in session.execute(_BALANCES, {"person": person_id})]


def payable(session: Session, person_id: str) -> list[tuple[str, str]]:
    """The engagements that a client can pay for: id and title, newest first."""
    return [(one, title) for one, title in session.execute(_PAYABLE, {"person": person_id})]


def balance_currencies(session: Session, person_id: str) -> list[str]:
    """The currencies that a person ever had a balance in."""
    return list(
        session.scalars(
            select(Account.currency)
            .where(Account.kind == "balance", Account.owner_id == person_id)
            .order_by(Account.currency)
        )
    )
