"""A client's private request to one freelancer to propose to one job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.jobs.models import Invitation, Job
from app.jobs.posting import stream_of
from app.kernel import events
from app.kernel.addresses import ascii_address
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.kernel.text import fold, fold_email
from app.people import joining as people_joining
from app.people.models import Joining, Person

MOST_AT_ONCE = 50

_BETWEEN = re.compile(r"[\n,;]+")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_IN_BRACKETS = re.compile(r"^(?P<name>.*?)\s*[<(](?P<key>[^<>()]+)[>)]$")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a typed *Invite* field means."""

    people: tuple[Person, ...] = ()
    addresses: tuple[str, ...] = ()


def can_invite(job: Job) -> bool:
    """Whether people can be invited to it now."""
    return job.state == "open"


def invite(
    session: Session, job: Job, person: Person, *, by: Person, at: datetime, note: str = ""
) -> Invitation:
    """Ask one freelancer to propose. Asking again is not an error, and tells nobody twice.

    Raises Refused `invitation.self`, `invitation.not_a_freelancer`; WrongState `job.not_open`.
    """
    if job.client_id != by.id:
        raise NotFound
    if not can_invite(job):
        raise WrongState("job.not_open", state=job.state)
    if person.id == by.id:
        raise Refused("invitation.self")
    if not person.works:
        raise Refused("invitation.not_a_freelancer", name=person.name)
    already = _found(session, job.id, person.id)
    if already is not None:
        return already
    invitation = Invitation(job_id=job.id, person_id=person.id, note=note.strip(), at=at)
    session.add(invitation)
    session.flush()
    events.record(
        session, stream_of(job.id), "invitation.sent", by=by.id, at=at,
        subject=("invitation", invitation.id), facts={"job": job.id, "person": person.id},
        words=invitation.note or None,
    )  # fmt: skip
    return invitation


def invite_address(
    session: Session, job: Job, email: str, *, by: Person, at: datetime, secret_key: str = ""
) -> tuple[Joining, str] | None:
    """Ask somebody who is not on the board yet; the token goes into their joining letter.

    None where that address was asked to this job before and the invitation still stands.
    """
    if job.client_id != by.id:
        raise NotFound
    if not can_invite(job):
        raise WrongState("job.not_open", state=job.state)
    standing = select(Joining.id).where(
        Joining.job_id == job.id,
        Joining.email_folded == fold_email(email),
        Joining.used_at.is_(None),
        Joining.expires_at > at,
    )
    if session.scalar(standing.limit(1)) is not None:
        return None
    return people_joining.invite(session, email, by=by, at=at, job_id=job.id, secret_key=secret_key)


def is_invited(session: Session, job_id: str, person_id: str) -> bool:
    """Whether this person was invited to the job, or joined the board by its invitation."""
    if _found(session, job_id, person_id) is not None:
        return True
    joined = select(Joining.id).where(Joining.job_id == job_id, Joining.person_id == person_id)
    return session.scalar(joined.limit(1)) is not None


def welcome(session: Session, joining: Joining, person: Person, *, at: datetime) -> None:
    """After somebody joined by an invitation to a job: that job's invitation is theirs.

    It records nothing to be told: they have just come from its letter.
    """
    job = session.get(Job, joining.job_id) if joining.job_id else None
    if job is None or job.client_id == person.id or _found(session, job.id, person.id):
        return
    session.add(Invitation(job_id=job.id, person_id=person.id, at=at))
    session.flush()


def pieces(text: str) -> list[str]:
    """The names and addresses that were typed, one a line or between commas."""
    return list(dict.fromkeys(piece.strip() for piece in _BETWEEN.split(text) if piece.strip()))


def resolve(session: Session, text: str) -> Asked:
    """Whom the words of an *Invite* field mean: names, addresses, or `Name (id)`.

    Raises Invalid on the field `invite`: `invite.unknown`, `invite.ambiguous`, `invite.too_many`.
    """
    wanted = pieces(text)
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid("invite.too_many", field="invite", most=MOST_AT_ONCE)
    people: dict[str, Person] = {}
    addresses: list[str] = []
    for piece in wanted:
        person = _person(session, piece)
        if person is not None:
            people[person.id] = person
            continue
        bracketed = _IN_BRACKETS.match(piece)
        address = bracketed["key"].strip() if bracketed else piece
        if not _is_address(address):
            raise Invalid("invite.unknown", field="invite", name=piece)
        addresses.append(address)
    return Asked(tuple(people.values()), tuple(addresses))


def _is_address(text: str) -> bool:
    """Whether an e-mail could be sent to it."""
    if not _ADDRESS.fullmatch(text) or len(text) > 254:
        return False
    try:
        return bool(ascii_address(text))
    except ValueError:
        return False


def _person(session: Session, piece: str) -> Person | None:
    """The person that a name, an address or a bracketed id means."""
    bracketed = _IN_BRACKETS.match(piece)
    key = bracketed["key"].strip() if bracketed else piece
    named = or_(Person.email_folded == fold_email(key), Person.id == key)
    person = session.scalar(select(Person).where(named))
    if person is not None or "@" in piece:
        return person
    name = fold(bracketed["name"] if bracketed else piece)
    found = _named(session, name)
    if len(found) > 1:
        raise Invalid("invite.ambiguous", field="invite", name=piece)
    return found[0] if found else None


def _named(session: Session, name: str) -> Sequence[Person]:
    """Freelancers of that name, however it is capitalised or accented."""
    everyone = session.execute(select(Person.id, Person.name).where(Person.works))
    ids = [row.id for row in everyone if fold(row.name) == name]
    return session.scalars(select(Person).where(Person.id.in_(ids))).all() if ids else []


def _found(session: Session, job_id: str, person_id: str) -> Invitation | None:
    asked = select(Invitation).where(Invitation.job_id == job_id, Invitation.person_id == person_id)
    return session.scalar(asked)
