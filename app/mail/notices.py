"""What happened becomes letters: each untold event is told once, to whom the table names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.disputes import ruling
from app.escrow.milestones import part
from app.feedback.models import Review
from app.jobs.models import Job, Proposal
from app.kernel.events import Event, Untold
from app.mail import facts, lengths, money_facts, outbox
from app.mail.deciding import of_report
from app.mail.models import LettersOff
from app.mail.table import ALL, NOTICES, Notice
from app.people import links
from app.people.models import Person
from app.talk.models import Message

MOVES_ON = {
    "submission.withdrawn": "submission",
    "milestone.approved": "submission",
    "milestone.released": "submission",
    "milestone.part_released": "submission",
    "milestone.changes_requested": "submission",
    "milestone.cancelled": "milestone",
    "milestone.funded": "milestone",
    "terms.accepted": "revision",
    "terms.declined": "revision",
    "terms.countered": "revision",
    "terms.withdrawn": "revision",
    "terms.lapsed": "revision",
}
"""After these events the links to the subject, or to its submission, decide nothing any more."""
INSIDE = ("room", "road", "road_words", "partly_funded", "reason")
"""What a letter about a room says to its two only."""


def tell(session: Session, at: datetime, limit: int = 50) -> int:
    """Write the letters of the oldest untold events; returns how many events were told."""
    untold = session.execute(
        select(Event, Untold)
        .join(Untold, Untold.event_id == Event.id)
        .order_by(Event.id)
        .limit(limit)
    ).all()
    for event, row in untold:
        for notice in NOTICES.get(event.kind, ()):
            _write(session, event, notice, at)
        _end_links(session, event, at)
        session.delete(row)
    session.flush()
    return len(untold)


def wanted(session: Session, person_id: str, family: str) -> bool:
    """Whether a person gets letters of a family; those of none always come."""
    return not family or session.get(LettersOff, (person_id, family)) is None


def engagement_of(session: Session, stream: str) -> Engagement | None:
    """The engagement that a stream belongs to."""
    kind, _, found = stream.partition(":")
    return session.get(Engagement, found) if kind == "engagement" else None


def _write(session: Session, event: Event, notice: Notice, at: datetime) -> None:
    engagement = engagement_of(session, event.stream)
    said = _said(session, event, engagement, notice)
    if _needless(notice, said):
        return
    for person in _hearers(session, event, engagement, notice, said):
        if not wanted(session, person.id, notice.family):
            continue
        inside = notice.hears != "arbiters" and event.stream.startswith(("engagement:", "job:"))
        outbox.queue(
            session,
            notice.name,
            to_person=person,
            key=f"{event.id}:{notice.name}:{person.id}",
            facts=said | _sides(session, engagement, person),
            at=at,
            thread=event.stream if inside else "",
        )


def _said(
    session: Session, event: Event, engagement: Engagement | None, notice: Notice
) -> facts.Facts:
    """Everything that this event's letter says, whoever reads it."""
    told = event.told
    week = str(told.get("week", ""))
    room = facts.of_room(session, engagement) if engagement else _before_select(session, event)
    subject = facts.of_subject(session, event.subject_kind, event.subject_id)
    if "title" in told:  # the milestone's; the job's title is `job`
        told["milestone"] = told["title"]
    else:
        told.pop("milestone", None)
    if "name" in told:
        told["name_of_file"] = told.pop("name")
    for name in ("job", "lines", "files"):  # an id, and counts: the subject says it better
        told.pop(name, None)
    said = room | {key: value for key, value in subject.items() if value is not None} | told
    if week:
        said["week"] = _number(week)
    if notice.link == "report" and engagement:
        said |= {"link": facts.target(of_report(engagement.id, week))}
    elif notice.link == "":
        said.pop("link", None)
    if notice.name == "message" and not engagement:
        said["button"] = _proposal_of_talk(session, event.subject_id) or said.get("button", "/")
    if notice.hears == "arbiters":  # nobody of the room, and no way in before one takes it on
        said = {name: value for name, value in said.items() if name not in INSIDE}
    if event.kind == "milestone.part_released" and told.get("rest") == part.ASK_BACK:
        said |= money_facts.of_the_rest(session, said["milestone_id"], event.at)
    said |= _button(notice, said)
    actor = session.get(Person, event.actor_id) if event.actor_id else None
    return said | {
        "actor": actor.name if actor else "",
        "words": lengths.cut(event.words or ""),
        "happened_at": event.at.isoformat(),
    }


def _button(notice: Notice, said: facts.Facts) -> facts.Facts:
    """Where a letter leads that does not lead to what it is about."""
    return {"button": notice.page.format_map(said)} if notice.page else {}


def _before_select(session: Session, event: Event) -> facts.Facts:
    """The job that an event outside any workroom is about."""
    told = event.told.get("job")
    if isinstance(told, str):
        return facts.of_job(session, told)
    kind, _, found = event.stream.partition(":")
    return facts.of_job(session, found) if kind == "job" else {}


def write(
    session: Session,
    name: str,
    person_id: str,
    *,
    engagement: Engagement | None,
    subject: tuple[str, str] | None,
    key: str,
    at: datetime,
    **more: Any,
) -> bool:
    """Write a letter that no event caused, a reminder say. False where it is not wanted."""
    notice = ALL[name]
    person = session.get(Person, person_id)
    if person is None or not wanted(session, person.id, notice.family):
        return False
    said = facts.of_room(session, engagement) if engagement else {}
    if subject:
        said |= facts.of_subject(session, *subject)
    if notice.link == "":
        said.pop("link", None)
    said |= _button(notice, said)
    outbox.queue(
        session,
        name,
        to_person=person,
        key=key,
        facts=said | _sides(session, engagement, person) | more,
        at=at,
        thread=engagement.stream if engagement else "",
    )
    return True


def _needless(notice: Notice, said: facts.Facts) -> bool:
    """A letter that would say what another one says, or what its reader has just seen."""
    if notice.name == "money_asked":  # what was released of it is told with it
        return said.get("scope") == "rest"
    if notice.name == "approved":
        return not said.get("checkpoint")
    if notice.name == "clock_released":
        return said.get("way") != "clock"
    if notice.name == "own_confirmed":
        return not said.get("own")
    if notice.name == "payout_waits":
        return not said.get("until")
    if notice.name == "payment_superseded":  # it has arrived, or was not sent: nothing is open
        return "because" not in said
    if notice.name == "payment_started":
        return said.get("provider") != "bank"
    return False


def _sides(session: Session, engagement: Engagement | None, reader: Person) -> facts.Facts:
    if engagement is None or reader.id not in (engagement.client_id, engagement.freelancer_id):
        return {}
    return facts.sides(session, engagement, reader.id)


def _hearers(
    session: Session,
    event: Event,
    engagement: Engagement | None,
    notice: Notice,
    said: facts.Facts,
) -> list[Person]:
    if notice.hears == "operators":
        asked = select(Person).where(
            Person.is_operator | Person.is_bookkeeper, Person.stopped_at.is_(None)
        )
        return list(session.scalars(asked.order_by(Person.id)))
    if notice.hears == "arbiters":
        return list(ruling.arbiters(session, engagement)) if engagement else []
    ids = _ids(session, event, engagement, notice.hears, said)
    if notice.hears not in ("both", "subject"):
        ids = [one for one in ids if one != event.actor_id]
    people = (session.get(Person, one) for one in ids if one)
    return [person for person in people if person is not None]


def _ids(
    session: Session,
    event: Event,
    engagement: Engagement | None,
    hears: str,
    said: facts.Facts,
) -> list[str | None]:
    if hears == "subject":
        return [_whose(session, event, said)]
    if engagement is None:
        client_id, freelancer_id = _of_job(session, event, said)
    else:
        client_id, freelancer_id = engagement.client_id, engagement.freelancer_id
    return {"client": [client_id], "freelancer": [freelancer_id]}.get(
        hears, [client_id, freelancer_id]
    )


def _whose(session: Session, event: Event, said: facts.Facts) -> str | None:
    if event.subject_kind == "review":
        review = session.get(Review, event.subject_id)
        return review.about_id if review else None
    whose: str | None = said.get("person")
    return whose


def _of_job(session: Session, event: Event, said: facts.Facts) -> tuple[str | None, str | None]:
    """The client, and the one freelancer whom an event before Select is about."""
    job = session.get(Job, said.get("job_id", ""))
    freelancer: str | None = said.get("freelancer")
    if event.kind == "message.posted":
        freelancer = session.scalar(
            select(Proposal.freelancer_id)
            .join(Message, Message.conversation_id == Proposal.conversation_id)
            .where(Message.id == event.subject_id)
        )
    return (job.client_id if job else None), freelancer


def _proposal_of_talk(session: Session, message_id: str) -> str:
    proposal_id = session.scalar(
        select(Proposal.id)
        .join(Message, Message.conversation_id == Proposal.conversation_id)
        .where(Message.id == message_id)
    )
    return f"/proposals/{proposal_id}" if proposal_id else ""


def _end_links(session: Session, event: Event, at: datetime) -> None:
    kind = MOVES_ON.get(event.kind)
    if kind is None:
        return
    subject_id = event.subject_id
    if event.kind == "milestone.released":
        subject_id = str(event.told.get("submission") or "")
    if subject_id:
        links.revoke(session, kind, subject_id, at=at)


def _number(week: str) -> int:
    digits = week.rpartition("W")[2]
    return int(digits) if digits.isdigit() else 0
