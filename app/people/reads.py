"""What pages ask about people: small frozen rows, by statements that are built once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.kernel.text import fold
from app.people.models import Board, Joining, Person, SignIn
from app.people.tokens import digest


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who looks at a page."""

    id: str
    name: str
    email: str
    zone: str
    locale: str
    currency: str
    hires: bool
    works: bool
    is_operator: bool
    is_bookkeeper: bool
    report_weekday: int
    proved_at: datetime
    used_at: datetime = field(repr=False)  # pages are kept by what the viewer looks like


@dataclass(frozen=True, slots=True)
class BoardRow:
    """The board as every page knows it."""

    name: str
    zone: str
    currency: str
    locale: str
    open_joining: bool
    bank_account: str
    contact_email: str
    link_limit_minor: int | None


@dataclass(frozen=True, slots=True)
class Freelancer:
    """One row of the list of freelancers."""

    id: str
    name: str
    headline: str
    skills: str
    zone: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row of the operator's list of people."""

    id: str
    name: str
    email: str
    hires: bool
    works: bool
    is_operator: bool
    is_bookkeeper: bool
    joined_at: datetime
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation to the board that nobody has followed yet."""

    id: str
    email: str
    created_at: datetime
    expires_at: datetime
    token_digest: str


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One browser that is signed in. `id` is the beginning of its digest."""

    id: str
    agent: str
    created_at: datetime
    used_at: datetime


_VIEWER = (
    select(
        Person.id,
        Person.name,
        Person.email,
        Person.zone,
        Person.locale,
        Person.currency,
        Person.hires,
        Person.works,
        Person.is_operator,
        Person.is_bookkeeper,
        Person.report_weekday,
        func.coalesce(SignIn.proved_at, SignIn.created_at).label("proved_at"),
        func.coalesce(SignIn.used_at, SignIn.created_at).label("used_at"),
    )
    .join(SignIn, SignIn.person_id == Person.id)
    .where(
        SignIn.digest == bindparam("digest"),
        SignIn.revoked_at.is_(None),
        Person.stopped_at.is_(None),
        SignIn.expires_at > bindparam("at", type_=SignIn.expires_at.type),
    )
)

_BOARD = select(
    Board.name,
    Board.zone,
    Board.currency,
    Board.locale,
    Board.open_joining,
    Board.bank_account,
    Board.contact_email,
    Board.link_limit_minor,
).where(Board.id == 1)


def viewer(session: Session, token: str, at: datetime) -> Viewer | None:
    """Who holds this sign-in token, or None when it is unknown, over or revoked. One query."""
    row = session.connection().execute(_VIEWER, {"digest": digest(token), "at": at}).one_or_none()
    return Viewer(*tuple(row)) if row else None


def board(session: Session) -> BoardRow | None:
    """The board's row, or None before it was set up. One query."""
    row = session.connection().execute(_BOARD).one_or_none()
    return BoardRow(*row) if row else None


def board_words(session: Session) -> tuple[str, str]:
    """The board's own privacy and terms pages, in Markdown; empty where it has none."""
    row = session.execute(select(Board.privacy, Board.conditions)).one_or_none()
    return (row[0], row[1]) if row else ("", "")


def anybody(session: Session) -> bool:
    """Whether the board has been set up."""
    return session.scalar(select(Board.id)) is not None


def freelancers(
    session: Session, words: str = "", after: tuple[str, str] | None = None, limit: int = 20
) -> list[Freelancer]:
    """People who work, by name; every word must be found. `after` is the last (name, id) shown."""
    asked = select(Person.id, Person.name, Person.headline, Person.skills, Person.zone)
    asked = asked.where(Person.works)
    for word in fold(words).split()[:8]:
        asked = asked.where(Person.folded.contains(word, autoescape=True))
    if after:
        name, last = after
        asked = asked.where(or_(Person.name > name, and_(Person.name == name, Person.id > last)))
    rows = session.execute(asked.order_by(Person.name, Person.id).limit(limit))
    return [Freelancer(*row) for row in rows]


def people(
    session: Session, after: tuple[str, str] | None = None, limit: int = 50
) -> list[PersonRow]:
    """Everybody on the board, by name."""
    asked = select(
        Person.id,
        Person.name,
        Person.email,
        Person.hires,
        Person.works,
        Person.is_operator,
        Person.is_bookkeeper,
        Person.joined_at,
        Person.stopped_at,
    )
    if after:
        name, last = after
        asked = asked.where(or_(Person.name > name, and_(Person.name == name, Person.id > last)))
    rows = session.execute(asked.order_by(Person.name, Person.id).limit(limit))
    return [PersonRow(*row) for row in rows]


def invited(session: Session, at: datetime, limit: int = 50) -> list[Invited]:
    """Addresses that were invited and have not joined, the newest first, each once."""
    newest = (
        select(func.max(Joining.created_at))
        .where(Joining.used_at.is_(None), Joining.expires_at > at)
        .group_by(Joining.email_folded)
    )
    asked = (
        select(
            Joining.id,
            Joining.email,
            Joining.created_at,
            Joining.expires_at,
            Joining.token_digest,
        )
        .where(Joining.used_at.is_(None), Joining.created_at.in_(newest))
        .order_by(Joining.created_at.desc(), Joining.id)
        .limit(limit)
    )
    return [Invited(*row) for row in session.execute(asked)]


def sign_ins(session: Session, person_id: str, at: datetime) -> list[SignInRow]:
    """The browsers where a person is signed in, the newest first."""
    asked = (
        select(
            SignIn.digest,
            SignIn.agent,
            SignIn.created_at,
            func.coalesce(SignIn.used_at, SignIn.created_at),
        )
        .where(SignIn.person_id == person_id, SignIn.revoked_at.is_(None), SignIn.expires_at > at)
        .order_by(SignIn.created_at.desc())
        .limit(50)
    )
    rows = session.execute(asked)
    return [SignInRow(digest[:16], agent, made, used) for digest, agent, made, used in rows]


def skills(text: str) -> list[str]:
    """The skills that somebody typed with commas (or lines) between them, each once."""
    parts = [part.strip() for part in text.replace("\n", ",").replace(";", ",").split(",")]
    return list(dict.fromkeys(part for part in parts if part))
