"""What waits for the card provider, for those who keep the money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, literal, select
from sqlalchemy.orm import Session

from app.escrow.cards.models import CardCall, CardNotice
from app.escrow.models import Payout, Refund
from app.escrow.outgoing import payouts, waits
from app.escrow.provider import CARD

MOST = 100


@dataclass(frozen=True, slots=True)
class CallRow:
    """A refund or payout that is to leave by the provider."""

    what: str
    currency: str
    amount_minor: int
    since: datetime
    tries: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is to leave and needs nobody, and how many notices nobody has looked after yet."""

    calls: tuple[CallRow, ...]
    notices: int


def waiting(session: Session, *, at: datetime) -> Waiting:
    """What waits for the provider now, oldest first; seven queries."""
    rows: list[CallRow] = []
    held_back = [one.id for one in payouts.held_back(session)] + waits.cannot_leave(session, at)
    for what, table in (("refund", Refund), ("payout", Payout)):
        called = and_(CardCall.kind == literal(what), CardCall.subject_id == table.id)
        found = session.execute(
            select(
                table.currency, table.amount_minor, table.started_at,
                func.coalesce(CardCall.tries, 0), func.coalesce(CardCall.trouble, ""),
            )
            .outerjoin(CardCall, called)
            .where(table.provider == CARD, table.state == "pending", table.id.not_in(held_back))
            .order_by(table.started_at, table.id)
            .limit(MOST)
        )  # fmt: skip
        rows += [CallRow(what.capitalize(), *row) for row in found]
    count = session.scalar(select(func.count()).where(CardNotice.done_at.is_(None)))
    return Waiting(tuple(rows), count or 0)
