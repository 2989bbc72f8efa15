"""A bank statement's file as plain lines, whatever its format; read whole or not at all."""

from __future__ import annotations

from collections.abc import Collection

from app.adapters.bank import archive, table
from app.adapters.bank.formats import reader_of, text_of
from app.adapters.bank.plain import MOST_LINES
from app.adapters.bank.table.columns import Columns
from app.escrow.bank.lines import Statement
from app.kernel.errors import Invalid

MOST_BYTES = 10 * 1024 * 1024


def unpack(data: bytes, file_name: str = "") -> list[tuple[str, bytes]]:
    """Names and bytes of the files in a ZIP; any other file as it is. Raises Invalid."""
    if len(data) > MOST_BYTES:
        raise Invalid("statement.large", field="files", most=MOST_BYTES // 1048576)
    if archive.is_archive(data):
        return archive.files_of(data, MOST_BYTES)
    return [(file_name, data)]


def read(
    data: bytes,
    *,
    columns: Columns | None = None,
    file_name: str = "",
    own: Collection[str] = (),
) -> list[Statement]:
    """The statements of a file, or of all files in a ZIP.

    A CSV is read by `columns`, or, where nothing is open, as it is proposed. `own` are numbers
    of the board's accounts. Raises Invalid for the field `files`, with a code that begins with
    `statement.`.
    """
    found: list[Statement] = []
    for _, content in unpack(data, file_name):
        found += _statements(content, columns, own)
    lines = sum(len(one.lines) for one in found)
    if lines > MOST_LINES:
        raise Invalid("statement.many", field="files", most=MOST_LINES)
    if not lines:
        raise Invalid("statement.none", field="files", format=found[0].format if found else "")
    return found


def _statements(data: bytes, columns: Columns | None, own: Collection[str]) -> list[Statement]:
    text = text_of(data)
    reader = reader_of(text)
    if reader is not None:
        return reader.read(text)
    return table.read(text, columns, own)
