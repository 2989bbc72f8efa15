"""Money that was asked back goes: and the engagement with it, where that was asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.milestones import asking_back, closing
from app.escrow.models import MoneyAsk
from app.people.models import Person
from app.terms import ending


def agree(session: Session, found: MoneyAsk, *, by: Person, at: datetime) -> None:
    """The freelancer sends it back now. Raises Refused `ask.others`, WrongState `ask.decided`."""
    _grant(session, found, by=by, at=at)


def silence(session: Session, found: MoneyAsk, *, at: datetime) -> bool:
    """Seven days passed without an answer; False where there is nothing to do."""
    if found.state != "waiting" or found.due_at > at:
        return False
    _grant(session, found, by=None, at=at)
    return True


def _grant(session: Session, found: MoneyAsk, *, by: Person | None, at: datetime) -> None:
    engagement = session.get_one(Engagement, found.engagement_id)
    asking_back.grant(session, found, by=by, at=at)
    if found.scope == "engagement" and ending.nothing_left(session, engagement):
        ending.close(session, engagement, by=by, at=at, why="asked_back")
    elif found.scope != "rest":
        closing.close_or_ask(session, engagement, by=by, at=at)
