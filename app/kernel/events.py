"""What happened, kept for ever: one hash-chained stream for each engagement (and a few others).

An event row is written in the transaction of the act itself and never changed. It is the history,
the conversation's event lines, and (through its `untold` row) what is still to be told in letters.
Personal words are kept beside the chain, salted and digested, so that erasing a person's words
leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.base import Base, UTCTime, stamp

GENESIS = "0" * 64
"""What stands before the first event of a stream."""


class StreamHead(Base):
    """The last number and hash of a stream; the number is also the room's version."""

    __tablename__ = "stream_heads"

    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(Text)


class Event(Base):
    """One thing that happened. `facts` is canonical JSON; `words` may later be erased."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("stream", "number"),
        Index("ix_events_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    stream: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCTime)
    actor_id: Mapped[str | None] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text)
    words_salt: Mapped[str | None] = mapped_column(Text)
    words_digest: Mapped[str | None] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)

    @property
    def told(self) -> dict[str, Any]:
        """The facts as a dictionary."""
        facts: dict[str, Any] = json.loads(self.facts)
        return facts


class Untold(Base):
    """An event whose letters have not been written yet; the row goes when they have."""

    __tablename__ = "untold"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)


def canonical(facts: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces, so that the same facts have the same hash."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def event_hash(event: Event) -> str:
    """SHA-256 over everything in the event but the erasable words themselves."""
    parts = [
        event.stream,
        str(event.number),
        event.kind,
        stamp(event.at),
        event.actor_id or "",
        event.subject_kind,
        event.subject_id,
        event.facts,
        event.words_digest or "",
        event.previous_hash,
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def words_digest(salt: str, words: str) -> str:
    """The salted digest that stands in the chain for words that may be erased."""
    return hashlib.sha256(f"{salt}\x1f{words}".encode()).hexdigest()


def head(session: Session, stream: str) -> StreamHead:
    """The head of a stream, made when the stream is new."""
    found = session.get(StreamHead, stream)
    if found is None:
        found = StreamHead(stream=stream, number=0, hash=GENESIS)
        session.add(found)
    return found


def record(
    session: Session,
    stream: str,
    kind: str,
    *,
    by: str | None,
    at: datetime,
    subject: tuple[str, str],
    facts: Mapping[str, Any] | None = None,
    words: str | None = None,
    tell: bool = True,
) -> Event:
    """Append one event to a stream, in the transaction of the act, and return it (flushed).

    Args:
        stream: such as `engagement:<id>`, `job:<id>` or `board`.
        kind: a dotted word, noun before verb: `terms.accepted`, `milestone.funded`.
        by: the acting person's id, or None where a chore acted.
        subject: kind and id of what it happened to.
        facts: ids, amounts in minor units, ISO days; never a person's own prose.
        words: what the person wrote (a reason, a note), erasable.
        tell: whether letters may follow; False for what only the history needs.
    """
    top = head(session, stream)
    salt = secrets.token_hex(8) if words else None
    event = Event(
        stream=stream,
        number=top.number + 1,
        kind=kind,
        at=at,
        actor_id=by,
        subject_kind=subject[0],
        subject_id=subject[1],
        facts=canonical(facts or {}),
        words=words or None,
        words_salt=salt,
        words_digest=words_digest(salt, words) if salt and words else None,
        previous_hash=top.hash,
        hash="",
    )
    event.hash = event_hash(event)
    session.add(event)
    top.number, top.hash = event.number, event.hash
    session.flush()
    if tell:
        session.add(Untold(event_id=event.id))
        session.flush()
    return event


def verify_stream(session: Session, stream: str) -> list[str]:
    """Recompute a stream's chain; the sentences say what is wrong (none: it is whole)."""
    problems: list[str] = []
    previous, number = GENESIS, 0
    rows = session.scalars(select(Event).where(Event.stream == stream).order_by(Event.number))
    for event in rows:
        number += 1
        if event.number != number:
            problems.append(f"{stream}: event {number} is missing")
            number = event.number
        if event.previous_hash != previous or event.hash != event_hash(event):
            problems.append(f"{stream}: event {event.number} does not fit its chain")
        kept = words_digest(event.words_salt or "", event.words) if event.words else None
        if kept is not None and kept != event.words_digest:
            problems.append(f"{stream}: the words of event {event.number} were changed")
        previous = event.hash
    top = session.get(StreamHead, stream)
    if (top.number, top.hash) != (number, previous) if top else number:
        problems.append(f"{stream}: its head does not match its last event")
    return problems
