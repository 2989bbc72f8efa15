"""The client's asks for money back: which wait, which may be made, and what overtakes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import sums, work
from app.escrow.models import Account, Milestone, MoneyAsk
from app.kernel import events
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person

SILENCE = timedelta(days=7)
"""How long the freelancer has to answer; silence sends the money back (RULES, Ending early)."""
WARNING = timedelta(days=2)
"""How long before that the freelancer hears of it again."""


def load(session: Session, ask_id: str) -> MoneyAsk:
    """The ask of that id; ask its engagement's seats before showing it. Raises NotFound."""
    found = session.get(MoneyAsk, ask_id)
    if found is None:
        raise NotFound(f"ask {ask_id}")
    return found


def waiting(session: Session, milestone_id: str) -> MoneyAsk | None:
    """The ask that waits for the freelancer's answer about a milestone, if there is one."""
    return session.scalar(
        select(MoneyAsk).where(MoneyAsk.milestone_id == milestone_id, MoneyAsk.state == "waiting")
    )


def of(session: Session, engagement_id: str) -> list[tuple[MoneyAsk, Milestone]]:
    """Every ask of an engagement with its milestone, newest first."""
    rows = session.execute(
        select(MoneyAsk, Milestone)
        .join(Milestone, Milestone.id == MoneyAsk.milestone_id)
        .where(MoneyAsk.engagement_id == engagement_id)
        .order_by(MoneyAsk.asked_at.desc(), Milestone.position, MoneyAsk.id)
    )
    return [(ask, milestone) for ask, milestone in rows]


def unanswered(session: Session, at: datetime) -> Sequence[MoneyAsk]:
    """The asks whose freelancer hears a last time before silence decides, or did; oldest first."""
    return session.scalars(
        select(MoneyAsk)
        .where(MoneyAsk.state == "waiting", MoneyAsk.due_at <= at + WARNING)
        .order_by(MoneyAsk.due_at, MoneyAsk.id)
    ).all()


def askable(session: Session, engagement: Engagement, person_id: str) -> list[Milestone]:
    """The milestones that the client may ask money back for: money held, nothing submitted,

    nothing in dispute.
    """
    if person_id != engagement.client_id or engagement.state != "active":
        return []
    asked = select(MoneyAsk.milestone_id).where(MoneyAsk.state == "waiting")
    return list(
        session.scalars(
            select(Milestone)
            .join(Account, Account.name == literal("held:") + Milestone.id)  # one look each
            .where(
                Milestone.engagement_id == engagement.id,
                Milestone.state.in_(("planned", "funded")),
                Milestone.id.not_in(asked),
                sums.FROZEN == 0,
                Account.currency == engagement.currency,
                Account.balance > 0,
            )
            .order_by(Milestone.position, Milestone.id)
        )
    )


def overtake(session: Session, milestone: Milestone, *, by: Person | None, at: datetime) -> None:
    """What was asked about is decided by something else: a submission, a release, an end."""
    ask = waiting(session, milestone.id)
    if ask is not None:
        close(session, ask, "overtaken", by=by, at=at)


def close(
    session: Session,
    ask: MoneyAsk,
    state: str,
    *,
    by: Person | None,
    at: datetime,
    words: str = "",
) -> None:
    """The one place where an ask's state changes; tells what became of it. Raises WrongState."""
    milestone = session.get_one(Milestone, ask.milestone_id)
    engagement = session.get_one(Engagement, ask.engagement_id)
    if ask.state != "waiting":
        raise WrongState("ask.decided", title=milestone.title, state=ask.state)
    ask.state, ask.decided_at, ask.answer = state, at, words
    session.flush()
    record(session, engagement, ask, milestone, f"ask.{state}", by=by, at=at, words=words)


def record(
    session: Session,
    engagement: Engagement,
    ask: MoneyAsk,
    milestone: Milestone,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    words: str = "",
) -> None:
    """One thing that happened to an ask, with what is held now."""
    events.record(
        session,
        engagement.stream,
        kind,
        by=by.id if by else None,
        at=at,
        subject=("ask", ask.id),
        facts={
            "milestone": milestone.id,
            "title": milestone.title,
            "amount_minor": work.held(session, milestone, engagement.currency),
            "currency": engagement.currency,
            "scope": ask.scope,
            "until": ask.due_at.isoformat(),
        },
        words=words or None,
    )
