"""How a milestone is closed, and what comes then: the next one asks for money."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement import states
from app.engagement.models import Engagement
from app.escrow import accounts, payments, under_way, work
from app.escrow.milestones import asks, submissions
from app.escrow.models import Milestone
from app.escrow.outgoing import refunds
from app.escrow.work import CLOSED
from app.kernel import events
from app.kernel.errors import WrongState
from app.people.models import Person


def close(
    session: Session, milestone: Milestone, state: str, *, by: Person | None, at: datetime
) -> None:
    """The one way in which a milestone is closed: nobody asks for its money any more.

    Args:
        state: one of `work.CLOSED`.
    """
    asks.overtake(session, milestone, by=by, at=at)
    work.move(milestone, state)
    milestone.closed_at = at
    session.flush()


def cancel(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    *,
    by: Person | None,
    at: datetime,
    why: str = "terms",
) -> None:
    """End a milestone before its release; what was held for it goes back to its source.

    What was released of it in part stays the freelancer's. Raises WrongState `milestone.disputed`.
    """
    if work.frozen(session, milestone):
        raise WrongState("milestone.disputed", title=milestone.title)
    submissions.fall_away(session, milestone, at=at)
    close(session, milestone, "cancelled", by=by, at=at)
    events.record(
        session,
        engagement.stream,
        "milestone.cancelled",
        by=by.id if by else None,
        at=at,
        subject=("milestone", milestone.id),
        facts={"title": milestone.title},
    )
    payments.drop_for(session, milestone, why=why, by=by, at=at)
    give_back_surplus(session, engagement, milestone, why=why, by=by, at=at)


def close_if_settled(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """Nothing more is owed for it, because all was released in parts or went back by a dispute:

    it is released; or cancelled, where the freelancer got nothing.
    """
    now = work.stands(session, milestone)
    if not now.spoken_for or now.frozen or now.spoken_for != milestone.amount_minor:
        return
    if now.released:
        _complete(session, engagement, milestone, now.released, by=by, at=at)
    else:
        cancel(session, engagement, milestone, by=by, at=at, why="dispute")


def next_fundable(session: Session, engagement_id: str) -> Milestone | None:
    """The milestone that asks for money now: the first that lacks some, once no earlier one

    that has an amount is still being worked on. None where nothing asks.
    """
    for milestone in work.of(session, engagement_id):
        if milestone.state in CLOSED or not milestone.amount_minor:
            continue
        lacks = work.missing(session, milestone)
        return milestone if lacks else None
    return None


def close_or_ask(
    session: Session, engagement: Engagement, *, by: Person | None, at: datetime
) -> Milestone | None:
    """After a milestone closed or terms were answered: finish, or ask for the next one's money.

    Terms that wait keep it open, because they may add work; it finishes when they come to nothing.
    """
    if engagement.state == "active":
        agreed = work.of(session, engagement.id)
        done = any(one.state in ("released", "approved") for one in agreed)
        closed = all(one.state in CLOSED for one in agreed)
        if done and closed and not states.terms_wait(session, engagement):
            states.finish(session, engagement, by=by, at=at)
            return None
    upcoming = next_fundable(session, engagement.id)
    if upcoming is not None and upcoming.fundable_at is None:
        upcoming.fundable_at = at
        session.flush()
        lacks = work.missing(session, upcoming)
        asked = under_way.asked(session, upcoming)
        events.record(
            session,
            engagement.stream,
            "milestone.fundable",
            by=None,
            at=at,
            subject=("milestone", upcoming.id),
            facts={
                "title": upcoming.title,
                "amount_minor": asked or lacks,
                "coming_minor": lacks - asked,
                "currency": engagement.currency,
            },
            tell=asked > 0,  # else it waits for what is under way, and nobody is asked twice
        )
    return upcoming


def give_back_surplus(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    *,
    by: Person | None,
    at: datetime,
    why: str = "terms",
) -> None:
    """Refund what is held beyond what the terms now ask for (all of it for a cancelled one)."""
    needed = 0 if milestone.state == "cancelled" else work.owed(session, milestone)
    surplus = work.held(session, milestone, engagement.currency) - needed
    if surplus > 0:
        refunds.refund(
            session,
            engagement,
            milestone,
            surplus,
            source=accounts.held(milestone.id),
            why=why,
            by=by,
            at=at,
        )


def _complete(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    done: int,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """Nothing more is owed for it than was released already."""
    submissions.fall_away(session, milestone, at=at)
    close(session, milestone, "released", by=by, at=at)
    events.record(
        session,
        engagement.stream,
        "milestone.completed",
        by=by.id if by else None,
        at=at,
        subject=("milestone", milestone.id),
        facts={"title": milestone.title, "amount_minor": done, "currency": engagement.currency},
    )
