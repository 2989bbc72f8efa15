"""Notices that the provider posts: kept once, then looked after by asking how things stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.escrow.cards.models import CardNotice
from app.escrow.provider import Notice

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
MOST = 200


def keep(session: Session, notice: Notice, *, at: datetime) -> bool:
    """Keep a notice by its id; False where it is kept already."""
    if session.get(CardNotice, notice.id) is not None:
        return False
    row = CardNotice(
        id=notice.id, kind=notice.kind, target=notice.target, at=at, due_at=at, tries=0, trouble=""
    )
    session.add(row)
    session.flush()
    return True


def due(session: Session, at: datetime) -> dict[str, list[str]]:
    """What is to be looked at now: each target, with the notices that point at it."""
    rows = session.execute(
        select(CardNotice.target, CardNotice.id)
        .where(CardNotice.done_at.is_(None), CardNotice.due_at <= at)
        .order_by(CardNotice.due_at, CardNotice.id)
        .limit(MOST)
    )
    found: dict[str, list[str]] = {}
    for target, notice_id in rows:
        found.setdefault(target, []).append(notice_id)
    return found


def done(session: Session, ids: Iterable[str], *, at: datetime) -> None:
    """These were looked after; one that came meanwhile still waits."""
    session.execute(update(CardNotice).where(CardNotice.id.in_(list(ids))).values(done_at=at))


def put_off(session: Session, ids: Iterable[str], trouble: str, *, at: datetime) -> None:
    """The provider gave no answer: look again later, less and less often."""
    for row in session.scalars(select(CardNotice).where(CardNotice.id.in_(list(ids)))):
        row.tries, row.trouble = row.tries + 1, trouble
        row.due_at = at + min(LONGEST, SHORTEST * 2 ** min(row.tries - 1, 10))
    session.flush()
