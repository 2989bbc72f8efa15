"""The pages of status reports: the form, nothing this week, all of them."""

from __future__ import annotations

import pytest
import time_machine

from tests.rooms import agreed, pays
from tests.stories import later


@pytest.fixture(autouse=True)
def _clock():
    """Friday, 6 November, 16:00 in Lisbon."""
    with time_machine.travel(later(4, days=4), tick=True):
        yield


@pytest.fixture
def room(story):
    with story() as session:
        room = agreed(session)
        pays(room, room.milestones[0], at=later(1))
        session.expunge_all()
        return room


@pytest.fixture
def bob(signed_in, room):
    return signed_in(room.freelancer)


@pytest.fixture
def alice(signed_in, room):
    return signed_in(room.client)


def test_the_freelancer_files_the_report_of_the_week(bob, alice, room):
    address = f"/workrooms/{room.engagement.id}/reports"
    page = bob.get(f"{address}/new").text
    assert "<h1>Status report, week 45</h1>" in page
    for label in ("Done this week", "Hours", "Progress", "Next week", "Blockers"):
        assert label in page
    name = page.split('name="progress_')[1].split('"')[0]
    typed = {
        "week": "2026-W45", "done": "Six *sketches*.", "hours": "7:30", "next": "Colour.",
        f"progress_{name}": "60 %",
    }  # fmt: skip
    answer = bob.post(address, data=typed)
    assert (answer.status_code, answer.location) == (303, address)
    page = alice.get(address).text
    assert "Week 45, 7.5 h" in page
    assert "<em>sketches</em>" in page
    assert "60 %" in page
    assert "Answer" in page


def test_nothing_this_week_is_one_press(bob, room):
    address = f"/workrooms/{room.engagement.id}/reports"
    assert bob.post(address, data={"quiet": "2026-W45"}).status_code == 303
    assert "Week 45, nothing this week" in bob.get(address).text
    assert "Your turn: status report" not in bob.get(f"/workrooms/{room.engagement.id}").text


def test_the_card_and_the_desk_ask_for_it(bob, room):
    assert "Your turn: status report, week 45" in bob.get(f"/workrooms/{room.engagement.id}").text
    assert "Nothing this week" in bob.get("/").text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("done", "", "Done this week is needed."),
        ("hours", "1e5", "Type hours as a number"),
        ("hours", "169", "At most 168 hours."),
        ("done", "a\0b", "This holds a sign that cannot be kept"),
        ("done", "x" * 100_000, "At most 20,000 characters"),
        ("week", "2026-W60", "There is no report for this week."),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_kept(bob, room, field, value, words):
    typed = {"week": "2026-W45", "done": "Six sketches.", "hours": "7", "next": "Colour."}
    answer = bob.post(f"/workrooms/{room.engagement.id}/reports", data=typed | {field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Colour." in answer.text


def test_progress_is_a_percentage(bob, room):
    address = f"/workrooms/{room.engagement.id}/reports"
    name = bob.get(f"{address}/new").text.split('name="progress_')[1].split('"')[0]
    typed = {"week": "2026-W45", "done": "x", "hours": "1", f"progress_{name}": "101"}
    answer = bob.post(address, data=typed)
    assert answer.status_code == 422
    assert "Type a whole number from 0 to 100." in answer.text


def test_a_second_report_for_the_week_is_refused_in_plain_words(bob, room):
    address = f"/workrooms/{room.engagement.id}/reports"
    bob.post(address, data={"quiet": "2026-W45"})
    answer = bob.post(address, data={"quiet": "2026-W45"})
    assert answer.status_code == 409
    assert "was sent already" in answer.text


def test_a_week_that_is_filed_offers_no_second_form(bob, room):
    address = f"/workrooms/{room.engagement.id}/reports"
    bob.post(address, data={"quiet": "2026-W45"})
    page = bob.get(f"{address}/new?week=2026-W45").text
    assert "report is filed" in page and "Send report" not in page


def test_the_client_reads_and_does_not_write(alice, room):
    page = alice.get(f"/workrooms/{room.engagement.id}/reports").text
    assert "Bob Okafor reports on Fridays" in page
    assert "Write a report" not in page
