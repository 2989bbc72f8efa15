"""Leaving feedback on the page, reading it, replying once."""

from __future__ import annotations

import pytest
import time_machine

from app.feedback.criteria import CRITERIA
from tests.people import mallory
from tests.rooms import agreed, through
from tests.stories import LOGO, later


@pytest.fixture(autouse=True)
def _clock():
    """The day after the end."""
    with time_machine.travel(later(days=1), tick=True):
        yield


@pytest.fixture
def room(story):
    with story() as session:
        room = agreed(session, lines=LOGO[:1])
        through(room, room.milestones[0], at=later(1))
        room.stranger = mallory(session)
        return room


def typed(side, stars="5", words="Lovely work."):
    return {label.lower().replace(" ", "_"): stars for label in CRITERIA[side]} | {"words": words}


def test_both_leave_feedback_and_then_see_it(signed_in, room):
    address = f"/workrooms/{room.engagement.id}/feedback"
    alice, bob = signed_in(room.client), signed_in(room.freelancer)
    page = alice.get(address).text
    assert "<h1>Leave feedback</h1>" in page
    for label in CRITERIA["freelancer"]:
        assert f">{label}</label>" in page
    answer = alice.post(address, data=typed("freelancer"))
    assert (answer.status_code, answer.location) == (303, address)
    assert "Bob Okafor does not see it yet." in alice.get(address).text
    assert "Lovely work." not in bob.get(address).text
    bob.post(address, data=typed("client", "4", "Clear."))
    assert "Lovely work." in bob.get(address).text
    assert "Clear." in alice.get(address).text


def test_a_reply_stands_under_the_feedback(signed_in, room):
    address = f"/workrooms/{room.engagement.id}/feedback"
    alice, bob = signed_in(room.client), signed_in(room.freelancer)
    alice.post(address, data=typed("freelancer"))
    bob.post(address, data=typed("client"))
    where = bob.get(address).text.split('action="/feedback/')[1].split('"')[0]
    assert bob.post(f"/feedback/{where}", data={"words": " "}).status_code == 422
    assert bob.post(f"/feedback/{where}", data={"words": "Thank you!"}).status_code == 303
    assert "Bob Okafor replied:" in alice.get(address).text
    assert (
        signed_in(room.stranger).post(f"/feedback/{where}", data={"words": "x"}).status_code == 404
    )


@pytest.mark.parametrize("stars", ["0", "6", "", "five", "1e5"])
def test_a_rating_is_from_one_to_five(signed_in, room, stars):
    alice = signed_in(room.client)
    answer = alice.post(
        f"/workrooms/{room.engagement.id}/feedback", data=typed("freelancer", stars, "Kept words.")
    )
    assert answer.status_code == 422
    assert "Choose one of these." in answer.text or "Choose from 1 to 5." in answer.text
    assert "Kept words." in answer.text


def test_the_profile_shows_published_feedback(signed_in, room):
    address = f"/workrooms/{room.engagement.id}/feedback"
    alice, bob = signed_in(room.client), signed_in(room.freelancer)
    alice.post(address, data=typed("freelancer"))
    stranger = signed_in(room.stranger)
    profile = f"/people/{room.freelancer.id}"
    assert "Lovely work." not in stranger.get(profile).text
    bob.post(address, data=typed("client"))
    assert "Lovely work." in stranger.get(profile).text
