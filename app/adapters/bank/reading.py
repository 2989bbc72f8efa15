"""A bank statement's file as plain lines, whatever its format; read whole or not at all."""

from __future__ import annotations

from app.adapters.bank.camt import Camt
from app.adapters.bank.mt940 import Mt940
from app.adapters.bank.ofx import Ofx
from app.adapters.bank.table.old import Table
from app.escrow.bank.lines import Reader, Statement
from app.kernel.errors import Invalid

READERS: tuple[Reader, ...] = (Camt(), Ofx(), Mt940(), Table())
"""Asked in this order; the table takes what nobody else knows."""
MOST_BYTES = 10 * 1024 * 1024


def read(data: bytes) -> list[Statement]:
    """The statements of a file.

    Raises Invalid for the field `files`: `statement.large`, `statement.unreadable`,
    `statement.unsafe`, `statement.none`, `statement.columns`.
    """
    if len(data) > MOST_BYTES:
        raise Invalid("statement.large", field="files", most=MOST_BYTES // 1048576)
    text = decoded(data)
    reader = next(one for one in READERS if one.knows(text))
    found = reader.read(text)
    if not any(statement.lines for statement in found):
        raise Invalid("statement.none", field="files", format=reader.name)
    return found


def decoded(data: bytes) -> str:
    """A file's text: UTF-8 or UTF-16 where it says so, else what Windows writes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
