"""What must be true of a draft before it is sent, and the milestones that it brings to life."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.engagement import states
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import work
from app.escrow.milestones import touching
from app.escrow.models import Milestone
from app.kernel import money
from app.kernel.errors import Invalid, Refused
from app.terms import differences, reads
from app.terms.models import Line, Revision

MOST_LINES = 100
TITLE_MOST = 200
REVIEW_DAYS = range(1, 31)


def why_not(session: Session, seat: Seated) -> str:
    """The code of what stands in the way of sending terms; empty where nothing does."""
    if not states.living(seat.engagement):
        return "engagement.over"
    waiting = reads.waiting(session, seat.engagement.id)
    if waiting is not None and waiting.author_side == seat.side:
        return "terms.yours_waits"
    if not seat.is_client and reads.newest(session, seat.engagement.id) is None:
        return "terms.client_first"
    return ""


def check(session: Session, engagement: Engagement, draft: Revision) -> None:
    """Refuse a table that cannot be agreed, or that says what is said already.

    Raises Refused or Invalid: `terms.no_lines`, `terms.too_many_lines`, `terms.line_title`,
    `terms.line_amount`, `terms.total`, `terms.review_days`, `terms.below_released`, `terms.same`.
    """
    lines = reads.lines(session, draft.id)
    if not lines:
        raise Refused("terms.no_lines")
    if len(lines) > MOST_LINES:
        raise Refused("terms.too_many_lines", most=MOST_LINES)
    for line in lines:
        if not line.title.strip() or len(line.title) > TITLE_MOST:
            raise Refused("terms.line_title", position=line.position, most=TITLE_MOST)
        if not 0 <= line.amount_minor <= money.MOST:
            raise Refused("terms.line_amount", position=line.position)
    if differences.total(lines) > money.MOST:
        raise Refused("terms.total")
    if draft.review_days is not None and draft.review_days not in REVIEW_DAYS:
        raise Invalid("terms.review_days", field="review_days")
    if below := touching.below_released(work.every(session, engagement.id), lines):
        raise below.refusal(engagement.currency)
    standing = reads.waiting(session, engagement.id) or reads.in_force(session, engagement.id)
    if standing is not None and same(session, standing, draft, lines):
        raise Refused("terms.same", number=standing.number)


def same(session: Session, standing: Revision, draft: Revision, lines: Sequence[Line]) -> bool:
    """Whether a draft says exactly what another revision says (its note aside)."""
    waits = standing.state == "proposed"
    if standing.review_days != draft.review_days or (waits and standing.rolls != draft.rolls):
        return False
    difference = differences.compare(reads.lines(session, standing.id), lines)
    return not difference.any


def give_birth(session: Session, engagement: Engagement, revision: Revision) -> list[Line]:
    """Give each new line its milestone, proposed until the terms are accepted."""
    lines = reads.lines(session, revision.id)
    for line in lines:
        if line.milestone_id is None:
            milestone = Milestone(
                engagement_id=engagement.id,
                state="proposed",
                position=line.position,
                title=line.title,
                description=line.description,
                due=line.due,
                amount_minor=line.amount_minor,
            )
            session.add(milestone)
            session.flush()
            line.milestone_id = milestone.id
    session.flush()
    return lines
