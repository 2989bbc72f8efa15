"""What pages show of money and milestones: small frozen rows, one query each, built at import."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.engagement.models import Engagement
from app.escrow.models import Account, Milestone, Payment, PaymentPart, Submission, Transfer
from app.kernel.base import Minor

OPEN = ("planned", "funded", "submitted")


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """What an engagement's money does now, in minor units of its currency."""

    held_minor: int
    released_minor: int
    to_fund_minor: int
    prefunded_minor: int
    fees_minor: int = 0

    @property
    def earned_minor(self) -> int:
        """What of the released sum went to the freelancer's balance."""
        return self.released_minor - self.fees_minor


@dataclass(frozen=True, slots=True)
class MilestoneRow:
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
    payment_at: datetime | None
    released_minor: int

    @property
    def owed_minor(self) -> int:
        """What its agreed amount still owes the freelancer."""
        return max(0, self.amount_minor - self.released_minor)

    @property
    def lacks_minor(self) -> int:
        """What is still to be funded."""
        return max(0, self.owed_minor - self.held_minor) if self.state in OPEN else 0


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
_source, _target = aliased(Account), aliased(Account)
_released = (
    select(func.coalesce(func.sum(Transfer.amount), 0))
    .join(_source, Transfer.from_id == _source.id)
    .where(
        _source.kind == "held",
        _source.owner_id == Milestone.id,
        Transfer.key.startswith("release:"),
    )
    .correlate(Milestone)
    .scalar_subquery()
)
_kept = (
    select(func.coalesce(func.sum(Transfer.amount), 0))
    .join(_source, Transfer.from_id == _source.id)
    .join(_target, Transfer.to_id == _target.id)
    .where(_source.owner_id == Milestone.id, _target.kind == "fees")
    .correlate(Milestone)
    .scalar_subquery()
)
_sums = (
    select(
        Milestone.amount_minor.label("amount"),
        Milestone.state.label("state"),
        _held.label("held"),
        _prefunded.label("prefunded"),
        _released.label("released"),
        _kept.label("kept"),
    )
    .where(Milestone.engagement_id == bindparam("engagement"))
    .subquery()
)
_MONEY = select(
    func.coalesce(func.sum(_sums.c.held), 0),
    func.coalesce(func.sum(_sums.c.released), 0),
    func.coalesce(
        func.sum(
            case(
                (
                    and_(
                        _sums.c.state.in_(OPEN),
                        _sums.c.amount > _sums.c.held + _sums.c.released,
                    ),
                    _sums.c.amount - _sums.c.held - _sums.c.released,
                ),
                else_=0,
            )
        ),
        0,
    ),
    func.coalesce(func.sum(_sums.c.prefunded), 0),
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
        Payment.started_at,
        cast(_released, Minor),
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


def released(session: Session, milestone_ids: Collection[str]) -> dict[str, int]:
    """What was released so far of several milestones; those of which nothing was are left out."""
    rows = session.execute(
        select(Account.owner_id, func.sum(Transfer.amount))
        .join(Transfer, Transfer.from_id == Account.id)
        .where(
            Account.kind == "held",
            Account.owner_id.in_(list(milestone_ids)),
            Transfer.key.startswith("release:"),
        )
        .group_by(Account.owner_id)
    )
    return {str(one): int(total or 0) for one, total in rows}


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
