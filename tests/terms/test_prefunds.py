"""Issue 3, point 1: every way in which a prefund may go, on first terms and on a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, audit, payments
from app.escrow.incoming import confirming, funding, prefunding
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Milestone, Payment, Refund
from app.jobs import posting
from app.jobs.models import Job
from app.kernel.errors import Refused
from app.kernel.events import Event
from app.people.models import Person
from app.terms import ending, negotiation, reads
from app.terms.models import Revision
from tests import rooms
from tests.rooms import Room, prefunded
from tests.stories import NOON, later, rewrite


@dataclass
class Waits:
    """The client's own revision waits; `first` was in escrow before, with `before` minor units."""

    room: Room
    revision: Revision
    first: Milestone
    before: int

    @property
    def put_in(self) -> int:
        return prefunded(self.room.session, self.revision)


def first_terms(session: Session) -> Waits:
    """No terms are agreed: all five lines are added."""
    room = rooms.negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    return Waits(room, revision, _milestone(session, revision, 1), 0)


def a_change(session: Session) -> Waits:
    """The first is funded with $75; the change raises it to $100 and adds another of $30."""
    from app.jobs.proposing import LineDraft

    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    extra = (LineDraft("Extra", "", None, 3000),)
    rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 10000}}, add=extra)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    return Waits(room, revision, _milestone(session, revision, 1), 7500)


def _milestone(session: Session, revision: Revision, position: int) -> Milestone:
    line = reads.lines(session, revision.id)[position - 1]
    return session.get_one(Milestone, line.milestone_id or "")


def prefunds(waits: Waits, *positions: int) -> Payment:
    """Alice announces a bank transfer for these lines of what waits."""
    session, lines = waits.room.session, reads.lines(waits.room.session, waits.revision.id)
    wanted = [
        PlannedLine(o.milestone_id or "", o.position, o.title, "", o.due, o.amount_minor)
        for o in lines
        if o.position in positions
    ]
    return prefunding.start(
        session, waits.room.engagement, wanted, revision_id=waits.revision.id, provider="bank",
        by=waits.room.client, at=NOON,
    )  # fmt: skip


def came(waits: Waits, payment: Payment, minor: int | None = None, *, at: datetime = NOON) -> None:
    confirming.confirm(
        waits.room.session, payment, received_minor=minor or payment.amount_minor,
        by=waits.room.operator, at=at,
    )  # fmt: skip


def declined(waits: Waits) -> str:
    negotiation.decline(
        waits.room.session, waits.revision, by=waits.room.freelancer, at=later(), reason="Too low"
    )
    return "declined"


def countered(waits: Waits) -> str:
    room = waits.room
    rewrite(room.session, room.engagement, room.freelancer, change={2: {"title": "Seven concepts"}})
    negotiation.send(room.session, room.engagement, by=room.freelancer, at=later())
    return "countered"


def withdrawn(waits: Waits) -> str:
    negotiation.withdraw(waits.room.session, waits.revision, by=waits.room.client, at=later())
    return "withdrawn"


def lapsed(waits: Waits) -> str:
    assert negotiation.lapse(waits.room.session, waits.revision, at=later(days=14))
    return "lapsed"


def ended(waits: Waits) -> str:
    ending.end(waits.room.session, waits.room.engagement, by=waits.room.freelancer, at=later())
    return "ended"


TO_NOTHING: tuple[Callable[[Waits], str], ...] = (declined, countered, withdrawn, lapsed, ended)
BOTH = (first_terms, a_change)


@pytest.mark.parametrize("begin", BOTH)
@pytest.mark.parametrize("ends", TO_NOTHING)
def test_terms_that_come_to_nothing_send_back_what_was_put_in_for_them_and_only_that(
    session: Session, begin: Callable[[Session], Waits], ends: Callable[[Waits], str]
) -> None:
    waits = begin(session)
    payment = prefunds(waits, 1)
    assert payment.amount_minor == (7500 if not waits.before else 2500), "only the added sum"
    came(waits, payment)
    assert waits.put_in == payment.amount_minor
    assert waits.room.held(waits.first) == waits.before
    why = ends(waits)
    refunds = session.scalars(select(Refund).where(Refund.payment_id == payment.id)).all()
    assert [(one.amount_minor, one.why, one.provider) for one in refunds] == [
        (payment.amount_minor, why, "bank")
    ]
    assert waits.put_in == 0
    assert waits.room.held(waits.first) == (0 if why == "ended" else waits.before)
    assert audit.audit(session) == []


@pytest.mark.parametrize("begin", BOTH)
@pytest.mark.parametrize("ends", TO_NOTHING)
def test_a_prefund_that_settles_after_that_is_sent_straight_back(
    session: Session, begin: Callable[[Session], Waits], ends: Callable[[Waits], str]
) -> None:
    waits = begin(session)
    payment = prefunds(waits, 1)
    ends(waits)
    assert payment.state == "cancelled"
    stood = waits.room.held(waits.first)
    came(waits, payment, at=later(days=15))
    refunds = session.scalars(select(Refund).where(Refund.payment_id == payment.id)).all()
    assert [(one.amount_minor, one.why) for one in refunds] == [(payment.amount_minor, "late")]
    assert (waits.room.held(waits.first), waits.put_in) == (stood, 0)
    assert waits.room.balance(waits.room.client) == 0
    told = session.scalars(select(Event.kind).order_by(Event.id.desc()).limit(2)).all()
    assert told == ["money.refunded", "payment.confirmed"], "nobody is told of a funded milestone"
    assert audit.audit(session) == []


@pytest.mark.parametrize("begin", BOTH)
def test_accepted_unchanged_it_is_in_escrow_in_the_same_unit_of_work(
    session: Session, begin: Callable[[Session], Waits]
) -> None:
    waits = begin(session)
    came(waits, prefunds(waits, 1))
    negotiation.accept(session, waits.revision, by=waits.room.freelancer, at=later())
    assert waits.room.held(waits.first) == waits.first.amount_minor
    assert (waits.first.state, waits.put_in) == ("funded", 0)
    assert session.scalars(select(Refund.id)).all() == []
    assert audit.audit(session) == []


@pytest.mark.parametrize("begin", BOTH)
def test_acceptance_before_the_payment_settles_awaits_funding_and_is_never_funded(
    session: Session, begin: Callable[[Session], Waits]
) -> None:
    waits = begin(session)
    payment = prefunds(waits, 1)
    negotiation.accept(session, waits.revision, by=waits.room.freelancer, at=later())
    assert (waits.first.state, waits.room.held(waits.first)) == ("planned", waits.before)
    assert payments.open_payment(session, waits.first.id) is payment, "it is waited for still"
    assert "milestone.funded" not in _told_since(session, "terms.accepted")
    came(waits, payment, at=later(2))
    assert (waits.first.state, waits.room.held(waits.first)) == ("funded", waits.first.amount_minor)
    assert audit.audit(session) == []


@pytest.mark.parametrize("begin", BOTH)
def test_less_than_was_asked_is_kept_and_the_milestone_awaits_the_rest(
    session: Session, begin: Callable[[Session], Waits]
) -> None:
    waits = begin(session)
    came(waits, prefunds(waits, 1), 1000)
    negotiation.accept(session, waits.revision, by=waits.room.freelancer, at=later())
    assert waits.first.state == "planned"
    assert waits.room.held(waits.first) == waits.before + 1000
    told = _told_since(session, "terms.accepted")
    assert "money.kept" in told and "milestone.funded" not in told
    rooms.pays(waits.room, waits.first)
    assert waits.first.state == "funded"
    assert audit.audit(session) == []


@pytest.mark.parametrize("accepted", [True, False])
def test_several_prefunds_at_once_go_one_way_together(session: Session, accepted: bool) -> None:
    waits = a_change(session)
    raised, added = prefunds(waits, 1), prefunds(waits, 6)
    assert (raised.amount_minor, added.amount_minor) == (2500, 3000)
    came(waits, raised)
    came(waits, added)
    assert waits.put_in == 5500
    if accepted:
        negotiation.accept(session, waits.revision, by=waits.room.freelancer, at=later())
        assert [waits.room.held(one) for one in waits.room.milestones] == [10000, 0, 0, 0, 0, 3000]
    else:
        declined(waits)
        back = session.scalars(select(Refund.amount_minor).order_by(Refund.amount_minor)).all()
        assert back == [2500, 3000]
    assert waits.put_in == 0
    assert audit.audit(session) == []


def test_two_lines_in_one_payment_of_which_less_came_fill_in_the_order_shown(
    session: Session,
) -> None:
    waits = first_terms(session)
    payment = prefunds(waits, 1, 2)
    came(waits, payment, 10000)
    negotiation.accept(session, waits.revision, by=waits.room.freelancer, at=later())
    first, second = waits.room.milestones[:2]
    assert (first.state, second.state) == ("funded", "planned")
    assert (waits.room.held(first), waits.room.held(second)) == (7500, 2500)
    assert audit.audit(session) == []


def test_more_than_the_terms_need_by_then_goes_back_when_they_are_accepted(
    session: Session,
) -> None:
    """Money for the terms in force came meanwhile, so that the prefund is too much."""
    from app.terms import figures

    room = rooms.agreed(session)
    first = room.milestones[0]
    rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 10000}})
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    waits = Waits(room, revision, first, 0)
    came(waits, prefunds(waits, 1))
    open_one = funding.start(
        session, room.engagement, [first], provider="bank", by=room.client, at=NOON
    )
    came(waits, open_one)
    line = figures.if_accepted(
        session, room.engagement, revision.id, reads.lines(session, revision.id)
    )
    assert line.refund_minor == 7500
    negotiation.accept(session, revision, by=room.freelancer, at=later())
    assert session.scalars(select(Refund.amount_minor)).all() == [7500]
    assert (room.held(first), first.state) == (10000, "funded")
    assert audit.audit(session) == []


def test_the_job_of_an_engagement_closes_only_by_its_end_which_sends_prefunds_back(
    session: Session,
) -> None:
    waits = first_terms(session)
    came(waits, prefunds(waits, 1))
    job = session.get_one(Job, waits.room.engagement.job_id)
    with pytest.raises(Refused):
        posting.close(session, job, by=waits.room.client, at=later())
    ending.end(session, waits.room.engagement, by=waits.room.client, at=later())
    assert waits.put_in == 0
    assert session.scalars(select(Refund.amount_minor)).all() == [7500]
    assert audit.audit(session) == []


def test_only_the_client_prefunds_and_only_what_its_own_revision_adds_or_raises(
    session: Session,
) -> None:
    waits = a_change(session)
    with pytest.raises(Refused, match=r"funding\.not_needed"):
        prefunds(waits, 2)
    bob: Person = waits.room.freelancer
    with pytest.raises(Refused, match=r"funding\.not_yours"):
        prefunding.start(
            session, waits.room.engagement, [], revision_id=waits.revision.id, provider="bank",
            by=bob, at=NOON,
        )  # fmt: skip
    assert waits.room.stands(accounts.prefunded(waits.revision.id, waits.first.id)) == 0


def _told_since(session: Session, kind: str) -> list[str]:
    last = session.scalars(select(Event.id).where(Event.kind == kind).order_by(Event.id.desc()))
    return list(session.scalars(select(Event.kind).where(Event.id > (last.first() or 0))))
