"""The state of the work: the one table of a milestone's moves, and what the ledger holds for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, sums
from app.escrow.balance import OPEN, MilestoneBalance
from app.escrow.models import Milestone
from app.kernel import clock, events
from app.kernel.errors import NotFound, WrongState

MOVES = {
    "proposed": {"planned", "cancelled"},
    "planned": {"funded", "submitted", "released", "cancelled"},
    "funded": {"planned", "submitted", "released", "cancelled"},
    "submitted": {"planned", "funded", "released", "approved", "cancelled"},
    "released": set[str](),
    "approved": set[str](),
    "cancelled": set[str](),
}


def load(session: Session, milestone_id: str) -> Milestone:
    """The milestone of that id; ask its engagement's seats before showing it. Raises NotFound."""
    found = session.get(Milestone, milestone_id)
    if found is None:
        raise NotFound(f"milestone {milestone_id}")
    return found


def of(session: Session, engagement_id: str) -> list[Milestone]:
    """The agreed milestones of an engagement, in the order of the terms (no proposed ones)."""
    return list(
        session.scalars(
            select(Milestone)
            .where(Milestone.engagement_id == engagement_id, Milestone.state != "proposed")
            .order_by(Milestone.position, Milestone.id)
        )
    )


def move(milestone: Milestone, state: str) -> None:
    """The one place where a milestone's state changes. Raises WrongState."""
    if state not in MOVES[milestone.state]:
        raise WrongState("milestone.moved_on", state=milestone.state, title=milestone.title)
    milestone.state = state


_ONE = bindparam("milestone", type_=Text)
_BALANCE = select(sums.held(_ONE), sums.released(_ONE), sums.gone_back(_ONE), sums.frozen(_ONE))


_EVERY = (
    select(Milestone, sums.HELD, sums.RELEASED, sums.GONE_BACK, sums.FROZEN)
    .where(Milestone.engagement_id == bindparam("engagement"))
    .order_by(Milestone.position, Milestone.id)
)


def every(session: Session, engagement_id: str) -> list[tuple[Milestone, MilestoneBalance]]:
    """Every milestone of an engagement, proposed ones too, in order, with its balance."""
    rows = session.execute(_EVERY, {"engagement": engagement_id})
    return [(one, _balance(one, money)) for one, *money in rows]


def balance(session: Session, milestone: Milestone) -> MilestoneBalance:
    """What the ledger says of a milestone: one query."""
    row = session.execute(_BALANCE, {"milestone": milestone.id}).one()
    return _balance(milestone, row)


def _balance(milestone: Milestone, row: Sequence[Any]) -> MilestoneBalance:
    sums_of = (int(part or 0) for part in row)
    return MilestoneBalance(milestone.state, milestone.amount_minor, *sums_of)


def held(session: Session, milestone: Milestone, currency: str) -> int:
    """What is in escrow for it, in minor units; not what is in dispute."""
    return ledger.balance(session, accounts.held(milestone.id), currency)


def released(session: Session, milestone: Milestone) -> int:
    """What was released for it so far, in parts or at once, in minor units."""
    return balance(session, milestone).released_minor


def frozen(session: Session, milestone: Milestone) -> int:
    """What a dispute about it holds now, in minor units."""
    return balance(session, milestone).disputed_minor


def owed(session: Session, milestone: Milestone) -> int:
    """What its agreed amount still owes the freelancer, in minor units; nothing in dispute."""
    return balance(session, milestone).owed_minor


def missing(session: Session, milestone: Milestone) -> int:
    """What is still to be funded, in minor units; nothing for what is closed."""
    return balance(session, milestone).lacks_minor


def settle_state(session: Session, milestone: Milestone, *, at: datetime) -> bool:
    """Make the state, and since when the whole is held, say what the ledger holds.

    Call it after whatever moved its money or changed its amount. True where the whole has just
    come to be held.
    """
    if milestone.state not in OPEN:
        return False
    now = balance(session, milestone)
    whole = now.is_whole
    if now.escrow_minor:
        milestone.first_funded_at = milestone.first_funded_at or at
    if milestone.state != "submitted" and milestone.state != ("funded" if whole else "planned"):
        move(milestone, "funded" if whole else "planned")
    if whole == (milestone.whole_since is not None):
        return False
    if not whole:
        _lack(session, milestone, at)
        return False
    milestone.whole_since = at
    milestone.funded_at = milestone.funded_at or at
    return True


def raise_amount(session: Session, milestone: Milestone, *, at: datetime) -> None:
    """Terms raise what it costs: whatever was held is no longer the whole, and more is asked for.

    Call it before the new amount and day are written, and `settle_state` after.
    """
    milestone.fundable_at = None  # its client is asked anew, and reminded from then on
    if milestone.whole_since is not None:
        _lack(session, milestone, at)


def record_funded(
    session: Session,
    milestone: Milestone,
    *,
    by: str | None,
    at: datetime,
    coming_minor: int = 0,
    words: str | None = None,
    **more: object,
) -> events.Event:
    """Say that all of a milestone is in escrow, and how much that is.

    Args:
        by: the id of whoever did it; nobody where a provider reported it.
        coming_minor: what the caller is about to move into escrow for it.
        more: further facts.
    """
    engagement = session.get_one(Engagement, milestone.engagement_id)
    held = balance(session, milestone).escrow_minor + coming_minor
    return events.record(
        session, engagement.stream, "milestone.funded", by=by, at=at,
        subject=("milestone", milestone.id), words=words,
        facts={"title": milestone.title, "amount_minor": held, "currency": engagement.currency}
        | more,
    )  # fmt: skip


def _lack(session: Session, milestone: Milestone, at: datetime) -> None:
    """The whole is not held any more. What was funded when it was due stays so: late is late."""
    milestone.whole_since = None
    if not _was_due(session, milestone, at):
        milestone.funded_at = None


def _was_due(session: Session, milestone: Milestone, at: datetime) -> bool:
    """Whether its day is over, or it has none."""
    if milestone.due is None:
        return True
    zone = session.get_one(Engagement, milestone.engagement_id).zone
    return at > clock.end_of_day(milestone.due, zone)
