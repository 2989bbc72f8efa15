"""Who may say that money came or went. Whoever is a party may not (RULES, Milestones and money)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound, Refused
from app.people.models import Person


def sees_all_money(person: Person) -> bool:
    """Operators and bookkeepers see all money; to everybody else these pages do not exist."""
    return person.is_operator or person.is_bookkeeper


def may_confirm(session: Session, person: Person, parties: Collection[str]) -> bool:
    """Whether this person may confirm money of these parties."""
    if not sees_all_money(person):
        return False
    return person.id not in parties or _only_operator(session, person)


def confirm(session: Session, person: Person, parties: Collection[str]) -> bool:
    """Let this person confirm; True where the only operator does it for their own engagement,

    which is then marked and told to the other side. Raises NotFound or Refused.
    """
    if not sees_all_money(person):
        raise NotFound("money")
    if person.id not in parties:
        return False
    if not _only_operator(session, person):
        raise Refused("money.own.not_yours")
    return True


def _only_operator(session: Session, person: Person) -> bool:
    count = session.scalar(
        select(func.count()).where(Person.is_operator.is_(True), Person.stopped_at.is_(None))
    )
    return person.is_operator and count == 1
