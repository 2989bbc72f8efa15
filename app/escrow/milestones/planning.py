"""How agreed terms become milestones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import payments, reads, work
from app.escrow.milestones import asks, closing, rolling
from app.escrow.models import Milestone
from app.escrow.work import CLOSED
from app.kernel.errors import NotFound, Refused
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line of agreed terms. Amounts in minor units; 0 is a checkpoint."""

    milestone_id: str
    position: int
    title: str
    description: str
    due: date | None
    amount_minor: int


def plan(
    session: Session,
    engagement: Engagement,
    lines: Sequence[PlannedLine],
    *,
    revision_id: str = "",
    rolls: bool = False,
    by: Person,
    at: datetime,
) -> None:
    """Make the milestones what the accepted terms say, and send surplus money back.

    Args:
        revision_id: the terms, whose prefunds count as there.
        rolls: whether money that becomes free goes to other milestones first.

    Call `prefunding.keep` after it, which asks for the next milestone's money. Raises Refused:
    `terms.touches_closed` where a line changes a released or approved milestone, or one that was
    cancelled meanwhile; `terms.touches_disputed` where it changes one that is in dispute.
    """
    known = {one.id: one for one in _all(session, engagement.id)}
    stay: list[Milestone] = []
    disputed = reads.disputed(session, engagement.id)
    for line in lines:
        milestone = known.get(line.milestone_id)
        if milestone is None:
            raise NotFound(f"milestone {line.milestone_id}")
        if milestone.state in CLOSED:
            _unchanged(milestone, line)
            milestone.position = line.position
            continue
        if milestone.id in disputed:
            _undisturbed(milestone, line)
            milestone.position = line.position
            continue
        done = work.stands(session, milestone).spoken_for
        if line.amount_minor < done:
            raise _below_released(engagement, milestone, done)
        _reword(milestone, line)
        session.flush()
        stay.append(milestone)
    leave = _left_out(session, engagement, known.values(), lines, disputed)
    if rolls:
        rolling.roll(
            session, engagement, stay, leave, revision_id=revision_id, by=by, at=at
        )  # fmt: skip
    for milestone in stay:
        payments.drop_stale(session, milestone, by=by, at=at)
        closing.give_back_surplus(session, engagement, milestone, by=by, at=at)
        if not work.held(session, milestone, engagement.currency):
            asks.overtake(session, milestone, by=by, at=at)  # there is no money to ask for
        closing.close_if_settled(session, engagement, milestone, by=by, at=at)
        was = milestone.state
        work.settle_state(session, milestone, at=at)
        if (was, milestone.state) == ("funded", "planned"):
            milestone.fundable_at = None  # it was raised, and its client is asked anew
    for milestone in leave:
        closing.cancel(session, engagement, milestone, by=by, at=at)
    session.flush()


def _left_out(
    session: Session,
    engagement: Engagement,
    known: Iterable[Milestone],
    lines: Sequence[PlannedLine],
    disputed: Collection[str],
) -> list[Milestone]:
    """The open milestones that accepted terms no longer have; none may be paid in part, or be in

    dispute.
    """
    named = {line.milestone_id for line in lines}
    left = [m for m in known if m.id not in named and m.state not in ("proposed", *CLOSED)]
    for milestone in left:
        if milestone.id in disputed:
            raise Refused("terms.touches_disputed", title=milestone.title)
        if done := work.released(session, milestone):
            raise _below_released(engagement, milestone, done)
    return left


def _below_released(engagement: Engagement, milestone: Milestone, done: int) -> Refused:
    """The refusal of terms that take away what a milestone has paid in part already."""
    return Refused(
        "terms.below_released",
        title=milestone.title,
        released_minor=done,
        currency=engagement.currency,
    )


def _all(session: Session, engagement_id: str) -> list[Milestone]:
    return list(
        session.scalars(
            select(Milestone)
            .where(Milestone.engagement_id == engagement_id)
            .order_by(Milestone.position, Milestone.id)
        )
    )


def _reword(milestone: Milestone, line: PlannedLine) -> None:
    if milestone.state == "proposed":
        work.move(milestone, "planned")
    milestone.position = line.position
    milestone.title = line.title
    milestone.description = line.description
    milestone.due = line.due
    milestone.amount_minor = line.amount_minor


def _unchanged(milestone: Milestone, line: PlannedLine) -> None:
    if milestone.state == "cancelled" or not _same(milestone, line):
        raise Refused("terms.touches_closed", title=milestone.title, state=milestone.state)


def _undisturbed(milestone: Milestone, line: PlannedLine) -> None:
    if not _same(milestone, line):
        raise Refused("terms.touches_disputed", title=milestone.title)


def _same(milestone: Milestone, line: PlannedLine) -> bool:
    mine = (milestone.title, milestone.description, milestone.due, milestone.amount_minor)
    return mine == (line.title, line.description, line.due, line.amount_minor)
