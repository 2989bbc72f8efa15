"""How a line of a statement settles what it names, each through the verb that people use, too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.escrow.bank.models import BankEntry
from app.escrow.incoming import confirming
from app.escrow.models import Payment, Payout, Refund
from app.escrow.outgoing import payouts, refunds, returned
from app.kernel.errors import Invalid
from app.people.models import Person


def settle(
    session: Session,
    entry: BankEntry,
    thing: Payment | Refund | Payout,
    *,
    more_follows: bool,
    by: Person,
    at: datetime,
) -> str:
    """Settle what a line names; returns what the line has settled by its id, or nothing where it

    waits for a second person. `more_follows`: other lines have the rest of a payment.
    """
    if isinstance(thing, Payment):
        return _receive(session, entry, thing, more_follows=more_follows, by=by, at=at)
    if entry.amount_minor > 0:
        back = _come_back(session, entry, thing, by=by, at=at)
        return f"{thing.id}:returned" if back else ""
    _exact(entry, thing)
    if isinstance(thing, Refund):
        done = refunds.settle(session, thing, by=by, at=at, entry_id=entry.id)
    else:
        done = payouts.settle(session, thing, by=by, at=at, entry_id=entry.id)
    return thing.id if done else ""


def _receive(
    session: Session,
    entry: BankEntry,
    payment: Payment,
    *,
    more_follows: bool,
    by: Person,
    at: datetime,
) -> str:
    receipt = confirming.Receipt(
        entry.value_on, entry.name[:200], entry.other_account[:100], entry.bank_id[:200], entry.id
    )
    if payment.state == "settled":
        part = confirming.top_up(
            session, payment, receipt, received_minor=entry.amount_minor, by=by, at=at,
            more_follows=more_follows,
        )  # fmt: skip
        return part.id if part else ""
    done = confirming.confirm(
        session, payment, received_minor=entry.amount_minor, by=by, at=at,
        value_on=receipt.value_on, paid_by=receipt.paid_by, from_account=receipt.from_account,
        bank_reference=receipt.bank_reference, entry_id=entry.id, more_follows=more_follows,
    )  # fmt: skip
    return payment.id if done else ""


def _come_back(
    session: Session, entry: BankEntry, thing: Refund | Payout, *, by: Person, at: datetime
) -> bool:
    """What we had sent is here again: it is a balance, and its person is told."""
    _exact(entry, thing)
    if thing.state != "settled":
        raise Invalid("entry.not_sent", field="reference")
    reason = entry.text or "It came back from the bank."
    if isinstance(thing, Refund):
        return returned.refund(session, thing, reason=reason, by=by, at=at, entry_id=entry.id)
    return returned.payout(session, thing, reason=reason, by=by, at=at, entry_id=entry.id)


def _exact(entry: BankEntry, thing: Refund | Payout) -> None:
    if abs(entry.amount_minor) != thing.amount_minor:
        raise Invalid(
            "entry.amount", field="reference", amount_minor=thing.amount_minor,
            currency=thing.currency,
        )  # fmt: skip
