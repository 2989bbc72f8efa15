"""The second person confirms what the first prepared, as it was typed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.escrow.bank import placing
from app.escrow.incoming import confirming
from app.escrow.models import Payment, Payout, Refund
from app.escrow.office import limits
from app.escrow.office.models import Preparation
from app.escrow.outgoing import payouts, refunds
from app.kernel.errors import Refused, WrongState
from app.people.models import Person


def second(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    """Do it, as the other one.

    Raises WrongState `preparing.decided`, Refused `preparing.yourself`, `preparing.export` (a file
    is confirmed by asking for the same file), and what the act itself raises.
    """
    if found.state != "waiting":
        raise WrongState("preparing.decided")
    if found.by_id == by.id:
        raise Refused("preparing.yourself")
    facts = found.told
    if found.act == "export":
        raise Refused("preparing.export")
    if found.act == "limit":
        limits.change(session, **facts, by=by, at=at)
        return
    if facts["entry"]:
        entry = placing.load(session, facts["entry"], by)
        if entry.state in ("new", "suspense"):
            placing.book(session, entry, facts["reference"], by=by, at=at)
            return
    if found.act == "refund":
        refunds.settle(session, session.get_one(Refund, found.subject_id), by=by, at=at)
    elif found.act == "payout":
        payouts.settle(session, session.get_one(Payout, found.subject_id), by=by, at=at)
    else:
        _receive(session, found, by=by, at=at)


def _receive(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    facts = found.told
    confirming.confirm(
        session, session.get_one(Payment, found.subject_id),
        received_minor=int(facts["received_minor"]),
        value_on=date.fromisoformat(facts["value_on"]) if facts["value_on"] else None,
        paid_by=facts["paid_by"], from_account=facts["from_account"],
        bank_reference=facts["bank_reference"], by=by, at=at,
    )  # fmt: skip


def can_second(found: Preparation, by: Person) -> bool:
    """Whether this person is the other one: the button is shown only then."""
    return found.state == "waiting" and found.by_id != by.id and found.act != "export"
