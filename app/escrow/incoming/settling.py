"""Payments that came: into escrow in the order shown, the rest to the client's balance."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, payments, under_way, work
from app.escrow.accounts import AccountName
from app.escrow.models import Milestone, Payment, PaymentPart
from app.escrow.office import covers
from app.escrow.outgoing import refunds
from app.escrow.provider import CARD
from app.kernel import events
from app.kernel.errors import WrongState
from app.people.models import Person


def settle_test_money(session: Session, payment: Payment, *, by: Person, at: datetime) -> None:
    """Test money comes at once and in full. Only boards in demo mode offer it."""
    _settle_here(session, payment, "test", by=by, at=at)


def from_balance(session: Session, payment: Payment, *, by: Person, at: datetime) -> None:
    """The client's own balance pays at once."""
    _settle_here(session, payment, "balance", by=by, at=at)


def settle(
    session: Session,
    payment: Payment,
    engagement: Engagement,
    received_minor: int,
    *,
    by: Person | None,
    at: datetime,
    own: bool = False,
    more_follows: bool = False,
) -> None:
    """Book what came for a payment; its callers have asked whether it may be.

    Args:
        received_minor: what really came, in minor units. Too little leaves the milestone waiting
            for the rest (within the board's tolerance, the board adds it); too much is the
            client's balance; of what was put in for terms that have come to nothing meanwhile,
            agreed milestones keep what they lack, and the rest goes straight back. Nothing waits
            for what has come by now.
        by: who says so; nobody where a provider reported it.
        own: whether the board's only operator confirms for their own engagement.
        more_follows: the rest is seen on the bank's statement already: the board adds nothing.
    """
    too_late = payment.state == "cancelled" and payment.revision_id is not None
    needed = too_late and _is_needed(session, payment)
    if needed:  # it is money of agreed milestones, as the payment of any
        too_late, payment.revision_id = False, None
    payment.state, payment.settled_at, payment.received_minor = "settled", at, received_minor
    session.flush()
    short = 0 if too_late or needed or more_follows else _short(session, payment, received_minor)
    told = _record_confirmed(session, payment, engagement, short, by=by, at=at, own=own)
    source = (
        accounts.balance(payment.payer_id)
        if payment.provider == "balance"
        else accounts.bank(payment.provider)
    )
    rest = received_minor
    if payment.bonus:
        rest -= _pay_bonus(session, payment, engagement, received_minor, source, at=at)
    for part in payments.parts(session, payment):
        filled, added = _fill(
            session, payment, part, engagement, source, rest, short, late=too_late,
            event_id=told.id, by=by, at=at,
        )  # fmt: skip
        rest, short = rest - filled, short - added
    if rest and payment.provider != "balance":
        ledger.transfer(
            session, source=source, target=accounts.balance(payment.payer_id),
            currency=payment.currency, amount_minor=rest, key=f"payment:{payment.id}:surplus",
            event_id=told.id, at=at,
        )  # fmt: skip
    session.flush()
    if rest and (needed or payment.provider == CARD):
        purse = accounts.balance(payment.payer_id)
        refunds.send_back(session, engagement, payment, rest, source=purse, at=at)
    payments.drop_stale(session, engagement.id, why="paid", by=by, at=at)


def _is_needed(session: Session, payment: Payment) -> bool:
    """Whether an agreed milestone of a payment lacks money now."""
    found = (
        session.get_one(Milestone, part.milestone_id) for part in payments.parts(session, payment)
    )
    return any(one.state in under_way.AGREED and work.missing(session, one) for one in found)


def _fill(
    session: Session,
    payment: Payment,
    part: PaymentPart,
    engagement: Engagement,
    source: AccountName,
    there: int,
    short: int,
    *,
    late: bool,
    event_id: int,
    by: Person | None,
    at: datetime,
) -> tuple[int, int]:
    """Give a milestone what it takes of what is `there`, and at most `short` of the board's own;

    returns how much of each. What came too `late` for its terms goes straight back.
    """
    part.open_key = None
    milestone = session.get_one(Milestone, part.milestone_id)
    takes, target = _takes(session, payment, part, milestone), _goes_to(payment, milestone)
    part.filled_minor = filled = min(there, takes)
    added = min(short, takes - filled)
    if filled:
        ledger.transfer(
            session, source=source, target=target, currency=payment.currency, amount_minor=filled,
            key=f"payment:{payment.id}:{milestone.id}", event_id=event_id, at=at,
        )  # fmt: skip
    if added:
        covers.add(session, payment, part, added, target, event_id=event_id, at=at)
    if filled and late:
        refunds.refund(
            session, engagement, milestone, filled, source=target, why="late", by=by, at=at,
            revision_id=payment.revision_id,
        )  # fmt: skip
    elif filled or added:
        _tell_funded(session, payment, engagement, milestone, part, by=by, at=at)
    return filled, added


def _settle_here(
    session: Session, payment: Payment, provider: str, *, by: Person, at: datetime
) -> None:
    engagement = session.get_one(Engagement, payment.engagement_id)
    if payment.provider != provider or payment.state not in ("started", "pending"):
        raise WrongState("payment.settled", reference=payment.reference)
    settle(session, payment, engagement, payment.amount_minor, by=by, at=at)


def _pay_bonus(
    session: Session,
    payment: Payment,
    engagement: Engagement,
    received_minor: int,
    source: AccountName,
    *,
    at: datetime,
) -> int:
    """What came of a bonus is the freelancer's, up to what was announced; returns how much."""
    amount_minor = min(received_minor, payment.amount_minor)
    milestone = session.get(Milestone, payment.for_milestone_id or "")
    told = events.record(
        session,
        engagement.stream,
        "bonus.paid",
        by=payment.payer_id,
        at=at,
        subject=("payment", payment.id),
        facts={
            "amount_minor": amount_minor,
            "currency": payment.currency,
            "rewarded": milestone.title if milestone else "",
        },
        words=payment.comment or None,
    )
    ledger.transfer(
        session, source=source, target=accounts.balance(engagement.freelancer_id),
        currency=payment.currency, amount_minor=amount_minor, key=f"payment:{payment.id}:bonus",
        event_id=told.id, at=at,
    )  # fmt: skip
    return amount_minor


def _short(session: Session, payment: Payment, received_minor: int) -> int:
    """What the board adds, in minor units: never more than the milestones still lack."""
    short = covers.shortage(session, payment, received_minor)
    if not short:
        return 0
    takes = sum(
        _takes(session, payment, part, session.get_one(Milestone, part.milestone_id))
        for part in payments.parts(session, payment)
    )
    return max(0, min(short, takes - received_minor))


def _goes_to(payment: Payment, milestone: Milestone) -> AccountName:
    if payment.revision_id:
        return accounts.prefunded(payment.revision_id, milestone.id)
    return accounts.held(milestone.id)


def _takes(session: Session, payment: Payment, part: PaymentPart, milestone: Milestone) -> int:
    """How much of a payment a milestone takes: what its terms still lack."""
    if payment.revision_id:
        return part.amount_minor
    if milestone.state not in under_way.AGREED:
        return 0
    return work.missing(session, milestone)


def _tell_funded(
    session: Session,
    payment: Payment,
    engagement: Engagement,
    milestone: Milestone,
    part: PaymentPart,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """Say that money is in escrow for a milestone: all of it, some, or put in before agreement."""
    who, words = by.id if by else None, payment.comment or None
    if not payment.revision_id and work.settle_state(session, milestone, at=at):
        work.record_funded(session, milestone, by=who, at=at, words=words, payment=payment.id)
        return
    facts: dict[str, object] = {
        "title": milestone.title,
        "amount_minor": part.filled_minor + part.covered_minor,
        "currency": payment.currency,
        "payment": payment.id,
    }
    kind = "milestone.partly_funded"
    if payment.revision_id:
        kind, facts["revision"] = "money.prefunded", payment.revision_id
    else:
        balance = work.balance(session, milestone)
        facts |= {"funded_minor": balance.funded_minor, "whole_minor": balance.whole_minor}
        milestone.fundable_at = at  # the client is reminded of the rest from now on
    events.record(
        session,
        engagement.stream,
        kind,
        by=who,
        at=at,
        subject=("milestone", milestone.id),
        facts=facts,
        words=words,
    )


def _record_confirmed(
    session: Session,
    payment: Payment,
    engagement: Engagement,
    short: int,
    *,
    by: Person | None,
    at: datetime,
    own: bool,
) -> events.Event:
    facts: dict[str, object] = {
        "reference": payment.reference,
        "received_minor": payment.received_minor,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "provider": payment.provider,
    }
    if payment.bonus:
        facts["bonus"] = True
    if short:
        facts["covered_minor"] = short
    if own:
        facts["own"] = True
    return events.record(
        session,
        engagement.stream,
        "payment.confirmed",
        by=by.id if by else None,
        at=at,
        subject=("payment", payment.id),
        facts=facts,
        tell=payment.provider in ("bank", CARD),
    )
