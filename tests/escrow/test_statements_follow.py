"""A gap between two statements of an account is said; that they overlap is fine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.escrow.bank import gaps, importing
from app.escrow.bank.gaps import Balances, between
from app.escrow.bank.lines import Line, Statement
from tests import rooms
from tests.stories import NOON


def said(first: int, last: int, opening: int, closing: int, number: str = "") -> Balances:
    """A statement of November, from the day of its opening balance to that of its closing one."""
    on = (date(2026, 11, first), date(2026, 11, last))
    return Balances("DE89", "EUR", on[0], opening, on[1], closing, number)


WHOLE = {
    "one after the other": [said(1, 2, 0, 100), said(2, 3, 100, 50), said(3, 4, 50, 70)],
    "in any order": [said(3, 4, 50, 70), said(1, 2, 0, 100), said(2, 3, 100, 50)],
    "numbered": [said(1, 2, 0, 100, "1/1"), said(2, 3, 100, 50, "2/1")],
    "a new year": [
        replace(said(1, 2, 0, 100, "364"), closing_on=date(2026, 12, 31)),
        replace(
            said(2, 3, 100, 50, "1"), opening_on=date(2026, 12, 31), closing_on=date(2027, 1, 2)
        ),
    ],
    "overlapping": [said(1, 5, 0, 100), said(3, 9, 70, 200)],
    "a month and its days": [said(1, 9, 0, 90), said(1, 2, 0, 10), said(2, 9, 10, 90)],
    "several of one day": [said(2, 2, 0, 10, "5/1"), said(2, 2, 10, 30, "5/2"), said(2, 3, 30, 40)],
    "alone": [said(1, 2, 0, 100)],
}


@pytest.mark.parametrize("name", WHOLE)
def test_statements_that_follow_one_another_have_no_gap(name: str) -> None:
    assert between(WHOLE[name]) == []


def test_other_balances_and_missing_numbers_are_gaps() -> None:
    first, last = said(1, 2, 0, 100, "7"), said(5, 6, 130, 150, "9")
    (gap,) = between([last, first])
    assert (gap.before, gap.after, gap.numbers) == (first, last, 1)
    (gap,) = between([first, replace(last, opening_minor=100)])
    assert gap.numbers == 1
    assert between([first, last, said(2, 5, 100, 130, "8")]) == []


def test_the_gap_goes_when_what_lies_between_is_imported(session: Session) -> None:
    room = rooms.agreed(session, currency="EUR")

    def imports(first: int, last: int, opening: int, closing: int, **more: Any) -> None:
        line = Line(date(2026, 11, last), "EUR", closing - opening, text=f"{first}")
        facts: dict[str, Any] = {
            "opening_minor": opening, "closing_minor": closing, "currency": "EUR",
            "opening_on": date(2026, 11, first), "closing_on": date(2026, 11, last),
        }  # fmt: skip
        statement = Statement("CAMT.053", more.pop("account", "DE89"), (line,), **facts, **more)
        importing.keep(session, [statement], file_name="a", by=room.operator, at=NOON)

    imports(1, 2, 0, 100)
    imports(4, 5, 150, 160)
    imports(4, 5, 999, 1000, account="another")
    (gap,) = gaps.gaps(session)
    assert (gap.before.closing_minor, gap.after.opening_minor) == (100, 150)
    imports(2, 4, 100, 150)
    assert gaps.gaps(session) == []
