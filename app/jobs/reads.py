"""What pages show of jobs and proposals; every load goes through the person who looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.jobs import inviting, proposing
from app.jobs.models import Invitation, Job, Proposal, ProposalLine
from app.kernel.errors import NotFound
from app.people.models import Person


class Somebody(Protocol):
    """A person, as a row or as the viewer of a page."""

    @property
    def id(self) -> str:
        """The person's id."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal as the client compares it."""

    id: str
    state: str
    freelancer_id: str
    name: str
    headline: str
    total_minor: int
    currency: str
    delivery_on: date | None
    milestones: int
    client_note: str
    decline_words: str
    submitted_at: datetime
    decided_at: datetime | None
    letter: str


def visible_job(session: Session, person: Somebody, job_id: str) -> Job:
    """A job that this person may see: their own, one for everyone, or one they were asked to.

    Raises NotFound for everything else, drafts of others included.
    """
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound
    if job.client_id == person.id:
        return job
    if job.state == "draft":
        raise NotFound
    if job.audience == "everyone" or inviting.is_invited(session, job.id, person.id):
        return job
    if proposing.of_person(session, job.id, person.id) is not None:
        return job
    raise NotFound


def own_job(session: Session, person: Somebody, job_id: str) -> Job:
    """A job of this person's own. Raises NotFound."""
    job = session.get(Job, job_id)
    if job is None or job.client_id != person.id:
        raise NotFound
    return job


def visible_proposal(session: Session, person: Somebody, proposal_id: str) -> Proposal:
    """A proposal for its two parties, the freelancer and the job's client. Raises NotFound."""
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFound
    if proposal.freelancer_id != person.id:
        own_job(session, person, proposal.job_id)
    return proposal


def of_conversation(session: Session, person: Somebody, conversation_id: str) -> Proposal:
    """The proposal whose talk this is, for its two parties. Raises NotFound."""
    its = select(Proposal.id).where(Proposal.conversation_id == conversation_id)
    return visible_proposal(session, person, session.scalar(its) or "")


def comparison(session: Session, job: Job) -> list[Candidate]:
    """The proposals to a job but the withdrawn, the shortlisted first; for its client only."""
    order = {"selected": 0, "shortlisted": 1, "submitted": 2, "declined": 3}
    rows = [Candidate(*row) for row in session.execute(_candidates(job.id))]
    return sorted(rows, key=lambda row: (order.get(row.state, 4), row.submitted_at))


def _candidates(job_id: str) -> Select[Any]:
    lines = (
        select(func.count())
        .select_from(ProposalLine)
        .where(ProposalLine.proposal_id == Proposal.id)
        .scalar_subquery()
    )
    return (
        select(
            Proposal.id, Proposal.state, Proposal.freelancer_id, Person.name, Person.headline,
            Proposal.total_minor, Proposal.currency, Proposal.delivery_on, lines,
            Proposal.client_note, Proposal.decline_words, Proposal.submitted_at,
            Proposal.decided_at, Proposal.letter,
        )
        .join(Person, Person.id == Proposal.freelancer_id)
        .where(Proposal.job_id == job_id, Proposal.state != "withdrawn")
        .limit(200)
    )  # fmt: skip


def standing(session: Session, job_id: str) -> int:
    """How many proposals to a job stand; for its client only."""
    counted = select(func.count()).select_from(Proposal)
    found = session.scalar(counted.where(Proposal.job_id == job_id, Proposal.state != "withdrawn"))
    return found or 0


def invited_people(session: Session, job_id: str) -> list[tuple[str, str]]:
    """(id, name) of everybody invited to a job; for its client only."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.job_id == job_id)
        .order_by(Invitation.at)
    )
    return [(row.id, row.name) for row in rows]
