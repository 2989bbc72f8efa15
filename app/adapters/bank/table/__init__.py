"""CSV, as banks and spreadsheets write it: what each column is, is proposed and then chosen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.adapters.bank.formats import reader_of, text_of
from app.adapters.bank.plain import refuse_many
from app.adapters.bank.table.columns import QUESTIONS, Columns, Table, names
from app.adapters.bank.table.dialect import Cells, Frame, framed
from app.adapters.bank.table.entries import statements
from app.adapters.bank.table.proposing import columns_of, header_key, proposed
from app.adapters.bank.table.questions import questions, validate
from app.adapters.bank.table.rows import sorted_rows
from app.escrow.bank.lines import Statement
from app.kernel.errors import Invalid

__all__ = ["QUESTIONS", "Columns", "Table", "check", "propose", "read"]


def propose(data: bytes, *, own: Collection[str] = ()) -> Table | None:
    """What a CSV seems to be, for the operator to look at; None for the other formats.

    `own` are numbers of the board's own accounts. Raises Invalid as `reading.read` does.
    """
    text = text_of(data)
    if reader_of(text) is not None:
        return None
    frame = _filled(text)
    columns, doubts = proposed(frame, own)
    rows = _lines(frame, columns)
    refuse_many(len(rows))
    try:
        still = _open(frame, columns, doubts)
    except Invalid:  # a row does not fit: the operator sees it, and may choose other columns
        still = doubts or ("date", "amount")
    return Table(
        header=frame.header,
        header_key=header_key(frame),
        samples=_samples(frame, rows),
        values=tuple(one.values for one in columns_of(frame)),
        columns=columns,
        questions=still,
    )


def check(data: bytes, columns: Columns) -> tuple[str, ...]:
    """What is still open once an operator has chosen: codes of `QUESTIONS`; empty when all is said.

    Raises Invalid where a column is not in the table, or one is taken for two things; `field` is
    then the name of what is wrong in `Columns`.
    """
    frame = framed(text_of(data))
    validate(frame, columns)
    return questions(frame, columns)


def read(text: str, columns: Columns | None, own: Collection[str]) -> list[Statement]:
    """The statements in a CSV's text. Raises Invalid where anything is open."""
    frame = _filled(text)
    doubts: tuple[str, ...] = ()
    if columns is None:
        columns, doubts = proposed(frame, own)
    else:
        validate(frame, columns)
    still = [one for one in _open(frame, columns, doubts) if one != "decimal"]
    if still:  # an open decimal sign is refused where it stands, with the number
        raise Invalid("statement.columns", field="files", open=names(still))
    return statements(frame, columns, own)


def _filled(text: str) -> Frame:
    """The table in a text. Raises Invalid where no row stands below its names."""
    frame = framed(text)
    if not any(cells for _, cells in frame.rows):
        raise Invalid("statement.none", field="files", format="CSV")
    return frame


def _open(frame: Frame, columns: Columns, doubts: tuple[str, ...]) -> tuple[str, ...]:
    found = {*questions(frame, columns), *doubts}
    return tuple(one for one in QUESTIONS if one in found)


def _lines(frame: Frame, columns: Columns) -> list[Cells]:
    """The rows that count, or every row where that cannot be said yet."""
    try:
        return [row.cells for row in sorted_rows(frame, columns).lines]
    except Invalid:
        return [row for _, row in frame.rows if len(row) > 1]


def _samples(frame: Frame, rows: Sequence[Cells]) -> tuple[tuple[str, ...], ...]:
    """Up to three of these rows, as wide as the header."""
    width = len(frame.header)
    return tuple((row + ("",) * width)[:width] for row in rows[:3])
