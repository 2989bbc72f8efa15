"""Approve causes release: the money moves to the freelancer's balance in the same unit of work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.milestones import closing, earnings, submissions
from app.escrow.models import Milestone, Submission
from app.kernel import events
from app.kernel.errors import Refused, WrongState
from app.people.models import Person


def can_approve(
    session: Session,
    submission: Submission,
    milestone: Milestone,
    engagement: Engagement,
    person_id: str,
) -> bool:
    """The client, while it waits, the full amount is in escrow (a checkpoint needs none), and

    none of it is in dispute.
    """
    if person_id != engagement.client_id or submission.state != "waiting":
        return False
    balance = work.balance(session, milestone)
    return not balance.lacks_minor and not balance.disputed_minor


def approve(
    session: Session, submission: Submission, *, by: Person, at: datetime, way: str = "page"
) -> Milestone | None:
    """Say yes to a submission; returns the milestone that asks for money next, if one does.

    Raises Refused `review.not_yours`, WrongState `submission.decided`, `release.disputed`, and
    `release.not_full` where less than the full amount is in escrow.
    """
    milestone = session.get_one(Milestone, submission.milestone_id)
    engagement = session.get_one(Engagement, milestone.engagement_id)
    if by.id != engagement.client_id:
        raise Refused("review.not_yours")
    return _approve(session, submission, milestone, engagement, by=by, at=at, way=way)


def by_clock(session: Session, submission: Submission, *, at: datetime) -> Milestone | None:
    """The agreed review days have passed without an answer (see `scheduler.clocks`).

    Raises WrongState `submission.decided`, `release.disputed`, `release.not_full`.
    """
    milestone = session.get_one(Milestone, submission.milestone_id)
    engagement = session.get_one(Engagement, milestone.engagement_id)
    return _approve(session, submission, milestone, engagement, by=None, at=at, way="clock")


def can_release(
    session: Session, milestone: Milestone, engagement: Engagement, person_id: str
) -> bool:
    """The client may release any funded milestone that nobody has submitted (a deposit)."""
    return (
        person_id == engagement.client_id
        and engagement.state == "active"
        and milestone.state == "funded"
        and not work.frozen(session, milestone)
    )


def release_without_submission(
    session: Session, milestone: Milestone, *, by: Person, at: datetime
) -> Milestone | None:
    """Release a funded milestone as it is; returns the one that asks for money next.

    Raises Refused `release.not_yours`, WrongState `release.not_funded`, `release.disputed`.
    """
    engagement = session.get_one(Engagement, milestone.engagement_id)
    if by.id != engagement.client_id:
        raise Refused("release.not_yours")
    undisputed(session, milestone, engagement)
    if not can_release(session, milestone, engagement, by.id):
        raise WrongState("release.not_funded", title=milestone.title, state=milestone.state)
    pay(session, milestone, engagement, None, f"release:{milestone.id}", by=by, at=at)
    return closing.close_or_ask(session, engagement, by=by, at=at)


def undisputed(session: Session, milestone: Milestone, engagement: Engagement) -> None:
    """A milestone is closed by a yes only when none of its money is in dispute.

    Raises WrongState `release.disputed`.
    """
    if disputed := work.frozen(session, milestone):
        facts = {"disputed_minor": disputed, "currency": engagement.currency}
        raise WrongState("release.disputed", title=milestone.title, **facts)


def needs_the_whole(session: Session, milestone: Milestone, engagement: Engagement) -> None:
    """A milestone is closed by a yes only when its whole amount is there.

    Raises WrongState `release.not_full`, with what is funded, of how much, and what is missing.
    """
    balance = work.balance(session, milestone)
    if balance.lacks_minor:
        raise WrongState(
            "release.not_full",
            title=milestone.title,
            funded_minor=balance.funded_minor,
            whole_minor=balance.whole_minor,
            missing_minor=balance.lacks_minor,
            currency=engagement.currency,
        )


def pay(
    session: Session,
    milestone: Milestone,
    engagement: Engagement,
    submission_id: str | None,
    key: str,
    *,
    by: Person | None,
    at: datetime,
    way: str = "page",
) -> None:
    """Release all that a milestone still owes, which closes it; its verbs above have asked."""
    owed = work.owed(session, milestone)
    closing.close(session, milestone, "released", by=by, at=at)
    told = events.record(
        session,
        engagement.stream,
        "milestone.released",
        by=by.id if by else None,
        at=at,
        subject=("milestone", milestone.id),
        facts={
            "title": milestone.title,
            "submission": submission_id,
        }
        | earnings.facts(session, engagement, milestone, owed)
        | ({"way": way} if way == "clock" else {}),
    )
    earnings.earn(session, engagement, milestone, owed, key=key, event_id=told.id, at=at)


def _approve(
    session: Session,
    submission: Submission,
    milestone: Milestone,
    engagement: Engagement,
    *,
    by: Person | None,
    at: datetime,
    way: str,
) -> Milestone | None:
    if submission.state == "waiting":
        undisputed(session, milestone, engagement)
        needs_the_whole(session, milestone, engagement)
    submissions.approved(session, submission, milestone, at=at)
    checkpoint = not milestone.amount_minor
    facts: dict[str, object] = {
        "milestone": milestone.id,
        "title": milestone.title,
        "number": submission.number,
        "checkpoint": checkpoint,
    }
    if way != "page":
        facts["way"] = way
    events.record(
        session,
        engagement.stream,
        "milestone.approved",
        by=by.id if by else None,
        at=at,
        subject=("submission", submission.id),
        facts=facts,
        tell=checkpoint,  # the release tells it otherwise, in one letter
    )
    if checkpoint:
        closing.close(session, milestone, "approved", by=by, at=at)
    else:
        key = f"release:submission:{submission.id}"
        pay(session, milestone, engagement, submission.id, key, by=by, at=at, way=way)
    session.flush()
    return closing.close_or_ask(session, engagement, by=by, at=at)
