"""What a reference names: a payment, a refund or a payout of the bank, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import sums
from app.escrow.balance import CLOSED
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import topping_up
from app.escrow.models import Milestone, Payment, PaymentPart, Payout, Refund

_MOST_SHORT = 200
"""How many payments that brought too little are looked at, the newest."""
Thing = Payment | Refund | Payout
Found = tuple[Thing, tuple[str, ...], str]
"""What a reference names, its parties, and its job."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """What some references name, by reference, with what is known of those payments, by id.

    `rests`: what of a settled one has not come yet. `needed`: what its milestones still lack.
    `by_hand`: (payment, amount) confirmed without a line of a statement.
    """

    found: dict[str, Found]
    rests: dict[str, int]
    needed: dict[str, int]
    by_hand: frozenset[tuple[str, int]]


def by_code(session: Session, code: str) -> Found | None:
    """The payment, refund or payout of a reference, its parties and its job."""
    return _found(session, [code]).get(code)


def load(session: Session, codes: Iterable[str]) -> Subjects:
    """All of it for these references: a fixed number of questions."""
    found = _found(session, list(codes))
    things = [thing for thing, _, _ in found.values()]
    settled = [one for one in things if isinstance(one, Payment) and one.state == "settled"]
    rests = topping_up.rests(session, settled)
    return Subjects(
        found,
        rests,
        _needed(session, [one.id for one in settled if one.id in rests and not one.bonus]),
        _by_hand(session, settled),
    )


def short(session: Session) -> list[str]:
    """The ids of payments for milestones that brought too little, and are needed still."""
    query = (
        select(Payment)
        .where(
            Payment.provider == "bank", Payment.state == "settled", Payment.tops_up_id.is_(None),
            Payment.revision_id.is_(None), Payment.bonus.is_(False),
            Payment.received_minor < Payment.amount_minor,
        )
        .order_by(Payment.settled_at.desc())
        .limit(_MOST_SHORT)
    )  # fmt: skip
    rests = topping_up.rests(session, session.scalars(query))
    needed = _needed(session, list(rests))
    return [one for one in rests if needed.get(one, 0) > 0]


def _needed(session: Session, payment_ids: list[str]) -> dict[str, int]:
    """What the milestones of these payments still lack; prefunds are asked for as they were."""
    if not payment_ids:
        return {}
    rows = session.execute(
        select(
            PaymentPart.payment_id, Payment.revision_id, Milestone.state, Milestone.amount_minor,
            sums.HELD, sums.RELEASED, sums.GONE_BACK, sums.FROZEN,
        )
        .join(Milestone, Milestone.id == PaymentPart.milestone_id)
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(PaymentPart.payment_id.in_(payment_ids))
    )  # fmt: skip
    needed: dict[str, int] = {}
    for payment_id, revision_id, state, amount, *spoken_for in rows:
        if revision_id is None:
            lacks = 0 if state in CLOSED else amount - sum(int(one or 0) for one in spoken_for)
            needed[payment_id] = needed.get(payment_id, 0) + max(0, lacks)
    return needed


def _by_hand(session: Session, settled: list[Payment]) -> frozenset[tuple[str, int]]:
    """What was confirmed of these payments without a line of a statement that says so."""
    if not settled:
        return frozenset()
    line = select(BankEntry.id).where(BankEntry.settled_id == Payment.id).exists()
    ids = [one.id for one in settled]
    whole = func.coalesce(Payment.tops_up_id, Payment.id)
    query = select(whole, Payment.received_minor).where(
        Payment.id.in_(ids) | Payment.tops_up_id.in_(ids), ~line
    )
    return frozenset((one, int(amount or 0)) for one, amount in session.execute(query))


def _found(session: Session, wanted: list[str]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    if not wanted:
        return found
    for payment, room in session.execute(
        select(Payment, Engagement)
        .join(Engagement, Engagement.id == Payment.engagement_id)
        .where(Payment.reference.in_(wanted), Payment.provider == "bank")
    ):
        found[payment.reference] = (payment, (room.client_id, room.freelancer_id), room.title)
    for refund, room in session.execute(
        select(Refund, Engagement)
        .join(Engagement, Engagement.id == Refund.engagement_id)
        .where(Refund.code.in_(wanted), Refund.provider == "bank")
    ):
        found[refund.code] = (refund, (room.client_id, room.freelancer_id), room.title)
    payouts = select(Payout).where(Payout.code.in_(wanted), Payout.provider == "bank")
    for payout in session.scalars(payouts):
        found[payout.code] = (payout, (payout.person_id,), "")
    return found
