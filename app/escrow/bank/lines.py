"""What a bank statement says, in plain words of our own; the formats are read in the adapters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """One entry that the bank has booked. `amount_minor` is below zero for money that went out.

    `bank_id` is the bank's own id of the line, empty where it gives none. `name` and
    `other_account` are of whoever paid, or was paid. `is_reversal` says that the bank marks the
    line as one that takes back an earlier one: a credit reversed, or a transfer that came back.
    """

    value_on: date
    currency: str
    amount_minor: int
    name: str = ""
    other_account: str = ""
    text: str = ""
    end_to_end: str = ""
    bank_id: str = ""
    is_reversal: bool = False

    @property
    def searched(self) -> tuple[str, ...]:
        """Every text in which a reference of ours may stand."""
        return tuple(text for text in (self.end_to_end, self.text, self.name) if text)


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of one of the board's accounts, in the order of the bank.

    The balances are what the bank says in `currency`, None where it does not; `number` is the
    statement's own number. `skipped` counts what was left out, by one of the codes in `SKIPPED`.
    """

    format: str
    account: str
    lines: tuple[Line, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    currency: str = ""
    opening_on: date | None = None
    closing_on: date | None = None
    number: str = ""
    skipped: tuple[tuple[str, int], ...] = ()


SKIPPED = ("pending", "cancelled", "zero", "balance")
"""Not booked yet; declined or taken back before it was booked; 0.00; a row that is a balance."""


class Reader(Protocol):
    """Reads one format: knows it when it sees it, and gives its statements."""

    name: str

    def knows(self, text: str) -> bool:
        """Whether a file is of this format."""
        ...

    def read(self, text: str) -> list[Statement]:
        """Its statements. Raises Invalid where it cannot be read as a whole."""
        ...


def keyed(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Each line with what tells it from all others of its account.

    That is the bank's own id with day and amount, or a digest of everything the line says. Lines
    that are alike in one statement are counted, so that two equal payments stay two, and an
    overlapping statement counts them in the same way.
    """
    seen: dict[str, int] = {}
    for line in lines:
        parts: tuple[object, ...] = (line.value_on, line.currency, line.amount_minor)
        if line.bank_id:
            parts = (line.bank_id, *parts)
        else:
            parts = (*parts, line.name, line.other_account, line.text, line.end_to_end)
        content = "\x1f".join(" ".join(str(part).split()) for part in parts)
        digest = hashlib.sha256(content.encode()).hexdigest()[:40]
        seen[digest] = seen.get(digest, 0) + 1
        yield f"{digest}:{seen[digest]}", line
