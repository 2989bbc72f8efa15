"""The workroom, the desk and the report form in a real browser, with htmx and without."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.escrow.milestones import submissions
from app.escrow.models import Milestone
from app.people.models import Person
from tests.rooms import agreed, pays
from tests.stories import later

pytestmark = pytest.mark.any_database


@pytest.fixture
def they(story: Any) -> SimpleNamespace:
    """A logo whose first milestone is funded."""
    with story() as session:
        room = agreed(session)
        first = room.milestones[0]
        pays(room, first, at=later(1))
        return SimpleNamespace(
            alice=room.client, bob=room.freelancer, at=f"/workrooms/{room.engagement.id}",
            first=first.id,
        )  # fmt: skip


def test_a_message_is_said_on_the_overview(new_page: Any, they: Any) -> None:
    page = new_page(person=they.alice)
    page.goto(they.at)
    page.get_by_label("Message").fill("Shall we meet on Tuesday?")
    page.get_by_role("button", name="Send").click()
    page.locator("#stream").get_by_text("Shall we meet on Tuesday?").wait_for()
    assert page.get_by_label("Message").input_value() == ""
    assert page.url.endswith(they.at)


def test_the_card_turns_while_the_page_is_open(new_page: Any, story: Any, they: Any) -> None:
    page = new_page(person=they.alice)
    page.route(f"**{they.at}", _often)
    page.goto(they.at)
    page.get_by_text("Bob Okafor works on “Start fee deposit”").wait_for()
    page.get_by_label("Message").fill("Half a sent")
    with story() as session:
        bob = session.get_one(Person, they.bob.id)
        submissions.submit(
            session, session.get_one(Milestone, they.first), note="Here.", by=bob, at=later(2)
        )
    page.get_by_role("link", name="Review work").wait_for()
    assert page.get_by_text("Waits for you").count() == 1
    assert page.locator("#road .submitted").count() == 1
    assert page.get_by_label("Message").input_value() == "Half a sent"


def _often(route: Any) -> None:
    """The page as it is, but for how often it asks whose turn it is."""
    answer = route.fetch()
    body = answer.text().replace("every 30s", "every 500ms")
    route.fulfill(response=answer, body=body)


def test_a_report_is_sent_without_script(new_page: Any, they: Any) -> None:
    page = new_page(person=they.bob, js=False)
    page.goto(f"{they.at}/reports")
    page.get_by_role("link", name="Write a report").click()
    page.get_by_label("Done this week").fill("Six sketches.")
    page.get_by_label("Hours").fill("7.5")
    page.get_by_label("Progress: Start fee deposit (%)").fill("60")
    page.get_by_label("Next week").fill("Colour.")
    page.get_by_role("button", name="Send report").click()
    page.get_by_text("Six sketches.").wait_for()
    assert page.get_by_text("60 %").first.is_visible()
