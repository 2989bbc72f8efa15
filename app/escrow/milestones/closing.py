"""How a milestone is closed, and what comes then: the next one asks for money."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement import states
from app.engagement.models import Engagement
from app.escrow import accounts, payments, under_way, work
from app.escrow.balance import CLOSED, OPEN, MilestoneBalance
from app.escrow.milestones import asks, submissions
from app.escrow.models import Milestone
from app.escrow.outgoing import refunds
from app.kernel import events
from app.kernel.errors import WrongState
from app.people.models import Person


def close(
    session: Session, milestone: Milestone, state: str, *, by: Person | None, at: datetime
) -> None:
    """The one way in which a milestone is closed: nobody asks for its money any more.

    Args:
        state: one of `CLOSED`.
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
    now = work.balance(session, milestone)
    if not now.decided_minor or now.disputed_minor or now.decided_minor != milestone.amount_minor:
        return
    if now.released_minor:
        _complete(session, engagement, milestone, now.released_minor, by=by, at=at)
    else:
        cancel(session, engagement, milestone, by=by, at=at, why="dispute")


def next_fundable(session: Session, engagement_id: str) -> Milestone | None:
    """The milestone that asks for money now: the first that lacks some, once no earlier one

    that has an amount is still being worked on. None where nothing asks.
    """
    return _next(_open_with_amounts(session, engagement_id))


def close_or_ask(
    session: Session, engagement: Engagement, *, by: Person | None, at: datetime
) -> Milestone | None:
    """After a milestone closed or terms were answered: finish, or ask for the next one's money,

    and for what is missing of those that hold some. Returns the next one.
    Terms that wait keep it open, because they may add work; it finishes when they come to nothing.
    """
    if engagement.state == "active":
        agreed = work.of(session, engagement.id)
        done = any(one.state in ("released", "approved") for one in agreed)
        closed = all(one.state in CLOSED for one in agreed)
        if done and closed and not states.terms_wait(session, engagement):
            states.finish(session, engagement, by=by, at=at)
            return None
    every = _open_with_amounts(session, engagement.id)
    upcoming = _next(every)
    for milestone, balance in every:
        if milestone is upcoming or balance.is_partly_funded:
            _ask_for(session, engagement, milestone, balance, at=at)
    return upcoming


Open = list[tuple[Milestone, MilestoneBalance]]


def _open_with_amounts(session: Session, engagement_id: str) -> Open:
    """The agreed milestones that are not closed and no checkpoints, in the order of the terms."""
    every = work.every(session, engagement_id)
    return [(one, now) for one, now in every if one.state in OPEN and one.amount_minor]


def _next(every: Open) -> Milestone | None:
    milestone, balance = every[0] if every else (None, None)
    return milestone if balance and balance.lacks_minor else None


def _ask_for(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    balance: MilestoneBalance,
    *,
    at: datetime,
) -> None:
    """Ask the client for what is missing beyond what may still arrive, once; reminders follow

    (`scheduler.reminders`).
    """
    if milestone.fundable_at is not None:
        return
    milestone.fundable_at = at
    session.flush()
    asked = under_way.asked(session, milestone)
    events.record(
        session,
        engagement.stream,
        "milestone.fundable",
        by=None,
        at=at,
        subject=("milestone", milestone.id),
        facts={
            "title": milestone.title,
            "amount_minor": asked or balance.lacks_minor,
            "coming_minor": balance.lacks_minor - asked,
            "currency": engagement.currency,
            "partly": balance.is_partly_funded,
            "funded_minor": balance.funded_minor,
            "whole_minor": balance.whole_minor,
        },
        tell=asked > 0,  # else it waits for what is under way, and nobody is asked twice
    )


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
