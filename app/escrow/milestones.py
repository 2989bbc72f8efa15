"""How agreed terms become milestones, and which of them asks for money next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement import states
from app.engagement.models import Engagement
from app.escrow import accounts, asks, funding, reads, refunds, rolling, submissions, work
from app.escrow.models import Milestone
from app.escrow.work import CLOSED
from app.kernel import events
from app.kernel.errors import NotFound, Refused, WrongState
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line of agreed terms. Amounts in minor units; 0 is a checkpoint."""

    milestone_id: str
    position: int
    title: str
    description: str
    due: date | None
    amount_minor: int


def plan(
    session: Session,
    engagement: Engagement,
    lines: Sequence[PlannedLine],
    *,
    revision_id: str = "",
    rolls: bool = False,
    by: Person,
    at: datetime,
) -> None:
    """Make the milestones what the accepted terms say, and send surplus money back.

    Args:
        revision_id: the terms, whose prefunds count as there.
        rolls: whether money that becomes free goes to other milestones first.

    Call `prefunding.keep` after it, which asks for the next milestone's money. Raises Refused:
    `terms.touches_closed` where a line changes a released or approved milestone, or one that was
    cancelled meanwhile; `terms.touches_disputed` where it changes one that is in dispute.
    """
    known = {one.id: one for one in _all(session, engagement.id)}
    stay: list[Milestone] = []
    disputed = reads.disputed(session, engagement.id)
    for line in lines:
        milestone = known.get(line.milestone_id)
        if milestone is None:
            raise NotFound(f"milestone {line.milestone_id}")
        if milestone.state in CLOSED:
            _unchanged(milestone, line)
            milestone.position = line.position
            continue
        if milestone.id in disputed:
            _undisturbed(milestone, line)
            milestone.position = line.position
            continue
        done = work.stands(session, milestone).spoken_for
        if line.amount_minor < done:
            raise below_released(engagement, milestone, done)
        _reword(milestone, line)
        session.flush()
        stay.append(milestone)
    leave = _left_out(session, engagement, known.values(), lines, disputed)
    if rolls:
        rolling.roll(
            session, engagement, stay, leave, revision_id=revision_id, by=by, at=at
        )  # fmt: skip
    for milestone in stay:
        funding.drop_stale(session, milestone, by=by, at=at)
        _give_back_surplus(session, engagement, milestone, by=by, at=at)
        if not work.held(session, milestone, engagement.currency):
            asks.overtake(session, milestone, by=by, at=at)  # there is no money to ask for
        close_if_settled(session, engagement, milestone, by=by, at=at)
        was = milestone.state
        work.settle_state(session, milestone, at=at)
        if (was, milestone.state) == ("funded", "planned"):
            milestone.fundable_at = None  # it was raised, and its client is asked anew
    for milestone in leave:
        cancel(session, engagement, milestone, by=by, at=at)
    session.flush()


def _left_out(
    session: Session,
    engagement: Engagement,
    known: Iterable[Milestone],
    lines: Sequence[PlannedLine],
    disputed: Collection[str],
) -> list[Milestone]:
    """The open milestones that accepted terms no longer have; none may be paid in part, or be in

    dispute.
    """
    named = {line.milestone_id for line in lines}
    left = [m for m in known if m.id not in named and m.state not in ("proposed", *CLOSED)]
    for milestone in left:
        if milestone.id in disputed:
            raise Refused("terms.touches_disputed", title=milestone.title)
        if done := work.released(session, milestone):
            raise below_released(engagement, milestone, done)
    return left


def below_released(engagement: Engagement, milestone: Milestone, done: int) -> Refused:
    """The refusal of terms that take away what a milestone has paid in part already."""
    return Refused(
        "terms.below_released",
        title=milestone.title,
        released_minor=done,
        currency=engagement.currency,
    )


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
    asks.overtake(session, milestone, by=by, at=at)
    work.move(milestone, "cancelled")
    milestone.closed_at = at
    session.flush()
    events.record(
        session,
        engagement.stream,
        "milestone.cancelled",
        by=by.id if by else None,
        at=at,
        subject=("milestone", milestone.id),
        facts={"title": milestone.title},
    )
    funding.drop_stale(session, milestone, by=by, at=at)
    _give_back_surplus(session, engagement, milestone, why=why, by=by, at=at)


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
        events.record(
            session,
            engagement.stream,
            "milestone.fundable",
            by=None,
            at=at,
            subject=("milestone", upcoming.id),
            facts={
                "title": upcoming.title,
                "amount_minor": work.missing(session, upcoming),
                "currency": engagement.currency,
            },
        )
    return upcoming


def _all(session: Session, engagement_id: str) -> list[Milestone]:
    return list(
        session.scalars(
            select(Milestone)
            .where(Milestone.engagement_id == engagement_id)
            .order_by(Milestone.position, Milestone.id)
        )
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
    asks.overtake(session, milestone, by=by, at=at)
    work.move(milestone, "released")
    milestone.closed_at = at
    session.flush()
    events.record(
        session,
        engagement.stream,
        "milestone.completed",
        by=by.id if by else None,
        at=at,
        subject=("milestone", milestone.id),
        facts={"title": milestone.title, "amount_minor": done, "currency": engagement.currency},
    )


def _give_back_surplus(
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


def _reword(milestone: Milestone, line: PlannedLine) -> None:
    if milestone.state == "proposed":
        work.move(milestone, "planned")
    milestone.position = line.position
    milestone.title = line.title
    milestone.description = line.description
    milestone.due = line.due
    milestone.amount_minor = line.amount_minor


def _unchanged(milestone: Milestone, line: PlannedLine) -> None:
    if milestone.state == "cancelled" or not _same(milestone, line):
        raise Refused("terms.touches_closed", title=milestone.title, state=milestone.state)


def _undisturbed(milestone: Milestone, line: PlannedLine) -> None:
    if not _same(milestone, line):
        raise Refused("terms.touches_disputed", title=milestone.title)


def _same(milestone: Milestone, line: PlannedLine) -> bool:
    mine = (milestone.title, milestone.description, milestone.due, milestone.amount_minor)
    return mine == (line.title, line.description, line.due, line.amount_minor)
