"""Open a dispute, answer it, withdraw it (RULES, Milestones and money: Dispute)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger, work
from app.escrow.balance import CLOSED
from app.escrow.disputes import record
from app.escrow.disputes.models import Dispute
from app.escrow.milestones import asks, submissions
from app.escrow.models import Milestone
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people import links
from app.people.models import Person
from app.talk import files as filing
from app.talk.storage import Stored

DAYS = 5
"""How many working days the other side has to answer."""
REASON, ANSWER = "dispute", "dispute_answer"
"""The places of the files that came with either."""


def can_open(
    session: Session, milestone: Milestone, engagement: Engagement, person_id: str
) -> bool:
    """Either side, while money is held for it and none of it is in dispute."""
    return (
        person_id in (engagement.client_id, engagement.freelancer_id)
        and engagement.state == "active"
        and milestone.state not in CLOSED
        and work.held(session, milestone, engagement.currency) > 0
        and not work.frozen(session, milestone)
    )


def answer_due(engagement: Engagement, at: datetime) -> datetime:
    """When the time to answer ends: at the end of the fifth working day, in the work's zone."""
    day = clock.working_day(clock.day_in(at, engagement.zone), DAYS)
    return clock.end_of_day(day, engagement.zone)


def open_dispute(
    session: Session,
    milestone: Milestone,
    amount_minor: int,
    *,
    reason: str,
    files: Iterable[Stored] = (),
    by: Person,
    at: datetime,
) -> Dispute:
    """Freeze `amount_minor` (minor units) of what is held for a milestone, and say why.

    An ask for its money and links to approve it end. Raises NotFound for strangers; WrongState
    `dispute.exists`, `dispute.nothing_held`; Invalid `dispute.nothing`, `dispute.too_much`
    (field amount), `dispute.reason_missing`.
    """
    engagement = session.get_one(Engagement, milestone.engagement_id)
    if by.id not in (engagement.client_id, engagement.freelancer_id):
        raise NotFound(f"milestone {milestone.id}")
    _check(session, milestone, engagement, amount_minor, reason, by)
    side = "client" if by.id == engagement.client_id else "freelancer"
    dispute = Dispute(
        engagement_id=engagement.id,
        milestone_id=milestone.id,
        by_id=by.id,
        side=side,
        turn=record.other(side),
        currency=engagement.currency,
        amount_minor=amount_minor,
        reason=reason.strip()[: record.WORDS_MOST],
        opened_at=at,
        answer_due_at=answer_due(engagement, at),
    )
    session.add(dispute)
    session.flush()
    _keep(session, dispute, engagement, files, REASON, by=by, at=at)
    asks.overtake(session, milestone, by=by, at=at)
    _freeze(session, dispute, milestone, by=by, at=at)
    waiting = submissions.waiting(session, milestone.id)
    if waiting is not None:
        links.revoke(session, "submission", waiting.id, at=at)
    return dispute


def answer(
    session: Session,
    dispute: Dispute,
    *,
    words: str,
    files: Iterable[Stored] = (),
    by: Person,
    at: datetime,
) -> None:
    """The other side says how they see it; late is better than never.

    Raises NotFound for strangers; Refused `dispute.yours`; WrongState `dispute.over`,
    `dispute.answered`; Invalid `dispute.answer_missing`.
    """
    side = record.side_of(session, dispute, by)
    record.must_live(session, dispute)
    if side == dispute.side:
        raise Refused("dispute.yours")
    if dispute.answered_at is not None:
        raise WrongState("dispute.answered")
    if not words.strip():
        raise Invalid("dispute.answer_missing", field="words")
    dispute.answer, dispute.answered_at = words.strip()[: record.WORDS_MOST], at
    dispute.turn = dispute.side
    if dispute.state == "open":
        dispute.state = "answered"
    session.flush()
    engagement = session.get_one(Engagement, dispute.engagement_id)
    _keep(session, dispute, engagement, files, ANSWER, by=by, at=at)
    record.tell(session, dispute, "dispute.answered", by=by, at=at, words=dispute.answer)


def can_withdraw(dispute: Dispute, person_id: str) -> bool:
    """Who opened it, until the arbiter is called."""
    return person_id == dispute.by_id and dispute.state in ("open", "answered")


def withdraw(session: Session, dispute: Dispute, *, by: Person, at: datetime) -> None:
    """Who opened it takes it back: the sum is in escrow again, as if nothing had been.

    Raises NotFound for strangers; Refused `dispute.not_yours`; WrongState `dispute.over`,
    `dispute.called`.
    """
    record.side_of(session, dispute, by)
    record.must_live(session, dispute)
    if by.id != dispute.by_id:
        raise Refused("dispute.not_yours")
    if not can_withdraw(dispute, by.id):
        raise WrongState("dispute.called")
    lift(session, dispute, by=by, at=at)


def lift(session: Session, dispute: Dispute, *, by: Person | None, at: datetime) -> None:
    """The sum is in escrow again, as if nothing had been.

    Args:
        by: who withdrew it; nobody where the payer's bank took back what it was about.
    """
    milestone = session.get_one(Milestone, dispute.milestone_id)
    dispute.state, dispute.closed_at = "withdrawn", at
    dispute.closed_by = by.id if by else None
    session.flush()
    told = record.tell(session, dispute, "dispute.withdrawn", by=by, at=at)
    ledger.transfer(
        session,
        source=accounts.disputed(dispute.id, milestone.id),
        target=accounts.held(milestone.id),
        currency=dispute.currency,
        amount_minor=dispute.amount_minor,
        key=f"dispute:{dispute.id}:withdrawn",
        event_id=told.id,
        at=at,
    )
    work.settle_state(session, milestone, at=at)


def _check(
    session: Session,
    milestone: Milestone,
    engagement: Engagement,
    amount_minor: int,
    reason: str,
    by: Person,
) -> None:
    if record.about(session, milestone.id) is not None:
        raise WrongState("dispute.exists", title=milestone.title)
    if not can_open(session, milestone, engagement, by.id):
        raise WrongState("dispute.nothing_held", title=milestone.title)
    held = work.held(session, milestone, engagement.currency)
    if amount_minor <= 0:
        raise Invalid("dispute.nothing", field="amount")
    if amount_minor > held:
        facts = {"held_minor": held, "currency": engagement.currency}
        raise Invalid("dispute.too_much", field="amount", **facts)
    if not reason.strip():
        raise Invalid("dispute.reason_missing", field="reason")


def _freeze(
    session: Session, dispute: Dispute, milestone: Milestone, *, by: Person, at: datetime
) -> None:
    until = dispute.answer_due_at.isoformat()
    told = record.tell(
        session, dispute, "dispute.opened", by=by, at=at, words=dispute.reason, until=until
    )
    ledger.transfer(
        session,
        source=accounts.held(milestone.id),
        target=accounts.disputed(dispute.id, milestone.id),
        currency=dispute.currency,
        amount_minor=dispute.amount_minor,
        key=f"dispute:{dispute.id}",
        event_id=told.id,
        at=at,
    )


def _keep(
    session: Session,
    dispute: Dispute,
    engagement: Engagement,
    files: Iterable[Stored],
    place: str,
    *,
    by: Person,
    at: datetime,
) -> None:
    filing.attach_all(
        session, files, place_kind=place, place_id=dispute.id, by=by, at=at,
        conversation_id=engagement.conversation_id,
    )  # fmt: skip
