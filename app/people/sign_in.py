"""Signing in and out. A sign-in is a row, so that it can be seen and revoked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound, Refused
from app.people import tokens
from app.people.models import Person, SignIn

UNUSED = timedelta(days=14)
"""A sign-in that was not used for so long is over."""
LONGEST = timedelta(days=90)
"""So long a sign-in lasts at most, however often it is used."""
NOTED_EVERY = timedelta(days=1)
"""How exactly the board knows when a sign-in was last used."""


def begin(session: Session, person: Person, *, at: datetime, agent: str = "") -> str:
    """Sign a person in on one browser, and return the token that the browser holds.

    Raises Refused("access.stopped").
    """
    if person.stopped_at is not None:
        raise Refused("access.stopped")
    token = tokens.new()
    session.add(
        SignIn(
            digest=tokens.digest(token),
            person_id=person.id,
            agent=agent[:200],
            created_at=at,
            used_at=at,
            expires_at=at + UNUSED,
        )
    )
    session.flush()
    return token


def is_noted(used_at: datetime, at: datetime) -> bool:
    """Whether a use at `at` needs no note, because the last one is less than a day away."""
    return abs(at - used_at) < NOTED_EVERY


def note_use(session: Session, token: str, *, at: datetime) -> None:
    """The browser with this token was used: its sign-in goes on, but never beyond its 90 days.

    Nothing happens where it has ended, or where another request was quicker.
    """
    row = session.get(SignIn, tokens.digest(token))
    if row is None or row.revoked_at is not None or at >= row.expires_at:
        return
    if not is_noted(row.used_at or row.created_at, at):
        row.used_at = at
        row.expires_at = min(at + UNUSED, row.created_at + LONGEST)
        session.flush()


def end(session: Session, token: str, *, at: datetime) -> None:
    """Sign out the browser that holds this token; nothing happens when it is out already."""
    session.execute(
        update(SignIn)
        .where(SignIn.digest == tokens.digest(token), SignIn.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def revoke(session: Session, person: Person, start: str, *, at: datetime) -> None:
    """Sign out one of a person's own browsers, named by the beginning of its digest.

    Raises NotFound where the person has no such sign-in.
    """
    asked = select(SignIn).where(
        SignIn.person_id == person.id, SignIn.digest.startswith(start, autoescape=True)
    )
    found = session.scalars(asked).first() if len(start) >= 16 else None
    if found is None:
        raise NotFound
    found.revoked_at = found.revoked_at or at
    session.flush()


def end_others(session: Session, person: Person, keep: str, *, at: datetime) -> None:
    """Sign a person out everywhere but where `keep` is held (empty: everywhere)."""
    session.execute(
        update(SignIn)
        .where(
            SignIn.person_id == person.id,
            SignIn.revoked_at.is_(None),
            SignIn.digest != tokens.digest(keep),
        )
        .values(revoked_at=at)
    )
