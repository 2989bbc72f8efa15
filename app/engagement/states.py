"""The life of an engagement: negotiating, active, finished or ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.jobs.models import Job
from app.kernel import events
from app.kernel.errors import WrongState
from app.kernel.events import Event
from app.people.models import Person

MOVES = {
    "negotiating": {"active", "ended"},
    "active": {"finished", "ended"},
    "finished": set[str](),
    "ended": set[str](),
}


def living(engagement: Engagement) -> bool:
    """Whether anything can still be agreed, said to be done, or paid in it."""
    return engagement.state in ("negotiating", "active")


def terms_wait(session: Session, engagement: Engagement) -> bool:
    """Whether terms wait for an answer: the last that happened to any was that they were sent."""
    last = session.scalar(
        select(Event.kind)
        .where(Event.stream == engagement.stream, Event.subject_kind == "revision")
        .order_by(Event.number.desc())
        .limit(1)
    )
    return last == "terms.proposed"


def activate(session: Session, engagement: Engagement, *, at: datetime) -> None:
    """First terms were agreed. The event is that of the terms."""
    _move(engagement, "active")
    engagement.activated_at = at
    session.flush()


def finish(
    session: Session, engagement: Engagement, *, by: Person | None, at: datetime, why: str = "done"
) -> None:
    """All agreed work is released or approved: both may leave feedback, and the job is closed."""
    _move(engagement, "finished")
    _close_job(session, engagement, at=at)
    _close(session, engagement, "engagement.finished", by=by, at=at, why=why, words="")


def end(
    session: Session,
    engagement: Engagement,
    *,
    by: Person | None,
    at: datetime,
    why: str = "ended",
    reason: str = "",
    closes_job: bool = True,
) -> None:
    """It ends before all is done. Ask `app.terms.ending`, which looks after money and the job."""
    _move(engagement, "ended")
    if closes_job:
        _close_job(session, engagement, at=at)
    _close(session, engagement, "engagement.ended", by=by, at=at, why=why, words=reason)


def _move(engagement: Engagement, state: str) -> None:
    if state not in MOVES[engagement.state]:
        raise WrongState("engagement.over", state=engagement.state)
    engagement.state = state


def _close_job(session: Session, engagement: Engagement, *, at: datetime) -> None:
    job = session.get_one(Job, engagement.job_id)
    job.state, job.closed_at = "closed", at


def _close(
    session: Session,
    engagement: Engagement,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    why: str,
    words: str,
) -> None:
    engagement.closed_at = at
    session.flush()
    events.record(
        session,
        engagement.stream,
        kind,
        by=by.id if by else None,
        at=at,
        subject=("engagement", engagement.id),
        facts={"why": why},
        words=words or None,
    )
