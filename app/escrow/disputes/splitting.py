"""How a dispute ends with a split: to the last minor unit, in one unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, payments, work
from app.escrow.disputes import record
from app.escrow.disputes.models import Dispute
from app.escrow.milestones import closing, earnings, submissions
from app.escrow.models import Milestone
from app.escrow.outgoing import refunds
from app.people import links
from app.people.models import Person


def split(
    session: Session,
    dispute: Dispute,
    to_freelancer_minor: int,
    state: str,
    *,
    by: Person,
    at: datetime,
    words: str = "",
    **facts: Any,
) -> None:
    """Release `to_freelancer_minor` of the frozen sum, and send all the rest back.

    What goes back is owed no more: the milestone is worth that much less. Where nothing is owed
    any more, it is closed. Its callers have asked whether this may be.

    Args:
        state: `settled` by the two, or `ruled` by the arbiter.
    """
    engagement = session.get_one(Engagement, dispute.engagement_id)
    milestone = session.get_one(Milestone, dispute.milestone_id)
    back_minor = dispute.amount_minor - to_freelancer_minor
    dispute.state, dispute.closed_at, dispute.closed_by = state, at, by.id
    dispute.awarded_minor, dispute.turn = to_freelancer_minor, ""
    session.flush()
    if kept := earnings.fee(session, engagement, milestone, to_freelancer_minor):
        facts |= {"fee_minor": kept, "net_minor": to_freelancer_minor - kept}
    told = record.tell(
        session, dispute, f"dispute.{state}", by=by, at=at, words=words,
        to_freelancer_minor=to_freelancer_minor, to_client_minor=back_minor, **facts,
    )  # fmt: skip
    frozen = accounts.disputed(dispute.id, milestone.id)
    if to_freelancer_minor:
        earnings.earn(
            session, engagement, milestone, to_freelancer_minor,
            key=f"release:dispute:{dispute.id}", event_id=told.id, at=at, source=frozen,
        )  # fmt: skip
    if back_minor:
        refunds.refund(
            session, engagement, milestone, back_minor, source=frozen, why="dispute", by=by, at=at
        )
    waiting = submissions.waiting(session, milestone.id)
    if waiting is not None:
        links.revoke(session, "submission", waiting.id, at=at)
    work.settle_state(session, milestone, at=at)
    closing.close_if_settled(session, engagement, milestone, by=by, at=at)
    payments.drop_stale(session, engagement.id, why="dispute", by=by, at=at)
    closing.close_or_ask(session, engagement, by=by, at=at)
