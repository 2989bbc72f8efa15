"""A client's job: drafted, posted, edited, closed and opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.models import Job, Proposal
from app.kernel import clock, events
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.kernel.text import LONGEST, clean_line, fold
from app.people.models import Person

MOVES = {
    "open": {"draft"},
    "close": {"draft", "open"},
    "reopen": {"closed"},
    "award": {"open"},
    "return": {"awarded"},
}
"""From which states each step of a job's life may be taken."""

AUDIENCES = ("everyone", "invited")
MOST_QUESTIONS = 20


@dataclass(frozen=True, slots=True)
class JobDraft:
    """What the form of a job holds; amounts in minor units of its currency."""

    title: str
    currency: str
    description: str = ""
    category: str = ""
    skills: tuple[str, ...] = ()
    budget_low_minor: int | None = None
    budget_high_minor: int | None = None
    closes_on: date | None = None
    audience: str = "everyone"
    questions: tuple[str, ...] = ()
    to_invite: str = ""


def stream_of(job_id: str) -> str:
    """The event stream of a job: its own life, its proposals, and their talk before Select."""
    return f"job:{job_id}"


def can_open(job: Job) -> bool:
    """Whether the job is a draft that may be posted."""
    return job.state in MOVES["open"]


def can_close(job: Job) -> bool:
    """Whether its owner may close it; an awarded job ends through its engagement."""
    return job.state in MOVES["close"]


def can_reopen(job: Job) -> bool:
    """Whether a closed job may be opened again."""
    return job.state in MOVES["reopen"]


def can_edit(job: Job) -> bool:
    """Whether its words may still be changed: until it is awarded or closed."""
    return job.state in ("draft", "open")


def takes_proposals(job: Job, client: Person, *, at: datetime) -> bool:
    """Whether it is open and its closing date has not ended where the client is.

    The closing date stops new proposals, and nothing else.
    """
    if job.state != "open":
        return False
    return job.closes_on is None or clock.day_in(at, client.zone) <= job.closes_on


def post(
    session: Session, draft: JobDraft, *, by: Person, at: datetime, publish: bool = True
) -> Job:
    """Write a job down, and open it at once unless it is to stay a draft.

    Raises Refused `job.not_hiring`, and Invalid for what does not fit.
    """
    if not by.hires:
        raise Refused("job.not_hiring")
    job = Job(client_id=by.id, created_at=at, title="", currency=draft.currency)
    _write(job, draft)
    session.add(job)
    session.flush()
    if publish:
        open(session, job, by=by, at=at)
    return job


def open(session: Session, job: Job, *, by: Person, at: datetime) -> None:
    """Post a draft: those who may see it can propose from now on."""
    _own(job, by)
    if not can_open(job):
        raise WrongState("job.not_a_draft", state=job.state)
    if job.closes_on is not None and job.closes_on < clock.day_in(at, by.zone):
        raise Invalid("job.closes_in_the_past", field="closes_on")
    job.state, job.opened_at = "open", at
    _record(session, job, "job.opened", by=by, at=at)


def edit(session: Session, job: Job, draft: JobDraft, *, by: Person, at: datetime) -> None:
    """Change a job's words. Its currency stays once somebody has proposed in it."""
    _own(job, by)
    if not can_edit(job):
        raise WrongState("job.not_open", state=job.state)
    if draft.currency != job.currency and _has_proposals(session, job):
        raise Invalid("job.currency_is_used", field="currency", currency=job.currency)
    _write(job, draft)
    if job.state == "open":
        _record(session, job, "job.edited", by=by, at=at)
    session.flush()


def close(session: Session, job: Job, *, by: Person, at: datetime) -> None:
    """Take a job off the board; its proposals stay as they are."""
    _own(job, by)
    if job.state == "awarded":
        raise Refused("job.awarded")
    if not can_close(job):
        raise WrongState("job.not_open", state=job.state)
    job.state, job.closed_at = "closed", at
    _record(session, job, "job.closed", by=by, at=at)


def reopen(session: Session, job: Job, *, by: Person, at: datetime) -> None:
    """Open a closed job again. A closing date that has passed is taken away."""
    _own(job, by)
    if not can_reopen(job):
        raise WrongState("job.not_closed", state=job.state)
    if _is_selected(session, job):
        raise Refused("job.awarded")
    if job.closes_on is not None and job.closes_on < clock.day_in(at, by.zone):
        job.closes_on = None
    job.state, job.closed_at = "open", None
    job.opened_at = job.opened_at or at
    _record(session, job, "job.reopened", by=by, at=at)


def _own(job: Job, by: Person) -> None:
    if job.client_id != by.id:
        raise NotFound


def _write(job: Job, draft: JobDraft) -> None:
    """Put the form's words into the row, checked."""
    if not clean_line(draft.title):
        raise Invalid("job.no_title", field="title")
    if len(draft.description) > LONGEST:
        raise Invalid("text.too_long", field="description", most=LONGEST)
    low, high = draft.budget_low_minor, draft.budget_high_minor
    if low is not None and high is not None and low > high:
        raise Invalid("job.budget_upside_down", field="budget_high")
    if len(draft.questions) > MOST_QUESTIONS:
        raise Invalid("job.too_many_questions", field="questions", most=MOST_QUESTIONS)
    if draft.audience not in AUDIENCES:
        raise Invalid("job.audience", field="audience")
    job.title = draft.title
    job.description = draft.description
    job.category = draft.category
    job.skills = "\n".join(draft.skills)
    job.budget_low_minor, job.budget_high_minor = low, high
    job.currency = draft.currency
    job.closes_on = draft.closes_on
    job.audience = draft.audience
    job.questions = "\n".join(draft.questions)
    job.to_invite = draft.to_invite
    words = (job.title, job.category, job.description)
    skills = "".join(f"\n#{fold(skill)}" for skill in draft.skills)
    job.folded = "\n".join(fold(word) for word in words) + skills


def _has_proposals(session: Session, job: Job) -> bool:
    return session.scalar(select(Proposal.id).where(Proposal.job_id == job.id).limit(1)) is not None


def _is_selected(session: Session, job: Job) -> bool:
    selected = select(Proposal.id).where(Proposal.job_id == job.id, Proposal.state == "selected")
    return session.scalar(selected.limit(1)) is not None


def _record(session: Session, job: Job, kind: str, *, by: Person, at: datetime) -> None:
    events.record(
        session, stream_of(job.id), kind, by=by.id, at=at, subject=("job", job.id),
        facts={"job": job.id, "title": job.title},
    )  # fmt: skip
