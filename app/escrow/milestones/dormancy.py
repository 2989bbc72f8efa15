"""Money that nobody moves any more goes back to the client (RULES, Dormancy)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, payments, work
from app.escrow.milestones import asks
from app.escrow.outgoing import refunds
from app.kernel import events
from app.kernel.errors import WrongState


def held(session: Session, engagement: Engagement) -> int:
    """All that is in escrow of an engagement, in minor units."""
    every = work.of(session, engagement.id)
    return sum(work.held(session, one, engagement.currency) for one in every)


def give_back(session: Session, engagement: Engagement, *, at: datetime) -> None:
    """Send all that is held back to its sources. The milestones stay, and ask for money again.

    Raises WrongState `dormancy.submitted` while work waits for review, or `dormancy.disputed`.
    """
    every = work.of(session, engagement.id)
    if any(one.state == "submitted" for one in every):
        raise WrongState("dormancy.submitted")
    if any(work.frozen(session, one) for one in every):
        raise WrongState("dormancy.disputed")
    events.record(
        session,
        engagement.stream,
        "engagement.dormant",
        by=None,
        at=at,
        subject=("engagement", engagement.id),
        facts={"amount_minor": held(session, engagement), "currency": engagement.currency},
    )
    for milestone in every:
        amount = work.held(session, milestone, engagement.currency)
        if not amount:
            continue
        asks.overtake(session, milestone, by=None, at=at)
        refunds.refund(
            session, engagement, milestone, amount, source=accounts.held(milestone.id),
            why="dormant", by=None, at=at,
        )  # fmt: skip
        work.settle_state(session, milestone, at=at)
    payments.drop_stale(session, engagement.id, why="dormant", by=None, at=at)
