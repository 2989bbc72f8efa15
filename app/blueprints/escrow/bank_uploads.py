"""Files from the bank, as they are uploaded: read, or to be asked about, or refused by name."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.adapters.bank import reading, table
from app.adapters.bank.table import Columns, Table
from app.escrow.bank import columns
from app.escrow.bank.lines import Statement
from app.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Upload:
    """A file: its statements, or (None) a question about its columns, or why it is refused."""

    name: str
    content: bytes
    statements: list[Statement] | None = None
    header_key: str = ""
    columns: str = ""
    refusal: Invalid | None = None


def read_all(
    session: Session, files: Collection[FileStorage], own: Collection[str]
) -> list[Upload]:
    """Read every file, and every file in a ZIP; nothing is kept yet."""
    found: list[Upload] = []
    for file in files:
        name = (file.filename or "").replace("\\", "/").rpartition("/")[2][:200]
        data = file.stream.read(reading.MOST_BYTES + 1)
        try:
            inside = reading.unpack(data, name)
        except Invalid as refusal:
            found.append(Upload(name, b"", refusal=refusal))
            continue
        found += [_read(session, one, content, own) for one, content in inside]
    return found


def said(chosen: Columns, read: Table) -> str:
    """Chosen columns with the names of the header, as they are kept."""
    return json.dumps({"columns": chosen.to_json(), "header": read.header})


def _read(session: Session, name: str, content: bytes, own: Collection[str]) -> Upload:
    try:
        proposed = table.propose(content, own=own)
        if proposed is None:
            return Upload(name, content, reading.read(content, file_name=name, own=own))
        known = columns.remembered(session, proposed.header_key)
        statements = _read_as(known, content, name, own) if known else None
        said_before = known if statements else ""
        return Upload(name, content, statements, proposed.header_key, said_before)
    except Invalid as refusal:
        return Upload(name, b"", refusal=refusal)


def _read_as(known: str, content: bytes, name: str, own: Collection[str]) -> list[Statement] | None:
    """A table as it was read last; None where that leaves something open, or does not fit it.

    Raises Invalid where other columns would not help.
    """
    chosen = Columns.from_json(json.loads(known)["columns"])
    try:
        if table.check(content, chosen):  # a word of a side that is new, say
            return None
        return reading.read(content, columns=chosen, file_name=name, own=own)
    except Invalid as refusal:
        if refusal.code not in ("statement.unreadable", "statement.column_missing"):
            raise
        return None
