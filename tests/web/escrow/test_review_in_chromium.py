"""The review and the funding page in Chromium: swaps, accessibility, no console error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.escrow.milestones import asking_back
from tests import rooms
from tests.browsing import page_findings
from tests.validating import html_findings

pytestmark = pytest.mark.any_database


def rooms_asked(session: Any, room: Any) -> Any:
    """The client asks for the money of the last milestone back."""
    return asking_back.ask(
        session, room.engagement, [room.milestones[4]], reason="Plans", by=room.client,
        at=rooms.NOON,
    )  # fmt: skip


@pytest.fixture
def told(story: Any) -> Any:
    """A room with a submitted milestone; gives its ids and people."""
    with story() as session:
        room = rooms.agreed(session)
        first, second, third = room.milestones[:3]
        rooms.pays(room, first)
        submission = rooms.submits(room, first)
        rooms.funding.start(
            session, room.engagement, [third], provider="bank", by=room.client, at=rooms.NOON
        )
        rooms.pays(room, room.milestones[4], received=12345)
        (ask,) = rooms_asked(session, room)
        ids = {
            "room": room.engagement.id, "submission": submission.id, "first": first.id,
            "second": second.id, "third": third.id, "ask": ask.id,
        }  # fmt: skip
    return room, ids


def test_approving_swaps_the_page_and_leads_to_funding_the_next(
    new_page: Callable[..., Any], told: Any
) -> None:
    room, ids = told
    page = new_page(person=room.client)
    page.goto(f"/submissions/{ids['submission']}")
    page.get_by_role("button", name="Request changes").click()
    page.get_by_text("What should change is needed.").wait_for()
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="Approve and release").click()
    page.get_by_text("is approved, and $75.00 is released").wait_for()
    assert page.evaluate("window.stayed")
    page.get_by_role("link", name="Fund").click()
    page.get_by_role("heading", name="Fund “6 concepts”").wait_for()
    page.get_by_label("Test money").check()
    page.get_by_role("button", name="Fund").click()
    page.get_by_text("$75.00 is in escrow.").wait_for()


def test_the_pages_of_money_are_accessible_and_valid(
    new_page: Callable[..., Any], told: Any
) -> None:
    room, ids = told
    seen = {
        room.client: (
            f"/submissions/{ids['submission']}", f"/milestones/{ids['second']}/funding",
            f"/milestones/{ids['third']}/funding", f"/milestones/{ids['first']}",
            f"/workrooms/{ids['room']}/money", "/payments", "/payments/new",
            f"/payments/new?job={ids['room']}",
            f"/workrooms/{ids['room']}/bonus", f"/workrooms/{ids['room']}/asks/new",
            f"/workrooms/{ids['room']}/ending", f"/asks/{ids['ask']}",
        ),
        room.freelancer: (
            f"/submissions/{ids['submission']}", f"/asks/{ids['ask']}",
            f"/workrooms/{ids['room']}/ending", "/payments"),
        room.operator: ("/board/money", "/board/checks"),
    }  # fmt: skip
    for person, addresses in seen.items():
        page = new_page(person=person, width=400)
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, address
            assert page_findings(page) == [], address
            assert html_findings(answer.text()) == [], address


def test_the_submission_form_takes_files(
    new_page: Callable[..., Any], told: Any, tmp_path: Any
) -> None:
    room, ids = told
    page = new_page(person=room.freelancer)
    page.goto(f"/submissions/{ids['submission']}")
    page.get_by_role("button", name="Withdraw submission").click()
    page.get_by_role("link", name="Submit work").click()
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    page.get_by_label("Note").fill("With a file")
    page.get_by_label("Files").set_input_files(tmp_path / "logo.svg")
    page.get_by_role("button", name="Submit work").click()
    page.get_by_role("link", name="logo.svg").wait_for()
