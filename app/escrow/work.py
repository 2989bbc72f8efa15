"""The state of the work: the one table of a milestone's moves, and what the ledger holds for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, bindparam, select
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger, sums
from app.escrow.models import Milestone
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


@dataclass(frozen=True, slots=True)
class Stands:
    """What the ledger says of a milestone, in minor units of its currency.

    `frozen` is what a dispute holds now: more than nothing while one is open. `gone_back` is what
    went back by the end of a dispute; it is owed no more (decision 0060).
    """

    held: int
    released: int
    gone_back: int
    frozen: int

    @property
    def spoken_for(self) -> int:
        """What of the agreed amount is decided or in dispute."""
        return self.released + self.gone_back + self.frozen


_ONE = bindparam("milestone", type_=Text)
_STANDS = select(sums.held(_ONE), sums.released(_ONE), sums.gone_back(_ONE), sums.frozen(_ONE))


_EVERY = (
    select(Milestone, sums.HELD, sums.RELEASED, sums.GONE_BACK, sums.FROZEN)
    .where(Milestone.engagement_id == bindparam("engagement"))
    .order_by(Milestone.position, Milestone.id)
)


def every(session: Session, engagement_id: str) -> list[tuple[Milestone, Stands]]:
    """Every milestone of an engagement, proposed ones too, in order, with what the ledger says of

    it: one question.
    """
    rows = session.execute(_EVERY, {"engagement": engagement_id})
    return [(one, Stands(*(int(part or 0) for part in money))) for one, *money in rows]


def stands(session: Session, milestone: Milestone) -> Stands:
    """All of it in one question."""
    row = session.execute(_STANDS, {"milestone": milestone.id}).one()
    return Stands(*(int(part or 0) for part in row))


def held(session: Session, milestone: Milestone, currency: str) -> int:
    """What is in escrow for it, in minor units; not what is in dispute."""
    return ledger.balance(session, accounts.held(milestone.id), currency)


def released(session: Session, milestone: Milestone) -> int:
    """What was released for it so far, in parts or at once, in minor units."""
    return stands(session, milestone).released


def frozen(session: Session, milestone: Milestone) -> int:
    """What a dispute about it holds now, in minor units."""
    return stands(session, milestone).frozen


def owed(session: Session, milestone: Milestone) -> int:
    """What its agreed amount still owes the freelancer, in minor units; nothing in dispute."""
    return max(0, milestone.amount_minor - stands(session, milestone).spoken_for)


def missing(session: Session, milestone: Milestone) -> int:
    """What is still to be funded, in minor units; nothing for what is closed."""
    if milestone.state in CLOSED or not milestone.amount_minor:
        return 0
    now = stands(session, milestone)
    return max(0, milestone.amount_minor - now.spoken_for - now.held)


def settle_state(session: Session, milestone: Milestone, *, at: datetime) -> bool:
    """Make planned/funded say what the ledger holds; True where it has just become funded."""
    if milestone.state not in ("planned", "funded"):
        return False
    full = milestone.amount_minor > 0 and not missing(session, milestone)
    state = "funded" if full else "planned"
    if state == milestone.state:
        return False
    move(milestone, state)
    milestone.funded_at = (milestone.funded_at or at) if full else None
    return full
