"""The logo story in Chromium, with htmx."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.text_browser import ChromiumBrowser
from tests.web.test_whole_stories import books_are_closed
from tests.whole_story import Story

pytestmark = pytest.mark.any_database  # test_whole_stories tells it on each, without scripts


@pytest.fixture
def settings(settings: Any, smtp: Any) -> Any:
    """Letters really leave, by SMTP."""
    return replace(settings, smtp_url=smtp.url)


def test_the_logo_is_made_in_chromium(
    new_page: Callable[..., Any], app: Any, smtp: Any, database_url: str
) -> None:
    from app.scheduler import clockwork

    told = Story(
        new_browser=lambda: ChromiumBrowser(new_page()),
        run_chores=lambda: clockwork.tick(app),
        letters=lambda: smtp.messages,
    )
    told.gather("setup-code")
    told.logo_on_pages()
    books_are_closed(database_url)
