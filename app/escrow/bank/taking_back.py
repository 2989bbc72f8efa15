"""What people decide on two lines of which one takes the other back, as `reversals` paired them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.escrow.bank import placing
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import chargebacks
from app.escrow.models import Payment
from app.escrow.office import authority, tasks
from app.kernel import events
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person


def ignore_both(session: Session, entry: BankEntry, *, by: Person, at: datetime) -> None:
    """Money came and was taken back before anybody confirmed it: neither line moves anything.

    Raises NotFound, WrongState `entry.not_paired` or `entry.decided`.
    """
    credit = _credit(session, entry)
    waiting = [one for one in (credit, entry) if one.state == "new"]
    if not waiting:
        placing.check_open(entry)
    for one in waiting:
        placing.set_aside(session, one, by=by, at=at)


def separate(session: Session, entry: BankEntry, *, by: Person, at: datetime) -> None:
    """The two lines have nothing to do with each other: each is decided on by itself.

    Raises NotFound, WrongState `entry.not_paired` or `entry.decided`.
    """
    if not authority.sees_all_money(by):
        raise NotFound(f"bank entry {entry.id}")
    credit = _credit(session, entry)
    if credit.state != "new":
        placing.check_open(entry)
    entry.reverses_id, entry.is_reversal = None, False
    session.flush()
    facts = {"amount_minor": entry.amount_minor, "currency": entry.currency, "credit": credit.id}
    events.record(
        session, "board", "entry.separated", by=by.id, at=at, subject=("bank_entry", entry.id),
        facts=facts, tell=False,
    )  # fmt: skip
    tasks.settle(session, "reversal", ("bank_entry", entry.id), by=by, at=at)


def charge_back(
    session: Session,
    entry: BankEntry,
    payment: Payment,
    amount_minor: int,
    *,
    reason: str,
    by: Person,
    at: datetime,
) -> bool:
    """This line shows that the payer's bank took money of a confirmed payment back.

    False: it waits for a second person, and the line with it. Raises NotFound, WrongState
    `entry.decided`, and what `chargebacks.charge_back` raises.
    """
    placing.check_open(entry)
    made = chargebacks.charge_back(
        session, payment, amount_minor, reason=reason, by=by, at=at, entry_id=entry.id
    )
    if made is None:
        return False
    placing.settle_with(session, entry, "chargeback", made.id, code=payment.reference, by=by, at=at)
    tasks.settle(session, "reversal", ("bank_entry", entry.id), by=by, at=at)
    return True


def _credit(session: Session, entry: BankEntry) -> BankEntry:
    if entry.reverses_id is None:
        raise WrongState("entry.not_paired")
    return session.get_one(BankEntry, entry.reverses_id)
