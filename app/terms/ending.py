"""Ending before all is done: what is not submitted goes back, an unagreed job opens again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement import seats, states
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import payments, work
from app.escrow import reads as escrow_reads
from app.escrow.incoming import prefunding
from app.escrow.milestones import asking_back, asks, closing
from app.escrow.models import Milestone, MoneyAsk, Payment
from app.jobs import awarding
from app.jobs.models import Job, Proposal
from app.kernel import events
from app.kernel.errors import Refused
from app.people import links
from app.people.models import Person
from app.terms import reads, revisions
from app.terms.negotiation import move

UNDONE = ("proposed", "planned", "funded")
REASON_MOST = 20_000


AT_ONCE, THE_REST, ASK = "at_once", "the_rest", "ask"
"""How it may end: wholly at once; all but what is submitted at once; or by asking first."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a person may end an engagement now, or (`code`) what stands in the way.

    `refund_minor` is what goes back to the client then.
    """

    how: str = ""
    code: str = ""
    refund_minor: int = 0


def way(session: Session, seat: Seated) -> Way:
    """What ending means for this person now (RULES, Ending early)."""
    engagement = seat.engagement
    if not states.living(engagement):
        return Way(code="engagement.over")
    every = work.of(session, engagement.id)
    submitted = any(one.state == "submitted" for one in every)
    disputed = escrow_reads.disputed(session, engagement.id)
    undone = [one for one in every if one.state in UNDONE and one.id not in disputed]
    held = sum(work.held(session, one, engagement.currency) for one in undone)
    if seat.is_client:
        if submitted:
            return Way(code="ending.submitted")
        if disputed:
            return Way(code="ending.disputed")
        if not held:
            return Way(AT_ONCE)
        if not asks.askable(session, engagement, seat.person_id):
            return Way(code="ending.asked")
        return Way(ASK, refund_minor=held)
    if undone and (submitted or disputed):
        return Way(THE_REST, "", held)
    if submitted or disputed:
        return Way(code="ending.submitted_yours" if submitted else "ending.disputed")
    return Way(AT_ONCE, "", held)


def why_not(session: Session, seat: Seated) -> str:
    """The code of what stands in the way of ending at once; empty where nothing does."""
    found = way(session, seat)
    return "ending.money_held" if found.how == ASK else found.code


def can_end(session: Session, engagement: Engagement, *, by: Person) -> bool:
    """Whether this person may end the engagement (or what is not submitted of it) at once."""
    return not why_not(session, seats.load(session, by.id, engagement.id))


def end(
    session: Session, engagement: Engagement, *, by: Person, at: datetime, reason: str = ""
) -> str:
    """End it at once, as far as it may; returns `at_once`, or `the_rest` where work is submitted

    or money is in dispute.

    What waits is put aside and what was prefunded for it goes back; the freelancer's end sends
    back what is in escrow and not submitted. Where first terms were never agreed, the job is open
    again, with all its proposals as they were.

    Raises: NotFound for strangers; Refused `engagement.over`, `ending.money_held`,
        `ending.submitted`, `ending.submitted_yours`, `ending.disputed`, `ending.asked`.
    """
    seat = seats.load(session, by.id, engagement.id)
    if code := why_not(session, seat):
        raise Refused(code, state=engagement.state)
    words = reason.strip()[:REASON_MOST]
    if way(session, seat).how == AT_ONCE:
        close(session, engagement, by=by, at=at, reason=words)
        return AT_ONCE
    _cancel_undone(session, engagement, UNDONE[1:], by=by, at=at)
    events.record(
        session,
        engagement.stream,
        "engagement.cut",
        by=by.id,
        at=at,
        subject=("engagement", engagement.id),
        words=words or None,
    )
    return THE_REST


def ask(
    session: Session, engagement: Engagement, *, by: Person, at: datetime, reason: str
) -> list[MoneyAsk]:
    """The client asks for all that is in escrow; when none is left, the engagement ends.

    Raises as `end`, Invalid `ask.reason_missing`.
    """
    seat = seats.load(session, by.id, engagement.id)
    found = way(session, seat)
    if found.how != ASK:
        raise Refused(found.code or "ending.nothing_held", state=engagement.state)
    wanted = asks.askable(session, engagement, by.id)
    return asking_back.ask(
        session, engagement, wanted, reason=reason, by=by, at=at, scope="engagement"
    )


def nothing_left(session: Session, engagement: Engagement) -> bool:
    """Whether no money is in escrow or dispute and no work waits: an end takes nothing away."""
    every = work.of(session, engagement.id)
    if escrow_reads.disputed(session, engagement.id):
        return False
    return engagement.state == "active" and not any(
        one.state == "submitted" or work.held(session, one, engagement.currency) for one in every
    )


def close(
    session: Session,
    engagement: Engagement,
    *,
    by: Person | None,
    at: datetime,
    why: str = "ended",
    reason: str = "",
) -> None:
    """The end itself; its callers have asked whether it may be."""
    never_agreed = engagement.state == "negotiating"
    _put_waiting_aside(session, engagement, by=by, at=at)
    _cancel_open_payments(session, engagement, by=by, at=at)
    _cancel_undone(session, engagement, UNDONE, by=by, at=at)
    revisions.discard_all(session, engagement)
    why = "no_agreement" if never_agreed else why
    states.end(
        session, engagement, by=by, at=at, why=why, reason=reason, closes_job=not never_agreed
    )
    if never_agreed:
        awarding.job_after_end(session, session.get_one(Job, engagement.job_id), at=at)
    else:
        _free_proposal(session, engagement)


def _cancel_undone(
    session: Session,
    engagement: Engagement,
    states_of: Sequence[str],
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """What is not submitted or disputed ends; its money goes back. What held none needs no line."""
    disputed = escrow_reads.disputed(session, engagement.id)
    for milestone in session.scalars(
        select(Milestone)
        .where(Milestone.engagement_id == engagement.id, Milestone.state.in_(states_of))
        .where(Milestone.id.not_in(disputed))
        .order_by(Milestone.position, Milestone.id)
    ).all():
        if milestone.state == "proposed" or not work.held(session, milestone, engagement.currency):
            closing.close(session, milestone, "cancelled", by=by, at=at)
            payments.drop_for(session, milestone, why="ended", by=by, at=at)
        else:
            closing.cancel(session, engagement, milestone, by=by, at=at, why="ended")
    session.flush()
    payments.drop_stale(session, engagement.id, why="ended", by=by, at=at)


def _free_proposal(session: Session, engagement: Engagement) -> None:
    """The job is closed, and its owner may open it again; nobody is selected for it any more."""
    proposal = session.get_one(Proposal, engagement.proposal_id)
    proposal.state, proposal.declined_from = proposal.declined_from or "submitted", None


def _put_waiting_aside(
    session: Session, engagement: Engagement, *, by: Person | None, at: datetime
) -> None:
    """What waits is over: its author withdraws it, the other side declines it.

    Where silence ended the engagement, it lapses.
    """
    waiting = reads.waiting(session, engagement.id)
    if waiting is None:
        return
    state = "lapsed"
    if by is not None:
        state = "withdrawn" if waiting.author_id == by.id else "declined"
    move(waiting, state)
    waiting.decided_at, waiting.decided_by_way = at, "page" if by else ""
    waiting.decided_by = by.id if by else None
    session.flush()
    links.revoke(session, "revision", waiting.id, at=at)
    prefunding.give_back(session, waiting.id, engagement, why="ended", by=by, at=at)


def _cancel_open_payments(
    session: Session, engagement: Engagement, *, by: Person | None, at: datetime
) -> None:
    """Nobody waits for money any more; a bonus under way is not the engagement's."""
    for payment in session.scalars(
        select(Payment).where(
            Payment.engagement_id == engagement.id,
            Payment.state.in_(payments.OPEN),
            Payment.bonus.is_(False),
        )
    ).all():
        payments.supersede(session, payment, why="ended", by=by, at=at)
