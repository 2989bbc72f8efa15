"""Select: one act makes the engagement, its workroom and its drafted terms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement import seats
from app.engagement.models import Engagement
from app.jobs import awarding
from app.jobs.models import Job, Proposal
from app.people.models import Person
from app.terms import revisions


def can_select(session: Session, proposal: Proposal, *, by: Person) -> bool:
    """Whether this person may select this proposal now."""
    job = session.get_one(Job, proposal.job_id)
    return job.client_id == by.id and awarding.can_award(job, proposal)


def select(session: Session, proposal: Proposal, *, by: Person, at: datetime) -> Engagement:
    """Select a proposal: engagement, workroom, talk and files carried over, terms drafted.

    The other proposals are left as they are until first terms are accepted. Whoever selects
    second, in another tab or as a colleague, is refused with `job.awarded`.

    Raises:
        NotFound: the job is not this person's.
        Refused: `job.awarded`, `job.not_open`, `proposal.not_open`.
    """
    job = session.get_one(Job, proposal.job_id)
    awarding.award(session, job, proposal, by=by, at=at)
    engagement = seats.begin(session, job, proposal, by=by, zone=by.zone, at=at)
    revisions.draft(session, engagement, by=by, at=at)
    return engagement
