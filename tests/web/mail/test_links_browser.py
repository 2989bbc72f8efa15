"""The pages of links in Chromium: one request, no script, accessible, valid, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import page_findings
from tests.validating import html_findings
from tests.web.mail.test_links import Mail, proposed, submitted

pytestmark = pytest.mark.any_database


@pytest.fixture
def mail(live_server: Any, app: Any, story: Any) -> Mail:
    return Mail(app, story, live_server.url)


def test_a_client_decides_everything_from_letters(
    new_page: Callable[..., Any], mail: Mail, story: Any, watcher: Any
) -> None:
    watcher.allow(410)
    submitted(story)
    page = new_page(width=400)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def well() -> None:
        assert page_findings(page) == []
        assert html_findings(page.context.request.get(page.url).text()) == []

    page.goto(mail.link("submitted"))
    assert len([one for one in asked if not one.startswith("data:")]) == 1
    well()
    page.get_by_role("button", name="Approve and release").click()
    page.get_by_role("heading", name="“Start fee deposit” is approved").wait_for()
    well()
    page.get_by_role("link", name="Fund “6 concepts”").click()
    page.get_by_role("heading", name="Fund “6 concepts”").wait_for()
    well()
    page.get_by_label("Bank transfer").check()
    page.get_by_role("button", name="Fund").click()
    page.get_by_role("heading", name="Waiting for your bank").wait_for()
    assert page.get_by_text(re.compile(r"^MP-")).is_visible()
    well()


def test_terms_are_declined_with_a_reason(
    new_page: Callable[..., Any], mail: Mail, story: Any, watcher: Any
) -> None:
    watcher.allow(410, 422)
    proposed(story)
    page = new_page(js=False, width=400)
    page.goto(mail.link("terms_proposed"))
    page.get_by_text("Decline", exact=True).first.click()
    page.get_by_role("button", name="Decline").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Reason").fill("Too soon.")
    page.get_by_role("button", name="Decline").click()
    page.get_by_role("heading", name="Terms no. 1 are declined").wait_for()
