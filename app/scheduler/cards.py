"""Card payments: one round with the provider every few seconds, and a reckoning once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.escrow.cards import round
from app.escrow.provider import Unclear
from app.scheduler.models import ChoreDone
from app.scheduler.work import Unit, Work, each, log, was_done

MISSED, KEPT = timedelta(days=3), timedelta(days=29)
"""How far back the reckoning looks at least, and at most (so long are notices kept)."""


def turn(work: Work) -> int:
    """Look after what the provider posted, and ask it for what is due."""
    return round.turn(work.session, work.cards, work.at) if work.cards else 0


def reconcile(work: Work) -> int:
    """Once a day: whatever notice was missed is taken up, and open pages are looked at.

    A day on which the provider gives no answer is tried again.
    """
    unit = Unit("stripe", work.at.date().isoformat())
    if work.cards is None or was_done(work.session, "cards", unit):
        work.session.rollback()
        return 0
    since = max(work.at - KEPT, min(work.at - MISSED, _last(work) - timedelta(days=1)))
    work.session.rollback()
    try:
        round.reconcile(work.session, work.cards, work.at, since)
    except Unclear as trouble:
        log.warning("the card provider could not be reconciled: %s", trouble)
        return 0
    return each(work, "cards", [unit], lambda _session, _unit: None)


def _last(work: Work) -> datetime:
    """When the last reckoning was; where there was none, long ago."""
    marks = select(func.max(ChoreDone.at)).where(ChoreDone.chore == "cards")
    return work.session.scalar(marks) or work.at - KEPT
