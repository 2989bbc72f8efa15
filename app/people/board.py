"""What the operator decides for the whole board."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel import events
from app.people.models import Board, Person


def charge(
    session: Session,
    *,
    rate: int,
    minimum_minor: int,
    tax_rate: int,
    tax_words: str,
    billing: str,
    by: Person,
    at: datetime,
) -> None:
    """Change what the board keeps of releases, for terms that are sent from now on.

    Args:
        rate: thousandths of a percent; so is `tax_rate`, which is held in the fee.
        minimum_minor: for each milestone, in minor units of the board's currency.

    What was agreed keeps the fee that it was agreed with (decision 0070).
    """
    board = session.get_one(Board, 1)
    board.fee_rate, board.fee_minimum_minor = rate, minimum_minor
    board.fee_tax_rate, board.fee_tax_words, board.billing = tax_rate, tax_words, billing
    session.flush()
    events.record(
        session, "board", "board.fee_changed", by=by.id, at=at, subject=("board", "1"),
        facts={"rate": rate, "minimum_minor": minimum_minor, "currency": board.currency},
        tell=False,
    )  # fmt: skip


def describe(
    session: Session,
    *,
    name: str,
    zone: str,
    currency: str,
    contact_email: str,
    bank_account: str,
    open_joining: bool,
    privacy: str,
    conditions: str,
    by: Person,
    at: datetime,
) -> None:
    """Change the board's row; the history keeps who did, and whether the account is another."""
    board = session.get_one(Board, 1)
    facts = {"bank_account": board.bank_account != bank_account, "open_joining": open_joining}
    if board.currency != currency:
        board.fee_minimum_minor = 0  # it was an amount of the other one
    board.name, board.zone, board.currency = name, zone, currency
    board.contact_email, board.bank_account = contact_email, bank_account
    board.open_joining = open_joining
    board.privacy, board.conditions = privacy, conditions
    session.flush()
    events.record(
        session, "board", "board.changed", by=by.id, at=at, subject=("board", "1"), facts=facts,
        tell=False,
    )  # fmt: skip
