"""The workroom's first page: whose turn it is, the road, the talk, the money."""

from __future__ import annotations

import pytest
import time_machine

from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.disputes import opening
from app.people.models import Person
from tests.people import mallory
from tests.rooms import agreed, negotiated, pays, submits, through
from tests.stories import later


@pytest.fixture(autouse=True)
def _clock():
    """Six hours after the story began."""
    with time_machine.travel(later(6), tick=True):
        yield


@pytest.fixture
def people(story):
    """The two of the room, and a stranger, by name."""
    return {}


@pytest.fixture
def room_id(story, people):
    """A logo: two milestones released, the third submitted."""
    with story() as session:
        room = agreed(session)
        first, second, third, *_ = room.milestones
        through(room, first, at=later(1))
        through(room, second, at=later(2))
        pays(room, third, at=later(3))
        submits(room, third, at=later(4))
        people.update(alice=room.client, bob=room.freelancer, mallory=mallory(session))
        return room.engagement.id


@pytest.fixture
def browser(signed_in, people):
    """`browser("alice")`: a browser in which she is signed in."""
    return lambda name: signed_in(people[name])


def test_the_client_is_told_to_review_what_was_submitted(browser, room_id):
    page = browser("alice").get(f"/workrooms/{room_id}").text
    assert "Your turn: review “1st revision of chosen concept”" in page
    assert "Review work" in page
    assert "Waits for you" in page


def test_the_freelancer_sees_whom_they_wait_for(browser, room_id):
    page = browser("bob").get(f"/workrooms/{room_id}").text
    assert "Waiting for Alice Ruiz to review" in page


def test_the_page_shows_the_road_and_the_money(browser, room_id):
    page = browser("alice").get(f"/workrooms/{room_id}").text
    assert page.count('class="released"') == 2
    assert '<p class="sum">$75.00</p>' in page
    assert "<dt>Released</dt><dd>$150.00</dd><dt>Still to fund</dt><dd>$175.00</dd>" in page


def test_money_in_dispute_is_named_and_leads_to_the_dispute(browser, story, room_id):
    assert "Of it in dispute" not in browser("alice").get(f"/workrooms/{room_id}").text
    with story() as session:
        room = session.get_one(Engagement, room_id)
        third, alice = work.of(session, room.id)[2], session.get_one(Person, room.client_id)
        dispute = opening.open_dispute(session, third, 2500, reason="Thin.", by=alice, at=later(5))
        page = f"/disputes/{dispute.id}"
    for name in ("alice", "bob"):
        found = browser(name).get(f"/workrooms/{room_id}").text
        assert f'<dt>Of it in dispute</dt><dd><a href="{page}">$25.00</a></dd>' in found


def test_events_stand_in_the_conversation(browser, room_id):
    page = browser("alice").get(f"/workrooms/{room_id}").text
    assert "Bob Okafor submitted “1st revision of chosen concept”" in page
    assert "You released $75.00 for “6 concepts”" in page


def test_a_stranger_meets_404_on_every_page(browser, room_id):
    client = browser("mallory")
    for end in (
        "", "/turn", "/reports", "/reports/new", "/history", "/history/check", "/feedback"
    ):  # fmt: skip
        assert client.get(f"/workrooms/{room_id}{end}").status_code == 404, end
    for end in ("/reports", "/feedback"):
        assert client.post(f"/workrooms/{room_id}{end}", data={}).status_code == 404, end


def test_the_client_may_not_report(browser, room_id):
    client = browser("alice")
    assert client.get(f"/workrooms/{room_id}/reports/new").status_code == 403
    assert client.post(f"/workrooms/{room_id}/reports", data={}).status_code == 403


def test_a_page_that_has_not_changed_is_not_sent_again(browser, room_id):
    client = browser("alice")
    first = client.get(f"/workrooms/{room_id}")
    again = client.get(f"/workrooms/{room_id}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert len(again.data) + sum(len(k) + len(v) + 4 for k, v in again.headers) < 500


def test_what_changes_the_room_changes_its_page(browser, room_id):
    client = browser("alice")
    tag = client.get(f"/workrooms/{room_id}").headers["ETag"]
    bobs = browser("bob")
    bobs.post(f"/workrooms/{room_id}/messages", data={"body": "The small sizes are there."})
    page = client.get(f"/workrooms/{room_id}", headers={"If-None-Match": tag})
    assert page.status_code == 200
    assert "The small sizes are there." in page.text


def test_an_idle_poll_is_answered_with_304(browser, room_id):
    client = browser("alice")
    answer = client.get(f"/workrooms/{room_id}/turn?seen=0", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    version = answer.text.split("seen=")[1].split('"')[0]
    idle = client.get(f"/workrooms/{room_id}/turn?seen={version}", headers={"HX-Request": "true"})
    assert idle.status_code == 304


def test_before_the_terms_the_client_reviews_the_draft(browser, people, story):
    with story() as session:
        room = negotiated(session)
        room_id = room.engagement.id
        people.update(alice=room.client, bob=room.freelancer)
    page = browser("alice").get(f"/workrooms/{room_id}").text
    assert "Your turn: review the drafted terms" in page
    page = browser("bob").get(f"/workrooms/{room_id}").text
    assert "Waiting for Alice Ruiz to send terms" in page


def test_all_workrooms_are_listed(browser, room_id):
    for name in ("alice", "bob"):
        page = browser(name).get("/workrooms").text
        assert "Logo design for a bakery" in page
        assert "●●◐○○" in page
    assert "No workroom yet" in browser("mallory").get("/workrooms").text
