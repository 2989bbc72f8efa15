"""From a posted job to released money and feedback: by pages without scripts, and by letters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.escrow import audit, ledger
from app.escrow.models import Account
from tests import databases
from tests.text_browser import TextBrowser
from tests.whole_story import Story


@pytest.fixture
def settings(settings: Any, smtp: Any) -> Any:
    """Letters really leave, by SMTP."""
    return replace(settings, smtp_url=smtp.url)


@pytest.fixture
def told(live_server: Any, app: Any, smtp: Any) -> Story:
    """A story among people who have text browsers."""
    from app.scheduler import clockwork

    return Story(
        new_browser=lambda: TextBrowser(live_server.url),
        run_chores=lambda: clockwork.tick(app),
        letters=lambda: smtp.messages,
    )


def books_are_closed(url: str) -> None:
    """Nothing is held, and every sum is right."""
    with databases.opened(url) as session:
        held = select(Account).where(Account.kind.in_(("held", "prefunded")))
        assert [one.balance for one in session.scalars(held) if one.balance] == []
        assert ledger.verify(session) == []
        assert audit.audit(session) == []


def test_the_logo_is_made_on_pages_without_scripts(told: Story, database_url: str) -> None:
    told.gather("setup-code")
    told.logo_on_pages()
    books_are_closed(database_url)


def test_the_database_is_made_with_a_client_who_decides_from_letters(
    told: Story, database_url: str
) -> None:
    told.gather("setup-code")
    told.database_by_letters()
    books_are_closed(database_url)
