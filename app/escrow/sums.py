"""What became of a milestone's money, as pieces of SQL: released, gone back by disputes, frozen.

Each takes the milestone's id, as a column of the statement around it or as a plain value.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import aliased

from app.escrow.models import Account, Milestone, Transfer

ESCROW = ("held", "disputed")
"""The kinds of accounts that hold money of agreed milestones."""


def held(milestone_id: Any) -> ScalarSelect[int]:
    """What is in escrow, but for what a dispute froze."""
    account = aliased(Account)
    return _sum(
        select(func.coalesce(func.sum(account.balance), 0)).where(
            account.kind == "held", account.owner_id == milestone_id
        )
    )


def released(milestone_id: Any) -> ScalarSelect[int]:
    """What was released so far, in parts, at once, or by the end of a dispute."""
    source = aliased(Account)
    return _sum(
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(source, Transfer.from_id == source.id)
        .where(
            source.kind.in_(ESCROW),
            source.owner_id == milestone_id,
            Transfer.key.startswith("release:"),
        )
    )


def fees(milestone_id: Any) -> ScalarSelect[int]:
    """What of the released sum is the board's."""
    source, target = aliased(Account), aliased(Account)
    return _sum(
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(source, Transfer.from_id == source.id)
        .join(target, Transfer.to_id == target.id)
        .where(source.owner_id == milestone_id, target.kind == "fees")
    )


def gone_back(milestone_id: Any) -> ScalarSelect[int]:
    """What went back to the client by the end of a dispute: nobody owes it any more."""
    source, target = aliased(Account), aliased(Account)
    return _sum(
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(source, Transfer.from_id == source.id)
        .join(target, Transfer.to_id == target.id)
        .where(
            source.kind == "disputed",
            source.owner_id == milestone_id,
            target.kind != "held",
            ~Transfer.key.startswith("release:"),
        )
    )


def frozen(milestone_id: Any) -> ScalarSelect[int]:
    """What a dispute holds now."""
    account = aliased(Account)
    return _sum(
        select(func.coalesce(func.sum(account.balance), 0)).where(
            account.kind == "disputed", account.owner_id == milestone_id
        )
    )


def _sum(query: Any) -> ScalarSelect[int]:
    found: ScalarSelect[int] = query.correlate(Milestone).scalar_subquery()
    return found


HELD = held(Milestone.id)
RELEASED = released(Milestone.id)
GONE_BACK = gone_back(Milestone.id)
FROZEN = frozen(Milestone.id)
FEES = fees(Milestone.id)
"""The same for a statement about milestones, built once."""
