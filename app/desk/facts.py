"""The facts behind the cards, read by two queries: for one workroom or for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.desk import queries
from app.desk.cards import Facts, Post, Waiting
from app.escrow import under_way
from app.escrow.under_way import Coming
from app.feedback.reviews import WINDOW
from app.workroom import weeks


@dataclass(frozen=True, slots=True)
class Room:
    """One engagement with everything its pages say about it before any list."""

    row: Row[Any]
    facts: Facts

    @property
    def version(self) -> int:
        """Raised by every transaction that changes what is seen in the room."""
        return int(self.row.version or 0)


def one(session: Session, person_id: str, engagement_id: str, *, at: datetime) -> Room | None:
    """One workroom as this person sees it, in two queries; None for strangers."""
    row = entry(session, person_id, engagement_id)
    return furnish(session, row, at=at) if row else None


def entry(session: Session, person_id: str, engagement_id: str) -> Row[Any] | None:
    """Who am I here, may I enter, and what is unread: one query."""
    return (
        session.connection()
        .execute(queries.ROOM, {"person": person_id, "engagement": engagement_id})
        .one_or_none()
    )


def furnish(session: Session, row: Row[Any], *, at: datetime) -> Room:
    """A room whose entry was read already, with its milestones (one query)."""
    posts = session.connection().execute(queries.POSTS, {"engagement": row.id})
    room = Room(row, facts(row, [post(found) for found in posts], at=at))
    return with_coming(session, [room])[0]


def every(session: Session, person_id: str, *, at: datetime) -> list[Room]:
    """All workrooms of a person that are alive or were lately, in two queries, newest first."""
    given: Mapping[str, Any] = {"person": person_id, "recently": at - WINDOW}
    connection = session.connection()
    rows = connection.execute(queries.ROOMS, given).all()
    posts: defaultdict[str, list[Post]] = defaultdict(list)
    if rows:
        for found in connection.execute(queries.ALL_POSTS, given):
            posts[found.engagement_id].append(post(found))
    return with_coming(session, [Room(row, facts(row, posts[row.id], at=at)) for row in rows])


def with_coming(session: Session, rooms: Sequence[Room]) -> list[Room]:
    """Rooms with what may still arrive of payments that terms made moot: one query if there are

    some, none otherwise.
    """
    ids = [room.facts.engagement_id for room in rooms if room.row.superseded]
    found = under_way.in_rooms(session, ids) if ids else {}
    return [_with_coming(room, found.get(room.facts.engagement_id, ())) for room in rooms]


def _with_coming(room: Room, coming: Sequence[Coming]) -> Room:
    if not coming:
        return room
    covered = under_way.covered({one.id: one.lacks_minor for one in room.facts.posts}, coming)
    posts = tuple(replace(one, covered_minor=covered.get(one.id, 0)) for one in room.facts.posts)
    return replace(room, facts=replace(room.facts, posts=posts, coming=tuple(coming)))


def post(row: Row[Any]) -> Post:
    """A row of the milestones' query as the card knows it."""
    values: tuple[Any, ...] = tuple(row)
    return Post(*values[1:])


def began(activated_at: datetime | None, posts: Sequence[Post]) -> datetime | None:
    """When the work began: the first funding, or the agreement where a checkpoint comes first."""
    if posts and not posts[0].amount_minor:
        return activated_at
    return min((one.first_funded_at for one in posts if one.first_funded_at), default=None)


def report_due(row: Row[Any], at: datetime) -> str:
    """The week whose report day has come last, so that a page is drawn anew when it comes."""
    due = weeks.due(row.created_at, row.report_weekday, row.report_zone, at)
    return due[0] if due and row.state == "active" else ""


def facts(row: Row[Any], posts: Sequence[Post], *, at: datetime) -> Facts:
    """What the card needs to know, from the rows of both queries."""
    report = None
    if row.state == "active":
        report = weeks.due(began(row.activated_at, posts), row.report_weekday, row.report_zone, at)
        if report and row.reported and row.reported >= report[0]:
            report = None
    return Facts(
        engagement_id=row.id,
        title=row.title,
        state=row.state,
        side=row.side,
        other_name=row.freelancer_name if row.side == "client" else row.client_name,
        currency=row.currency,
        created_at=row.created_at,
        activated_at=row.activated_at,
        closed_at=row.closed_at,
        waiting=Waiting(
            row.waiting_id, row.waiting_number, row.waiting_side, row.waiting_at, row.waiting_total
        )
        if row.waiting_id
        else None,
        last_number=row.last_number,
        last_state=row.last_state or "",
        last_at=row.last_at,
        posts=tuple(posts),
        report_week=report[0] if report else None,
        report_since=report[1] if report else None,
        feedback_until=row.closed_at + WINDOW if row.closed_at and row.activated_at else None,
        feedback_left=row.feedback_id is not None,
        review_days=row.review_days,
        at=at,
    )
