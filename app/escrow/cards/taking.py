"""Money that leaves a card payment without the board: chargebacks, refunds made elsewhere.

The money is taken where it still is (`chargebacks.reported`), and what is gone is the board's
loss. Where the provider gives it back, reversing transfers put it where it is needed now.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, payments, work
from app.escrow.accounts import AccountName
from app.escrow.cards.models import CardTaking
from app.escrow.incoming import chargebacks
from app.escrow.models import Account, Milestone, Payment, PaymentPart, Transfer
from app.escrow.office import tasks
from app.escrow.provider import Contested, Returned
from app.kernel import events

WORDS = {
    "refund": "It was sent back to the card at the payment provider’s, not on the board.",
    "chargeback": "The card’s owner objected to the payment.",
}


def refund(session: Session, payment: Payment, back: Returned, *, at: datetime) -> None:
    """A refund that somebody made at the provider's; one that fails there comes back."""
    if back.currency != payment.currency or not back.amount_minor:
        return
    state = "given_back" if back.state == "failed" else "taken"
    _stands(session, payment, "refund", back.id, back.amount_minor, state, at)


def chargeback(session: Session, payment: Payment, found: Contested, *, at: datetime) -> None:
    """A chargeback: nothing moves before money is taken; what is won comes back."""
    if found.currency != payment.currency or not found.amount_minor:
        return
    if found.state != "asked":
        _stands(session, payment, "chargeback", found.id, found.amount_minor, found.state, at)


def _stands(
    session: Session,
    payment: Payment,
    kind: str,
    their_id: str,
    amount_minor: int,
    state: str,
    at: datetime,
) -> None:
    row = session.get(CardTaking, their_id)
    if row is None:
        row = CardTaking(
            their_id=their_id, payment_id=payment.id, kind=kind, state=state,
            amount_minor=amount_minor, at=at,
        )  # fmt: skip
        session.add(row)
        session.flush()
        if state == "taken":
            _take(session, row, payment, at)
    elif row.state == "taken" and state == "given_back":
        row.state = state
        session.flush()
        if row.chargeback_id:
            _give_back(session, row, payment, at)


def _take(session: Session, row: CardTaking, payment: Payment, at: datetime) -> None:
    amount_minor = min(row.amount_minor, chargebacks.rest(session, payment))
    if not amount_minor:
        return
    made = chargebacks.reported(session, payment, amount_minor, reason=WORDS[row.kind], at=at)
    row.chargeback_id = made.id
    session.flush()


def _give_back(session: Session, row: CardTaking, payment: Payment, at: datetime) -> None:
    """Each transfer of the taking is reversed, as far as the money is still needed there."""
    engagement = session.get_one(Engagement, payment.engagement_id)
    told = events.record(
        session, engagement.stream, "payment.given_back", by=None, at=at,
        subject=("payment", payment.id),
        facts={
            "reference": payment.reference, "amount_minor": row.amount_minor,
            "currency": payment.currency,
        },
    )  # fmt: skip
    for source, amount_minor in _taken(session, row):
        if source.kind == "loss":
            _move(session, row, payment, accounts.loss(), amount_minor, told.id, at)
            continue
        part = session.get(PaymentPart, (payment.id, source.owner_id))
        left = amount_minor
        if part is not None and source.kind in ("held", "prefunded"):
            target, into = _needed(session, payment, part, left)
            if into:
                part.filled_minor += into  # it came once more; what was taken stays written
                left -= into
                _move(session, row, payment, target, into, told.id, at)
        if left:
            purse = accounts.balance(payment.payer_id)
            _move(session, row, payment, purse, left, told.id, at, source.name)
    for part in payments.parts(session, payment):
        milestone = session.get_one(Milestone, part.milestone_id)
        if work.settle_state(session, milestone, at=at):
            work.record_funded(session, milestone, by=None, at=at, payment=payment.id)
    payments.drop_stale(session, engagement.id, why="paid", by=None, at=at)
    tasks.raise_task(
        session, "card.given_back", subject=("card_taking", row.their_id),
        facts={
            "reference": payment.reference, "amount_minor": row.amount_minor,
            "currency": payment.currency,
        },
        at=at,
    )  # fmt: skip


def _needed(
    session: Session, payment: Payment, part: PaymentPart, amount_minor: int
) -> tuple[AccountName, int]:
    """Where the money for a milestone belongs now, and how much of it is missing there."""
    if payment.revision_id:
        target = accounts.prefunded(payment.revision_id, part.milestone_id)
        return target, amount_minor
    milestone = session.get_one(Milestone, part.milestone_id)
    if milestone.state not in ("planned", "funded", "submitted"):
        return accounts.held(milestone.id), 0
    missing = work.missing(session, milestone)
    return accounts.held(milestone.id), min(missing, amount_minor)


def _taken(session: Session, row: CardTaking) -> list[tuple[Account, int]]:
    """From which accounts the money was taken, in the order in which it was."""
    found = session.execute(
        select(Account, Transfer.amount)
        .join(Transfer, Transfer.from_id == Account.id)
        .where(Transfer.key.startswith(f"chargeback:{row.chargeback_id}:", autoescape=True))
        .order_by(Transfer.seq)
    )
    return [(account, int(amount)) for account, amount in found]


def _move(
    session: Session,
    row: CardTaking,
    payment: Payment,
    target: AccountName,
    amount_minor: int,
    event_id: int,
    at: datetime,
    why: str = "",
) -> None:
    ledger.transfer(
        session, source=accounts.bank(payment.provider), target=target,
        currency=payment.currency, amount_minor=amount_minor,
        key=f"given_back:{row.their_id}:{target.name}" + (f":{why}" if why else ""),
        event_id=event_id, at=at,
    )  # fmt: skip
