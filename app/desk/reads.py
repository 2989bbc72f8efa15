"""What waits for a person, over all the rooms below: a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.desk import facts, queries
from app.desk.cards import Post
from app.desk.facts import Room
from app.engagement.models import Engagement, Seat
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone, Payment, Payout, Refund
from app.escrow.office.models import Task
from app.escrow.outgoing import payouts, waits
from app.escrow.provider import CARD
from app.jobs.models import Invitation, Job, Proposal
from app.kernel.base import UTCTime
from app.people import payout_accounts
from app.people.models import Person

AHEAD = timedelta(days=21)
"""How far “Coming up” looks."""


@dataclass(frozen=True, slots=True)
class ToRead:
    """A job of mine with proposals that nobody has decided on."""

    job_id: str
    title: str
    closes_on: date | None
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """A job that I was invited to and have not answered."""

    job_id: str
    title: str
    client_name: str
    closes_on: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Money:
    """How much of the board's money waits for the operator's hand, and since when."""

    kind: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the desk shows, before it is put into words."""

    rooms: tuple[Room, ...]
    to_read: tuple[ToRead, ...]
    invited: tuple[Invited, ...]
    money: tuple[Money, ...]
    closing: tuple[tuple[str, str, date], ...]


_TO_READ = (
    select(Job.id, Job.title, Job.closes_on, func.count(), func.min(Proposal.submitted_at))
    .join(Proposal, Proposal.job_id == Job.id)
    .where(
        Job.client_id == bindparam("person"),
        Job.state == literal_column("'open'"),
        Proposal.state.in_(("submitted", "shortlisted")),
    )
    .group_by(Job.id, Job.title, Job.closes_on)
    .order_by(func.min(Proposal.submitted_at), Job.id)
    .limit(50)
)
_INVITED = (
    select(Job.id, Job.title, Person.name, Job.closes_on, Invitation.at)
    .join(Job, Job.id == Invitation.job_id)
    .join(Person, Person.id == Job.client_id)
    .outerjoin(
        Proposal,
        and_(Proposal.job_id == Job.id, Proposal.freelancer_id == Invitation.person_id),
    )
    .where(
        Invitation.person_id == bindparam("person"),
        Job.state == literal_column("'open'"),
        Proposal.id.is_(None),
        or_(Job.closes_on.is_(None), Job.closes_on >= bindparam("today", type_=Job.closes_on.type)),
    )
    .order_by(Invitation.at, Job.id)
    .limit(50)
)
_CLOSING = (
    select(Job.id, Job.title, Job.closes_on)
    .where(
        Job.client_id == bindparam("person"),
        Job.state == literal_column("'open'"),
        Job.closes_on >= bindparam("today", type_=Job.closes_on.type),
        Job.closes_on <= bindparam("until", type_=Job.closes_on.type),
    )
    .order_by(Job.closes_on, Job.id)
    .limit(10)
)
_MONEY = (
    *(
        (
            kind,
            select(func.count(), func.min(table.started_at)).where(
                table.state == "pending", table.provider != CARD
            ),
        )
        for kind, table in (("payments", Payment), ("refunds", Refund))
    ),
    (
        "payouts",
        select(func.count(), func.min(Payout.started_at)).where(
            Payout.state == "pending",
            Payout.provider != CARD,
            Payout.id.not_in(waits.waiting_ids(bindparam("changed_since", type_=UTCTime()))),
        ),
    ),
    ("tasks", select(func.count(), func.min(Task.raised_at)).where(Task.state == "open")),
)


_DISPUTES = (
    select(func.count(), func.min(Dispute.called_at))
    .join(Engagement, Engagement.id == Dispute.engagement_id)
    .where(
        Dispute.state == "called",
        or_(
            Dispute.arbiter_id.is_(None),
            Dispute.arbiter_id == bindparam("person"),
            Dispute.arbiter_id.in_(select(Person.id).where(Person.stopped_at.is_not(None))),
        ),
        Engagement.client_id != bindparam("person"),
        Engagement.freelancer_id != bindparam("person"),
    )
)


def desk(
    session: Session,
    person_id: str,
    *,
    handles_money: bool,
    rules: bool = False,
    today: date,
    at: datetime,
) -> Desk:
    """Everything that waits for a person, in five queries (eleven for who handles the money,

    twelve for operators, who rule on disputes).
    """
    given: dict[str, Any] = {"person": person_id, "today": today, "until": today + AHEAD}
    since = {"changed_since": at - payout_accounts.LASTS}
    run = session.connection().execute
    money: list[Money] = []
    for kind, statement in _MONEY if handles_money else ():
        count, first = run(statement, since if kind == "payouts" else {}).one()
        begun = [first] if count else []
        if kind == "payouts":  # those that two people must let leave by the card provider, too
            held_back = payouts.held_back(session)
            waiting = waits.waiting(session, at) if held_back else {}
            held = [one.started_at for one in held_back if one.id not in waiting]
            count, begun = count + len(held), begun + held
        if begun:
            money.append(Money(kind, count, min(begun)))
    if rules:
        count, called_at = run(_DISPUTES, given).one()
        money += [Money("disputes", count, called_at)] if called_at else []
    return Desk(
        rooms=tuple(facts.every(session, person_id, at=at)),
        to_read=tuple(ToRead(*row) for row in run(_TO_READ, given)),
        invited=tuple(Invited(*row) for row in run(_INVITED, given)),
        money=tuple(money),
        closing=tuple((row[0], row[1], row[2]) for row in run(_CLOSING, given) if row[2]),
    )


_PLACE = select(Engagement.created_at, Engagement.id).where(
    Engagement.id == bindparam("engagement"),
    Engagement.id.in_(select(Seat.engagement_id).where(Seat.person_id == bindparam("person"))),
)


def rooms(session: Session, person_id: str, after: str, limit: int, *, at: datetime) -> list[Room]:
    """A page of a person's workrooms, newest first, after the one with that id."""
    run = session.connection().execute
    asked = queries.ANY_ROOMS.limit(limit)
    given: dict[str, Any] = {"person": person_id}
    place = run(_PLACE, given | {"engagement": after}).one_or_none() if after else None
    if place:
        older = and_(Engagement.created_at == place[0], Engagement.id > place[1])
        asked = asked.where(or_(Engagement.created_at < place[0], older))
    rows = run(asked, given).all()
    posts: defaultdict[str, list[Post]] = defaultdict(list)
    if rows:
        ids = [row.id for row in rows]
        for found in run(queries.SOME_POSTS.where(Milestone.engagement_id.in_(ids))):
            posts[found.engagement_id].append(facts.post(found))
    found_rooms = [Room(row, facts.facts(row, posts[row.id], at=at)) for row in rows]
    return facts.with_coming(session, found_rooms)
