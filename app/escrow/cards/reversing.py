"""Transfers to people's accounts at the provider that were taken back there, whole or in part."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.cards import calls
from app.escrow.cards.models import CardCall
from app.escrow.models import Payout
from app.escrow.outgoing import payouts, returned
from app.escrow.provider import CARD, Transferred


def book(session: Session, found: Transferred, *, at: datetime) -> None:
    """Bring the books to what the provider says of one transfer: each reversal is booked once.

    A transfer that is none of ours, or not exactly a payout of ours, is passed over.
    """
    payout = _payout(session, found)
    if payout is None:
        return
    if payout.state == "pending":  # it was made, and our own answer was lost or is still to come
        calls.bind(session, "payout", payout.id, found.id, at)
        payouts.arrive(session, payout, by=None, at=at)
    for one in found.reversals:
        if one.amount_minor:
            returned.reversed_there(session, payout, one.id, one.amount_minor, at=at)


def _payout(session: Session, found: Transferred) -> Payout | None:
    """The payout that this transfer was made for, and no other transfer."""
    bound = select(CardCall.subject_id).where(
        CardCall.kind == "payout", CardCall.their_id == found.id
    )
    payout = session.get(Payout, session.scalar(bound) or found.ours)
    if payout is None or payout.provider != CARD:
        return None
    call = calls.known(session, "payout", payout.id)
    if call is None or call.their_id not in (None, found.id):
        return None
    same = (payout.amount_minor, payout.currency) == (found.amount_minor, found.currency)
    return payout if same else None
