"""Money that agreed terms set free goes to other milestones of them, where they say so.

See docs/decisions/0072. It stays in escrow, and keeps the payments that it came from: a later
refund goes back to those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, work
from app.escrow.models import Milestone, PaymentPart
from app.escrow.outgoing import refunds
from app.kernel import events
from app.people.models import Person

K = TypeVar("K")


def roll(
    session: Session,
    engagement: Engagement,
    stay: Sequence[Milestone],
    leave: Sequence[Milestone],
    *,
    revision_id: str,
    by: Person,
    at: datetime,
) -> None:
    """Move what milestones hold too much to those that lack some, in the order of the terms.

    Args:
        stay: the open milestones of the accepted terms, worded as those word them.
        leave: those that the terms no longer have; all that they hold is free.
        revision_id: the terms; what was put in for them is not taken for lacking.
    """
    currency = engagement.currency
    givers = [(one, _free(session, one, currency, leave)) for one in (*stay, *leave)]
    takers = [(one, _lacks(session, one, currency, revision_id)) for one in stay]
    for giver, taker, amount in shared(givers, takers):
        _move(session, engagement, giver, taker, amount, by=by, at=at)


def shared(
    givers: Iterable[tuple[K, int]], takers: Iterable[tuple[K, int]]
) -> list[tuple[K, K, int]]:
    """Who gives how much to whom: each taker in order, filled by each giver in order.

    >>> shared([("a", 5), ("b", 3)], [("c", 6), ("d", 9)])
    [('a', 'c', 5), ('b', 'c', 1), ('b', 'd', 2)]
    """
    found = []
    left = [(giver, amount) for giver, amount in givers if amount > 0]
    for taker, lacks in takers:
        while lacks > 0 and left:
            giver, free = left.pop(0)
            amount = min(free, lacks)
            found.append((giver, taker, amount))
            lacks -= amount
            if free > amount:
                left.insert(0, (giver, free - amount))
    return found


def _free(session: Session, milestone: Milestone, currency: str, leave: Sequence[Milestone]) -> int:
    needed = 0 if milestone in leave else work.owed(session, milestone)
    return work.held(session, milestone, currency) - needed


def _lacks(session: Session, milestone: Milestone, currency: str, revision_id: str) -> int:
    put_in = ledger.balance(session, accounts.prefunded(revision_id, milestone.id), currency)
    return work.missing(session, milestone) - put_in


def _move(
    session: Session,
    engagement: Engagement,
    giver: Milestone,
    taker: Milestone,
    amount_minor: int,
    *,
    by: Person,
    at: datetime,
) -> None:
    told = events.record(
        session,
        engagement.stream,
        "money.rolled",
        by=by.id,
        at=at,
        subject=("milestone", taker.id),
        facts={
            "title": giver.title,
            "onto": taker.title,
            "amount_minor": amount_minor,
            "currency": engagement.currency,
        },
        tell=False,
    )
    ledger.transfer(
        session,
        source=accounts.held(giver.id),
        target=accounts.held(taker.id),
        currency=engagement.currency,
        amount_minor=amount_minor,
        key=f"roll:{told.id}",
        event_id=told.id,
        at=at,
    )
    _attribute(session, giver, taker, amount_minor)
    if work.settle_state(session, taker, at=at):
        work.record_funded(session, taker, by=by.id, at=at)


def _attribute(session: Session, giver: Milestone, taker: Milestone, amount_minor: int) -> None:
    """The payments that brought it brought it for the other one, newest first as refunds go."""
    for payment, left in refunds.sources(session, giver, None):
        part = min(left, amount_minor)
        if part <= 0:
            continue
        amount_minor -= part
        session.get_one(PaymentPart, (payment.id, giver.id)).filled_minor -= part
        found = session.get(PaymentPart, (payment.id, taker.id))
        if found is None:
            last = select(func.max(PaymentPart.position)).where(
                PaymentPart.payment_id == payment.id
            )
            found = PaymentPart(
                payment_id=payment.id,
                milestone_id=taker.id,
                position=(session.scalar(last) or 0) + 1,
                amount_minor=0,
                filled_minor=0,
            )
            session.add(found)
        found.filled_minor += part
        session.flush()
