"""What did not arrive, or came back from a bank: refunds and payouts that are a balance again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger
from app.escrow.accounts import AccountName
from app.escrow.models import Payout, Refund, Transfer
from app.escrow.office import authority, preparing, tasks
from app.escrow.outgoing import payouts, waits
from app.escrow.provider import CARD
from app.kernel import events
from app.kernel.errors import Invalid, WrongState
from app.people.models import Person

REASON_MOST = 500


def can_return(thing: Refund | Payout) -> bool:
    """Whether it may still come back: it waits, or was sent, through a bank or a provider."""
    return thing.state in ("pending", "settled") and thing.provider not in ("test", "balance")


def refund(
    session: Session,
    refund: Refund,
    *,
    reason: str,
    by: Person | None,
    at: datetime,
    entry_id: str = "",
) -> bool:
    """The source cannot take it back: the client's balance is credited, and a task is raised.

    Args:
        by: the operator or bookkeeper; nobody where a provider reported it.
        entry_id: the bank's line that shows it.

    False: it is above the board's limit, and waits for a second person (`preparing`).
    Raises NotFound, Refused `money.own.not_yours`, WrongState `returned.over` or
    `returned.by_provider` (the provider says itself what becomes of it), Invalid
    `returned.reason_missing`, and what `preparing.in_force` raises.
    """
    engagement = session.get_one(Engagement, refund.engagement_id)
    parties = (engagement.client_id, engagement.freelancer_id)
    own = _may(session, refund, parties, reason, by, at)
    if by and not _in_force(session, refund, "refund", engagement.stream, reason, entry_id, by, at):
        return False
    transit = accounts.refund_in_transit(refund.provider)
    code = {"amount_minor": refund.amount_minor, "currency": refund.currency, "code": refund.code}
    facts = code | {"milestone": refund.milestone_id, "payment": refund.payment_id}
    _credit(
        session, refund, transit, engagement.stream, "refund", facts | own,
        reason=reason, by=by, at=at,
    )  # fmt: skip
    return True


def payout(
    session: Session,
    payout: Payout,
    *,
    reason: str,
    by: Person | None,
    at: datetime,
    entry_id: str = "",
) -> bool:
    """The bank could not pay it out, or sent it back: it is on the person's balance again.

    Also for one by the provider that two people were to let leave, and do not. Answers and raises
    as `refund` does.
    """
    own = _may(session, payout, (payout.person_id,), reason, by, at)
    stream = f"person:{payout.person_id}"
    if by and not _in_force(session, payout, "payout", stream, reason, entry_id, by, at):
        return False
    transit = accounts.payout_in_transit(payout.provider)
    facts = {"amount_minor": payout.amount_minor, "currency": payout.currency, "code": payout.code}
    _credit(session, payout, transit, stream, "payout", facts | own, reason=reason, by=by, at=at)
    return True


def reversed_there(
    session: Session, payout: Payout, their_id: str, amount_minor: int, *, at: datetime
) -> None:
    """Somebody took so many minor units of a payout back at the card provider's: once for each

    `their_id`. Its person's balance has them again; when nothing is left of it, the payout failed.
    """
    before = _reversed(session, payout)
    key = _REVERSED.format(payout.id) + their_id
    if payout.state != "settled" or key in before:
        return
    left = payout.amount_minor - sum(before.values())
    amount_minor = min(amount_minor, left)
    if amount_minor == left:
        payout.state, payout.settled_at = "failed", at
        session.flush()
    known = {"amount_minor": amount_minor, "currency": payout.currency, "code": payout.code}
    told = events.record(
        session, f"person:{payout.person_id}", "payout.reversed", by=None, at=at,
        subject=("payout", payout.id), facts=known,
    )  # fmt: skip
    ledger.transfer(
        session, source=accounts.bank(payout.provider), target=accounts.balance(payout.person_id),
        currency=payout.currency, amount_minor=amount_minor, key=key, event_id=told.id, at=at,
    )  # fmt: skip
    person = session.get_one(Person, payout.person_id)
    tasks.raise_task(
        session, "payout.reversed", subject=("transfer_reversal", their_id),
        facts=known | {"person": person.name}, at=at,
    )  # fmt: skip


_REVERSED = "payout:{}:reversed:"


def _reversed(session: Session, payout: Payout) -> dict[str, int]:
    """By key, what was taken back of a payout at the provider's so far."""
    rows = select(Transfer.key, Transfer.amount).where(
        Transfer.key.startswith(_REVERSED.format(payout.id), autoescape=True)
    )
    return {key: int(amount) for key, amount in session.execute(rows)}


def _may(
    session: Session,
    thing: Refund | Payout,
    parties: tuple[str, ...],
    reason: str,
    by: Person | None,
    at: datetime,
) -> dict[str, bool]:
    own = authority.confirm(session, by, parties) if by is not None else False
    held_back = isinstance(thing, Payout) and (
        payouts.is_held_back(session, thing) or thing.id in waits.cannot_leave(session, at)
    )
    if by and thing.provider == CARD and not held_back:
        raise WrongState("returned.by_provider")
    if not can_return(thing):
        raise WrongState("returned.over", code=thing.code)
    if not reason.strip():
        raise Invalid("returned.reason_missing", field="reason")
    return {"own": True} if own else {}


def _in_force(
    session: Session,
    thing: Refund | Payout,
    what: str,
    stream: str,
    reason: str,
    entry_id: str,
    by: Person,
    at: datetime,
) -> bool:
    return preparing.in_force(
        session, preparing.returning(what), thing.id, same=str(thing.amount_minor),
        amount_minor=thing.amount_minor, currency=thing.currency,
        facts={"entry": entry_id, "reference": thing.code, "reason": reason.strip()},
        stream=stream, by=by, at=at,
    )  # fmt: skip


def _credit(
    session: Session,
    thing: Refund | Payout,
    transit: AccountName,
    stream: str,
    what: str,
    facts: dict[str, object],
    *,
    reason: str,
    by: Person | None,
    at: datetime,
) -> None:
    """From in transit, or (where it had left) back from the bank, to its person's balance."""
    preparing.drop(session, what, thing.id, by=by, at=at)
    source = transit if thing.state == "pending" else accounts.bank(thing.provider)
    thing.state, thing.settled_at = "failed", at
    session.flush()
    told = events.record(
        session, stream, f"{what}.failed", by=by.id if by else None, at=at,
        subject=(what, thing.id), facts=facts, words=reason.strip()[:REASON_MOST],
    )  # fmt: skip
    ledger.transfer(
        session, source=source, target=accounts.balance(thing.person_id), currency=thing.currency,
        amount_minor=thing.amount_minor, key=f"{what}:{thing.id}:failed", event_id=told.id, at=at,
    )  # fmt: skip
    person = session.get_one(Person, thing.person_id)
    known = {"amount_minor": thing.amount_minor, "currency": thing.currency, "code": thing.code}
    tasks.raise_task(
        session, f"{what}.failed", subject=(what, thing.id),
        facts=known | {"person": person.name}, at=at,
    )  # fmt: skip
