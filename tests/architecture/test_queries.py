"""A page asks the database a small number of questions, however much there is on the board."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.extensions import db
from tests.demo_board import Demo

pytestmark = pytest.mark.any_database

PAGES = {
    "the desk": ("/", 8),
    "the workroom": ("/workrooms/{room}", 12),
    "the terms": ("/workrooms/{room}/terms", 24),
    "the messages": ("/workrooms/{room}/messages", 12),
    "the poll of messages": ("/workrooms/{room}/messages/recent?from=1", 9),
    "the files": ("/workrooms/{room}/files", 12),
    "the reports": ("/workrooms/{room}/reports", 12),
    "the money": ("/workrooms/{room}/money", 16),
    "the history": ("/workrooms/{room}/history", 12),
    "the jobs": ("/jobs", 10),
    "the comparison": ("/jobs/{job}/proposals", 10),
    "a job": ("/jobs/{job}", 12),
    "a proposal": ("/proposals/{proposal}", 14),
    "the payments": ("/payments", 16),
    "the workrooms": ("/workrooms", 8),
    "the freelancers": ("/freelancers", 8),
    "a profile": ("/people/{ben}", 10),
    "work to review": ("/submissions/{submission}", 18),
    "a milestone": ("/milestones/{milestone}", 18),
}
"""Page, address, and the most questions that it may ask."""


@contextmanager
def asked(demo: Demo) -> Iterator[list[str]]:
    """The SQL statements that the board sends meanwhile."""
    statements: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    with demo.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", heard)


def ids_of(demo: Demo) -> dict[str, str]:
    """Whatever the addresses name, of the first story."""
    return {
        "room": demo.room(), "job": demo.job("Menu"), "proposal": demo.proposal("mei", "Menu"),
        "ben": demo.person("ben"), "submission": demo.submission(),
        "milestone": demo.milestone(3),
    }  # fmt: skip


def counts(demo: Demo, ids: dict[str, str]) -> dict[str, int]:
    """How many questions each page asks, for Ana, when everything is warm."""
    browser, found = demo.browser("ana"), {}
    for name, (path, _most) in PAGES.items():
        address = path.format(**ids)
        assert browser.get(address).status_code == 200, address
        with asked(demo) as statements:
            browser.get(address)
        found[name] = len(statements)
    return found


@pytest.fixture(scope="module")
def before_and_after(demo: Demo) -> tuple[dict[str, int], dict[str, int]]:
    """The counts on the demo board, and with everything told three times more."""
    from app.demo import stories
    from app.kernel import clock

    ids = ids_of(demo)
    before = counts(demo, ids)
    with demo.story() as session:
        for number in (2, 3, 4):
            stories.tell(
                session, at=clock.now(), files_dir=demo.settings.files_dir, tag=f"+{number}"
            )
    return before, counts(demo, ids)


def test_pages_ask_few_questions(before_and_after: tuple[dict[str, int], dict[str, int]]) -> None:
    before, _ = before_and_after
    many = {name: count for name, count in before.items() if count > PAGES[name][1]}
    assert many == {}, before


def test_more_data_asks_no_more_questions(
    before_and_after: tuple[dict[str, int], dict[str, int]],
) -> None:
    before, after = before_and_after
    assert before == after
