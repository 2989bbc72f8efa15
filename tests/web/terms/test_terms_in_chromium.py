"""PAGES, how pages behave: with htmx the same requests swap the fragment that changed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session

from tests.browsing import axe_findings
from tests.people import alice, bob
from tests.stories import selected
from tests.validating import html_findings

Story = Callable[[], AbstractContextManager[Session]]


def test_terms_are_negotiated_to_agreement_by_two_people_in_two_browsers(
    story: Story, new_page: Callable[..., Any]
) -> None:
    from playwright.sync_api import expect

    with story() as session:
        client, freelancer = alice(session), bob(session)
        address = f"/workrooms/{selected(session, client, freelancer).id}/terms"
    hers, his = new_page(person=client), new_page(person=freelancer, width=400)

    hers.goto(address)
    assert not axe_findings(hers)
    hers.get_by_role("button", name="Add milestone").click()
    hers.get_by_label("Milestone 6", exact=True).fill("Shop sign")
    hers.get_by_label("Due 6", exact=True).fill("2030-12-24")
    hers.get_by_label("Amount 6", exact=True).fill("60")
    hers.get_by_role("button", name="Up milestone 6").click()
    hers.locator("#total").get_by_text("$460.00").wait_for()
    expect(hers.get_by_label("Milestone 5", exact=True)).to_have_value("Shop sign")
    hers.get_by_role("button", name="Send terms").last.click()
    hers.get_by_text("Bob Okafor has your terms no. 1").wait_for()

    his.goto(address)
    assert not axe_findings(his)
    his.get_by_label("Amount 1", exact=True).fill("100")
    his.get_by_role("button", name="Send terms").last.click()
    his.get_by_text("Alice Ruiz has your terms no. 2").wait_for()

    hers.get_by_role("button", name="Withdraw terms").click()  # she has not seen no. 2 yet
    hers.get_by_text("The terms have changed since you opened this page").wait_for()
    assert not axe_findings(hers)
    hers.get_by_role("button", name="Accept terms").click()
    hers.get_by_role("heading", name="Terms no. 2, in force").wait_for()
    hers.get_by_role("link", name="Compare").first.click()
    hers.get_by_role("heading", name="No. 2 compared with no. 1").wait_for()
    assert not axe_findings(hers)


def test_the_pages_of_terms_are_valid_html(story: Story, signed_in: Callable[[str], Any]) -> None:
    with story() as session:
        client, freelancer = alice(session), bob(session)
        room = selected(session, client, freelancer).id
    browser = signed_in("alice@example.org")
    assert html_findings(browser.get(f"/workrooms/{room}/terms").text) == []
    assert html_findings(browser.get(f"/workrooms/{room}/ending").text) == []
