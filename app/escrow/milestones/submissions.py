"""The freelancer hands in; the client says yes (see `release`) or asks for changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.milestones import asks
from app.escrow.models import Milestone, Submission
from app.kernel import events
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people import links
from app.people.models import Person
from app.talk import files as filing
from app.talk.storage import Stored


def load(session: Session, submission_id: str) -> tuple[Submission, Milestone]:
    """A submission and its milestone; ask the engagement's seats first. Raises NotFound."""
    found = session.get(Submission, submission_id)
    if found is None:
        raise NotFound(f"submission {submission_id}")
    return found, session.get_one(Milestone, found.milestone_id)


def of(session: Session, milestone_id: str) -> list[Submission]:
    """Everything handed in for a milestone, newest first."""
    return list(
        session.scalars(
            select(Submission)
            .where(Submission.milestone_id == milestone_id)
            .order_by(Submission.number.desc())
        )
    )


def waiting(session: Session, milestone_id: str) -> Submission | None:
    """The submission that waits for the client, if there is one."""
    return session.scalar(
        select(Submission).where(
            Submission.milestone_id == milestone_id, Submission.state == "waiting"
        )
    )


def can_submit(
    session: Session, milestone: Milestone, engagement: Engagement, person_id: str
) -> bool:
    """The freelancer, once money is in escrow, if only a part of it; a checkpoint needs none."""
    if person_id != engagement.freelancer_id or engagement.state != "active":
        return False
    if milestone.state == "planned" and milestone.amount_minor:
        return work.balance(session, milestone).is_partly_funded
    return milestone.state in ("planned", "funded")


def clock_began(submitted_at: datetime, *later: datetime | None) -> datetime:
    """When the review days of a submission began: with it, or when what stopped them was over.

    Args:
        later: since when its whole amount is held; when the last dispute about it ended.
    """
    return max([submitted_at, *(at for at in later if at)])


def submit(
    session: Session,
    milestone: Milestone,
    *,
    note: str,
    link: str = "",
    files: Iterable[Stored] = (),
    by: Person,
    at: datetime,
) -> Submission:
    """Hand in the work of a milestone, with a note and files. Refused `submission.not_yours`,

    WrongState `submission.not_funded` or `submission.not_now`.
    """
    engagement = session.get_one(Engagement, milestone.engagement_id)
    if by.id != engagement.freelancer_id:
        raise Refused("submission.not_yours")
    if not can_submit(session, milestone, engagement, by.id):
        code = "submission.not_funded" if milestone.state == "planned" else "submission.not_now"
        raise WrongState(code, title=milestone.title, state=milestone.state)
    last = session.scalar(
        select(func.max(Submission.number)).where(Submission.milestone_id == milestone.id)
    )
    submission = Submission(
        milestone_id=milestone.id, number=(last or 0) + 1, by_id=by.id, note=note, link=link, at=at
    )
    work.move(milestone, "submitted")
    asks.overtake(session, milestone, by=by, at=at)
    session.add(submission)
    session.flush()
    filing.attach_all(
        session,
        files,
        place_kind="submission",
        place_id=submission.id,
        by=by,
        at=at,
        conversation_id=engagement.conversation_id,
    )
    _record(session, engagement, milestone, submission, "milestone.submitted", by, at, note)
    return submission


def can_withdraw(submission: Submission, engagement: Engagement, person_id: str) -> bool:
    """The freelancer, while the client has not decided."""
    return submission.state == "waiting" and person_id == engagement.freelancer_id


def withdraw(session: Session, submission: Submission, *, by: Person, at: datetime) -> None:
    """Take a submission back. Refused `submission.not_yours`, WrongState `submission.decided`."""
    milestone, engagement = _around(session, submission)
    if by.id != engagement.freelancer_id:
        raise Refused("submission.not_yours")
    _decide(session, submission, milestone, "withdrawn", at=at)
    back_to_work(session, milestone, at=at)
    _record(session, engagement, milestone, submission, "submission.withdrawn", by, at)


def can_request_changes(submission: Submission, engagement: Engagement, person_id: str) -> bool:
    """The client, while the submission waits."""
    return submission.state == "waiting" and person_id == engagement.client_id


def request_changes(
    session: Session,
    submission: Submission,
    *,
    reason: str,
    by: Person,
    at: datetime,
    way: str = "page",
) -> None:
    """Say what should change; the milestone is worked on again, its money stays where it is.

    Raises Refused `review.not_yours`, Invalid `review.reason_missing`, WrongState
    `submission.decided`.
    """
    milestone, engagement = _around(session, submission)
    if by.id != engagement.client_id:
        raise Refused("review.not_yours")
    if not reason.strip():
        raise Invalid("review.reason_missing", field="reason")
    _decide(session, submission, milestone, "changes_requested", at=at)
    submission.reason = reason
    back_to_work(session, milestone, at=at)
    kind = "milestone.changes_requested"
    _record(session, engagement, milestone, submission, kind, by, at, reason, way=way)


def approved(
    session: Session, submission: Submission, milestone: Milestone, *, at: datetime
) -> None:
    """Close a submission as approved; only `release.approve` calls this."""
    _decide(session, submission, milestone, "approved", at=at)


def part_released(
    session: Session, submission: Submission, milestone: Milestone, *, reason: str, at: datetime
) -> None:
    """Close a submission of which part was paid; only `part.release_part` calls this."""
    _decide(session, submission, milestone, "part_released", at=at)
    submission.reason = reason


def fall_away(session: Session, milestone: Milestone, *, at: datetime) -> None:
    """A milestone is closed by agreed terms, or ends: what waits for it no longer does."""
    submission = waiting(session, milestone.id)
    if submission is not None:
        _decide(session, submission, milestone, "withdrawn", at=at)


def _decide(
    session: Session, submission: Submission, milestone: Milestone, state: str, *, at: datetime
) -> None:
    if submission.state != "waiting":
        raise WrongState(
            "submission.decided",
            state=submission.state,
            title=milestone.title,
            number=submission.number,
        )
    submission.state, submission.decided_at = state, at
    session.flush()
    links.revoke(session, "submission", submission.id, at=at)


def back_to_work(session: Session, milestone: Milestone, *, at: datetime) -> None:
    """What was handed in is worked on again: funded, or planned where money lacks."""
    work.move(milestone, "planned")
    work.settle_state(session, milestone, at=at)
    session.flush()


def _around(session: Session, submission: Submission) -> tuple[Milestone, Engagement]:
    milestone = session.get_one(Milestone, submission.milestone_id)
    return milestone, session.get_one(Engagement, milestone.engagement_id)


def _record(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    submission: Submission,
    kind: str,
    by: Person,
    at: datetime,
    words: str = "",
    *,
    way: str = "page",
) -> None:
    facts = {
        "milestone": milestone.id,
        "title": milestone.title,
        "number": submission.number,
        "amount_minor": work.owed(session, milestone),
        "currency": engagement.currency,
    }
    events.record(
        session,
        engagement.stream,
        kind,
        by=by.id,
        at=at,
        subject=("submission", submission.id),
        facts=facts | ({"way": way} if way != "page" else {}),
        words=words or None,
    )
