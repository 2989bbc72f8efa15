"""Who sits where: the only way to a workroom leads through a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement, Seat
from app.jobs.models import Job, Proposal
from app.kernel import events
from app.kernel.errors import NotFound
from app.people.models import Person

CLIENT = "client"
FREELANCER = "freelancer"


@dataclass(frozen=True, slots=True)
class Seated:
    """A person in their seat. `side` is `client` or `freelancer`; `other_id` sits opposite."""

    engagement: Engagement
    person_id: str
    side: str
    other_id: str

    @property
    def is_client(self) -> bool:
        """Whether this is the side that pays."""
        return self.side == CLIENT


def load(session: Session, person_id: str, engagement_id: str) -> Seated:
    """The engagement through this person's seat. Raises NotFound for strangers."""
    found = session.execute(
        select(Engagement, Seat.side)
        .join(Seat, Seat.engagement_id == Engagement.id)
        .where(Engagement.id == engagement_id, Seat.person_id == person_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"workroom {engagement_id}")
    engagement, side = found
    other_id = engagement.freelancer_id if side == CLIENT else engagement.client_id
    return Seated(engagement=engagement, person_id=person_id, side=side, other_id=other_id)


def begin(
    session: Session, job: Job, proposal: Proposal, *, by: Person, zone: str, at: datetime
) -> Engagement:
    """Make the engagement, seat both, and hand over the proposal's talk.

    Args:
        zone: where due dates end; the client's at Select (RULES, Terms).
    """
    engagement = Engagement(
        job_id=job.id,
        proposal_id=proposal.id,
        conversation_id=proposal.conversation_id,
        client_id=job.client_id,
        freelancer_id=proposal.freelancer_id,
        title=job.title,
        state="negotiating",
        currency=proposal.currency,
        zone=zone,
        created_at=at,
    )
    session.add(engagement)
    session.flush()
    session.add_all(
        [
            Seat(engagement_id=engagement.id, person_id=job.client_id, side=CLIENT),
            Seat(engagement_id=engagement.id, person_id=proposal.freelancer_id, side=FREELANCER),
        ]
    )
    events.record(
        session,
        engagement.stream,
        "engagement.begun",
        by=by.id,
        at=at,
        subject=("engagement", engagement.id),
        facts={
            "job": job.id,
            "proposal": proposal.id,
            "client": job.client_id,
            "freelancer": proposal.freelancer_id,
        },
    )
    return engagement
