"""Whether the statements of an account follow one another, by their balances and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.bank.models import BankImport, BankStatement

_MANY = 1000


@dataclass(frozen=True, slots=True)
class Balances:
    """What a statement says of itself."""

    account: str
    currency: str
    opening_on: date | None
    opening_minor: int | None
    closing_on: date | None
    closing_minor: int | None
    number: str

    @property
    def first_day(self) -> date:
        """The day of the opening balance, as far as the bank says it."""
        return self.opening_on or self.closing_on or date.min

    @property
    def last_day(self) -> date:
        """The day of the closing balance, as far as the bank says it."""
        return self.closing_on or self.opening_on or date.min


@dataclass(frozen=True, slots=True)
class Gap:
    """Two statements between which something is missing: `numbers` of them, or their balances."""

    before: Balances
    after: Balances
    numbers: int = 0


def gaps(session: Session, most: int = 5) -> list[Gap]:
    """What is missing between the statements that were imported, newest first; one question."""
    query = (
        select(
            BankStatement.account, BankStatement.currency, BankStatement.opening_on,
            BankStatement.opening_minor, BankStatement.closing_on, BankStatement.closing_minor,
            BankStatement.number,
        )
        .outerjoin(BankImport, BankImport.id == BankStatement.import_id)
        .where(
            BankStatement.closing_minor.is_not(None), BankImport.state.is_distinct_from("failed")
        )
        .order_by(BankStatement.at.desc(), BankStatement.id)
        .limit(_MANY)
    )  # fmt: skip
    accounts: dict[tuple[str, str], set[Balances]] = {}
    for row in session.execute(query):
        one = Balances(*row)
        accounts.setdefault((one.account, one.currency), set()).add(one)
    found = [gap for every in accounts.values() for gap in between(every)]
    return sorted(found, key=lambda gap: gap.after.last_day, reverse=True)[:most]


def between(every: Iterable[Balances]) -> list[Gap]:
    """What is missing between the statements of one account; that they overlap is fine."""
    listed = sorted(every, key=lambda one: (one.last_day, one.first_day, _number(one)))
    found = []
    for place, after in enumerate(listed[1:], 1):
        before = _last_before(listed[:place], after)
        if before is None:
            continue
        missing = _missing(before, after)
        differs = None not in (before.closing_minor, after.opening_minor) and (
            before.closing_minor != after.opening_minor
        )
        if differs or missing:
            found.append(Gap(before, after, missing))
    return found


def _last_before(earlier: Sequence[Balances], after: Balances) -> Balances | None:
    """The statement that this one should follow; nothing where it begins inside another one."""
    if any(one.first_day < after.first_day < one.last_day for one in earlier):
        return None
    ends = [one for one in earlier if one.last_day <= after.first_day]
    exact = [one for one in ends if one.closing_minor == after.opening_minor]
    newest = [one for one in ends if one.last_day == ends[-1].last_day] if ends else []
    return next((one for one in reversed(exact) if one in newest), ends[-1] if ends else None)


def _number(one: Balances) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", one.number))


def _missing(before: Balances, after: Balances) -> int:
    """How many numbers lie between two statements; many banks begin anew each year."""
    first, last = _number(before), _number(after)
    same_year = before.last_day.year == after.last_day.year
    if not (first and last and same_year) or last[0] <= first[0]:
        return 0
    return last[0] - first[0] - 1
