"""Stopping somebody's access to the board, and restarting it; what they are a party to stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.errors import Refused
from app.people import links, sign_in
from app.people.models import Joining, Person

REASON_MOST = 500
STOPPED = "access.stopped"


def stop(session: Session, person: Person, *, reason: str = "", by: Person, at: datetime) -> bool:
    """End every sign-in, link and open invitation of a person. False: it is stopped already.

    Raises Refused("access.own") for oneself, and Refused("operator.last") where nobody would be
    left to run the board.
    """
    if person.stopped_at is not None:
        return False
    if person.id == by.id:
        raise Refused("access.own")
    if person.is_operator and not another_operator(session, person):
        raise Refused("operator.last")
    person.stopped_at = at
    sign_in.end_others(session, person, "", at=at)
    links.revoke_all_of(session, person, at=at)
    _end_invitations(session, person, at)
    _record(session, STOPPED, person, reason, by=by, at=at)
    return True


def restart(session: Session, person: Person, *, by: Person, at: datetime) -> bool:
    """Let a person sign in again; what was ended stays so. False: it is not stopped."""
    if person.stopped_at is None:
        return False
    person.stopped_at = None
    _record(session, "access.restarted", person, "", by=by, at=at)
    return True


def another_operator(session: Session, person: Person) -> bool:
    """Whether somebody else who can sign in is operator."""
    others = select(Person.id).where(
        Person.is_operator, Person.stopped_at.is_(None), Person.id != person.id
    )
    return session.scalar(others.limit(1)) is not None


def reason_of(session: Session, person: Person) -> str:
    """Why access was stopped the last time, in the operator's words."""
    kept = select(events.Event).where(
        events.Event.subject_kind == "person",
        events.Event.subject_id == person.id,
        events.Event.kind == STOPPED,
    )
    found = session.scalars(kept.order_by(events.Event.id.desc()).limit(1)).first()
    return (found.words or "") if found else ""


def _end_invitations(session: Session, person: Person, at: datetime) -> None:
    """Nobody joins by an invitation that somebody without access knows the link of."""
    session.execute(
        update(Joining)
        .where(Joining.invited_by == person.id, Joining.used_at.is_(None), Joining.expires_at > at)
        .values(expires_at=at)
    )


def _record(
    session: Session, kind: str, person: Person, reason: str, *, by: Person, at: datetime
) -> None:
    session.flush()
    events.record(
        session, "board", kind, by=by.id, at=at, subject=("person", person.id),
        facts={"person": person.id}, words=reason.strip()[:REASON_MOST] or None,
    )  # fmt: skip
