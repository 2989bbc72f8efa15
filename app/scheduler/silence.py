"""What silence decides: money that was asked back, and money that nobody moves any more.

Both are announced first; after downtime the letter goes, and the money a good while after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import sums
from app.escrow.milestones import asks, dormancy
from app.escrow.models import Account, Milestone, MoneyAsk
from app.kernel.base import stamp
from app.kernel.events import Event
from app.mail import notices
from app.scheduler.work import Unit, Work, each, mark, was_done
from app.terms import asking

ASK, DORMANT = "ask_reminder", "dormancy_warning"
DAY = timedelta(days=1)
STEPS = (76, 83)
"""The days of silence after which both are written to; then it goes back."""
GONE = 90
NOBODY = ("report.asked", "report.nudged")
"""What the board says by itself is no sign of life."""


def asked_back(work: Work) -> int:
    """Remind the freelancer two days before, and send back what nobody answered about."""
    reminders, grants = [], []
    for one in asks.unanswered(work.session, work.at):
        reminded = was_done(work.session, ASK, Unit(one.id, "once"))
        if reminded is None:
            reminders.append(Unit(one.id, "once"))
        elif one.due_at <= work.at and work.at >= reminded.at + DAY:
            grants.append(Unit(one.id, "silence"))

    def remind(session: Session, unit: Unit) -> None:
        one = session.get_one(MoneyAsk, unit.subject)
        if one.state != "waiting":
            return
        engagement = session.get_one(Engagement, one.engagement_id)
        notices.write(
            session,
            ASK,
            engagement.freelancer_id,
            engagement=engagement,
            subject=("ask", one.id),
            key=f"{ASK}:{one.id}",
            at=work.at,
            until=max(one.due_at, work.at + DAY).isoformat(),
        )

    def grant(session: Session, unit: Unit) -> None:
        asking.silence(session, session.get_one(MoneyAsk, unit.subject), at=work.at)

    return each(work, ASK, reminders, remind) + each(work, "ask_silence", grants, grant)


@dataclass(frozen=True, slots=True)
class Still:
    """An engagement in which money is held, and when something last happened in it."""

    engagement_id: str
    since: datetime

    def unit(self, step: int) -> Unit:
        """The mark of one letter, or of the end, of this silence."""
        return Unit(self.engagement_id, f"{stamp(self.since)}:{step}")


def dormant(work: Work) -> int:
    """Write to both after 76 and 83 days of nothing; after 90 the money goes back."""
    warnings: dict[Unit, tuple[Still, int]] = {}
    ends: dict[Unit, Still] = {}
    for one in still(work.session, work.at - STEPS[0] * DAY):
        step = max(days for days in STEPS if work.at >= one.since + days * DAY)
        warned = was_done(work.session, DORMANT, one.unit(STEPS[-1]))
        if warned is None:
            warnings[one.unit(step)] = (one, step)
        elif work.at >= max(one.since + GONE * DAY, warned.at + (GONE - STEPS[-1]) * DAY):
            ends[one.unit(GONE)] = one

    def warn(session: Session, unit: Unit) -> None:
        one, step = warnings[unit]
        engagement = session.get_one(Engagement, one.engagement_id)
        if one not in still(session, work.at - step * DAY):
            return
        for earlier in STEPS:
            if earlier < step:
                mark(session, DORMANT, one.unit(earlier), work.at)
        goes = max(one.since + GONE * DAY, work.at + (GONE - step) * DAY)
        for person_id in (engagement.client_id, engagement.freelancer_id):
            notices.write(
                session,
                DORMANT,
                person_id,
                engagement=engagement,
                subject=None,
                key=f"{DORMANT}:{unit.subject}:{unit.period}:{person_id}",
                at=work.at,
                amount_minor=dormancy.held(session, engagement),
                goes_at=goes.isoformat(),
                since=one.since.isoformat(),
            )

    def give_back(session: Session, unit: Unit) -> None:
        one = ends[unit]
        if one in still(session, work.at - GONE * DAY):
            engagement = session.get_one(Engagement, one.engagement_id)
            dormancy.give_back(session, engagement, at=work.at)

    return each(work, DORMANT, warnings, warn) + each(work, "dormancy", ends, give_back)


def still(session: Session, before: datetime) -> list[Still]:
    """Engagements with money in escrow, and nothing submitted or disputed, in which nothing

    happened since.
    """
    last = (
        select(func.max(Event.at))
        .where(Event.stream == literal("engagement:") + Engagement.id, Event.kind.not_in(NOBODY))
        .correlate(Engagement)
        .scalar_subquery()
    )
    held = (
        select(Milestone.id)
        .join(Account, Account.owner_id == Milestone.id)
        .where(Milestone.engagement_id == Engagement.id)
        .where(Account.kind == "held", Account.balance > 0)
        .correlate(Engagement)
    )
    submitted = (
        select(Milestone.id)
        .where(Milestone.engagement_id == Engagement.id, Milestone.state == "submitted")
        .correlate(Engagement)
    )
    disputed = (
        select(Milestone.id)
        .where(Milestone.engagement_id == Engagement.id, sums.FROZEN > 0)
        .correlate(Engagement)
    )
    rows = session.execute(
        select(Engagement.id, last)
        .where(Engagement.state == "active", held.exists())
        .where(~submitted.exists(), ~disputed.exists())
        .where(Engagement.activated_at <= before, last <= before)
        .order_by(Engagement.id)
    )
    return [Still(one, since) for one, since in rows]
