"""Feedback as pages show it. What is not published is seen by its author alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from app.engagement.models import Engagement
from app.feedback.models import Review
from app.jobs.models import Job
from app.people.models import Person

PAGE = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of feedback; `job_title` is empty where the job is not everyone's to know."""

    id: str
    author_id: str
    author_name: str
    about_id: str
    about_name: str
    about_side: str
    job_title: str
    ratings: tuple[tuple[str, int], ...]
    words: str
    at: datetime
    published_at: datetime | None
    reply: str
    replied_at: datetime | None

    @property
    def average(self) -> float:
        """The mean of its ratings, 1 to 5."""
        return sum(stars for _, stars in self.ratings) / len(self.ratings)


_About = aliased(Person)
_SHOWN = (
    select(
        Review.id, Review.author_id, Person.name, Review.about_id, _About.name, Review.about_side,
        Job.title, Job.audience, Review.ratings, Review.words, Review.at, Review.published_at,
        Review.reply, Review.replied_at,
    )
    .join(Person, Person.id == Review.author_id)
    .join(_About, _About.id == Review.about_id)
    .join(Engagement, Engagement.id == Review.engagement_id)
    .join(Job, Job.id == Engagement.job_id)
)  # fmt: skip


def shown(
    session: Session, person_id: str, before: datetime | None = None, limit: int = PAGE
) -> list[Shown]:
    """What has been published about a person, newest first; one query."""
    asked = _SHOWN.where(Review.about_id == person_id, Review.published_at.is_not(None))
    if before:
        asked = asked.where(Review.published_at < before)
    rows = session.execute(asked.order_by(Review.published_at.desc(), Review.id).limit(limit))
    return [_row(row) for row in rows]


def of_engagement(session: Session, engagement_id: str, person_id: str) -> list[Shown]:
    """The reader's own feedback, and the other's once it is published; one query."""
    rows = session.execute(
        _SHOWN.where(
            Review.engagement_id == engagement_id,
            (Review.author_id == person_id) | Review.published_at.is_not(None),
        ).order_by(Review.at, Review.id)
    )
    return [_row(row) for row in rows]


def _row(row: Row[*tuple[Any, ...]]) -> Shown:
    (
        review_id, author_id, author, about_id, about, side, title, audience, ratings, *rest
    ) = tuple(row)  # fmt: skip
    return Shown(
        review_id, author_id, author, about_id, about, side,
        title if audience == "everyone" else "",
        tuple((label, int(stars)) for label, stars in json.loads(ratings).items()),
        *rest,
    )  # fmt: skip
