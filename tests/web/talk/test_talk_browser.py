"""The talk and the comparison in a real browser, with htmx."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.jobs.models import Job
from app.talk import messages
from app.talk.models import Conversation
from tests.browsing import axe_findings
from tests.people import alice, bob, carol
from tests.stories import later, post_job, propose, selected

pytestmark = pytest.mark.any_database


@pytest.fixture
def they(story: Any) -> SimpleNamespace:
    """A workroom of Alice and Bob, and another job with two proposals."""
    with story() as session:
        client, freelancer = alice(session), bob(session)
        room = selected(session, client, freelancer)
        talk = session.get_one(Conversation, room.conversation_id)
        messages.post(session, talk, "Hello, Bob", by=client, at=later(), stream=room.stream)
        job = post_job(session, client, title="Menu photography")
        first = propose(session, job, freelancer)
        propose(session, job, carol(session))
        return SimpleNamespace(alice=client, bob=freelancer, room=room, job=job, proposal=first)


def test_a_message_appears_at_once_here_and_soon_there(new_page: Any, they: Any) -> None:
    here, there = new_page(person=they.bob), new_page(person=they.alice)
    at = f"/workrooms/{they.room.id}/messages"
    there.clock.install()
    there.goto(at)
    here.goto(at)
    here.get_by_label("Message").fill("Hello, Alice")
    here.get_by_label("Files").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"plan"}
    )
    here.get_by_role("button", name="Send").click()
    here.locator("#stream").get_by_text("Hello, Alice").wait_for()
    here.get_by_role("link", name="plan.pdf").wait_for()
    assert here.get_by_label("Message").input_value() == ""
    there.get_by_label("Message").fill("I am typing")
    there.clock.fast_forward(16_000)
    there.locator("#stream").get_by_text("Hello, Alice").wait_for()
    assert there.get_by_label("Message").input_value() == "I am typing"
    assert axe_findings(here) == []


def test_an_empty_message_is_refused_where_it_was_typed(new_page: Any, they: Any) -> None:
    page = new_page(person=they.bob)
    page.goto(f"/proposals/{they.proposal.id}")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Type a message, or choose a file.").wait_for()
    page.get_by_label("Message").fill("Here I am")
    page.get_by_role("button", name="Send").click()
    page.locator("#stream").get_by_text("Here I am").wait_for()
    assert page.get_by_text("Type a message, or choose a file.").count() == 0


def test_older_messages_open_above(story: Any, new_page: Any, they: Any) -> None:
    with story() as session:
        talk = session.get_one(Conversation, they.room.conversation_id)
        for n in range(40):
            messages.post(
                session, talk, f"no. {n}.", by=they.bob, at=later(n), stream=they.room.stream
            )
    page = new_page(person=they.alice)
    page.goto(f"/workrooms/{they.room.id}/messages")
    for shown in ("no. 10.", "Hello, Bob"):
        page.get_by_role("link", name="Show older").click()
        page.get_by_text(shown).wait_for()
    assert page.get_by_text("no. 39.").is_visible()


def test_the_client_shortlists_and_notes_without_leaving_the_page(
    story: Any, new_page: Any, they: Any
) -> None:
    page = new_page(person=they.alice)
    page.goto(f"/jobs/{they.job.id}/proposals")
    page.get_by_role("button", name="Shortlist Bob Okafor").click()
    page.get_by_role("button", name="Take Bob Okafor off the shortlist").click()
    page.get_by_role("button", name="Shortlist Bob Okafor").wait_for()
    page.get_by_text("Add a note on Carol Mori").click()
    page.get_by_role("textbox", name="Your note").fill("Best light.")
    page.get_by_role("button", name="Save note").click()
    page.locator("span", has_text="Best light.").wait_for()
    assert axe_findings(page) == []


def test_a_proposal_is_written_in_the_table(story: Any, new_page: Any, they: Any) -> None:
    with story() as session:
        job = post_job(session, they.alice, title="Shop sign", questions=("Which tools?",))
    page = new_page(person=they.bob)
    page.goto(f"/jobs/{job.id}/proposals/new")
    page.get_by_label("Cover letter").fill("Paint.")
    page.get_by_role("textbox", name="Milestone 1", exact=True).fill("Sketch")
    page.get_by_label("Due 1", exact=True).fill("2027-01-10")
    page.get_by_role("textbox", name="Amount 1", exact=True).fill("100")
    page.get_by_role("button", name="Add milestone").click()
    page.get_by_role("textbox", name="Milestone 2", exact=True).fill("Sign")
    page.get_by_label("Due 2", exact=True).fill("2027-01-20")
    page.get_by_role("textbox", name="Amount 2", exact=True).fill("250.50")
    page.keyboard.press("Tab")
    page.get_by_text("$350.50").wait_for()
    page.get_by_label("Which tools?").fill("Brushes")
    page.get_by_role("button", name="Send proposal").click()
    page.get_by_role("heading", name="You propose for “Shop sign”").wait_for()
    assert axe_findings(page) == []
    page.go_back()
    with story() as session:
        assert session.get_one(Job, job.id).state == "open"
