"""What the columns of a bank's CSV are: asked for each new header, and remembered.

Nothing of a file is taken before somebody has seen how it is read. Until then the file waits here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.escrow.bank.models import BankColumns, BankImport
from app.escrow.office import authority
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person

KEPT = timedelta(days=7)
"""How long a file waits for somebody to say what its columns are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A file that waits until somebody says what its columns are."""

    id: str
    file_name: str


def ask(
    session: Session, *, file_name: str, content: bytes, header_key: str, by: Person, at: datetime
) -> BankImport:
    """Keep a file until somebody says what its columns are; the same file once. Raises NotFound."""
    if not authority.sees_all_money(by):
        raise NotFound("money")
    query = select(BankImport).where(
        BankImport.state == "asking", BankImport.by_id == by.id, BankImport.content == content
    )
    kept = session.scalar(query.limit(1))
    if kept is None:
        kept = BankImport(
            file_name=file_name[:200], by_id=by.id, at=at, content=content, state="asking",
            header_key=header_key,
        )  # fmt: skip
        session.add(kept)
        session.flush()
    return kept


def load(session: Session, import_id: str, by: Person) -> BankImport:
    """The file that waits, for operators and bookkeepers.

    Raises NotFound, WrongState `statement.decided`.
    """
    found = session.get(BankImport, import_id)
    if found is None or not authority.sees_all_money(by):
        raise NotFound(f"bank import {import_id}")
    if found.state != "asking":
        raise WrongState("statement.decided")
    return found


def asking(session: Session) -> list[Asked]:
    """The files that wait for their columns, oldest first, without their content."""
    query = select(BankImport.id, BankImport.file_name).where(BankImport.state == "asking")
    rows = session.execute(query.order_by(BankImport.at, BankImport.id))
    return [Asked(row.id, row.file_name) for row in rows]


def remembered(session: Session, header_key: str) -> str:
    """How a table with this header was read last, as JSON; empty where nobody said."""
    found = session.get(BankColumns, header_key)
    return found.columns if found else ""


def remember(session: Session, header_key: str, columns: str, *, by: Person, at: datetime) -> None:
    """The next file with this header is read in the same way."""
    found = session.get(BankColumns, header_key) or BankColumns(header_key=header_key)
    found.columns, found.by_id, found.at = columns, by.id, at
    session.add(found)
    session.flush()


def forget(session: Session, header_key: str, *, by: Person) -> None:
    """The next file with this header is asked about again. Raises NotFound."""
    if not authority.sees_all_money(by):
        raise NotFound("money")
    session.execute(delete(BankColumns).where(BankColumns.header_key == header_key))


def discard(session: Session, kept: BankImport) -> None:
    """Nobody wants this file: nothing of it was taken, and nothing of it is kept."""
    session.delete(kept)
    session.flush()


def discard_old(session: Session, *, at: datetime) -> None:
    """Files that nobody said anything about for a week are not kept any longer."""
    session.execute(
        delete(BankImport).where(BankImport.state == "asking", BankImport.at < at - KEPT)
    )
