"""How a chore happens exactly once: its mark and its letter are written in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.cards.errands import Desk
from app.kernel import clock
from app.kernel.writing import writing
from app.mail.envelope import Postman, Renderer
from app.mail.sending import Sender
from app.scheduler.models import ChoreDone

log = logging.getLogger("milepost.chores")
AT_ONCE = 500
"""How many subjects one question asks for."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a chore works with: a session of its own, the time, who carries letters, who takes

    cards.
    """

    session: Session
    at: datetime
    sender: Sender
    postman: Postman
    renderer: Renderer
    cards: Desk | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that a chore does once: for a subject, in a period."""

    subject: str
    period: str


Act = Callable[[Session, Unit], None]


def was_done(session: Session, chore: str, unit: Unit) -> ChoreDone | None:
    """The mark of a unit that was done."""
    return session.get(ChoreDone, (chore, unit.subject, unit.period))


def done_units(session: Session, chore: str, subjects: Iterable[str]) -> set[Unit]:
    """The units of a chore that were done for these subjects; the board's size costs nothing."""
    wanted = sorted(set(subjects))
    found: set[Unit] = set()
    for start in range(0, len(wanted), AT_ONCE):
        rows = session.execute(
            select(ChoreDone.subject, ChoreDone.period).where(
                ChoreDone.chore == chore,
                ChoreDone.subject.in_(wanted[start : start + AT_ONCE]),
            )
        )
        found |= {Unit(subject, period) for subject, period in rows}
    return found


def mark(session: Session, chore: str, unit: Unit, at: datetime) -> bool:
    """Mark a unit as done in this transaction; False where it was already."""
    if was_done(session, chore, unit):
        return False
    session.add(ChoreDone(chore=chore, subject=unit.subject, period=unit.period, at=at))
    session.flush()
    return True


def each(work: Work, chore: str, units: Iterable[Unit], act: Act) -> int:
    """Do each unit once, each in a transaction of its own; one that fails does not stop the rest.

    Units are found by reading and are asked for again inside the transaction: another process may
    have been quicker, and the act itself looks whether it is still needed.
    """
    wanted = list(units)
    known = done_units(work.session, chore, (unit.subject for unit in wanted))
    work.session.rollback()
    count = 0
    for unit in wanted:
        if unit in known:
            continue
        try:
            with writing(work.session) as session:
                if mark(session, chore, unit, work.at):
                    act(session, unit)
                    count += 1
        except Exception:
            log.exception("the chore %s failed for %s, %s", chore, unit.subject, unit.period)
    return count


def step_due(
    since: datetime, steps: tuple[int, ...], zone: str, at: datetime, hour: int = 9
) -> int:
    """The newest of several reminders that is due (in days after `since`); 0 before the first.

    Each is due at an hour of the reader's day. Only the newest is ever sent, so that a board that
    was down for a month does not send three at once.
    """
    first = clock.day_in(since, zone)
    due = [step for step in steps if clock.at_hour(first + timedelta(days=step), hour, zone) <= at]
    return max(due, default=0)
