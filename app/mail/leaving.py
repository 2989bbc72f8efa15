"""Addresses that turn letters off: they work without a sign-in, and open nothing else."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.mail.models import LettersOff
from app.mail.table import FAMILIES
from app.people import tokens
from app.people.models import Person

EVERY = "all"
"""What a letter that cannot be turned off offers: to turn off all that can."""


def path(secret_key: str, person_id: str, family: str) -> str:
    """The path that turns a family of letters off for a person."""
    family = family or EVERY
    return f"/letters/{person_id}/{family}/{_proof(secret_key, person_id, family)}"


def proven(secret_key: str, person_id: str, family: str, proof: str) -> bool:
    """Whether the address came out of a letter of ours."""
    known = family == EVERY or family in FAMILIES
    made = _proof(secret_key, person_id, family).encode()
    return known and hmac.compare_digest(made, proof.encode("utf-8", "replace"))


def turn_off(session: Session, person_id: str, family: str, *, at: datetime) -> None:
    """Send no more letters of a family (or of every family that can be turned off)."""
    if session.get(Person, person_id) is None:
        return
    for name in FAMILIES if family == EVERY else (family,):
        if session.get(LettersOff, (person_id, name)) is None:
            session.add(LettersOff(person_id=person_id, family=name, at=at))
    session.flush()


def choose(session: Session, person_id: str, wanted: set[str], *, at: datetime) -> None:
    """Keep exactly these families; the others are turned off."""
    for name in FAMILIES:
        off = session.get(LettersOff, (person_id, name))
        if name in wanted and off is not None:
            session.delete(off)
        elif name not in wanted and off is None:
            session.add(LettersOff(person_id=person_id, family=name, at=at))
    session.flush()


def turned_off(session: Session, person_id: str) -> set[str]:
    """The families that a person does not want."""
    return set(session.scalars(select(LettersOff.family).where(LettersOff.person_id == person_id)))


def _proof(secret_key: str, person_id: str, family: str) -> str:
    return tokens.derived(secret_key, f"letters-off:{person_id}:{family}")[:32]
