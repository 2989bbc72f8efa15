"""The pages of disputes in Chromium: without scripts, accessible, no console error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import rooms
from tests.browsing import page_findings
from tests.disputes import called, opened
from tests.validating import html_findings

pytestmark = pytest.mark.any_database


@pytest.fixture
def told(story: Any) -> Any:
    """Three milestones in escrow; ids of what stands in dispute."""
    with story() as session:
        room = rooms.agreed(session)
        first, second, third = room.milestones[:3]
        for one in (first, second, third):
            rooms.pays(room, one)
        rooms.submits(room, first)
        case = called(room, 4000)
        fresh = opened(room, 2500, milestone=second, by=room.freelancer)
        ids = {
            "room": room.engagement.id, "third": third.id, "case": case.id, "fresh": fresh.id,
            "first": first.id,
        }  # fmt: skip
    return room, ids


def test_a_dispute_is_opened_answered_and_settled_without_a_script(
    new_page: Callable[..., Any], told: Any
) -> None:
    room, ids = told
    alice = new_page(js=False, person=room.client)
    alice.goto(f"/workrooms/{ids['room']}/money")
    alice.get_by_role("link", name="Open a dispute").click()
    alice.get_by_role("link", name="1st revision").click()
    alice.get_by_label("Sum in dispute").fill("50")
    alice.get_by_label("What went wrong").fill("It is not what we agreed.")
    alice.get_by_role("button", name="Open a dispute").click()
    alice.get_by_text("The sum is frozen.").wait_for()
    bob = new_page(js=False, person=room.freelancer)
    bob.goto("/")
    bob.goto(alice.url)
    bob.get_by_label("Your answer").fill("It is.")
    bob.get_by_role("button", name="Answer").click()
    bob.get_by_label("To the freelancer").fill("30")
    bob.get_by_role("button", name="Offer", exact=True).click()
    bob.get_by_text("Your offer is sent.").wait_for()
    alice.reload()
    alice.get_by_role("button", name="Accept", exact=True).click()
    alice.get_by_text("Settled. The money has moved.").wait_for()
    assert "$30.00 to Bob Okafor" in alice.content().replace("<b>", "").replace("</b>", "")


def pages(told: Any) -> list[tuple[Any, str]]:
    """Who looks at what."""
    room, ids = told
    theirs = (
        f"/milestones/{ids['third']}/disputes/new", f"/disputes/{ids['case']}",
        f"/disputes/{ids['fresh']}", f"/workrooms/{ids['room']}/disputes/new",
        f"/milestones/{ids['first']}", f"/workrooms/{ids['room']}/money",
    )  # fmt: skip
    mine = ("/board/disputes", f"/board/disputes/{ids['case']}")
    return [(room.client, path) for path in theirs] + [(room.operator, path) for path in mine]


@pytest.mark.parametrize("width", [400, 1200])
def test_the_pages_are_accessible_and_fit(
    new_page: Callable[..., Any], told: Any, width: int
) -> None:
    browsers: dict[str, Any] = {}
    for person, path in pages(told):
        if person.id not in browsers:
            browsers[person.id] = new_page(width=width, person=person)
        page = browsers[person.id]
        page.goto(path)
        assert page_findings(page) == [], path


def test_the_pages_are_valid(signed_in: Any, told: Any) -> None:
    for person, path in pages(told):
        assert html_findings(signed_in(person).get(path).text) == [], path
