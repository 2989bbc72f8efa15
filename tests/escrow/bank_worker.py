"""A process of its own that reads a bank file to its last line; it may be killed meanwhile."""

from __future__ import annotations

from multiprocessing.connection import Connection

from app.adapters.bank import importer, reading
from app.adapters.bank.table import Columns
from app.escrow.bank import importing
from app.kernel.writing import writing
from app.people.models import Person
from tests.databases import opened
from tests.stories import NOON

HEAD = "Date;Amount;Currency;Payer;Reference\n"
COLUMNS = Columns(date=0, amount=1, currency=2, payer=3, payee=3, text=(4,))


def file_of(lines: int) -> bytes:
    """A CSV of so many different lines."""
    rows = (
        f"2026-11-03;{number}.00;EUR;Ana Ruiz;rent {number}\n" for number in range(1, lines + 1)
    )
    return (HEAD + "".join(rows)).encode()


def begin(url: str, content: bytes, operator: str) -> str:
    """Keep the file, as the page does; returns the id."""
    from app.adapters.bank import table
    from app.blueprints.escrow.bank_uploads import said

    proposed = table.propose(content)
    assert proposed is not None
    statements = reading.read(content, columns=COLUMNS)
    with opened(url) as session, writing(session):
        kept = importing.begin(
            session, statements, file_name="bank.csv", content=content,
            columns=said(COLUMNS, proposed), by=session.get_one(Person, operator), at=NOON,
        )  # fmt: skip
        return kept.id


def main(url: str, content: bytes, import_id: str, operator: str, parent: Connection) -> None:
    """Read that file on, or (without an id) one of one's own."""
    import_id = import_id or begin(url, content, operator)
    with opened(url) as session:
        parent.send("ready")
        importer.read_through(session, import_id, NOON)
