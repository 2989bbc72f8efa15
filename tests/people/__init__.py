"""Alice the client, Bob the freelancer, Mallory the outsider, Olga the operator."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people import accounts, joining
from app.people.models import Person

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
BOARD = "Acme board"


@lru_cache(maxsize=1)
def password_hash() -> str:
    """A real argon2id hash of PASSWORD that costs almost nothing to make and to check."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def olga(session: Session, *, at: datetime = NOON) -> Person:
    """The operator; she sets the board up where nobody has."""
    return _known(session, "olga@example.org") or accounts.set_up(
        session,
        board_name=BOARD,
        name="Olga Brandt",
        email="olga@example.org",
        password_hash=password_hash(),
        zone="Europe/Berlin",
        currency="USD",
        at=at,
    )


def alice(session: Session, *, at: datetime = NOON) -> Person:
    """The client, in New York."""
    return someone(session, "Alice Ruiz", zone="America/New_York", hires=True, works=False, at=at)


def bob(session: Session, *, at: datetime = NOON) -> Person:
    """The freelancer, in Lisbon."""
    return someone(session, "Bob Okafor", zone="Europe/Lisbon", hires=False, works=True, at=at)


def carol(session: Session, *, at: datetime = NOON) -> Person:
    """Another freelancer, in Tokyo."""
    return someone(session, "Carol Mori", zone="Asia/Tokyo", hires=False, works=True, at=at)


def mallory(session: Session, *, at: datetime = NOON) -> Person:
    """The outsider: on the board as both, a party to nothing."""
    return someone(session, "Mallory Fox", zone="Europe/London", hires=True, works=True, at=at)


def someone(
    session: Session,
    name: str,
    *,
    zone: str = "UTC",
    hires: bool = True,
    works: bool = True,
    at: datetime = NOON,
) -> Person:
    """A person of that name, invited by Olga; the same one when asked again."""
    email = f"{name.split()[0].lower()}@example.org"
    if found := _known(session, email):
        return found
    invitation, _token = joining.invite(session, email, by=olga(session, at=at), at=at)
    return accounts.join(
        session,
        invitation,
        name=name,
        email=email,
        password_hash=password_hash(),
        zone=zone,
        hires=hires,
        works=works,
        at=at,
    )


def _known(session: Session, email: str) -> Person | None:
    return session.scalars(select(Person).where(Person.email == email)).one_or_none()
