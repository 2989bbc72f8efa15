"""Lists of jobs and proposals for whoever looks: searched, paged by key, never more than theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.jobs.models import Invitation, Job, Proposal
from app.jobs.reads import Somebody
from app.kernel.text import fold
from app.people.models import Joining, Person

PAGE = 20


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in a list; budgets in minor units."""

    id: str
    title: str
    state: str
    audience: str
    category: str
    skills: str
    budget_low_minor: int | None
    budget_high_minor: int | None
    currency: str
    closes_on: date | None
    opened_at: datetime | None
    created_at: datetime
    client_id: str
    client_name: str
    folded: str

    @property
    def skill_list(self) -> list[str]:
        """The skills, one each."""
        return self.skills.splitlines()


@dataclass(frozen=True, slots=True)
class JobQuery:
    """What is searched for; empty parts do not filter. `budget_minor` is the least it pays."""

    words: str = ""
    skill: str = ""
    category: str = ""
    budget_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class MyProposal:
    """A proposal in its freelancer's own list."""

    id: str
    state: str
    job_id: str
    title: str
    total_minor: int
    currency: str
    submitted_at: datetime


_JOB_COLUMNS: tuple[ColumnElement[Any] | Any, ...] = (
    Job.id, Job.title, Job.state, Job.audience, Job.category, Job.skills, Job.budget_low_minor,
    Job.budget_high_minor, Job.currency, Job.closes_on, Job.opened_at, Job.created_at,
    Job.client_id, Person.name, Job.folded,
)  # fmt: skip
_JOBS: Select[Any] = select(*_JOB_COLUMNS).join(Person, Person.id == Job.client_id)


def open_jobs(
    session: Session,
    person: Somebody,
    query: JobQuery = JobQuery(),
    *,
    before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> list[JobRow]:
    """Open jobs that this person may see, newest first, paged by key; two queries.

    `before` is (opened_at, id) of the last one shown. One more than `limit` is returned where
    there are more.
    """
    wanted = _filters(query)
    if before is not None:
        at, job_id = before
        wanted.append(or_(Job.opened_at < at, and_(Job.opened_at == at, Job.id < job_id)))
    asked = or_(Job.client_id == person.id, _asked(person))
    newest = (Job.opened_at.desc(), Job.id.desc())
    found: list[JobRow] = []
    for audience in (Job.audience == "everyone", and_(Job.audience == "invited", asked)):
        some = _JOBS.where(Job.state == "open", audience, *wanted).order_by(*newest)
        found += [JobRow(*row) for row in session.execute(some.limit(limit + 1))]
    found.sort(key=lambda row: (row.opened_at or row.created_at, row.id), reverse=True)
    return found[: limit + 1]


def _asked(person: Somebody) -> ColumnElement[bool]:
    """Jobs that this person was invited to, or joined the board for."""
    return or_(
        Job.id.in_(select(Invitation.job_id).where(Invitation.person_id == person.id)),
        Job.id.in_(select(Joining.job_id).where(Joining.person_id == person.id)),
    )


def _filters(query: JobQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    for word in fold(query.words).split()[:8]:
        wanted.append(Job.folded.contains(word, autoescape=True))
    if skill := fold(query.skill).strip():
        wanted.append(Job.folded.contains(f"\n#{skill}", autoescape=True))
    if category := query.category.strip():
        wanted.append(Job.category == category)
    if query.budget_minor is not None:
        most = func.coalesce(Job.budget_high_minor, Job.budget_low_minor)
        wanted.append(or_(most.is_(None), most >= query.budget_minor))
    if query.currency:
        wanted.append(Job.currency == query.currency)
    return wanted


def categories(session: Session, limit: int = 50) -> list[str]:
    """The categories that open jobs for everyone have, for the filter."""
    rows = session.scalars(
        select(Job.category)
        .where(Job.state == "open", Job.audience == "everyone", Job.category != "")
        .distinct()
        .order_by(Job.category)
        .limit(limit)
    )
    return list(rows)


def jobs_of(session: Session, client: Somebody, limit: int = 50) -> list[tuple[JobRow, int]]:
    """A client's own jobs, newest first, each with how many proposals stand."""
    standing = (
        select(func.count())
        .select_from(Proposal)
        .where(Proposal.job_id == Job.id, Proposal.state != "withdrawn")
        .scalar_subquery()
    )
    rows = session.execute(
        _JOBS.add_columns(standing)
        .where(Job.client_id == client.id)
        .order_by(Job.created_at.desc(), Job.id)
        .limit(limit)
    )
    return [(JobRow(*row[:-1]), row[-1]) for row in rows]


def invitations_of(session: Session, person: Somebody, limit: int = 50) -> list[JobRow]:
    """Open jobs that this person was asked to and has not proposed to, newest first."""
    proposed = select(Proposal.job_id).where(Proposal.freelancer_id == person.id)
    rows = session.execute(
        _JOBS.where(Job.state == "open", _asked(person), Job.id.not_in(proposed))
        .order_by(Job.opened_at.desc())
        .limit(limit)
    )
    return [JobRow(*row) for row in rows]


def proposals_of(session: Session, freelancer: Somebody, limit: int = 50) -> list[MyProposal]:
    """A freelancer's own proposals, newest first."""
    rows = session.execute(
        select(
            Proposal.id, Proposal.state, Job.id, Job.title, Proposal.total_minor, Proposal.currency,
            Proposal.submitted_at,
        )
        .join(Job, Job.id == Proposal.job_id)
        .where(Proposal.freelancer_id == freelancer.id)
        .order_by(Proposal.submitted_at.desc())
        .limit(limit)
    )  # fmt: skip
    return [MyProposal(*row) for row in rows]
