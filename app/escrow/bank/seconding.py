"""The second person confirms what the first prepared, as it was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.escrow.bank import placing, taking_back
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import chargebacks, confirming
from app.escrow.models import Payment, Payout, Refund
from app.escrow.office import limits, taking_out
from app.escrow.office.models import Preparation
from app.escrow.outgoing import payouts, refunds, returned
from app.escrow.provider import CARD
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
    if facts.get("entry"):
        entry = placing.load(session, facts["entry"], by)
        if entry.state in ("new", "suspense") and found.act != "chargeback":
            placing.book(session, entry, facts["reference"], by=by, at=at)
            return
    _ACTS[found.act](session, found, by=by, at=at)


def _refund(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    refund = session.get_one(Refund, found.subject_id)
    if found.act == "refund":
        refunds.settle(session, refund, by=by, at=at)
    else:
        returned.refund(session, refund, reason=found.told["reason"], by=by, at=at)


def _payout(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    payout = session.get_one(Payout, found.subject_id)
    if found.act != "payout":
        returned.payout(session, payout, reason=found.told["reason"], by=by, at=at)
    elif payout.provider == CARD:
        payouts.let_leave(session, payout, by=by, at=at)
    else:
        payouts.settle(session, payout, by=by, at=at)


def _charge_back(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    payment, reason = session.get_one(Payment, found.subject_id), found.told["reason"]
    entry = session.get(BankEntry, found.told.get("entry", ""))
    if entry is not None and entry.state == "new":
        taking_back.charge_back(
            session, entry, payment, found.amount_minor, reason=reason, by=by, at=at
        )
        return
    chargebacks.charge_back(session, payment, found.amount_minor, reason=reason, by=by, at=at)


def _send_back(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    entry = session.get_one(BankEntry, found.subject_id)
    placing.send_back(session, entry, note=found.told["note"], by=by, at=at)


def _take_out(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    taking_out.take_out(
        session, found.amount_minor, found.currency, provider=found.told["provider"], by=by, at=at
    )


def _receive(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    facts, payment = found.told, session.get_one(Payment, found.subject_id)
    received = int(facts["received_minor"])
    receipt = confirming.Receipt(
        date.fromisoformat(facts["value_on"]) if facts["value_on"] else None,
        facts["paid_by"], facts["from_account"], facts["bank_reference"],
    )  # fmt: skip
    if rest := int(facts.get("rest_minor", 0)):
        confirming.top_up(
            session, payment, receipt, received_minor=received, by=by, at=at, shown_minor=rest
        )
        return
    confirming.confirm(
        session, payment, received_minor=received, value_on=receipt.value_on,
        paid_by=receipt.paid_by, from_account=receipt.from_account,
        bank_reference=receipt.bank_reference, by=by, at=at,
    )  # fmt: skip


_ACTS: dict[str, Callable[..., None]] = {
    "payment": _receive, "refund": _refund, "refund_return": _refund, "payout": _payout,
    "payout_return": _payout, "chargeback": _charge_back, "sent_back": _send_back,
    "fees": _take_out,
}  # fmt: skip


def can_second(found: Preparation, by: Person) -> bool:
    """Whether this person is the other one: the button is shown only then."""
    return found.state == "waiting" and found.by_id != by.id and found.act != "export"
