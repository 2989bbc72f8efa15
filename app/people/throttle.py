"""Guessing is slowed down, for each account and each network address, in the database.

A try is counted before the password is looked at, in a transaction of its own, so that twenty
guesses at once count as twenty; a try that was right is taken back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.kernel.errors import Refused
from app.kernel.text import fold_email
from app.people import tokens
from app.people.models import Throttle

WINDOW = timedelta(minutes=15)
ACCOUNT_LIMIT = 10
ADDRESS_LIMIT = 60


def check(session: Session, account: str, address: str, at: datetime) -> None:
    """Raises Refused("sign_in.throttled", minutes=…) after too many failures."""
    for key, limit in _keys(account, address):
        row = session.get(Throttle, key)
        if row is not None and at < row.since + WINDOW and row.failures >= limit:
            left = (row.since + WINDOW - at).total_seconds() / 60
            raise Refused("sign_in.throttled", minutes=ceil(left))


def fail(session: Session, account: str, address: str, at: datetime) -> None:
    """Count one failure for the account and for the address."""
    for key, _limit in _keys(account, address):
        row = session.get(Throttle, key)
        if row is None:
            row = Throttle(key=key, since=at, failures=0)
            session.add(row)
        if not row.since <= at < row.since + WINDOW:  # over, or the clock was set back
            row.since, row.failures = at, 0
        row.failures += 1
    session.flush()


def clear(session: Session, account: str, address: str) -> None:
    """A try that was right: the account's failures go, and the address gets this one back."""
    (by_account, _), (by_address, _) = _keys(account, address)
    if row := session.get(Throttle, by_account):
        session.delete(row)
    if (row := session.get(Throttle, by_address)) and row.failures:
        row.failures -= 1
    session.flush()


def forget(session: Session, *, at: datetime) -> None:
    """Drop counters whose window is long over."""
    session.execute(delete(Throttle).where(Throttle.since < at - 4 * WINDOW))


def _keys(account: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
    return (
        (f"account:{tokens.digest(fold_email(account))[:32]}", ACCOUNT_LIMIT),
        (f"address:{address[:60]}", ADDRESS_LIMIT),
    )
