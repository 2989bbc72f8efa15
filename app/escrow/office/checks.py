"""What the nightly audit found, kept; and the sums that its letter says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow.models import Account
from app.escrow.office import tasks
from app.escrow.office.models import LedgerCheck

_SUBJECT = ("ledger", "audit")
_SUMS = {
    "In escrow": ("held", "prefunded"),
    "On balances": ("balance",),
    "On its way": ("refund_in_transit", "payout_in_transit"),
    "In suspense": ("suspense",),
    "Fees": ("fees",),
    "Borne by the board": ("loss",),
}
"""What the board holds, in groups of kinds of accounts."""


def keep(
    session: Session, night: str, seq: int, digest: str, troubles: int, *, at: datetime
) -> None:
    """Keep what a night's audit found; trouble is a task until an audit finds none."""
    session.add(LedgerCheck(night=night, at=at, seq=seq, hash=digest, troubles=troubles))
    session.flush()
    if troubles:
        said = "one thing" if troubles == 1 else f"{troubles} things"
        tasks.raise_task(session, "audit.failed", subject=_SUBJECT, facts={"count": said}, at=at)
    else:
        tasks.settle(session, "audit.failed", _SUBJECT, by=None, at=at)


def last(session: Session) -> LedgerCheck | None:
    """The newest audit's result."""
    return session.scalar(select(LedgerCheck).order_by(LedgerCheck.night.desc()).limit(1))


def totals(session: Session) -> list[list[str | int]]:
    """[what, amount in minor units, currency] of everything that is not nothing."""
    rows = session.execute(
        select(Account.currency, Account.kind, func.sum(Account.balance))
        .where(Account.kind.in_([kind for kinds in _SUMS.values() for kind in kinds]))
        .group_by(Account.currency, Account.kind)
        .order_by(Account.currency)
    ).all()
    found: list[list[str | int]] = []
    for currency in dict.fromkeys(row[0] for row in rows):
        for label, kinds in _SUMS.items():
            amount = sum(int(row[2]) for row in rows if row[0] == currency and row[1] in kinds)
            if amount:
                found.append([label, abs(amount), currency])
    return found
