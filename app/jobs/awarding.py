"""What becomes of a job and its proposal when somebody is selected, and when that ends.

Called by `terms/selection` and `terms/ending`, which make and end the engagement.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs import posting, proposing
from app.jobs.models import Job, Proposal
from app.jobs.posting import stream_of
from app.kernel import events
from app.kernel.errors import NotFound, Refused, WrongState
from app.people.models import Person


def can_award(job: Job, proposal: Proposal) -> bool:
    """Whether this proposal may be selected: the job is open, and the proposal stands."""
    return job.state in posting.MOVES["award"] and proposal.state in proposing.MOVES["select"]


def award(session: Session, job: Job, proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Mark the job awarded and the proposal selected; the others stay as they are.

    Raises Refused `job.awarded` where somebody else was selected first, WrongState otherwise.
    """
    if job.client_id != by.id or proposal.job_id != job.id:
        raise NotFound
    if job.state == "awarded":
        raise Refused("job.awarded")
    if job.state not in posting.MOVES["award"]:
        raise WrongState("job.not_open", state=job.state)
    if not can_award(job, proposal):
        raise WrongState("proposal.not_open", state=proposal.state)
    proposal.declined_from, proposal.state = proposal.state, "selected"
    proposal.decided_at = at
    job.state = "awarded"
    session.flush()


def job_after_end(session: Session, job: Job, *, at: datetime) -> None:
    """After first terms came to nothing: the job is open again, its proposals as they were."""
    if job.state not in posting.MOVES["return"]:
        return
    job.state = "open"
    selected = select(Proposal).where(Proposal.job_id == job.id, Proposal.state == "selected")
    for proposal in session.scalars(selected):
        proposal.state, proposal.declined_from = proposal.declined_from or "submitted", None
    events.record(
        session, stream_of(job.id), "job.reopened", by=None, at=at, subject=("job", job.id),
        facts={"job": job.id, "title": job.title},
    )  # fmt: skip
