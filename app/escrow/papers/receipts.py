"""Receipts: an event that moved money, with its transfers. Nothing is kept beside the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.models import Payment, Payout, Refund, Transfer
from app.escrow.papers.statements import ROWS, said
from app.kernel.errors import NotFound
from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Moved:
    """One transfer of a receipt, in minor units."""

    seq: int
    what: str
    milestone: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an event moved. `about` is the payment, refund or payout behind it, if there is one.

    `hash` is that of the last transfer: it proves the receipt against the ledger.
    """

    kind: str
    at: datetime
    currency: str
    amount_minor: int
    moved: tuple[Moved, ...]
    about: Payment | Refund | Payout | None
    hash: str

    @property
    def number(self) -> str:
        """The number of its first transfer, which no other receipt has."""
        return f"R-{self.moved[0].seq}"


def load(session: Session, stream: str, number: int) -> Receipt:
    """The receipt of an event by its number in a stream that the caller may read.

    Raises NotFound where there is no such event, or it moved nothing.
    """
    if not 0 < number < 2**31:
        raise NotFound("receipt")
    event = session.scalar(select(Event).where(Event.stream == stream, Event.number == number))
    if event is None:
        raise NotFound("receipt")
    query = ROWS.add_columns(Transfer.hash).where(Transfer.event_id == event.id)
    rows = session.execute(query.order_by(Transfer.seq)).all()
    if not rows:
        raise NotFound("receipt")
    moved = tuple(
        Moved(row.seq, said(row.from_kind, row.to_kind, row.key), row.title or "", row.amount)
        for row in rows
    )
    facts = event.told
    total = facts.get("received_minor") or facts.get("amount_minor")
    return Receipt(
        kind=event.kind,
        at=event.at,
        currency=rows[0].currency,
        amount_minor=int(total or sum(one.amount_minor for one in moved)),
        moved=moved,
        about=_about(session, event),
        hash=rows[-1].hash,
    )


def _about(session: Session, event: Event) -> Payment | Refund | Payout | None:
    match event.subject_kind:
        case "payment":
            return session.get(Payment, event.subject_id)
        case "refund":
            return session.get(Refund, event.subject_id)
        case "payout":
            return session.get(Payout, event.subject_id)
    return None
