"""RULES, Who may see and do what: the only way to a workroom leads through a seat."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.engagement import seats, states
from app.jobs.models import Job
from app.kernel.errors import NotFound, WrongState
from tests.people import alice, bob, mallory, olga
from tests.stories import NOON, agreed, selected


def test_each_side_sits_opposite_the_other(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    client = seats.load(session, alice(session).id, engagement.id)
    freelancer = seats.load(session, bob(session).id, engagement.id)
    assert (client.side, client.other_id) == ("client", bob(session).id)
    assert (freelancer.side, freelancer.other_id) == ("freelancer", alice(session).id)
    assert client.is_client and not freelancer.is_client


def test_a_strangers_workroom_looks_like_none_to_operators_too(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    for person in (mallory(session), olga(session)):
        with pytest.raises(NotFound):
            seats.load(session, person.id, engagement.id)
    with pytest.raises(NotFound):
        seats.load(session, alice(session).id, "none-such")


def test_an_engagement_goes_from_negotiating_to_active_to_finished(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    assert (engagement.state, engagement.activated_at) == ("active", NOON)
    states.finish(session, engagement, by=alice(session), at=NOON)
    assert (engagement.state, engagement.closed_at) == ("finished", NOON)
    assert session.get_one(Job, engagement.job_id).state == "closed"
    assert not states.living(engagement)


def test_what_is_over_never_moves_again(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    with pytest.raises(WrongState):
        states.finish(session, engagement, by=None, at=NOON)
    states.activate(session, engagement, at=NOON)
    states.finish(session, engagement, by=None, at=NOON)
    for move in (states.finish, states.end):
        with pytest.raises(WrongState):
            move(session, engagement, by=None, at=NOON)
