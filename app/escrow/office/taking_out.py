"""The board's own money: fees that whoever keeps the money moved to the firm's own account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger
from app.escrow.models import Account, Transfer
from app.escrow.office import authority, preparing
from app.kernel import clock, events
from app.kernel.base import stamp
from app.kernel.errors import Invalid, NotFound
from app.people.models import Board, Person

KEY = "fees:"
"""How the keys of these transfers begin."""


def taken_that_day(session: Session, currency: str, at: datetime) -> int:
    """How much of the fees left on the day of `at` until now, in minor units."""
    zone = session.get_one(Board, 1).zone
    begins = clock.at_hour(clock.day_in(at, zone), 0, zone)
    taken = (
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(Account, Account.id == Transfer.from_id)
        .where(
            Account.kind == "fees",
            Account.currency == currency,
            Transfer.key.startswith(KEY),
            Transfer.at >= stamp(begins),
        )
    )
    return int(session.scalar(taken) or 0)


def take_out(
    session: Session,
    amount_minor: int,
    currency: str,
    *,
    provider: str = "bank",
    by: Person,
    at: datetime,
) -> bool:
    """Mark that this much of the fees (minor units) left the bank account that holds the escrow.

    False: with what was taken out on the same day of the board's zone it is above the limit, and
    waits for a second person (`preparing`). Raises NotFound for whoever does not keep the money;
    Invalid `fees.nothing`, `fees.too_much` (field amount), and what `preparing.in_force` raises.
    """
    if not authority.sees_all_money(by):
        raise NotFound("fees")
    if amount_minor <= 0:
        raise Invalid("fees.nothing", field="amount")
    stands = ledger.balance(session, accounts.fees(), currency)
    if amount_minor > stands:
        raise Invalid("fees.too_much", field="amount", balance_minor=stands, currency=currency)
    whole = taken_that_day(session, currency, at) + amount_minor  # or it could go in small pieces
    if not preparing.in_force(
        session, "fees", currency, same=str(amount_minor), amount_minor=amount_minor,
        currency=currency, facts={"provider": provider}, stream="board", by=by, at=at,
        always=preparing.needs_two(session, whole, currency),
    ):  # fmt: skip
        return False
    told = events.record(
        session,
        "board",
        "fees.taken_out",
        by=by.id,
        at=at,
        subject=("board", "1"),
        facts={"amount_minor": amount_minor, "currency": currency},
        tell=False,
    )
    ledger.transfer(
        session,
        source=accounts.fees(),
        target=accounts.bank(provider),
        currency=currency,
        amount_minor=amount_minor,
        key=f"{KEY}{told.id}",
        event_id=told.id,
        at=at,
    )
    return True
