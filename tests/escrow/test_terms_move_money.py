"""RULES, steps 7 and 10: prefunding, and what accepted changes do to money in escrow."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import accounts, audit
from app.escrow.incoming import confirming, funding, prefunding
from app.escrow.milestones import release, submissions
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Milestone, Payment, Refund
from app.escrow.outgoing import refunds
from app.kernel.errors import WrongState
from app.people.models import Person
from app.terms import negotiation, reads, revisions
from app.terms.models import Revision
from app.terms.revisions import DraftLine
from tests.rooms import Room, agreed, negotiated, pays, prefunded, submits
from tests.stories import NOON, later


def changes(room: Room, by: Person, amounts: dict[int, int | None], *, at: datetime) -> Revision:
    """Propose terms like those in force, with other amounts by position (None deletes it)."""
    draft = revisions.draft(room.session, room.engagement, by=by, at=at)
    lines = [
        DraftLine(
            title=line.title,
            amount_minor=amounts.get(line.position, line.amount_minor) or 0,
            description=line.description,
            due=line.due,
            milestone_id=line.milestone_id,
        )
        for line in reads.lines(room.session, draft.id)
        if amounts.get(line.position, 0) is not None
    ]
    revisions.save_draft(room.session, draft, lines, review_days=None, note="", at=at)
    return negotiation.send(room.session, room.engagement, by=by, at=at)


def change(room: Room, amounts: dict[int, int | None]) -> None:
    revision = changes(room, room.client, amounts, at=later(1))
    negotiation.accept(room.session, revision, by=room.freelancer, at=later(2))


def first_position(room: Room) -> int:
    return room.milestones[0].position


def test_a_reduction_refunds_the_surplus_to_its_source(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    change(room, {first.position: 3500})
    assert (room.held(first), first.state) == (3500, "funded")
    (refund,) = session.scalars(select(Refund))
    assert (refund.amount_minor, refund.state, refund.provider) == (4000, "pending", "bank")
    assert room.stands(accounts.refund_in_transit("bank")) == 4000
    assert audit.audit(session) == []
    refunds.settle(session, refund, by=room.operator, at=later(3))
    assert room.stands(accounts.refund_in_transit("bank")) == 0
    assert room.stands(accounts.bank("bank")) == -3500
    with pytest.raises(WrongState):
        refunds.settle(session, refund, by=room.operator, at=later(3))
    assert audit.audit(session) == []


def test_a_deleted_milestone_is_cancelled_and_refunded_even_when_submitted(
    session: Session,
) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    submission = submits(room, first)
    change(room, {first.position: None})
    assert (first.state, room.held(first), submission.state) == ("cancelled", 0, "withdrawn")
    assert session.scalars(select(Refund.amount_minor)).all() == [7500]
    assert room.milestones[0].state == "cancelled" or room.milestones[0].fundable_at
    assert audit.audit(session) == []


def test_a_raise_needs_the_difference_and_approving_the_full_amount(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    submission = submits(room, first)
    change(room, {first.position: 10000})
    assert (first.state, first.fundable_at) == ("submitted", later(2)), "it is asked for anew"
    with pytest.raises(WrongState, match=r"release\.not_full"):
        release.approve(session, submission, by=room.client, at=later(3))
    pays(room, first, at=later(3))
    release.approve(session, submission, by=room.client, at=later(4))
    assert room.balance(room.freelancer) == 10000
    assert audit.audit(session) == []


def test_changes_after_a_raise_leave_it_planned_until_the_rest_comes(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    change(room, {first.position: 10000})
    assert first.state == "planned"
    pays(room, first, at=later(3))
    assert first.state == "funded"
    submission = submits(room, first)
    submissions.request_changes(session, submission, reason="no", by=room.client, at=later(4))
    assert first.state == "funded"


def test_refunds_go_to_the_newest_source_first(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    old = pays(room, first, received=5000, at=NOON)
    new = pays(room, first, at=later(0.5))
    change(room, {first.position: 4000})
    found = {refund.payment_id: refund.amount_minor for refund in session.scalars(select(Refund))}
    assert found == {new.id: 2500, old.id: 1000}


def test_an_open_payment_that_no_longer_fits_is_cancelled(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    payment = funding.start(
        session, room.engagement, [first], provider="bank", by=room.client, at=NOON
    )
    change(room, {first.position: 3500})
    assert payment.state == "cancelled"
    funding.say_not_sent(session, payment, by=room.client, at=later(3))
    assert pays(room, first, at=later(3)).amount_minor == 3500


def prefunds(room: Room, revision: Revision, position: int, *, confirm: bool = True) -> Payment:
    line = next(one for one in reads.lines(room.session, revision.id) if one.position == position)
    assert line.milestone_id
    wanted = PlannedLine(
        line.milestone_id, position, line.title, line.description, line.due, line.amount_minor
    )
    payment = prefunding.start(
        room.session, room.engagement, [wanted], revision_id=revision.id, provider="bank",
        by=room.client, at=NOON,
    )  # fmt: skip
    if confirm:
        amount = payment.amount_minor
        confirming.confirm(
            room.session, payment, received_minor=amount, by=room.operator, at=later(0.5)
        )
    return payment


def first_terms(session: Session) -> tuple[Room, Revision, Milestone]:
    room = negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    line = reads.lines(session, revision.id)[0]
    assert line.milestone_id
    return room, revision, session.get_one(Milestone, line.milestone_id)


def test_prefunded_money_is_in_escrow_when_the_terms_are_accepted(session: Session) -> None:
    room, revision, first = first_terms(session)
    prefunds(room, revision, 1)
    assert (room.held(first), first.state) == (0, "proposed")
    assert prefunded(session, revision) == 7500
    negotiation.accept(session, revision, by=room.freelancer, at=later(1))
    assert (room.held(first), first.state) == (7500, "funded")
    assert [one.fundable_at for one in room.milestones] == [None] * 5
    assert audit.audit(session) == []


@pytest.mark.parametrize("how", ["declined", "withdrawn", "countered", "lapsed"])
def test_prefunded_money_goes_back_when_the_terms_come_to_nothing(
    session: Session, how: str
) -> None:
    room, revision, first = first_terms(session)
    prefunds(room, revision, 1)
    if how == "declined":
        negotiation.decline(session, revision, by=room.freelancer, at=later(), reason="Too low")
    elif how == "withdrawn":
        negotiation.withdraw(session, revision, by=room.client, at=later())
    elif how == "countered":
        changes(room, room.freelancer, {1: 9000}, at=later())
    else:
        negotiation.lapse(session, revision, at=later(days=15))
    (refund,) = session.scalars(select(Refund))
    assert (refund.amount_minor, refund.why) == (7500, how)
    assert prefunded(session, revision) == 0
    assert (room.held(first), first.state) == (0, "proposed")
    assert audit.audit(session) == []


def test_only_the_money_of_this_revision_goes_back(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    revision = changes(room, room.client, {first.position: 10000}, at=later(1))
    assert prefunds(room, revision, first.position).amount_minor == 2500
    negotiation.decline(session, revision, by=room.freelancer, at=later(2), reason="No")
    assert (room.held(first), first.state) == (7500, "funded")
    assert session.scalars(select(Refund.amount_minor)).all() == [2500]
    assert audit.audit(session) == []


def test_an_open_prefund_is_cancelled_with_its_revision_and_late_money_goes_straight_back(
    session: Session,
) -> None:
    room, revision, _ = first_terms(session)
    payment = prefunds(room, revision, 1, confirm=False)
    assert prefunds(room, revision, 1, confirm=False).id == payment.id
    negotiation.decline(session, revision, by=room.freelancer, at=later(), reason="No")
    assert payment.state == "cancelled"
    confirming.confirm(session, payment, received_minor=7500, by=room.operator, at=later(2))
    (refund,) = session.scalars(select(Refund))
    assert (refund.amount_minor, refund.payment_id, refund.why) == (7500, payment.id, "late")
    assert (room.balance(room.client), prefunded(session, revision)) == (0, 0)
    assert audit.audit(session) == []


def test_an_open_prefund_becomes_the_payment_of_the_agreed_milestone(session: Session) -> None:
    room, revision, first = first_terms(session)
    payment = prefunds(room, revision, 1, confirm=False)
    negotiation.accept(session, revision, by=room.freelancer, at=later())
    again = funding.start(
        session, room.engagement, [first], provider="bank", by=room.client, at=later()
    )
    assert again.id == payment.id
    confirming.confirm(session, payment, received_minor=7500, by=room.operator, at=later(2))
    assert (room.held(first), first.state) == (7500, "funded")
    change(room, {1: 500})
    assert session.scalars(select(Refund.amount_minor)).all() == [7000]
    assert audit.audit(session) == []
