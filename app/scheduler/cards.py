"""Card payments: one round with the provider every few seconds, and a reckoning once a day."""

from __future__ import annotations

from app.escrow.cards import round
from app.escrow.provider import Unclear
from app.scheduler.work import Unit, Work, each, log, was_done


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
    work.session.rollback()
    try:
        round.reconcile(work.session, work.cards, work.at)
    except Unclear as trouble:
        log.warning("the card provider could not be reconciled: %s", trouble)
        return 0
    return each(work, "cards", [unit], lambda _session, _unit: None)
