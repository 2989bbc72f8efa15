"""RULES, Terms, Ending early and Dispute: what is in dispute stays as it is; the rest goes on."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit, work
from app.escrow.disputes import offers
from app.escrow.milestones import release
from app.escrow.models import Refund
from app.kernel.errors import Refused
from app.terms import asking, ending, figures, negotiation, reads
from app.terms.models import Revision
from tests.disputes import answered, funded, opened
from tests.rooms import Room, pays, submits
from tests.stories import later, rewrite


def changed(room: Room, **how: object) -> Revision:
    """Alice sends a change of the terms."""
    rewrite(room.session, room.engagement, room.client, at=later(1), **how)  # type: ignore[arg-type]
    return negotiation.send(room.session, room.engagement, by=room.client, at=later(1))


def settled(room: Room, amount_minor: int, to_freelancer_minor: int) -> None:
    dispute = answered(room, amount_minor)
    if to_freelancer_minor:
        offers.offer(room.session, dispute, to_freelancer_minor, by=room.client, at=later(2))
    offers.accept(room.session, dispute, to_freelancer_minor, by=room.freelancer, at=later(3))


CHANGES = [
    {"change": {1: {"amount_minor": 7000}}},
    {"change": {1: {"amount_minor": 8000}}},
    {"change": {1: {"title": "Another"}}},
    {"change": {1: {"due": None}}},
    {"drop": (1,)},
]


@pytest.mark.parametrize("how", CHANGES)
def test_a_draft_leaves_what_is_in_dispute_as_it_stands(
    session: Session, how: dict[str, object]
) -> None:
    room = funded(session)
    opened(room, 4000)
    with pytest.raises(Refused, match=r"terms\.same"):
        changed(room, **how)


@pytest.mark.parametrize("how", CHANGES)
def test_terms_that_change_what_is_in_dispute_by_then_are_not_accepted(
    session: Session, how: dict[str, object]
) -> None:
    room = funded(session)
    revision = changed(room, **how)
    opened(room, 4000)
    found = negotiation.touched(session, revision)
    assert found and (found.title, found.code) == ("Start fee deposit", "terms.touches_disputed")
    assert not negotiation.can_accept(session, revision, by=room.freelancer)
    with pytest.raises(Refused, match=r"terms\.touches_disputed"):
        negotiation.accept(session, revision, by=room.freelancer, at=later(2))
    other = rewrite(session, room.engagement, room.freelancer, change={2: {"title": "Y"}})
    lines = {line.milestone_id: line for line in reads.lines(session, other.id)}
    again = lines[room.milestones[0].id]
    assert (again.title, again.amount_minor) == ("Start fee deposit", 7500), "it is rebased"


def test_other_milestones_change_as_ever(session: Session) -> None:
    room = funded(session)
    dispute = opened(room, 7500)
    revision = changed(room, change={2: {"amount_minor": 5000}}, drop=(5,))
    negotiation.accept(session, revision, by=room.freelancer, at=later(2))
    first, second, *_ = room.milestones
    assert (first.state, work.frozen(session, first), second.amount_minor) == ("funded", 7500, 5000)
    offers.accept(session, dispute, 0, by=room.freelancer, at=later(3))
    assert audit.audit(session) == []


def test_after_a_dispute_terms_go_no_lower_than_what_it_decided(session: Session) -> None:
    room = funded(session)
    settled(room, 4000, 1000)
    with pytest.raises(Refused, match=r"terms\.below_released"):
        changed(room, change={1: {"amount_minor": 3999}})
    revision = changed(room, change={1: {"amount_minor": 5000}})
    lines = reads.lines(session, revision.id)
    foreseen = figures.if_accepted(session, room.engagement, revision.id, lines)
    assert foreseen.refund_minor == 2500
    negotiation.accept(session, revision, by=room.freelancer, at=later(4))
    refunds = [one.amount_minor for one in session.scalars(select(Refund))]
    assert sorted(refunds) == [2500, 3000]
    assert work.owed(session, room.milestones[0]) == 1000
    assert audit.audit(session) == []


def test_terms_that_ask_for_no_more_than_was_decided_close_it(session: Session) -> None:
    room = funded(session)
    settled(room, 4000, 1000)
    revision = changed(room, change={1: {"amount_minor": 4000}})
    negotiation.accept(session, revision, by=room.freelancer, at=later(4))
    assert (room.milestones[0].state, room.balance(room.freelancer)) == ("released", 1000)
    assert audit.audit(session) == []


def test_terms_that_leave_it_as_it_is_owe_only_the_rest(session: Session) -> None:
    room = funded(session)
    settled(room, 4000, 0)
    first = room.milestones[0]
    revision = changed(room, change={2: {"amount_minor": 5000}})
    negotiation.accept(session, revision, by=room.freelancer, at=later(4))
    assert (work.owed(session, first), work.missing(session, first)) == (3500, 0)
    assert audit.audit(session) == []


def test_the_freelancer_ends_early_and_what_is_in_dispute_stands(session: Session) -> None:
    room = funded(session)
    pays(room, room.milestones[1])
    dispute = opened(room, 4000)
    assert ending.end(session, room.engagement, by=room.freelancer, at=later(1)) == "the_rest"
    first, second, *rest = room.milestones
    assert (first.state, room.held(first), work.frozen(session, first)) == ("funded", 3500, 4000)
    assert {one.state for one in (second, *rest)} == {"cancelled"}
    assert room.engagement.state == "active"
    with pytest.raises(Refused, match=r"ending\.disputed"):
        ending.end(session, room.engagement, by=room.freelancer, at=later(2))
    offers.accept(session, dispute, 0, by=room.freelancer, at=later(3))
    assert ending.end(session, room.engagement, by=room.freelancer, at=later(4)) == "at_once"
    assert audit.audit(session) == []


def test_the_client_does_not_end_what_is_in_dispute(session: Session) -> None:
    room = funded(session)
    opened(room, 7500, by=room.freelancer)
    for act in (ending.end, ending.ask):
        with pytest.raises(Refused, match=r"ending\.disputed"):
            act(session, room.engagement, by=room.client, at=later(1), reason="x")


def test_silence_about_other_money_does_not_end_an_engagement_in_dispute(session: Session) -> None:
    room = funded(session)
    pays(room, room.milestones[1])
    one, two = ending.ask(session, room.engagement, by=room.client, at=later(1), reason="Plans")
    opened(room, 7500, by=room.freelancer, at=later(2))
    assert (one.state, two.state) == ("overtaken", "waiting")
    assert asking.silence(session, two, at=two.due_at)
    assert (room.milestones[1].state, room.engagement.state) == ("cancelled", "active")
    assert audit.audit(session) == []


def test_the_engagement_is_finished_only_when_the_dispute_is_over(session: Session) -> None:
    room = funded(session)
    revision = changed(room, drop=(2, 3, 4, 5))
    negotiation.accept(session, revision, by=room.freelancer, at=later(1))
    dispute = opened(room, 7500)
    submits(room, room.milestones[0], at=later(2))
    assert room.engagement.state == "active"
    offers.accept(session, dispute, 0, by=room.freelancer, at=later(3))
    assert (room.milestones[0].state, room.engagement.state) == ("cancelled", "active")
    assert ending.end(session, room.engagement, by=room.client, at=later(4)) == "at_once"


def test_it_finishes_by_itself_with_the_last_of_a_dispute(session: Session) -> None:
    room = funded(session)
    revision = changed(room, drop=(3, 4, 5))
    negotiation.accept(session, revision, by=room.freelancer, at=later(1))
    pays(room, room.milestones[1])
    release.approve(session, submits(room, room.milestones[1]), by=room.client, at=later(1))
    settled(room, 7500, 2500)
    assert (room.engagement.state, room.balance(room.freelancer)) == ("finished", 10000)
    assert audit.audit(session) == []
