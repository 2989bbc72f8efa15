"""Whether a revision changes what has been closed since it was sent."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import work
from app.escrow.models import Milestone
from app.terms import reads
from app.terms.models import Line, Revision


def touched(session: Session, revision: Revision) -> str:
    """The title of a milestone that this revision changes although it is closed by now; or ''."""
    closed = {
        one.id: one
        for one in session.scalars(
            select(Milestone).where(
                Milestone.engagement_id == revision.engagement_id,
                Milestone.state.in_(work.CLOSED),
            )
        )
    }
    lines = {line.milestone_id: line for line in reads.lines(session, revision.id)}
    for one in closed.values():
        line = lines.get(one.id)
        gone = one.state == "cancelled"
        if gone if line else not gone:
            return one.title
        if line and _worded(line) != _worded(one):
            return one.title
    return ""


def _worded(one: Line | Milestone) -> tuple[object, ...]:
    return (one.title, one.description, one.due, one.amount_minor)
