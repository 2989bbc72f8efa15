"""A dispute by its id, and the one way in which its steps become events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.engagement.seats import CLIENT, FREELANCER
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone
from app.kernel import events
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person

WORDS_MOST = 5000


def load(session: Session, dispute_id: str) -> Dispute:
    """The dispute of that id; ask its engagement's seats before showing it. Raises NotFound."""
    found = session.get(Dispute, dispute_id)
    if found is None:
        raise NotFound(f"dispute {dispute_id}")
    return found


def about(session: Session, milestone_id: str) -> Dispute | None:
    """The open dispute about a milestone's money, if there is one."""
    return session.scalar(
        select(Dispute).where(Dispute.milestone_id == milestone_id, Dispute.closed_at.is_(None))
    )


def side_of(session: Session, dispute: Dispute, person: Person) -> str:
    """Which of the two this person is. Raises NotFound for everybody else."""
    engagement = session.get_one(Engagement, dispute.engagement_id)
    if person.id == engagement.client_id:
        return CLIENT
    if person.id == engagement.freelancer_id:
        return FREELANCER
    raise NotFound(f"dispute {dispute.id}")


def other(side: str) -> str:
    """The side opposite."""
    return FREELANCER if side == CLIENT else CLIENT


def must_live(session: Session, dispute: Dispute) -> None:
    """Raises WrongState `dispute.over` where it is settled, ruled or withdrawn."""
    if dispute.closed_at is not None:
        milestone = session.get_one(Milestone, dispute.milestone_id)
        raise WrongState("dispute.over", title=milestone.title, state=dispute.state)


def can_talk(dispute: Dispute, at: datetime) -> bool:
    """Whether offers and numbers may be made: it was answered, or the time to answer is over."""
    return dispute.closed_at is None and (
        dispute.answered_at is not None or dispute.state == "called" or at > dispute.answer_due_at
    )


def tell(
    session: Session,
    dispute: Dispute,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    words: str = "",
    **facts: Any,
) -> events.Event:
    """Record one step of a dispute in its engagement's history."""
    engagement = session.get_one(Engagement, dispute.engagement_id)
    milestone = session.get_one(Milestone, dispute.milestone_id)
    said: dict[str, Any] = {
        "milestone": milestone.id,
        "title": milestone.title,
        "disputed_minor": dispute.amount_minor,
        "currency": dispute.currency,
    }
    return events.record(
        session,
        engagement.stream,
        kind,
        by=by.id if by else None,
        at=at,
        subject=("dispute", dispute.id),
        facts=said | facts,
        words=words or None,
    )
