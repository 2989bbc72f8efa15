"""RULES, Ending early: funded and not submitted, and asking for money back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit
from app.escrow.milestones import asking_back, asks, part, release, submissions
from app.escrow.models import Milestone, MoneyAsk, Refund
from app.kernel.errors import Invalid, Refused, WrongState
from app.kernel.events import Event
from app.terms import asking, ending
from tests.rooms import Room, agreed, pays, submits
from tests.stories import NOON, later


def funded(session: Session, *places: int) -> Room:
    room = agreed(session)
    for place in places or (0,):
        pays(room, room.milestones[place])
    return room


def ask(room: Room, milestone: Milestone, **more: str) -> MoneyAsk:
    return asking_back.ask(
        room.session, room.engagement, [milestone], reason="Plans changed", by=room.client,
        at=NOON, **more,
    )[0]  # fmt: skip


def refunded(session: Session) -> list[tuple[int, str]]:
    return [(one.amount_minor, one.why) for one in session.scalars(select(Refund))]


def test_the_freelancer_ends_what_is_funded_and_not_submitted_and_the_client_is_refunded(
    session: Session,
) -> None:
    room = funded(session, 0, 2)
    assert ending.end(session, room.engagement, by=room.freelancer, at=later(1)) == "at_once"
    assert room.engagement.state == "ended"
    assert {one.state for one in room.milestones} == {"cancelled"}
    assert sorted(refunded(session)) == [(7500, "ended"), (7500, "ended")]
    assert audit.audit(session) == []


def test_of_several_milestones_only_those_not_submitted_end(session: Session) -> None:
    room = funded(session, 0, 1)
    first, second, *rest = room.milestones
    submission = submits(room, first)
    assert ending.end(session, room.engagement, by=room.freelancer, at=later(1)) == "the_rest"
    assert (first.state, second.state, room.held(first)) == ("submitted", "cancelled", 7500)
    assert refunded(session) == [(7500, "ended")]
    assert {one.state for one in rest} == {"cancelled"}
    release.approve(session, submission, by=room.client, at=later(2))
    assert room.engagement.state == "finished"
    assert audit.audit(session) == []


def test_submitted_the_client_cannot_end_it(session: Session) -> None:
    room = funded(session)
    submits(room, room.milestones[0])
    for act in (ending.end, ending.ask):
        with pytest.raises(Refused, match=r"ending\.submitted"):
            act(session, room.engagement, by=room.client, at=NOON, reason="x")
    with pytest.raises(WrongState, match=r"ask\.not_now"):
        ask(room, room.milestones[0])


def test_the_client_asks_before_money_goes_back(session: Session) -> None:
    room = funded(session)
    with pytest.raises(Refused, match=r"ending\.money_held"):
        ending.end(session, room.engagement, by=room.client, at=NOON)
    (made,) = ending.ask(session, room.engagement, by=room.client, at=NOON, reason="Plans")
    assert (made.state, made.due_at) == ("waiting", NOON + timedelta(days=7))
    assert (room.held(room.milestones[0]), room.engagement.state) == (7500, "active")
    with pytest.raises(Refused, match=r"ending\.asked"):
        ending.ask(session, room.engagement, by=room.client, at=NOON, reason="Plans")


def test_silence_for_7_days_refunds_and_ends_what_was_asked_for(session: Session) -> None:
    room = funded(session)
    (made,) = ending.ask(session, room.engagement, by=room.client, at=NOON, reason="Plans")
    early = made.due_at - timedelta(seconds=1)
    assert not asking.silence(session, made, at=early)
    assert asking.silence(session, made, at=made.due_at)
    assert not asking.silence(session, made, at=made.due_at)
    assert (made.state, room.engagement.state) == ("granted", "ended")
    assert refunded(session) == [(7500, "asked_back")]
    assert audit.audit(session) == []


def test_a_single_milestone_ends_and_the_engagement_goes_on(session: Session) -> None:
    room = funded(session)
    first, second, *_ = room.milestones
    made = ask(room, first)
    asking.agree(session, made, by=room.freelancer, at=later(1))
    assert (first.state, second.state, room.engagement.state) == ("cancelled", "planned", "active")
    assert second.fundable_at == later(1)
    assert refunded(session) == [(7500, "asked_back")]


def test_the_engagement_ends_only_when_no_money_is_left_in_it(session: Session) -> None:
    room = funded(session, 0, 1)
    one, two = ending.ask(session, room.engagement, by=room.client, at=NOON, reason="Plans")
    asking.agree(session, one, by=room.freelancer, at=later(1))
    assert room.engagement.state == "active"
    asking_back.refuse(session, two, reason="I began", by=room.freelancer, at=later(2))
    assert (room.engagement.state, room.held(room.milestones[1])) == ("active", 7500)


def test_a_refusal_cancels_the_ask_and_takes_a_reason(session: Session) -> None:
    room = funded(session)
    made = ask(room, room.milestones[0])
    with pytest.raises(Invalid, match=r"ask\.answer_missing"):
        asking_back.refuse(session, made, reason=" ", by=room.freelancer, at=NOON)
    asking_back.refuse(session, made, reason="I began", by=room.freelancer, at=later(1))
    assert not asking.silence(session, made, at=later(days=8))
    assert room.held(room.milestones[0]) == 7500
    told = session.scalars(select(Event).where(Event.kind == "ask.refused")).one()
    assert told.words == "I began"


def test_a_submission_cancels_the_ask(session: Session) -> None:
    room = funded(session)
    made = ask(room, room.milestones[0])
    submits(room, room.milestones[0], at=later(1))
    assert made.state == "overtaken"
    with pytest.raises(WrongState, match=r"ask\.decided"):
        asking.agree(session, made, by=room.freelancer, at=later(2))
    assert room.held(room.milestones[0]) == 7500


def test_a_release_and_an_end_overtake_the_ask(session: Session) -> None:
    room = funded(session, 0, 1)
    one, two = (ask(room, milestone) for milestone in room.milestones[:2])
    release.release_without_submission(session, room.milestones[0], by=room.client, at=later(1))
    ending.end(session, room.engagement, by=room.freelancer, at=later(2))
    assert (one.state, two.state) == ("overtaken", "overtaken")
    assert refunded(session) == [(7500, "ended")]


def test_the_client_may_withdraw_the_ask_and_ask_again(session: Session) -> None:
    room = funded(session)
    made = ask(room, room.milestones[0])
    with pytest.raises(WrongState, match=r"ask\.not_now"):
        ask(room, room.milestones[0])
    asking_back.withdraw(session, made, by=room.client, at=later(1))
    assert ask(room, room.milestones[0]).state == "waiting"


def test_each_side_has_its_own_part_in_an_ask(session: Session) -> None:
    room = funded(session)
    with pytest.raises(Refused, match=r"ask\.not_yours"):
        asking_back.ask(
            session, room.engagement, room.milestones[:1], reason="x", by=room.freelancer, at=NOON
        )
    made = ask(room, room.milestones[0])
    with pytest.raises(Refused, match=r"ask\.others"):
        asking.agree(session, made, by=room.client, at=NOON)
    with pytest.raises(Refused, match=r"ask\.others"):
        asking_back.refuse(session, made, reason="x", by=room.client, at=NOON)
    with pytest.raises(Refused, match=r"ask\.not_yours"):
        asking_back.withdraw(session, made, by=room.freelancer, at=NOON)
    with pytest.raises(Invalid, match=r"ask\.reason_missing"):
        asking_back.ask(
            session, room.engagement, room.milestones[:1], reason="", by=room.client, at=NOON
        )


def test_after_a_partial_release_the_rest_goes_back_and_the_milestone_stays_open(
    session: Session,
) -> None:
    room = funded(session)
    first = room.milestones[0]
    part.release_part(
        session, submits(room, first), 3000, rest="ask_back", reason="Half", by=room.client,
        at=NOON,
    )  # fmt: skip
    made = asks.waiting(session, first.id)
    assert made is not None
    asking.silence(session, made, at=made.due_at)
    assert (first.state, room.held(first), room.balance(room.freelancer)) == ("planned", 0, 3000)
    assert refunded(session) == [(4500, "asked_back")]
    assert submissions.waiting(session, first.id) is None
    assert audit.audit(session) == []


def test_what_was_released_in_part_stays_the_freelancers_at_the_end(session: Session) -> None:
    room = funded(session)
    first = room.milestones[0]
    part.release_part(
        session, submits(room, first), 3000, rest="keep", reason="Half", by=room.client, at=NOON
    )
    ending.end(session, room.engagement, by=room.freelancer, at=later(1))
    assert (first.state, room.balance(room.freelancer)) == ("cancelled", 3000)
    assert refunded(session) == [(4500, "ended")]
    assert audit.audit(session) == []
