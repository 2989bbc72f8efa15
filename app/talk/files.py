"""Files: kept with a safe name, in one place, as the next version of their name."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.errors import NotFound
from app.kernel.text import clean_line
from app.people.models import Person
from app.talk.models import File
from app.talk.storage import Stored

LONGEST_NAME = 120
MOST_AT_ONCE = 20
"""The most files that one form takes."""

_PATH = re.compile(r"[\\/]")
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as a page shows it."""

    id: str
    place_id: str
    name: str
    version: int
    size: int
    media_type: str
    by_id: str
    at: datetime

    @property
    def size_text(self) -> str:
        """The size as people say it."""
        return size_text(self.size)


def safe_name(name: str) -> str:
    """The last part of a path, without what file systems or readers stumble over.

    >>> safe_name("../../x"), safe_name("C:\\\\work\\\\brief.pdf"), safe_name(" .. ")
    ('x', 'brief.pdf', 'file')
    """
    tidy = unicodedata.normalize("NFC", name)
    tidy = _PATH.split(tidy)[-1]
    tidy = clean_line(_UNSAFE.sub("", tidy)).strip(". ")
    if len(tidy) > LONGEST_NAME:
        stem, dot, ending = tidy.rpartition(".")
        if not dot or len(ending) > 12:
            stem, dot, ending = tidy, "", ""
        tidy = stem[: LONGEST_NAME - len(dot + ending)].rstrip(". ") + dot + ending
    return tidy or "file"


def media_type(name: str) -> str:
    """What the name says the bytes are; downloads are attachments whatever this is."""
    return mimetypes.guess_type(name, strict=True)[0] or "application/octet-stream"


def size_text(size: int) -> str:
    """A size in bytes as people say it.

    >>> size_text(900), size_text(18_400), size_text(2_600_000)
    ('900 bytes', '18 KB', '2.6 MB')
    """
    if size < 1000:
        return f"{size} byte" if size == 1 else f"{size} bytes"
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"


def attach(
    session: Session,
    incoming: Stored,
    *,
    place_kind: str,
    place_id: str,
    by: Person,
    at: datetime,
    conversation_id: str | None = None,
    stream: str | None = None,
) -> File:
    """Keep a file in a place, as the next version of its name in that conversation or place.

    Args:
        incoming: bytes that the storage has kept already.
        conversation_id: of the proposal or workroom, where the place belongs to one.
        stream: the event stream to record `file.added` on; none where the act around it tells.
    """
    same_room = (
        File.conversation_id == conversation_id
        if conversation_id
        else (File.place_kind == place_kind) & (File.place_id == place_id)
    )
    name = safe_name(incoming.name)
    last = session.scalar(select(func.max(File.version)).where(same_room, File.name == name))
    file = File(
        place_kind=place_kind,
        place_id=place_id,
        conversation_id=conversation_id,
        name=name,
        version=(last or 0) + 1,
        size=incoming.size,
        media_type=incoming.media_type,
        sha256=incoming.sha256,
        by_id=by.id,
        at=at,
    )
    session.add(file)
    session.flush()
    if stream:
        facts = {"name": name, "version": file.version}
        events.record(
            session, stream, "file.added", by=by.id, at=at, subject=("file", file.id), facts=facts
        )
    return file


def attach_all(
    session: Session,
    incoming: Iterable[Stored],
    *,
    place_kind: str,
    place_id: str,
    by: Person,
    at: datetime,
    conversation_id: str | None = None,
) -> list[File]:
    """Keep several files in a place whose own event tells of them."""
    return [
        attach(
            session, one, place_kind=place_kind, place_id=place_id, by=by, at=at,
            conversation_id=conversation_id,
        )
        for one in incoming
    ]  # fmt: skip


def load(session: Session, file_id: str) -> File:
    """A file by its id, or NotFound. Whoever calls this asks for permission next."""
    file = session.get(File, file_id)
    if file is None:
        raise NotFound
    return file


_COLUMNS = (
    File.id, File.place_id, File.name, File.version, File.size, File.media_type, File.by_id, File.at
)  # fmt: skip
_OF_PLACES = (
    select(*_COLUMNS)
    .where(
        File.place_kind == bindparam("kind"),
        File.place_id.in_(bindparam("places", expanding=True)),
    )
    .order_by(File.at, File.id)
)
_OF_CONVERSATION = (
    select(*_COLUMNS)
    .where(File.conversation_id == bindparam("conversation"))
    .order_by(File.at.desc(), File.id)
    .limit(bindparam("most"))
)


def of_places(session: Session, kind: str, places: Iterable[str]) -> dict[str, list[FileRow]]:
    """The files of several places of one kind, by place, oldest first; one query."""
    found: dict[str, list[FileRow]] = {}
    wanted = list(places)
    if wanted:
        for row in session.execute(_OF_PLACES, {"kind": kind, "places": wanted}):
            found.setdefault(row.place_id, []).append(FileRow(*row))
    return found


def of_place(session: Session, kind: str, place_id: str) -> list[FileRow]:
    """The files of one place, oldest first."""
    return of_places(session, kind, [place_id]).get(place_id, [])


def of_conversation(session: Session, conversation_id: str, *, limit: int = 200) -> list[FileRow]:
    """Every file of a proposal or workroom (all versions), newest first; one query."""
    rows = session.execute(_OF_CONVERSATION, {"conversation": conversation_id, "most": limit})
    return [FileRow(*row) for row in rows]
