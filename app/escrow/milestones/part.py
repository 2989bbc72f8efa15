"""Release part of what is held, and say what becomes of the rest. The milestone stays open."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.milestones import asking_back, earnings, submissions
from app.escrow.models import Milestone, Submission
from app.kernel import events
from app.kernel.errors import Invalid, Refused, WrongState
from app.people.models import Person

KEEP, ASK_BACK = "keep", "ask_back"


def can_release_part(
    session: Session,
    submission: Submission,
    milestone: Milestone,
    engagement: Engagement,
    person_id: str,
) -> bool:
    """The client, while the submission waits and something is in escrow for it."""
    return (
        person_id == engagement.client_id
        and submission.state == "waiting"
        and work.held(session, milestone, engagement.currency) > 0
    )


def release_part(
    session: Session,
    submission: Submission,
    amount_minor: int,
    *,
    rest: str,
    reason: str,
    by: Person,
    at: datetime,
    way: str = "page",
) -> None:
    """Release `amount_minor` (minor units) of what is held; less than the milestone still owes.

    Args:
        rest: `keep` leaves the rest in escrow for rework; `ask_back` asks the freelancer for it,
            as RULES "Ending early" says: silence for 7 days sends it back.
        reason: what should change, or why; the freelancer reads it.

    Raises Refused `review.not_yours`; WrongState `submission.decided`, `part.nothing_held`;
    Invalid `part.nothing`, `part.too_much`, `part.all` (field amount), `part.rest`,
    `part.disputed` (field rest), `review.reason_missing`.
    """
    milestone = session.get_one(Milestone, submission.milestone_id)
    engagement = session.get_one(Engagement, milestone.engagement_id)
    if by.id != engagement.client_id:
        raise Refused("review.not_yours")
    held = work.held(session, milestone, engagement.currency)
    if submission.state == "waiting":
        _check(session, milestone, engagement, held, amount_minor)
    if rest not in (KEEP, ASK_BACK):
        raise Invalid("part.rest", field="rest")
    if submission.state == "waiting" and rest == ASK_BACK and amount_minor < held:
        _may_be_asked_back(session, milestone)
    if not reason.strip():
        raise Invalid("review.reason_missing", field="reason")
    submissions.part_released(session, submission, milestone, reason=reason.strip(), at=at)
    told = _record(
        session, engagement, milestone, submission, amount_minor, held - amount_minor, rest,
        reason.strip(), way, by=by, at=at,
    )  # fmt: skip
    key = f"release:part:{submission.id}"
    earnings.earn(session, engagement, milestone, amount_minor, key=key, event_id=told.id, at=at)
    submissions.back_to_work(session, milestone, at=at)
    if rest == ASK_BACK and held > amount_minor:
        asking_back.ask(session, engagement, [milestone], reason=reason, by=by, at=at, scope="rest")


def _check(
    session: Session, milestone: Milestone, engagement: Engagement, held: int, amount_minor: int
) -> None:
    facts = {"held_minor": held, "currency": engagement.currency, "title": milestone.title}
    if not held:
        raise WrongState("part.nothing_held", **facts)
    if amount_minor <= 0:
        raise Invalid("part.nothing", field="amount")
    if amount_minor > held:
        raise Invalid("part.too_much", field="amount", **facts)
    if amount_minor == work.owed(session, milestone) and not work.frozen(session, milestone):
        raise Invalid("part.all", field="amount", **facts)


def _may_be_asked_back(session: Session, milestone: Milestone) -> None:
    """Not beside a dispute, which decides first what of the milestone's money is owed."""
    if work.frozen(session, milestone):
        raise Invalid("part.disputed", field="rest", title=milestone.title)


def _record(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    submission: Submission,
    amount_minor: int,
    rest_minor: int,
    rest: str,
    reason: str,
    way: str,
    *,
    by: Person,
    at: datetime,
) -> events.Event:
    facts = {
        "milestone": milestone.id,
        "title": milestone.title,
        "number": submission.number,
        "rest_minor": rest_minor,
        "rest": rest if rest_minor else KEEP,
    } | earnings.facts(session, engagement, milestone, amount_minor)
    return events.record(
        session,
        engagement.stream,
        "milestone.part_released",
        by=by.id,
        at=at,
        subject=("submission", submission.id),
        facts=facts | ({"way": way} if way != "page" else {}),
        words=reason,
    )
