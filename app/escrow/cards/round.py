"""One round with the card provider: look after notices, then ask for what is due.

Each step reads, asks the provider with no transaction open, and writes in a transaction of its own;
a process that dies between two of them loses nothing and doubles nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.cards import booking, costs, errands, notices, reversing
from app.escrow.cards.errands import CHECKOUT, PAYOUT, REFUND, Desk
from app.escrow.cards.models import CardCall, CardCheckout
from app.escrow.models import Payment, Payout, Refund
from app.escrow.office import tasks
from app.escrow.provider import Standing, Transferred, Unclear
from app.kernel.writing import writing

Answer = TypeVar("Answer")
log = logging.getLogger("milepost.cards")
STUCK = timedelta(days=1)
"""After so long without an answer the operators get a task."""
_ACTS: dict[str, Callable[..., None]] = {
    CHECKOUT: errands.open_checkout, REFUND: errands.send_refund, PAYOUT: errands.send_payout,
}  # fmt: skip
_THINGS: dict[str, type[Payment] | type[Refund] | type[Payout]] = {
    CHECKOUT: Payment, REFUND: Refund, PAYOUT: Payout,
}  # fmt: skip


def turn(session: Session, desk: Desk, at: datetime) -> int:
    """Do all that is due now; returns how much. Stops at the first silence of the provider."""
    count = 0
    try:
        for target, ids in _read(session, lambda: notices.due(session, at)).items():
            _answer(session, desk, target, ids, at)
            count += 1
        for kind, subjects in _read(session, lambda: errands.due(session, at)).items():
            for subject_id in subjects:
                _ACTS[kind](session, desk, subject_id, at=at)
                count += 1
        for checkout_id in _read(session, lambda: _to_close(session)):
            desk.provider.close_checkout(checkout_id)
            look(session, desk, checkout_id, at)
            count += 1
    except Unclear as trouble:
        log.warning("the card provider gave no answer: %s", trouble)
    _tell_stuck(session, at)
    return count


def reconcile(session: Session, desk: Desk, at: datetime, since: datetime) -> int:
    """Take up every notice that was missed since then, look at every page still open, and book

    what the provider kept.

    Raises Unclear.
    """
    missed = list(desk.provider.notices(since))
    with writing(session):
        count = sum(notices.keep(session, notice, at=at) for notice in missed)
    open_ones = select(CardCheckout.checkout_id).where(CardCheckout.closed_at.is_(None))
    unsure = (
        select(CardCheckout.checkout_id)
        .join(Refund, Refund.payment_id == CardCheckout.payment_id)
        .where(Refund.state == "pending")
    )
    for checkout_id in _read(session, lambda: list(session.scalars(open_ones.union(unsure)))):
        look(session, desk, checkout_id, at)
        count += 1
    costs.reconcile(session, desk, at, since)
    return count


def look(session: Session, desk: Desk, target: str, at: datetime) -> None:
    """Ask how one payment or transfer stands, and book that. Raises Unclear."""
    found = desk.provider.look(target)
    with writing(session):
        _book(session, found, at)


def _book(session: Session, found: Standing | Transferred | None, at: datetime) -> None:
    if isinstance(found, Transferred):
        reversing.book(session, found, at=at)
    elif found is not None:
        booking.book(session, found, at=at)


def _answer(session: Session, desk: Desk, target: str, ids: list[str], at: datetime) -> None:
    try:
        found = desk.provider.look(target)
    except Unclear as trouble:
        with writing(session):
            notices.put_off(session, ids, str(trouble), at=at)
        raise
    with writing(session):
        _book(session, found, at)
        notices.done(session, ids, at=at)


def _to_close(session: Session) -> list[str]:
    """Pages of payments that nobody waits for any more."""
    query = select(CardCheckout.checkout_id).join(Payment, Payment.id == CardCheckout.payment_id)
    query = query.where(Payment.state == "cancelled", CardCheckout.closed_at.is_(None))
    return list(session.scalars(query.limit(errands.MOST)))


def _tell_stuck(session: Session, at: datetime) -> None:
    """What the provider would not settle for a day becomes a task, once."""
    query = select(CardCall).where(CardCall.state == "waiting", CardCall.since <= at - STUCK)
    stuck = _read(session, lambda: list(session.scalars(query.where(CardCall.tries > 1))))
    for call in stuck:
        with writing(session):
            found: Any = session.get_one(_THINGS[call.kind], call.subject_id)
            about: Payment | Refund | Payout = found
            tasks.raise_task(
                session, "card.stuck", subject=(call.kind, call.subject_id),
                facts={
                    "what": call.kind, "why": call.trouble, "currency": about.currency,
                    "amount_minor": about.amount_minor,
                },
                at=at,
            )  # fmt: skip


def _read(session: Session, ask: Callable[[], Answer]) -> Answer:
    """What is to be done, read without holding anything while the provider is asked."""
    found = ask()
    session.rollback()
    return found
