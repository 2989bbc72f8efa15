"""Disputes that wait for an answer: a reminder the working day before, and word when it is late.

Nothing is decided by silence here: it only opens the way to offers and to the arbiter.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.disputes.models import Dispute
from app.kernel import clock
from app.mail import notices
from app.scheduler.work import Unit, Work, each

REMINDER, OVERDUE = "dispute_reminder", "dispute_overdue"
HOUR = 9
SOON = clock.DAY * 7
"""Longer than any time between the reminder and the end, weekends included."""


def answers(work: Work) -> int:
    """Remind who is to answer; tell both when the time is over."""
    reminders, overdue = [], []
    for dispute, engagement in _unanswered(work.session, work.at + SOON):
        unit = Unit(dispute.id, "once")
        if work.at > dispute.answer_due_at:
            overdue.append(unit)
        elif work.at >= reminded_at(dispute, engagement):
            reminders.append(unit)

    def remind(session: Session, unit: Unit) -> None:
        _write(session, REMINDER, unit, work.at, everybody=False)

    def tell(session: Session, unit: Unit) -> None:
        _write(session, OVERDUE, unit, work.at, everybody=True)

    return each(work, REMINDER, reminders, remind) + each(work, OVERDUE, overdue, tell)


def reminded_at(dispute: Dispute, engagement: Engagement) -> datetime:
    """The morning of the working day before the answer is due, in the work's zone."""
    day = clock.working_day(clock.day_in(dispute.answer_due_at, engagement.zone), -1)
    return clock.at_hour(day, HOUR, engagement.zone)


def _write(session: Session, name: str, unit: Unit, at: datetime, *, everybody: bool) -> None:
    dispute = session.get_one(Dispute, unit.subject)
    if dispute.state != "open":
        return
    engagement = session.get_one(Engagement, dispute.engagement_id)
    for person_id in (engagement.client_id, engagement.freelancer_id):
        if everybody or person_id != dispute.by_id:
            notices.write(
                session, name, person_id, engagement=engagement,
                subject=("dispute", dispute.id), key=f"{name}:{dispute.id}:{person_id}", at=at,
            )  # fmt: skip


def _unanswered(session: Session, before: datetime) -> list[tuple[Dispute, Engagement]]:
    rows = session.execute(
        select(Dispute, Engagement)
        .join(Engagement, Engagement.id == Dispute.engagement_id)
        .where(Dispute.state == "open", Dispute.answer_due_at <= before)
        .order_by(Dispute.answer_due_at, Dispute.id)
    )
    return [(dispute, engagement) for dispute, engagement in rows]
