"""The state of the work: the one table of a milestone's moves, and what the ledger holds for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger
from app.escrow.models import Milestone
from app.kernel.errors import NotFound, WrongState

MOVES = {
    "proposed": {"planned", "cancelled"},
    "planned": {"funded", "submitted", "cancelled"},
    "funded": {"planned", "submitted", "released", "cancelled"},
    "submitted": {"planned", "funded", "released", "approved", "cancelled"},
    "released": set[str](),
    "approved": set[str](),
    "cancelled": set[str](),
}
CLOSED = ("released", "approved", "cancelled")


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


def held(session: Session, milestone: Milestone, currency: str) -> int:
    """What is in escrow for it, in minor units."""
    return ledger.balance(session, accounts.held(milestone.id), currency)


def missing(session: Session, milestone: Milestone, currency: str) -> int:
    """What is still to be funded, in minor units; nothing for what is closed."""
    if milestone.state in CLOSED:
        return 0
    return max(0, milestone.amount_minor - held(session, milestone, currency))


def settle_state(session: Session, milestone: Milestone, currency: str, *, at: datetime) -> bool:
    """Make planned/funded say what the ledger holds; True where it has just become funded."""
    if milestone.state not in ("planned", "funded"):
        return False
    full = milestone.amount_minor > 0 and not missing(session, milestone, currency)
    state = "funded" if full else "planned"
    if state == milestone.state:
        return False
    move(milestone, state)
    milestone.funded_at = (milestone.funded_at or at) if full else None
    return full
