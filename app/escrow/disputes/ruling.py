"""The arbiter: an operator who is no party, called by either side, rules between the two offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.disputes import offers, record, splitting
from app.escrow.disputes.models import Dispute
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people.models import Person


def arbiters(session: Session, engagement: Engagement) -> Sequence[Person]:
    """The operators who may rule: those who are no party, however few that leaves."""
    parties = (engagement.client_id, engagement.freelancer_id)
    return session.scalars(
        select(Person)
        .where(Person.is_operator.is_(True), Person.stopped_at.is_(None), Person.id.not_in(parties))
        .order_by(Person.id)
    ).all()


def can_call(dispute: Dispute, at: datetime) -> bool:
    """Either side, once it was answered, or the time to answer is over."""
    return dispute.state in ("open", "answered") and record.can_talk(dispute, at)


def call(session: Session, dispute: Dispute, *, by: Person, at: datetime) -> None:
    """Ask for a ruling. Offers, numbers and acceptance stay possible until it comes.

    Raises NotFound for strangers; WrongState `dispute.over`, `dispute.called`,
    `dispute.too_early`; Refused `dispute.no_arbiter`.
    """
    record.side_of(session, dispute, by)
    record.must_live(session, dispute)
    if dispute.state == "called":
        raise WrongState("dispute.called")
    if not can_call(dispute, at):
        raise WrongState("dispute.too_early", until=dispute.answer_due_at)
    if not arbiters(session, session.get_one(Engagement, dispute.engagement_id)):
        raise Refused("dispute.no_arbiter")
    dispute.state, dispute.called_at, dispute.called_by = "called", at, by.id
    dispute.turn = ""
    session.flush()
    record.tell(session, dispute, "dispute.called", by=by, at=at)


def is_party(session: Session, dispute: Dispute, person_id: str) -> bool:
    """Whether this person is one of the two."""
    engagement = session.get_one(Engagement, dispute.engagement_id)
    return person_id in (engagement.client_id, engagement.freelancer_id)


def can_take_on(session: Session, dispute: Dispute, person: Person) -> bool:
    """An operator who is no party, while nobody rules (or who did is no operator, or stopped)."""
    if not person.is_operator or dispute.state != "called":
        return False
    if is_party(session, dispute, person.id):
        return False
    arbiter = session.get(Person, dispute.arbiter_id) if dispute.arbiter_id else None
    return arbiter is None or not arbiter.is_operator or arbiter.stopped_at is not None


def take_on(session: Session, dispute: Dispute, *, by: Person, at: datetime) -> None:
    """Become the arbiter of a dispute: from now on one sees the room's messages and files.

    Raises NotFound for everybody but operators; Refused `dispute.party`; WrongState
    `dispute.over`, `dispute.taken`.
    """
    if not by.is_operator or dispute.called_at is None:
        raise NotFound(f"dispute {dispute.id}")
    record.must_live(session, dispute)
    if is_party(session, dispute, by.id):
        raise Refused("dispute.party")
    if not can_take_on(session, dispute, by):
        raise WrongState("dispute.taken")
    dispute.arbiter_id = by.id
    session.flush()
    record.tell(session, dispute, "dispute.taken", by=by, at=at)


def is_arbiter(session: Session, dispute: Dispute, person: Person) -> bool:
    """Who took it on, while they are operator and no party."""
    return (
        dispute.arbiter_id == person.id
        and person.is_operator
        and not is_party(session, dispute, person.id)
    )


def sees_room(session: Session, person_id: str, conversation_id: str) -> bool:
    """Whether this person is the arbiter of an open dispute in the room of that conversation."""
    found = session.scalars(
        select(Dispute)
        .join(Engagement, Engagement.id == Dispute.engagement_id)
        .where(
            Engagement.conversation_id == conversation_id,
            Dispute.arbiter_id == person_id,
            Dispute.closed_at.is_(None),
        )
    )
    person = session.get(Person, person_id)
    return person is not None and any(is_arbiter(session, one, person) for one in found)


def rule(
    session: Session,
    dispute: Dispute,
    to_freelancer_minor: int,
    *,
    reason: str,
    by: Person,
    at: datetime,
) -> None:
    """Decide a split within what the two offered, with the reasons, which both read.

    Raises NotFound for everybody but the arbiter; WrongState `dispute.over`; Invalid
    `dispute.ruling_range` (field amount), `dispute.ruling_missing`.
    """
    if not is_arbiter(session, dispute, by):
        raise NotFound(f"dispute {dispute.id}")
    record.must_live(session, dispute)
    now = offers.standing(session, dispute)
    if not now.client_minor <= to_freelancer_minor <= now.freelancer_minor:
        raise Invalid(
            "dispute.ruling_range", field="amount", currency=dispute.currency,
            least_minor=now.client_minor, most_minor=now.freelancer_minor,
        )  # fmt: skip
    if not reason.strip():
        raise Invalid("dispute.ruling_missing", field="reason")
    dispute.ruling = reason.strip()[: record.WORDS_MOST]
    splitting.split(session, dispute, to_freelancer_minor, "ruled", by=by, at=at,
                    words=dispute.ruling)  # fmt: skip
