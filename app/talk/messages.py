"""Messages: said in a conversation, numbered without gaps, read newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.errors import Invalid
from app.kernel.text import LONGEST
from app.people.models import Person
from app.talk import files as talk_files
from app.talk.files import FileRow
from app.talk.models import Conversation, Message, ReadMark
from app.talk.storage import Stored

PAGE = 15
"""How many messages a page shows before older ones are asked for."""
MOST_NEW = 100


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as a page shows it."""

    id: str
    number: int
    author_id: str
    author_name: str
    body: str
    at: datetime
    files: tuple[FileRow, ...] = ()


def begin(session: Session, *, at: datetime) -> Conversation:
    """A new, empty conversation."""
    conversation = Conversation(created_at=at, last_number=0)
    session.add(conversation)
    session.flush()
    return conversation


def post(
    session: Session,
    conversation: Conversation,
    body: str,
    *,
    by: Person,
    at: datetime,
    stream: str,
    files: Sequence[Stored] = (),
) -> Message:
    """Say something, with files or only files.

    `stream` is the engagement's, where there is one; otherwise the job's. Raises Invalid
    `message.empty` or `message.long`.
    """
    words = body.strip()
    if not words and not files:
        raise Invalid("message.empty", field="body")
    if len(words) > LONGEST:
        raise Invalid("message.long", field="body", most=LONGEST)
    conversation.last_number += 1
    message = Message(
        conversation_id=conversation.id,
        number=conversation.last_number,
        author_id=by.id,
        body=words,
        at=at,
    )
    session.add(message)
    session.flush()
    talk_files.attach_all(
        session, files, place_kind="message", place_id=message.id, by=by, at=at,
        conversation_id=conversation.id,
    )  # fmt: skip
    mark_read(session, conversation.id, by.id, message.number)
    facts = {"conversation": conversation.id, "author": by.id, "files": len(files)}
    events.record(
        session, stream, "message.posted", by=by.id, at=at, subject=("message", message.id),
        facts=facts,
    )  # fmt: skip
    return message


def mark_read(session: Session, conversation_id: str, person_id: str, number: int) -> None:
    """Note that a person has read a conversation up to a number; never backwards."""
    mark = session.get(ReadMark, (conversation_id, person_id))
    if mark is None:
        session.add(ReadMark(conversation_id=conversation_id, person_id=person_id, number=number))
    elif mark.number < number:
        mark.number = number


_ROWS = select(
    Message.id, Message.number, Message.author_id, Person.name, Message.body, Message.at
).join(Person, Person.id == Message.author_id)
_NEWEST = (
    _ROWS.where(Message.conversation_id == bindparam("conversation"))
    .where(Message.number < bindparam("before"))
    .order_by(Message.number.desc())
    .limit(bindparam("most"))
)
_SINCE = (
    _ROWS.where(Message.conversation_id == bindparam("conversation"))
    .where(Message.number >= bindparam("first"))
    .order_by(Message.number.desc())
    .limit(bindparam("most"))
)
_LAST = select(Conversation.last_number).where(Conversation.id == bindparam("conversation"))


def newest(
    session: Session, conversation_id: str, before: int | None = None, limit: int = PAGE
) -> list[MessageRow]:
    """The newest messages (before a number), in the order they were said; two queries."""
    facts = {"conversation": conversation_id, "before": before or 2**31 - 1, "most": limit}
    return _with_files(session, list(session.execute(_NEWEST, facts))[::-1])


def since(session: Session, conversation_id: str, first: int) -> list[MessageRow]:
    """The messages from a number on, oldest first, the newest hundred at most; two queries."""
    facts = {"conversation": conversation_id, "first": first, "most": MOST_NEW}
    return _with_files(session, list(session.execute(_SINCE, facts))[::-1])


def last_number(session: Session, conversation_id: str) -> int:
    """The number of the newest message, 0 where nothing was said."""
    return session.scalar(_LAST, {"conversation": conversation_id}) or 0


def _with_files(session: Session, rows: Sequence[Any]) -> list[MessageRow]:
    attached = talk_files.of_places(session, "message", [row.id for row in rows])
    return [
        MessageRow(id_, number, author, name, body, at, tuple(attached.get(id_, ())))
        for id_, number, author, name, body, at in rows
    ]
