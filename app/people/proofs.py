"""Before money moves, whoever keeps it shows again that it is them: once in fifteen minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.people import tokens
from app.people.models import SignIn

LASTS = timedelta(minutes=15)


def stands(proved_at: datetime, at: datetime) -> bool:
    """Whether a proof (signing in is the first one) is fresh; one of the future is none."""
    return abs(at - proved_at) < LASTS


def prove(session: Session, token: str, *, at: datetime) -> None:
    """The person of the sign-in with this token has just shown that it is them."""
    session.execute(
        update(SignIn)
        .where(SignIn.digest == tokens.digest(token), SignIn.revoked_at.is_(None))
        .values(proved_at=at)
    )
