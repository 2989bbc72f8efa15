"""Ending an engagement before all is done: prefunds go back, and an unagreed job opens again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement import seats, states
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import funding, prefunding
from app.escrow import reads as escrow_reads
from app.escrow.models import Milestone, Payment
from app.jobs import awarding
from app.jobs.models import Job, Proposal
from app.kernel.errors import Refused
from app.people import links
from app.people.models import Person
from app.terms import reads, revisions
from app.terms.negotiation import move

UNDONE = ("proposed", "planned", "funded")
REASON_MOST = 20_000


def why_not(session: Session, seat: Seated) -> str:
    """The code of what stands in the way of ending at once; empty where nothing does."""
    engagement = seat.engagement
    if not states.living(engagement):
        return "engagement.over"
    submitted = session.scalars(
        select(Milestone.id)
        .where(Milestone.engagement_id == engagement.id, Milestone.state == "submitted")
        .limit(1)
    ).first()
    if submitted:
        return "ending.submitted" if seat.is_client else "ending.submitted_yours"
    if escrow_reads.money(session, engagement.id).held_minor:
        return "ending.money_held"
    return ""


def can_end(session: Session, engagement: Engagement, *, by: Person) -> bool:
    """Whether this person may end the engagement now, at once."""
    return not why_not(session, seats.load(session, by.id, engagement.id))


def end(
    session: Session, engagement: Engagement, *, by: Person, at: datetime, reason: str = ""
) -> None:
    """End it at once: nothing is in escrow, so either side may (RULES, Ending early).

    What waits is put aside and what was prefunded for it goes back. Where first terms were never
    agreed, the job is open again, with all its proposals as they were.

    Raises: NotFound for strangers; Refused `engagement.over`, `ending.money_held`,
        `ending.submitted`, `ending.submitted_yours`.
    """
    seat = seats.load(session, by.id, engagement.id)
    if code := why_not(session, seat):
        raise Refused(code, state=engagement.state)
    never_agreed = engagement.state == "negotiating"
    _put_waiting_aside(session, seat, by=by, at=at)
    _cancel_open_payments(session, engagement, by=by, at=at)
    for milestone in session.scalars(
        select(Milestone).where(
            Milestone.engagement_id == engagement.id, Milestone.state.in_(UNDONE)
        )
    ):
        milestone.state, milestone.closed_at = "cancelled", at
    revisions.discard_all(session, engagement)
    why = "no_agreement" if never_agreed else "ended"
    words = reason.strip()[:REASON_MOST]
    states.end(
        session, engagement, by=by, at=at, why=why, reason=words, closes_job=not never_agreed
    )
    if never_agreed:
        awarding.job_after_end(session, session.get_one(Job, engagement.job_id), at=at)
    else:
        _free_proposal(session, engagement)


def _free_proposal(session: Session, engagement: Engagement) -> None:
    """The job is closed, and its owner may open it again; nobody is selected for it any more."""
    proposal = session.get_one(Proposal, engagement.proposal_id)
    proposal.state, proposal.declined_from = proposal.declined_from or "submitted", None


def _put_waiting_aside(session: Session, seat: Seated, *, by: Person, at: datetime) -> None:
    """What waits is over: its author withdraws it, the other side declines it."""
    waiting = reads.waiting(session, seat.engagement.id)
    if waiting is None:
        return
    state = "withdrawn" if waiting.author_side == seat.side else "declined"
    move(waiting, state)
    waiting.decided_at, waiting.decided_by, waiting.decided_by_way = at, by.id, "page"
    session.flush()
    links.revoke(session, "revision", waiting.id, at=at)
    prefunding.give_back(session, waiting.id, seat.engagement, why="ended", by=by, at=at)


def _cancel_open_payments(
    session: Session, engagement: Engagement, *, by: Person, at: datetime
) -> None:
    for payment in session.scalars(
        select(Payment).where(
            Payment.engagement_id == engagement.id, Payment.state.in_(("started", "pending"))
        )
    ).all():
        funding.stop(session, payment, by=by, at=at)
