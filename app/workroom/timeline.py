"""The conversation with its event lines, and the history: one stream, read newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from app.kernel.events import Event
from app.people.models import Person
from app.talk import files
from app.talk.files import FileRow
from app.talk.models import Message

PAGE = 15
HISTORY_PAGE = 50
BORING = (
    "milestone.fundable", "payment.started", "payment.confirmed", "payment.cancelled",
    "payment.expired", "payment.failed", "payment.superseded", "payment.not_sent",
    "ask.overtaken", "report.asked", "report.nudged", "terms.countered",
    "selection.settled", "feedback.left", "cover.returned", "preparation.made",
    "preparation.seconded", "preparation.cancelled",
)  # fmt: skip
"""What only the history tells, so that the conversation stays one."""
CHECKPOINT = '"checkpoint":true'
"""Only of a checkpoint does the conversation tell the approval: otherwise it tells the release."""
OF_THE_REST = '"scope":"rest"'
"""Such an ask came with the release of a part, whose line says that the rest is asked back."""

_Actor = aliased(Person)
_COLUMNS = (
    Event.number, Event.kind, Event.at, Event.actor_id, Event.subject_kind, Event.subject_id,
    Event.facts, Event.words, _Actor.name.label("actor_name"),
)  # fmt: skip
_STREAM = (
    select(*_COLUMNS, Message.body, Message.number.label("said"))
    .select_from(Event)
    .outerjoin(_Actor, _Actor.id == Event.actor_id)
    .outerjoin(
        Message,
        and_(Event.subject_kind == literal_column("'message'"), Message.id == Event.subject_id),
    )
    .where(Event.stream == bindparam("stream"), Event.number < bindparam("before"))
    .order_by(Event.number.desc())
    .limit(bindparam("most"))
)
TALK = _STREAM.where(Event.kind.not_in(BORING))
HISTORY = (
    select(*_COLUMNS)
    .select_from(Event)
    .outerjoin(_Actor, _Actor.id == Event.actor_id)
    .where(Event.stream == bindparam("stream"), Event.number < bindparam("before"))
    .order_by(Event.number.desc())
    .limit(bindparam("most"))
)
EARLIER = select(func.count()).where(
    Message.conversation_id == bindparam("conversation"),
    Message.at <= bindparam("begun", type_=Message.at.type),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A message (`body` is set) or an event line, as it stands in the stream."""

    number: int
    kind: str
    at: datetime
    actor_id: str | None
    actor_name: str
    facts: dict[str, Any]
    words: str
    subject_kind: str = ""
    subject_id: str = ""
    body: str | None = None
    files: tuple[FileRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Items oldest first, and the number before which older ones are found (0: none)."""

    items: tuple[Item, ...]
    older: int


def page(session: Session, engagement_id: str, before: int = 0, limit: int = PAGE) -> Page:
    """Messages and events of a workroom, the newest `limit` before a number; two queries."""
    rows = _rows(session, TALK, engagement_id, before, limit)
    shown = rows[:limit][::-1]
    with_files = [row.subject_id for row in shown if row.body is not None and _files(row)]
    attached = files.of_places(session, "message", with_files)
    items = [
        _item(row, row.body, tuple(attached.get(row.subject_id, ())))
        for row in shown
        if not _said_besides(row)
    ]
    return Page(tuple(items), shown[0].number if len(rows) > limit else 0)


def history(
    session: Session, engagement_id: str, before: int = 0, limit: int = HISTORY_PAGE
) -> Page:
    """Every event, newest first; one query."""
    rows = _rows(session, HISTORY, engagement_id, before, limit)
    shown = rows[:limit]
    return Page(tuple(map(_item, shown)), shown[-1].number if len(rows) > limit else 0)


def talked_before(session: Session, conversation_id: str, begun: datetime) -> int:
    """How many messages of the proposal's talk came along into the workroom."""
    given = {"conversation": conversation_id, "begun": begun}
    return int(session.connection().execute(EARLIER, given).scalar() or 0)


def _rows(
    session: Session, statement: Any, engagement_id: str, before: int, limit: int
) -> Sequence[Row[Any]]:
    given = {
        "stream": f"engagement:{engagement_id}",
        "before": before or 2**31 - 1,
        "most": limit + 1,
    }
    rows: Sequence[Row[Any]] = session.connection().execute(statement, given).all()
    return rows


def _said_besides(row: Row[Any]) -> bool:
    """Whether another line of the conversation says it: the release, or that of a part."""
    if row.kind == "milestone.approved":
        return CHECKPOINT not in row.facts
    return row.kind == "ask.made" and OF_THE_REST in row.facts


def _files(row: Row[Any]) -> int:
    return int(json.loads(row.facts).get("files") or 0)


def _item(row: Row[Any], body: str | None = None, attached: tuple[FileRow, ...] = ()) -> Item:
    return Item(
        number=row.number,
        kind=row.kind,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name or "",
        facts=json.loads(row.facts),
        words=row.words or "",
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        body=body,
        files=attached,
    )
