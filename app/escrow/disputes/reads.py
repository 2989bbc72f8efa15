"""What pages show of disputes: lists for a workroom, a milestone, and the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.engagement.models import Engagement
from app.escrow.disputes.models import LIVING, Dispute
from app.escrow.models import Milestone
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A dispute as an operator sees it: money, names and state, nothing that was said."""

    id: str
    job: str
    milestone: str
    client: str
    freelancer: str
    client_id: str
    freelancer_id: str
    currency: str
    amount_minor: int
    state: str
    opened_at: datetime
    called_at: datetime | None
    closed_at: datetime | None
    arbiter_id: str | None
    arbiter: str | None
    arbiter_rules: bool | None

    def has_party(self, person_id: str) -> bool:
        """Whether this person is one of the two."""
        return person_id in (self.client_id, self.freelancer_id)

    @property
    def free(self) -> bool:
        """Whether it waits for somebody to take it on."""
        return self.state == "called" and not self.arbiter_rules


def of_room(session: Session, engagement_id: str) -> list[tuple[Dispute, str]]:
    """The open disputes of an engagement with the titles of their milestones, oldest first."""
    rows = session.execute(
        select(Dispute, Milestone.title)
        .join(Milestone, Milestone.id == Dispute.milestone_id)
        .where(Dispute.engagement_id == engagement_id, Dispute.closed_at.is_(None))
        .order_by(Dispute.opened_at, Dispute.id)
    )
    return [(dispute, title) for dispute, title in rows]


def of_milestone(session: Session, milestone_id: str) -> list[Dispute]:
    """Every dispute about a milestone, newest first."""
    return list(
        session.scalars(
            select(Dispute)
            .where(Dispute.milestone_id == milestone_id)
            .order_by(Dispute.opened_at.desc(), Dispute.id)
        )
    )


def of_board(session: Session, *, limit: int = 100) -> list[BoardRow]:
    """The disputes of the board: those that live first, then the newest."""
    client, freelancer, arbiter = aliased(Person), aliased(Person), aliased(Person)
    rows: Any = session.execute(
        select(
            Dispute.id, Engagement.title, Milestone.title, client.name, freelancer.name,
            Engagement.client_id, Engagement.freelancer_id,
            Dispute.currency, Dispute.amount_minor, Dispute.state, Dispute.opened_at,
            Dispute.called_at, Dispute.closed_at, Dispute.arbiter_id, arbiter.name,
            and_(arbiter.is_operator, arbiter.stopped_at.is_(None)),
        )
        .join(Engagement, Engagement.id == Dispute.engagement_id)
        .join(Milestone, Milestone.id == Dispute.milestone_id)
        .join(client, client.id == Engagement.client_id)
        .join(freelancer, freelancer.id == Engagement.freelancer_id)
        .outerjoin(arbiter, arbiter.id == Dispute.arbiter_id)
        .order_by(Dispute.state.in_(LIVING).desc(), Dispute.opened_at.desc(), Dispute.id)
        .limit(limit)
    )  # fmt: skip
    return [BoardRow(*row) for row in rows]
