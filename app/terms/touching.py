"""Whether a revision changes what has been closed, or is in dispute, since it was sent."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.escrow import sums, work
from app.escrow.models import Milestone
from app.terms import reads
from app.terms.models import Line, Revision


@dataclass(frozen=True, slots=True)
class Touched:
    """The milestone that terms change although they may not. `code` is of the refusal."""

    title: str
    code: str


def touched(session: Session, revision: Revision) -> Touched | None:
    """The milestone that this revision changes although it is closed or in dispute by now."""
    lines = {line.milestone_id: line for line in reads.lines(session, revision.id)}
    rows = session.execute(
        select(Milestone, sums.FROZEN > 0)
        .where(
            Milestone.engagement_id == revision.engagement_id,
            or_(Milestone.state.in_(work.CLOSED), sums.FROZEN > 0),
        )
        .order_by(Milestone.position, Milestone.id)
    )
    for one, disputed in rows:
        line = lines.get(one.id)
        gone = one.state == "cancelled"
        if (gone if line else not gone) or (line and _worded(line) != _worded(one)):
            return Touched(one.title, f"terms.touches_{'disputed' if disputed else 'closed'}")
    return None


def _worded(one: Line | Milestone) -> tuple[object, ...]:
    return (one.title, one.description, one.due, one.amount_minor)
