"""Sealed numbers: nobody sees the other's, and if they overlap the midpoint settles it at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.engagement.seats import CLIENT
from app.escrow.disputes import offers, record, splitting
from app.escrow.disputes.models import Dispute, SealedNumber
from app.kernel.errors import Invalid, WrongState
from app.people.models import Person

AGAIN = timedelta(days=1)
"""How long after one's number another may be entered, so that nobody feels for the other's."""


def mine(session: Session, dispute: Dispute, side: str) -> SealedNumber | None:
    """A side's own entry; never show its number to anybody else."""
    return session.get(SealedNumber, (dispute.id, side))


def waits(session: Session, dispute: Dispute, side: str) -> bool:
    """Whether a side's number lies there, waiting for the other's."""
    found = mine(session, dispute, side)
    return found is not None and found.number_minor is not None


def again_at(session: Session, dispute: Dispute, side: str) -> datetime | None:
    """When a side may enter its next number; None where it has entered none."""
    found = mine(session, dispute, side)
    return found.at + AGAIN if found else None


def can_enter(session: Session, dispute: Dispute, side: str, at: datetime) -> bool:
    """While offers may be made, once a day each."""
    again = again_at(session, dispute, side)
    return record.can_talk(dispute, at) and (again is None or at >= again)


def enter(
    session: Session, dispute: Dispute, number_minor: int, *, by: Person, at: datetime
) -> bool:
    """Enter one's number: the client the most they would pay, the freelancer the least they would

    take. True where it met the other's, which settles the dispute. Two that did not meet are
    forgotten, and only that is told (decision 0062).

    Raises NotFound for strangers; WrongState `dispute.over`, `dispute.too_early`,
    `dispute.number_again`; Invalid `dispute.number_range` (field number).
    """
    side = record.side_of(session, dispute, by)
    record.must_live(session, dispute)
    if not record.can_talk(dispute, at):
        raise WrongState("dispute.too_early", until=dispute.answer_due_at)
    if not can_enter(session, dispute, side, at):
        raise WrongState("dispute.number_again", again=again_at(session, dispute, side))
    now = offers.standing(session, dispute)
    if not now.client_minor <= number_minor <= now.freelancer_minor:
        raise Invalid(
            "dispute.number_range", field="number", currency=dispute.currency,
            least_minor=now.client_minor, most_minor=now.freelancer_minor,
        )  # fmt: skip
    entry = mine(session, dispute, side) or SealedNumber(dispute_id=dispute.id, side=side)
    entry.by_id, entry.number_minor, entry.at = by.id, number_minor, at
    session.add(entry)
    dispute.turn = record.other(side)
    session.flush()
    theirs = mine(session, dispute, record.other(side))
    if theirs is None or theirs.number_minor is None:
        record.tell(session, dispute, "dispute.number_entered", by=by, at=at)
        return False
    return _compare(session, dispute, entry, theirs, by=by, at=at)


def _compare(
    session: Session,
    dispute: Dispute,
    entry: SealedNumber,
    theirs: SealedNumber,
    *,
    by: Person,
    at: datetime,
) -> bool:
    """The offers may have come nearer since the first was entered; nobody pays beyond them."""
    now = offers.standing(session, dispute)
    pays, takes = (entry, theirs) if entry.side == CLIENT else (theirs, entry)
    most = min(pays.number_minor or 0, now.freelancer_minor)
    least = max(takes.number_minor or 0, now.client_minor)
    entry.number_minor = theirs.number_minor = None
    if dispute.state == "called":
        dispute.turn = ""
    session.flush()
    if most < least:
        record.tell(session, dispute, "dispute.not_met", by=by, at=at)
        return False
    midpoint = (most + least) // 2
    splitting.split(
        session, dispute, midpoint, "settled", by=by, at=at, how="numbers",
        most_minor=most, least_minor=least,
    )  # fmt: skip
    return True
