"""Reads a file that is kept to its last line, in short transactions: now, or after a kill."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from threading import Lock

from sqlalchemy.orm import Session

from app.adapters.bank import reading
from app.adapters.bank.accounts import numbers_in
from app.adapters.bank.table import Columns
from app.escrow.bank import importing, matching
from app.escrow.bank.lines import Statement
from app.escrow.bank.models import BankImport
from app.kernel.writing import writing

REQUEST_S = 20.0
"""How long a request reads, before the scheduled task goes on: proxies give up later than that."""
PAUSE_S = 0.12
"""How long others have the database between two chunks: SQLite looks every 0.1 s at the latest."""
_TURN = Lock()
"""Held for a chunk and its pause: a second reader of this process must not fill the pause."""
log = logging.getLogger("milepost.bank")


def read_kept(kept: BankImport, own: Collection[str]) -> list[Statement]:
    """The statements of a file that is kept, as it was said to be read. Raises Invalid."""
    columns = Columns.from_json(json.loads(kept.columns)["columns"]) if kept.columns else None
    return reading.read(kept.content, columns=columns, file_name=kept.file_name, own=own)


def read_through(
    session: Session,
    import_id: str,
    at: datetime,
    statements: Sequence[Statement] | None = None,
    *,
    most_s: float = math.inf,
) -> bool:
    """Keep all lines of a file, beginning where the last chunk ended; safe to do twice at once.

    Args:
        statements: those of the file, where it was read already.
        most_s: after so many seconds the scheduled task goes on instead.

    False where it is not read to its end.
    """
    until = time.monotonic() + most_s
    if statements is None:
        statements = _read_again(session, import_id)
        if statements is None:
            return False
    listed = importing.rows(statements)
    more = True
    while more:
        with _TURN:
            with writing(session):
                session.expire_all()  # another process may have read on
                kept = session.get_one(BankImport, import_id)
                more = importing.read_on(session, kept, statements, at=at, listed=listed)
            time.sleep(PAUSE_S if more else 0)
        if more and time.monotonic() > until:
            return False
    return True


def _read_again(session: Session, import_id: str) -> list[Statement] | None:
    kept = session.get_one(BankImport, import_id)
    if kept.state != "reading":
        session.rollback()
        return []
    own = numbers_in(matching.own_accounts(session))
    session.expunge(kept)
    session.rollback()  # a long file is not parsed while others wait for the database
    try:
        statements = read_kept(kept, own)
    except Exception as trouble:  # its words may name people and accounts
        log.error(
            "a bank file cannot be read any more: %s", getattr(trouble, "code", type(trouble))
        )
        with writing(session):
            importing.give_up(session, session.get_one(BankImport, import_id))
        return None
    return statements
