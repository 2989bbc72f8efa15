"""Which column of a CSV is taken for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Columns:
    """What an operator has chosen, or what is proposed: places of columns, counted from 0.

    Either `amount` (with its sign, or with the `side` beside it), or `debit` and `credit`.
    `payer` is the name of who paid when money comes, `payee` of who was paid when money goes;
    most banks have one column for both. What is open is None (or empty), and `check` says so.
    """

    date: int | None = None
    value_date: int | None = None
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    side: int | None = None
    words_in: tuple[str, ...] = ()
    words_out: tuple[str, ...] = ()
    currency: int | None = None
    fixed_currency: str = ""
    payer: int | None = None
    payee: int | None = None
    payer_account: int | None = None
    payee_account: int | None = None
    own_account: int | None = None
    text: tuple[int, ...] = ()
    kind: int | None = None
    status: int | None = None
    words_booked: tuple[str, ...] = ()
    words_open: tuple[str, ...] = ()
    bank_id: int | None = None
    end_to_end: int | None = None
    balance: int | None = None
    day_first: bool | None = None
    decimal: str = ""
    is_signed: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Columns:
        """What `to_json` gave; what is unknown is left out."""
        known = {one.name for one in fields(cls)}
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in kept.items()
            if name in known
        }
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV as it is shown to an operator before anything is taken.

    `header_key` tells tables with the same names of columns from all others. `values` are, for each
    column, the different words in it where they are few (a side, a status, a currency).
    `questions` are codes of `QUESTIONS`: what is open in `columns`.
    """

    header: tuple[str, ...]
    header_key: str
    samples: tuple[tuple[str, ...], ...]
    values: tuple[tuple[str, ...], ...]
    columns: Columns
    questions: tuple[str, ...]


QUESTIONS = {
    "date": "which column is the day",
    "amount": "which column is the amount",
    "currency": "the currency",
    "side": "which words mean money in, and which money out",
    "status": "which words of the status mean that a line is booked",
    "signed": "whether every amount is money in",
    "day_first": "whether the day or the month comes first",
    "decimal": "which sign stands before the decimals",
}
"""What can be open, in words that end the sentence “Say …”."""


def names(questions: Sequence[str]) -> str:
    """The questions as one list in words."""
    return ", ".join(QUESTIONS[one] for one in questions)
