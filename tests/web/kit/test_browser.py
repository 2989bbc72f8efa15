"""The kit in Chromium: the table with htmx, swaps, an expired session, and accessibility."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import page_findings
from tests.people import alice
from tests.validating import html_findings

pytestmark = pytest.mark.any_database


@pytest.fixture
def person(story: Any) -> Any:
    """Alice."""
    with story() as session:
        return alice(session)


def settled(page: Any) -> None:
    """Wait until no answer is on its way."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)


def test_the_table_is_edited_in_place(new_page: Callable[..., Any], person: Any) -> None:
    page = new_page(person=person)
    page.goto("/try/terms")
    page.get_by_role("button", name="Add milestone").click()
    page.get_by_label("Milestone 4", exact=True).wait_for()
    settled(page)
    assert page.evaluate("document.activeElement.ariaLabel") == "Milestone 4"
    page.keyboard.type("Final files")
    page.get_by_label("Due 4").fill("2028-01-02")
    page.get_by_label("Amount 4").fill("1,100.50")
    page.get_by_label("Amount 4").press("Tab")
    page.get_by_text("$1,325.50").wait_for()
    assert page.get_by_label("Milestone 4", exact=True).input_value() == "Final files"
    page.get_by_role("button", name="Up milestone 4").click()
    settled(page)
    found = [page.get_by_label(f"Milestone {n}", exact=True).input_value() for n in (2, 3, 4)]
    assert found == ["6 concepts", "Final files", "1st revision"]
    page.get_by_role("button", name="Delete milestone 2").click()
    settled(page)
    page.get_by_label("Amount 2").fill("1e5")
    page.get_by_label("Milestone 2", exact=True).click()
    page.locator(".error").wait_for()
    page.get_by_label("Amount 2").fill("5")
    page.get_by_label("Milestone 2", exact=True).press("Enter")
    page.get_by_text("Start fee deposit; Final files; 1st revision").wait_for()


def test_a_posted_form_is_swapped_and_may_be_posted_again(
    new_page: Callable[..., Any], person: Any
) -> None:
    page = new_page(person=person)
    page.goto("/try/talk")
    for words in ("First", "Second"):
        page.get_by_label("Message").fill(words)
        page.get_by_role("button", name="Send").click()
        page.locator("#last", has_text=words).wait_for()
        assert page.get_by_label("Message").input_value() == ""
    assert page.locator("#notices").inner_text() == "Sent."


def test_a_form_outlives_its_session_with_htmx_too(
    new_page: Callable[..., Any], person: Any, watcher: Any
) -> None:
    watcher.allow(401)
    page = new_page(person=person)
    page.goto("/try/talk")
    page.context.clear_cookies()
    page.get_by_label("Message").fill("Kept words")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.locator("[name=typed-field-body]").input_value() == "Kept words"
    assert not page.locator("[name=typed-field-body]").is_visible()
    assert page.get_by_role("button", name="E-mail me a sign-in link").is_visible()


@pytest.mark.parametrize("width", [400, 1200])
def test_nothing_keeps_anybody_out(
    new_page: Callable[..., Any], person: Any, watcher: Any, width: int
) -> None:
    watcher.allow(404)
    page = new_page(person=person, width=width)
    for address in ("/try/form", "/try/terms", "/try/public", "/try/error/404"):
        page.goto(address)
        assert page_findings(page) == [], address


def test_the_html_is_clean(app: Any, signed_in: Any, person: Any) -> None:
    browser = signed_in(person)
    pages = [browser.get(address) for address in ("/try/form", "/try/terms", "/try/public")]
    pages.append(browser.post("/try/form", data={}))
    pages.append(browser.post("/try/terms", data={"m-2-title": "x", "m-2-due": "soon"}))
    pages.append(app.test_client().post("/try/talk", data={"body": "Hello there"}))
    for page in pages:
        assert not html_findings(page.text)
