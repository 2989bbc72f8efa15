"""Links from letters: for one person, one purpose, one object in one version, once.

Opening a link never changes anything, because mail scanners open links; only a post spends it.
The token is an HMAC of the board's key and the link's id, so that a letter that is sent again
carries the same link; only its digest is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.kernel.base import new_id
from app.kernel.errors import WrongState
from app.people import tokens
from app.people.models import Link, Person

LASTS = timedelta(days=14)
SHORT = dict.fromkeys(("sign_in", "password", "proof"), timedelta(hours=1))
"""Links that open an account end sooner."""

State = Literal["live", "used", "expired", "revoked", "stopped", "unknown"]
"""`stopped`: whoever it was for has no access any more."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as it stands now. `link` and `person` are there unless it is unknown."""

    link: Link | None
    person: Person | None
    state: State


def mint(
    session: Session,
    secret_key: str,
    person_id: str,
    purpose: str,
    object_kind: str,
    object_id: str,
    version: str,
    *,
    at: datetime,
    link_id: str | None = None,
) -> tuple[Link, str]:
    """Make a link, or find it again when its id is known, and return it with its token."""
    link_id = link_id or new_id()
    token = tokens.derived(secret_key, f"link:{link_id}")
    found = session.get(Link, link_id)
    if found is None:
        found = Link(
            id=link_id,
            person_id=person_id,
            purpose=purpose,
            object_kind=object_kind,
            object_id=object_id,
            version=version,
            digest=tokens.digest(token),
            created_at=at,
            expires_at=at + SHORT.get(purpose, LASTS),
        )
        session.add(found)
        session.flush()
    return found, token


def open(session: Session, token: str, *, at: datetime) -> LinkView:
    """What a token opens, and whether it still does. Never writes."""
    found = session.execute(
        select(Link, Person)
        .join(Person, Person.id == Link.person_id)
        .where(Link.digest == tokens.digest(token))
    ).one_or_none()
    if found is None:
        return LinkView(None, None, "unknown")
    link, person = found
    return LinkView(link, person, "stopped" if person.stopped_at else state(link, at=at))


def state(link: Link, *, at: datetime) -> State:
    """Whether a link is live at a time, and if not, why."""
    if link.spent_at is not None:
        return "used"
    if link.revoked_at is not None:
        return "revoked"
    return "live" if at < link.expires_at else "expired"


def spend(session: Session, link: Link, *, at: datetime, outcome: str) -> None:
    """Use a link up, in the transaction of the act that it decides.

    Raises WrongState("link.used" | "link.expired" | "link.revoked") when it is not live.
    """
    now = state(link, at=at)
    if now != "live":
        raise WrongState(f"link.{now}")
    link.spent_at, link.outcome = at, outcome
    session.flush()


def revoke(
    session: Session,
    object_kind: str,
    object_id: str,
    *,
    at: datetime,
    purposes: Collection[str] | None = None,
) -> None:
    """End every live link to an object that has moved on (or only those of some purposes)."""
    act = update(Link).where(
        Link.object_kind == object_kind,
        Link.object_id == object_id,
        Link.spent_at.is_(None),
        Link.revoked_at.is_(None),
    )
    if purposes is not None:
        act = act.where(Link.purpose.in_(purposes))
    session.execute(act.values(revoked_at=at))


def revoke_all_of(session: Session, person: Person, *, at: datetime) -> None:
    """End every live link of one person, whatever it is to."""
    session.execute(
        update(Link)
        .where(Link.person_id == person.id, Link.spent_at.is_(None), Link.revoked_at.is_(None))
        .values(revoked_at=at)
    )
