"""CSV, as banks and spreadsheets write it: what each column is, is proposed and then chosen."""

from __future__ import annotations

from collections.abc import Collection

from app.adapters.bank.table.columns import QUESTIONS, Columns, Table

__all__ = ["QUESTIONS", "Columns", "Table", "check", "propose"]


def propose(data: bytes, *, own: Collection[str] = ()) -> Table | None:
    """What a CSV seems to be, for the operator to look at; None for the other formats.

    `own` are numbers of the board's own accounts. Raises Invalid as `reading.read` does.
    """
    raise NotImplementedError


def check(data: bytes, columns: Columns) -> tuple[str, ...]:
    """What is still open once an operator has chosen: codes of `QUESTIONS`; empty when all is said.

    Raises Invalid where a column is not in the table, or one is taken for two things.
    """
    raise NotImplementedError
