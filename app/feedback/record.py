"""Track records: computed from what happened, never typed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement, Seat
from app.escrow.balance import is_late
from app.escrow.models import Milestone, Submission
from app.feedback.models import Review
from app.kernel import clock


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """A person's figures: mean rating, how many wrote, jobs finished, share handed in on time."""

    average: float | None = None
    reviews: int = 0
    jobs: int = 0
    on_time: int | None = None

    @property
    def words(self) -> str:
        """`4.8 of 5 from 12 · 14 jobs · 92 % on time`; empty where there is nothing yet."""
        said = []
        if self.average is not None:
            said.append(f"{self.average:.1f} of 5 from {self.reviews}")
        if self.jobs:
            said.append("1 job" if self.jobs == 1 else f"{self.jobs} jobs")
        if self.on_time is not None:
            said.append(f"{self.on_time} % on time")
        return " · ".join(said)


def track_record(session: Session, person_ids: Collection[str]) -> dict[str, TrackRecord]:
    """The records of several people in three queries; everybody asked for has one."""
    wanted = list(person_ids)
    if not wanted:
        return {}
    ratings = _ratings(session, wanted)
    jobs = _jobs(session, wanted)
    on_time = _on_time(session, wanted)
    return {
        person: TrackRecord(
            average=sum(ratings[person]) / len(ratings[person]) if ratings[person] else None,
            reviews=len(ratings[person]),
            jobs=jobs.get(person, 0),
            on_time=round(100 * sum(on_time[person]) / len(on_time[person]))
            if on_time[person]
            else None,
        )
        for person in wanted
    }


def _ratings(session: Session, people: list[str]) -> defaultdict[str, list[float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    rows = session.execute(
        select(Review.about_id, Review.ratings).where(
            Review.about_id.in_(people), Review.published_at.is_not(None)
        )
    )
    for person, ratings in rows:
        stars = list(json.loads(ratings).values())
        found[person].append(sum(stars) / len(stars))
    return found


def _jobs(session: Session, people: list[str]) -> dict[str, int]:
    rows = session.execute(
        select(Seat.person_id, func.count())
        .join(Engagement, Engagement.id == Seat.engagement_id)
        .where(Seat.person_id.in_(people), Engagement.state == "finished")
        .group_by(Seat.person_id)
    )
    return {row[0]: row[1] for row in rows}


def _on_time(session: Session, people: list[str]) -> defaultdict[str, list[bool]]:
    """For each closed milestone with a date: was it first handed in by the end of its day?

    Lateness counts from funding: what was due before it was funded is not late.
    """
    handed_in = (
        select(func.min(Submission.at))
        .where(Submission.milestone_id == Milestone.id)
        .correlate(Milestone)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Engagement.freelancer_id, Engagement.zone, Milestone.due, Milestone.funded_at,
            Milestone.amount_minor, handed_in,
        )
        .join(Engagement, Engagement.id == Milestone.engagement_id)
        .where(
            Engagement.freelancer_id.in_(people),
            Milestone.state.in_(("released", "approved")),
            Milestone.due.is_not(None),
            handed_in.is_not(None),
        )
    )  # fmt: skip
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for person, zone, due, funded_at, amount, at in rows:
        if due is not None:
            late = is_late(at, clock.end_of_day(due, zone), amount, funded_at)
            found[person].append(not late)
    return found
