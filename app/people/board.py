"""What the operator decides for the whole board."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.errors import Invalid
from app.kernel.text import clean_line, clean_lines
from app.people.models import Board, Person, ReceivingAccount


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
    """Change the board's row; the history keeps who did, and whether the account is another.

    Raises Invalid("board.no_name", field="name").
    """
    if not clean_line(name):
        raise Invalid("board.no_name", field="name")
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


def set_limits(
    session: Session,
    *,
    tolerance_minor: int,
    two_operator_minor: int | None,
    by: Person,
    at: datetime,
) -> None:
    """By how much a payment may be short, and above what two people confirm (None: never).

    Both in minor units of the board's currency. Raises Invalid `board.two_needed` (field
    `two_operator_minor`) where fewer than two people see all money.
    """
    if two_operator_minor is not None and not enough_people(session):
        raise Invalid("board.two_needed", field="two_operator_minor")
    board = session.get_one(Board, 1)
    board.tolerance_minor, board.two_operator_minor = tolerance_minor, two_operator_minor
    session.flush()
    facts = {"tolerance_minor": tolerance_minor, "two_operator_minor": two_operator_minor}
    _record(session, "board.limits_changed", facts | {"currency": board.currency}, by=by, at=at)


def enough_people(session: Session, without: str = "") -> bool:
    """Whether two people see all money, so that one can confirm what the other prepared."""
    asked = select(Person.id).where(
        Person.is_operator | Person.is_bookkeeper, Person.stopped_at.is_(None)
    )
    return len(session.scalars(asked.where(Person.id != without).limit(2)).all()) > 1


def set_account(session: Session, currency: str, account: str, *, by: Person, at: datetime) -> None:
    """Where money in a currency comes to (empty: to the board's own bank account)."""
    session.execute(delete(ReceivingAccount).where(ReceivingAccount.currency == currency))
    account = clean_lines(account)
    if account:
        session.add(ReceivingAccount(currency=currency, account=account))
    session.flush()
    facts = {"currency": currency, "removed": not account}
    _record(session, "board.account_changed", facts, by=by, at=at)


def accounts(session: Session) -> dict[str, str]:
    """The receiving accounts by currency; the board's own one stands for every other."""
    rows = session.execute(select(ReceivingAccount).order_by(ReceivingAccount.currency))
    return {row.currency: row.account for row in rows.scalars()}


def account_for(session: Session, currency: str) -> str:
    """The board's account that takes money of a currency, as people read it; empty without one."""
    found = session.get(ReceivingAccount, currency)
    if found is not None:
        return found.account
    return session.scalar(select(Board.bank_account)) or ""


def _record(
    session: Session, kind: str, facts: dict[str, object], *, by: Person, at: datetime
) -> None:
    events.record(
        session, "board", kind, by=by.id, at=at, subject=("board", "1"), facts=facts, tell=False
    )
