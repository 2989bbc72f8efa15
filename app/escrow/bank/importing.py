"""Bank statements come in: each line is kept once, however often a statement is imported.

A file is kept first, then its lines in chunks, each in a transaction of its own, so that nobody
waits for long. Until the last line is in, the file is being read, and none of its lines can be
decided on. Whoever goes on (this request, the scheduled task, another process) begins where the
last chunk ended.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, defer

from app.escrow.bank import deduplication, reversals
from app.escrow.bank.lines import Line, Statement, keyed
from app.escrow.bank.models import BankEntry, BankImport, BankStatement
from app.escrow.office import authority
from app.kernel import events
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person

CHUNK = 250
"""How many lines one transaction keeps."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many lines of a file were new, and how many were known already."""

    new: int
    known: int


OPENED = 500
"""How many lines one transaction lets people decide on, once all are in."""
Row = tuple[int, str, Line]
"""Which statement of its file a line stands in, what tells it from all others, and the line."""


def keep(
    session: Session, statements: Sequence[Statement], *, file_name: str, by: Person, at: datetime
) -> Imported:
    """Keep the lines of a short file at once; nothing is booked. Raises NotFound."""
    kept = begin(session, statements, file_name=file_name, by=by, at=at)
    while read_on(session, kept, statements, at=at):
        pass
    return counted(session, kept)


def begin(
    session: Session,
    statements: Sequence[Statement],
    *,
    file_name: str,
    content: bytes = b"",
    columns: str = "",
    header_key: str = "",
    by: Person,
    at: datetime,
) -> BankImport:
    """Keep a file whose lines follow in chunks. `columns` is how its table is read, as JSON.

    Raises NotFound.
    """
    if not authority.sees_all_money(by):
        raise NotFound("money")
    kept = BankImport(
        file_name=file_name[:200], by_id=by.id, at=at, content=content, state="asking",
        header_key=header_key,
    )  # fmt: skip
    session.add(kept)
    start_reading(kept, statements, columns)
    session.flush()
    return kept


def start_reading(kept: BankImport, statements: Sequence[Statement], columns: str = "") -> None:
    """From now on its lines are read. Raises WrongState `statement.decided`."""
    if kept.state != "asking":
        raise WrongState("statement.decided")
    kept.state, kept.columns = "reading", columns
    kept.total_lines, kept.done_lines = sum(len(one.lines) for one in statements), 0
    skipped: dict[str, int] = {}
    for code, count in (pair for one in statements for pair in one.skipped):
        skipped[code] = skipped.get(code, 0) + count
    kept.skipped = json.dumps(skipped) if skipped else ""


def give_up(session: Session, kept: BankImport) -> None:
    """What was kept of a file cannot be read any more: none of its lines stays.

    A newer release may read a file differently; it has to be imported again.
    """
    mine = select(BankStatement.id).where(BankStatement.import_id == kept.id)
    session.execute(
        delete(BankEntry).where(BankEntry.statement_id.in_(mine), BankEntry.state == "reading")
    )
    kept.state, kept.content = "failed", b""
    session.flush()


def rows(statements: Sequence[Statement]) -> list[Row]:
    """Every line of a file in its order; the same for whoever reads the file."""
    return [
        (place, key, line)
        for place, statement in enumerate(statements)
        for key, line in keyed(statement.lines)
    ]


def read_on(
    session: Session,
    kept: BankImport,
    statements: Sequence[Statement],
    *,
    at: datetime,
    listed: Sequence[Row] | None = None,
) -> bool:
    """Keep the next chunk of a file's lines, and when the last is in, let people decide on them.

    False where nothing is left to do.
    """
    if kept.state == "opening":
        return _open_some(session, kept)
    if kept.state != "reading":
        return False
    listed = rows(statements) if listed is None else listed
    chunk = listed[kept.done_lines : kept.done_lines + CHUNK]
    found = _statements(session, kept, statements, {place for place, _, _ in chunk}, at)
    placed = [(found[place], key, line) for place, key, line in chunk]
    deduplication.keep_lines(session, kept, placed)
    kept.done_lines += len(chunk)
    if kept.done_lines < len(listed):
        session.flush()
        return True
    _finish(session, kept, statements, at=at)
    return _open_some(session, kept)


def counted(session: Session, kept: BankImport) -> Imported:
    """How many of its lines were new, and known, so far."""
    sums = (func.sum(BankStatement.new_lines), func.sum(BankStatement.known_lines))
    query = select(*(func.coalesce(one, 0) for one in sums))
    row = session.execute(query.where(BankStatement.import_id == kept.id)).one()
    return Imported(int(row[0]), int(row[1]))


def lately(session: Session, most: int = 10) -> list[BankImport]:
    """The newest files, with how far they are read, but without their content."""
    query = (
        select(BankImport)
        .options(defer(BankImport.content))
        .where(BankImport.state != "asking")
        .order_by(BankImport.at.desc(), BankImport.id)
        .limit(most)
    )
    return list(session.scalars(query))


def unfinished(session: Session) -> list[str]:
    """The files that are being read, oldest first, by their ids."""
    query = select(BankImport.id).where(BankImport.state.in_(("reading", "opening")))
    return list(session.scalars(query.order_by(BankImport.at, BankImport.id)))


def _statements(
    session: Session,
    kept: BankImport,
    statements: Sequence[Statement],
    places: set[int],
    at: datetime,
) -> dict[int, BankStatement]:
    """The kept statements of these places of the file; they are written with their first line."""
    query = select(BankStatement).where(
        BankStatement.import_id == kept.id, BankStatement.place.in_(places)
    )
    found = {one.place: one for one in session.scalars(query)}
    for place in sorted(places - found.keys()):
        said = statements[place]
        found[place] = BankStatement(
            import_id=kept.id, place=place, format=said.format, file_name=kept.file_name,
            account=said.account, by_id=kept.by_id, at=at, number=said.number[:100],
            currency=said.currency, opening_on=said.opening_on, opening_minor=said.opening_minor,
            closing_on=said.closing_on, closing_minor=said.closing_minor, new_lines=0,
            known_lines=0,
        )  # fmt: skip
        session.add(found[place])
    session.flush()
    return found


def _open_some(session: Session, kept: BankImport) -> bool:
    """From now on these lines can be decided on; False where they were the last ones."""
    mine = select(BankStatement.id).where(BankStatement.import_id == kept.id)
    query = select(BankEntry.id).where(
        BankEntry.statement_id.in_(mine), BankEntry.state == "reading"
    )
    ids = session.scalars(query.limit(OPENED)).all()
    session.execute(update(BankEntry).where(BankEntry.id.in_(ids)).values(state="new"))
    if len(ids) == OPENED:
        return True
    kept.state = "done"
    session.flush()
    return False


def _finish(
    session: Session, kept: BankImport, statements: Sequence[Statement], *, at: datetime
) -> None:
    """The last line is in: what takes back is paired, and the file is needed no more."""
    _statements(session, kept, statements, set(range(len(statements))), at)
    reversals.pair(session, kept.id, at=at)
    kept.state, kept.content = "opening", b""
    session.flush()
    counts = counted(session, kept)
    facts = {
        "format": statements[0].format if statements else "",
        "new": counts.new, "known": counts.known, "statements": len(statements),
    }  # fmt: skip
    events.record(
        session, "board", "statement.imported", by=kept.by_id, at=at,
        subject=("bank_import", kept.id), facts=facts, tell=False,
    )  # fmt: skip
