"""How agreed terms become milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.balance import CLOSED
from app.escrow.milestones import asks, closing, rolling, touching
from app.escrow.models import Milestone
from app.kernel.errors import NotFound
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
    cancelled meanwhile; `terms.touches_disputed` where it changes one that is in dispute;
    `terms.below_released` where it takes away what was released in part.
    """
    every = work.every(session, engagement.id)
    if found := touching.touched(every, lines):
        raise found.refusal(engagement.currency)
    known = {one.id: one for one, _ in every}
    fixed = {one.id for one, now in every if one.state in CLOSED or now.disputed_minor}
    stay: list[Milestone] = []
    for line in lines:
        milestone = known.get(line.milestone_id)
        if milestone is None:
            raise NotFound(f"milestone {line.milestone_id}")
        milestone.position = line.position
        if milestone.id not in fixed:
            _reword(session, milestone, line, at)
            stay.append(milestone)
    session.flush()
    gone = known.keys() - fixed - {line.milestone_id for line in lines}
    leave = [one for one, _ in every if one.id in gone and one.state != "proposed"]
    if rolls:
        rolling.roll(
            session, engagement, stay, leave, revision_id=revision_id, by=by, at=at
        )  # fmt: skip
    for milestone in stay:
        closing.give_back_surplus(session, engagement, milestone, by=by, at=at)
        if not work.held(session, milestone, engagement.currency):
            asks.overtake(session, milestone, by=by, at=at)  # there is no money to ask for
        closing.close_if_settled(session, engagement, milestone, by=by, at=at)
        work.settle_state(session, milestone, at=at)
    for milestone in leave:
        closing.cancel(session, engagement, milestone, by=by, at=at)
    session.flush()


def _reword(session: Session, milestone: Milestone, line: PlannedLine, at: datetime) -> None:
    if milestone.state == "proposed":
        work.move(milestone, "planned")
    if line.amount_minor > milestone.amount_minor:
        work.raise_amount(session, milestone, at=at)
    milestone.title = line.title
    milestone.description = line.description
    milestone.due = line.due
    milestone.amount_minor = line.amount_minor
