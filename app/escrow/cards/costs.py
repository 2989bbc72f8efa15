"""What the card provider keeps for itself of the board's own movements there: the board's cost.

It is read once a day from the provider's own account of every movement, and booked once for each.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger
from app.escrow.cards.errands import Desk
from app.escrow.cards.models import CardCall, CardCheckout
from app.escrow.models import Payment, Payout, Transfer
from app.escrow.office import tasks
from app.escrow.office.models import Task
from app.escrow.provider import CARD, Cost, Unclear
from app.kernel import events
from app.kernel.writing import writing

log = logging.getLogger("milepost.cards")
KEY = "card_fee:"
AGAIN, MONTH = timedelta(days=3), timedelta(days=29)
"""How far before the last that is booked is read again, and how far back at most."""


def reconcile(session: Session, desk: Desk, at: datetime, since: datetime) -> None:
    """Book what the provider kept since then, or since before it was last read. Commits.

    A provider that gives no answer is asked again tomorrow: nothing else waits for this.
    """
    begin = min(since, _since(session, at))
    session.rollback()
    try:
        found = list(desk.provider.costs(begin))
    except Unclear as trouble:
        log.warning("what the card provider keeps could not be read: %s", trouble)
        return
    ours = [one for one in found if _about(session, one) is not None]
    session.rollback()
    with writing(session):
        for one in ours:
            book(session, one, at=at)


def book(session: Session, cost: Cost, *, at: datetime) -> None:
    """Move what the provider kept out of the account there, once; or back, where it gave it back.

    What it took in another currency than the movement's is a task: these books know no rates.
    """
    about, key = _about(session, cost), KEY + cost.id
    if about is None or session.scalar(select(Transfer.seq).where(Transfer.key == key)):
        return
    if cost.currency != about.currency or cost.amount_minor is None:
        _left_out(session, about.currency, cost.currency, at)
        return
    amount_minor = abs(cost.amount_minor)
    told = events.record(
        session, "board", "card.fee", by=None, at=at,
        subject=(type(about).__name__.lower(), about.id), tell=False,
        facts={"amount_minor": cost.amount_minor, "currency": cost.currency, "code": cost.id},
    )  # fmt: skip
    source, target = accounts.loss(), accounts.bank(CARD)
    if cost.amount_minor < 0:
        source, target = target, source
    ledger.transfer(
        session, source=source, target=target, currency=cost.currency, amount_minor=amount_minor,
        key=key, event_id=told.id, at=at,
    )  # fmt: skip


def _since(session: Session, at: datetime) -> datetime:
    """From when on it is read: some days before the last that is booked, at most a month back."""
    last = session.scalar(select(func.max(Transfer.at)).where(Transfer.key.startswith(KEY)))
    return max(at - MONTH, datetime.fromisoformat(last) - AGAIN) if last else at - MONTH


def _about(session: Session, cost: Cost) -> Payment | Payout | None:
    """The payment or payout of ours behind a movement; the rest of the account is not ours."""
    paid = select(Payment).join(CardCheckout, CardCheckout.payment_id == Payment.id)
    out = select(Payout).join(CardCall, CardCall.subject_id == Payout.id)
    out = out.where(CardCall.kind == "payout", CardCall.their_id == cost.of)
    return session.scalar(paid.where(CardCheckout.charge_id == cost.of)) or session.scalar(out)


def _left_out(session: Session, paid: str, settled: str, at: datetime) -> None:
    """Say it once for each two currencies, and not again when somebody has looked after it."""
    subject = ("card_costs", f"{paid}:{settled}")
    said = select(Task.id).where(Task.kind == "card.costs", Task.subject_id == subject[1])
    if session.scalar(said) is None:
        facts = {"paid": paid, "settled": settled}
        tasks.raise_task(session, "card.costs", subject=subject, facts=facts, at=at)
