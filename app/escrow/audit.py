"""The nightly audit: what the books say, the milestones say, and the payments say must agree."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.engagement.fees import Fee
from app.engagement.models import Engagement
from app.escrow import ledger, sums
from app.escrow.balance import CLOSED, OPEN
from app.escrow.bank.models import BankEntry
from app.escrow.disputes.models import LIVING, Dispute
from app.escrow.models import Account, Milestone, Payment, PaymentPart, Payout, Refund, Transfer
from app.escrow.office.models import Chargeback
from app.escrow.sums import ESCROW

KINDS = (*ESCROW, "prefunded")


def audit(session: Session) -> list[str]:
    """Everything that does not add up, as sentences; none where the books are whole."""
    return [*ledger.verify(session), *across(session)]


def across(session: Session) -> list[str]:
    """Where the ledger, milestones, payments and what is in transit do not agree with each other.

    This is the audit without recomputing every transfer.
    """
    return [
        *_held_by_closed(session),
        *_states_against_escrow(session),
        *_held_against_payments(session),
        *_fees(session),
        *_payments(session),
        *_in_transit(session),
        *_suspense(session),
        *_borne(session),
        *_given_back(session),
        *_disputes(session),
    ]


def _held_by_closed(session: Session) -> list[str]:
    rows = session.execute(
        select(Milestone.id, Milestone.state, Account.balance)
        .join(Account, and_(Account.kind.in_(ESCROW), Account.owner_id == Milestone.id))
        .where(Milestone.state.in_(CLOSED), Account.balance != 0)
    )
    return [f"milestone {one} is {state} and still holds {minor}" for one, state, minor in rows]


def _states_against_escrow(session: Session) -> list[str]:
    """Funded milestones hold all that they still owe (what a dispute froze is there, too), planned

    ones do not, and both know since when; released ones were paid in full but for what a dispute
    sent back, others in part at most.
    """
    there = (
        select(func.coalesce(func.sum(Account.balance), 0))
        .where(Account.kind.in_(ESCROW), Account.owner_id == Milestone.id)
        .correlate(Milestone)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Milestone.id, Milestone.state, Milestone.amount_minor, there,
            sums.RELEASED, sums.GONE_BACK, Milestone.whole_since,
        ).where(Milestone.state != "proposed")
    )  # fmt: skip
    problems = []
    for one, state, amount, holds, released, back, whole_since in rows:
        whole = 0 < amount <= holds + released + back
        if (state == "funded" and not whole) or (state == "planned" and whole):
            problems.append(f"milestone {one} is {state} and holds {holds} of {amount}")
        if state in OPEN and whole != (whole_since is not None):
            since = "is held in full since nobody knows when" if whole else "is not held in full"
            problems.append(f"milestone {one} {since}: {holds} of {amount}")
        in_part = state in OPEN and released + back < amount
        full = released + back == amount if state == "released" else not released + back
        if not (state == "cancelled" or full or in_part):
            problems.append(f"milestone {one} is {state} and {released} of {amount} was released")
    return problems


def _held_against_payments(session: Session) -> list[str]:
    """What stands for each milestone = paid in, or added by the board, − whatever left it."""
    source, target = aliased(Account), aliased(Account)
    stands = _by_milestone(
        session,
        select(Account.owner_id, func.sum(Account.balance))
        .where(Account.kind.in_(KINDS))
        .group_by(Account.owner_id),
    )
    paid_in = _by_milestone(
        session,
        select(
            PaymentPart.milestone_id,
            func.sum(PaymentPart.filled_minor + PaymentPart.covered_minor),
        ).group_by(PaymentPart.milestone_id),
    )
    gone = _by_milestone(
        session,
        select(source.owner_id, func.sum(Transfer.amount))
        .join(source, Transfer.from_id == source.id)
        .join(target, Transfer.to_id == target.id)
        .where(source.kind.in_(KINDS), target.kind.not_in(ESCROW))
        .group_by(source.owner_id),
    )
    return [
        f"milestone {one}: {paid_in.get(one, 0)} paid in, {gone.get(one, 0)} left, "
        f"{stands.get(one, 0)} stands"
        for one in stands.keys() | paid_in.keys()
        if paid_in.get(one, 0) - gone.get(one, 0) != stands.get(one, 0)
    ]


def _by_milestone(session: Session, query: Select[Any, Any]) -> dict[str, int]:
    return {str(one): int(total or 0) for one, total in session.execute(query)}


def _fees(session: Session) -> list[str]:
    """The board kept of each milestone exactly what its engagement agreed of what was released."""
    source, target = aliased(Account), aliased(Account)
    kept = func.sum(case((target.kind == "fees", Transfer.amount), else_=0))
    rows = session.execute(
        select(Milestone.id, Engagement.fee_rate, Engagement.fee_minimum_minor, kept,
               func.sum(Transfer.amount))
        .join(Engagement, Engagement.id == Milestone.engagement_id)
        .join(source, source.owner_id == Milestone.id)
        .join(Transfer, Transfer.from_id == source.id)
        .join(target, Transfer.to_id == target.id)
        .where(Transfer.key.startswith("release:"))
        .group_by(Milestone.id, Engagement.fee_rate, Engagement.fee_minimum_minor)
    )  # fmt: skip
    return [
        f"milestone {one}: the board kept {fee} of {released}, and {agreed} was agreed"
        for one, rate, least, fee, released in rows
        if int(fee) != (agreed := Fee(rate, least).of(int(released)))
    ]


def _payments(session: Session) -> list[str]:
    """Each settled payment brought what it says; each part is one transfer of that size."""
    brought = (
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .where(
            or_(
                Transfer.key == "payment:" + Payment.id + ":surplus",
                Transfer.key == "payment:" + Payment.id + ":bonus",
                Transfer.key.in_(
                    select("payment:" + Payment.id + ":" + PaymentPart.milestone_id)
                    .where(PaymentPart.payment_id == Payment.id)
                    .correlate(Payment)
                ),
            )
        )
        .correlate(Payment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Payment.reference, Payment.state, Payment.received_minor, brought)
    )
    return [
        f"payment {reference} is {state}, received {received or 0}, and {moved} moved"
        for reference, state, received, moved in rows
        if moved != ((received or 0) if state == "settled" else 0)
    ]


def _in_transit(session: Session) -> list[str]:
    """What is in transit is exactly what is still to be sent."""
    problems = []
    for kind, table in (("refund_in_transit", Refund), ("payout_in_transit", Payout)):
        waiting = {
            (provider, currency): int(total)
            for provider, currency, total in session.execute(
                select(table.provider, table.currency, func.sum(table.amount_minor))
                .where(table.state == "pending")
                .group_by(table.provider, table.currency)
            )
        }
        stands = {
            (owner, currency): balance
            for owner, currency, balance in session.execute(
                select(Account.owner_id, Account.currency, Account.balance).where(
                    Account.kind == kind, Account.balance != 0
                )
            )
        }
        if waiting != stands:
            problems.append(f"{kind}: {stands} is in transit, {waiting} is to be sent")
    return problems


def _borne(session: Session) -> list[str]:
    """Each charge-back moved what it says, and each cover is one transfer of its size."""
    moved = (
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .where(Transfer.key.startswith("chargeback:" + Chargeback.id + ":"))
        .correlate(Chargeback)
        .scalar_subquery()
    )
    rows = session.execute(select(Chargeback.id, Chargeback.amount_minor, moved))
    problems = [
        f"charge-back {one} of {amount} moved {total}"
        for one, amount, total in rows
        if amount != total
    ]
    key = "cover:" + PaymentPart.payment_id + ":" + PaymentPart.milestone_id
    covers = select(PaymentPart.payment_id, PaymentPart.covered_minor, Transfer.amount).where(
        PaymentPart.covered_minor > 0
    )
    for one, amount, total in session.execute(covers.outerjoin(Transfer, Transfer.key == key)):
        if amount != total:
            problems.append(f"the board added {amount} to payment {one}, and {total or 0} moved")
    return problems


def _given_back(session: Session) -> list[str]:
    """No payment gave back, or had taken back, more than it brought for a milestone."""
    back = (
        select(func.coalesce(func.sum(Refund.amount_minor), 0))
        .where(
            Refund.payment_id == PaymentPart.payment_id,
            Refund.milestone_id == PaymentPart.milestone_id,
        )
        .correlate(PaymentPart)
        .scalar_subquery()
    )
    gone = back + PaymentPart.taken_back_minor
    rows = session.execute(
        select(PaymentPart.payment_id, PaymentPart.filled_minor, gone).where(
            gone > PaymentPart.filled_minor
        )
    )
    return [f"payment {one} brought {filled}, and {total} went back" for one, filled, total in rows]


def _suspense(session: Session) -> list[str]:
    """What is in suspense is exactly the lines of statements that wait for a place."""
    waiting = select(BankEntry.currency, func.sum(BankEntry.amount_minor))
    waiting = waiting.where(BankEntry.state == "suspense").group_by(BankEntry.currency)
    stands = select(Account.currency, Account.balance).where(Account.kind == "suspense")
    lines = {currency: int(total) for currency, total in session.execute(waiting)}
    books = {currency: balance for currency, balance in session.execute(stands) if balance}
    return [] if lines == books else [f"suspense: {books} stands, {lines} waits for a place"]


def _disputes(session: Session) -> list[str]:
    """An open dispute's account holds its sum; one that ended holds nothing, and was paid out to

    the last minor unit: to the freelancer, back to the client, or (withdrawn) into escrow again.
    """
    source, target, stands = aliased(Account), aliased(Account), aliased(Account)
    paid = (
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .join(source, Transfer.from_id == source.id)
        .join(target, Transfer.to_id == target.id)
        .where(source.name == "disputed:" + Dispute.id)
        .correlate(Dispute)
    )
    freed = paid.where(target.kind == "held").scalar_subquery()
    earned = paid.where(Transfer.key.startswith("release:")).scalar_subquery()
    there = (
        select(func.coalesce(func.sum(stands.balance), 0))
        .where(stands.name == "disputed:" + Dispute.id)
        .correlate(Dispute)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Dispute.id, Dispute.state, Dispute.amount_minor,
            func.coalesce(Dispute.awarded_minor, 0), there, paid.scalar_subquery(), earned, freed,
        )
    )  # fmt: skip
    problems = []
    for one, state, full, awarded, holds, gone, to_freelancer, back in rows:
        expected = (full, 0, 0, 0) if state in LIVING else (0, full, awarded, 0)
        if state == "withdrawn":
            expected = (0, full, 0, full)
        if (holds, gone, to_freelancer, back) != expected:
            problems.append(
                f"dispute {one} is {state} about {full}: {holds} is frozen, "
                f"{to_freelancer} was released, {back} is free again, of {gone} that left"
            )
    return problems
