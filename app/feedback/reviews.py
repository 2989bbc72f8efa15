"""Feedback after the end: double-blind, for fourteen days, with one reply each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.feedback.criteria import CRITERIA, LEAST, MOST
from app.feedback.models import Review
from app.kernel import events
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.text import LONGEST
from app.people.models import Person

WINDOW = timedelta(days=14)
"""How long after the end feedback can be left, and stays unseen by the other until both wrote."""


def side_of(engagement: Engagement, person_id: str) -> str:
    """Which side this person sits on. Raises NotFound for strangers."""
    if person_id == engagement.client_id:
        return "client"
    if person_id == engagement.freelancer_id:
        return "freelancer"
    raise NotFound("feedback")


def can_leave(session: Session, engagement: Engagement, person_id: str, *, at: datetime) -> bool:
    """Whether this person may write now."""
    return _why_not(session, engagement, person_id, at) == ""


def leave(
    session: Session,
    engagement: Engagement,
    ratings: Mapping[str, int],
    words: str,
    *,
    by: Person,
    at: datetime,
) -> Review:
    """Rate and describe the other side. Seen by them only when both wrote, or after 14 days.

    Raises Refused: `feedback.too_early` (the work goes on), `feedback.closed` (14 days are over),
    `feedback.already`; Invalid where a rating is missing or is not 1 to 5.
    """
    side = side_of(engagement, by.id)
    why_not = _why_not(session, engagement, by.id, at)
    if why_not:
        raise Refused(why_not)
    about = "freelancer" if side == "client" else "client"
    for label in CRITERIA[about]:
        if not LEAST <= ratings.get(label, 0) <= MOST:
            raise Invalid("feedback.rating", field=label)
    if len(words) > LONGEST:
        raise Invalid("text.too_long", field="words", most=LONGEST)
    review = Review(
        engagement_id=engagement.id,
        author_id=by.id,
        about_id=engagement.freelancer_id if side == "client" else engagement.client_id,
        about_side=about,
        ratings=json.dumps({label: ratings[label] for label in CRITERIA[about]}),
        words=words.strip(),
        at=at,
    )
    session.add(review)
    session.flush()
    _tell(session, engagement, "feedback.left", review, by=by.id, at=at)
    both = session.scalars(select(Review).where(Review.engagement_id == engagement.id)).all()
    if len(both) == 2:
        for one in both:
            _publish(session, engagement, one, at=at)
    return review


def can_reply(review: Review, person_id: str) -> bool:
    """Whether this person may answer that feedback: it is about them, seen, and not answered."""
    return bool(review.about_id == person_id and review.published_at and not review.replied_at)


def reply(session: Session, review: Review, words: str, *, by: Person, at: datetime) -> None:
    """Answer feedback about oneself, once. Raises Refused `feedback.replied`; Invalid if empty."""
    if review.about_id != by.id or review.published_at is None:
        raise NotFound("feedback")
    if not can_reply(review, by.id):
        raise Refused("feedback.replied")
    if not words.strip():
        raise Invalid("text.empty", field="words")
    if len(words) > LONGEST:
        raise Invalid("text.too_long", field="words", most=LONGEST)
    review.reply, review.replied_at = words.strip(), at
    engagement = session.get_one(Engagement, review.engagement_id)
    _tell(session, engagement, "feedback.replied", review, by=by.id, at=at)


def publish_due(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Show what has waited for 14 days since the end (for the chore); how many were shown."""
    due = session.execute(
        select(Review, Engagement)
        .join(Engagement, Engagement.id == Review.engagement_id)
        .where(Review.published_at.is_(None), Engagement.closed_at <= at - WINDOW)
        .order_by(Engagement.closed_at, Review.id)
        .limit(limit)
    ).all()
    for review, engagement in due:
        _publish(session, engagement, review, at=at)
    return len(due)


def _why_not(session: Session, engagement: Engagement, person_id: str, at: datetime) -> str:
    """The code of the refusal, or nothing."""
    side_of(engagement, person_id)
    if engagement.closed_at is None or engagement.activated_at is None:
        return "feedback.too_early"
    mine = select(Review.id).where(
        Review.engagement_id == engagement.id, Review.author_id == person_id
    )
    if session.scalar(mine):
        return "feedback.already"
    return "feedback.closed" if at >= engagement.closed_at + WINDOW else ""


def _publish(session: Session, engagement: Engagement, review: Review, *, at: datetime) -> None:
    review.published_at = at
    _tell(session, engagement, "feedback.published", review, by=None, at=at)


def _tell(
    session: Session, engagement: Engagement, kind: str, review: Review, *, by: str | None,
    at: datetime,
) -> None:  # fmt: skip
    events.record(
        session,
        engagement.stream,
        kind,
        by=by,
        at=at,
        subject=("review", review.id),
        facts={"engagement": engagement.id, "author": review.author_id, "about": review.about_id},
    )
