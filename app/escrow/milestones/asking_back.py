"""Ask for money back: the client asks; the freelancer agrees, refuses, hands in, or is silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, payments, work
from app.escrow.milestones import asks, closing
from app.escrow.models import Milestone, MoneyAsk
from app.escrow.outgoing import refunds
from app.kernel.errors import Invalid, Refused, WrongState
from app.people.models import Person

REASON_MOST = 5000


def ask(
    session: Session,
    engagement: Engagement,
    wanted: Sequence[Milestone],
    *,
    reason: str,
    by: Person,
    at: datetime,
    scope: str = "milestone",
) -> list[MoneyAsk]:
    """Ask for what is held for milestones that nobody has submitted.

    Args:
        scope: what a grant ends: the `rest` of the money only (after a part was released), the
            `milestone`, or the whole `engagement` once no money is left in it.

    Raises Refused `ask.not_yours`, Invalid `ask.reason_missing`, WrongState `ask.not_now`.
    """
    if by.id != engagement.client_id:
        raise Refused("ask.not_yours")
    if not reason.strip():
        raise Invalid("ask.reason_missing", field="reason")
    may = {one.id for one in asks.askable(session, engagement, by.id)}
    if not wanted:
        raise Invalid("ask.nothing", field="milestones")
    made = []
    for milestone in wanted:
        if milestone.id not in may:
            raise WrongState("ask.not_now", title=milestone.title)
        made.append(_ask(session, engagement, milestone, reason.strip(), scope, by=by, at=at))
    return made


def refuse(session: Session, found: MoneyAsk, *, reason: str, by: Person, at: datetime) -> None:
    """The freelancer says no; the money stays. Refused `ask.others`, Invalid without a reason,

    WrongState `ask.decided`.
    """
    _freelancer(session, found, by)
    if not reason.strip():
        raise Invalid("ask.answer_missing", field="reason")
    asks.close(session, found, "refused", by=by, at=at, words=reason.strip()[:REASON_MOST])


def withdraw(session: Session, found: MoneyAsk, *, by: Person, at: datetime) -> None:
    """The client wants it no more. Raises Refused `ask.not_yours`, WrongState `ask.decided`."""
    if by.id != found.by_id:
        raise Refused("ask.not_yours")
    asks.close(session, found, "withdrawn", by=by, at=at)


def grant(session: Session, found: MoneyAsk, *, by: Person | None, at: datetime) -> None:
    """Send it back: the freelancer agrees, or (`by` None) was silent for seven days.

    Call `app.terms.asking`, which also ends the engagement where that was asked for.
    Raises Refused `ask.others`, WrongState `ask.decided`.
    """
    if by is not None:
        _freelancer(session, found, by)
    engagement = session.get_one(Engagement, found.engagement_id)
    milestone = session.get_one(Milestone, found.milestone_id)
    asks.close(session, found, "granted", by=by, at=at)
    if found.scope != "rest":
        closing.cancel(session, engagement, milestone, by=by, at=at, why="asked_back")
        payments.drop_stale(session, engagement.id, why="asked_back", by=by, at=at)
        return
    refunds.refund(
        session,
        engagement,
        milestone,
        work.held(session, milestone, engagement.currency),
        source=accounts.held(milestone.id),
        why="asked_back",
        by=by,
        at=at,
    )
    work.settle_state(session, milestone, at=at)
    payments.drop_stale(session, engagement.id, why="asked_back", by=by, at=at)


def _ask(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    reason: str,
    scope: str,
    *,
    by: Person,
    at: datetime,
) -> MoneyAsk:
    made = MoneyAsk(
        engagement_id=engagement.id,
        milestone_id=milestone.id,
        by_id=by.id,
        scope=scope,
        reason=reason[:REASON_MOST],
        asked_at=at,
        due_at=at + asks.SILENCE,
    )
    session.add(made)
    session.flush()
    words = made.reason
    asks.record(session, engagement, made, milestone, "ask.made", by=by, at=at, words=words)
    return made


def _freelancer(session: Session, found: MoneyAsk, by: Person) -> None:
    if by.id != session.get_one(Engagement, found.engagement_id).freelancer_id:
        raise Refused("ask.others")
