"""Bad input: every form refuses nonsense beside its field, keeps what was typed, answers 422."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.demo_board import Demo, demo
from tests.web import bad_forms, bad_input
from tests.web.bad_input import Sheet

pytestmark = pytest.mark.any_database

__all__ = ["demo"]


class Told:
    """The demo with what it leaves out, its ids, and a browser for each person."""

    def __init__(self, demo: Demo) -> None:
        self.demo, self.ids = demo, bad_forms.prepare(demo)
        self._browsers: dict[str, Any] = {}

    def browser(self, who: str) -> Any:
        """One that keeps its cookies, so that a person signs in once."""
        if who not in self._browsers:
            self._browsers[who] = self.demo.browser(who)
        return self._browsers[who]

    def fill(self, text: str) -> str:
        """A text with the ids in its braces."""
        return re.sub(r"\{(\w+)\}", lambda found: self.ids[found[1]], text)


@pytest.fixture(scope="module")
def told(demo: Demo) -> Told:
    """A board with a page for every form."""
    return Told(demo)


@pytest.mark.parametrize("sheet", bad_forms.SHEETS, ids=lambda sheet: sheet.name)
def test_a_form_refuses_nonsense_beside_its_field_and_keeps_what_was_typed(
    told: Told, sheet: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.people.throttle.ACCOUNT_LIMIT", 10**6)
    monkeypatch.setattr("app.people.throttle.ADDRESS_LIMIT", 10**6)
    monkeypatch.setattr("app.people.throttle.DAILY_LIMIT", 10**6)
    found = bad_input.tried(told.browser(sheet.who), sheet, told.fill)
    assert not found, "\n".join(found)


def test_setting_up_refuses_nonsense_too(client: Any) -> None:
    assert bad_input.tried(client, bad_forms.SETUP, str) == []
    assert client.get("/setup").status_code == 200


def test_a_form_of_ten_thousand_fields_is_answered_and_not_read_for_ever(told: Told) -> None:
    ana, room = told.browser("ana"), told.ids["database"]
    many = {f"m-{n}-title": "x" for n in range(10_000)} | {"note": "Hello"}
    for path in (f"/workrooms/{room}/terms", f"/workrooms/{room}/terms/rows", "/jobs/new"):
        assert ana.post(path, data=many).status_code in (200, 303, 409, 413, 422), path
    huge = {"description": "x" * 9_000_000, "title": "A job"}
    answer = ana.post("/jobs/new", data=huge)
    assert answer.status_code in (413, 422)
    assert "Something broke" not in answer.text


def test_missing_fields_are_asked_for_beside_them(told: Told) -> None:
    for sheet in bad_forms.SHEETS:
        answer = told.browser(sheet.who).post(told.fill(sheet.action), data={"nothing": "at all"})
        assert answer.status_code in (303, 404, 409, 422), (sheet.name, answer.status)


def test_of_a_field_sent_twice_the_first_counts(told: Told) -> None:
    from werkzeug.datastructures import MultiDict

    twice = MultiDict([("email", "a@example.org"), ("email", "nonsense"), ("password", "")])
    answer = told.browser("").post("/sign-in", data=twice)
    assert answer.status_code == 422
    assert "does not look like" not in answer.text and "a@example.org" in answer.text


def test_an_id_in_a_field_that_holds_a_nul_is_nobodys(told: Told) -> None:
    ana, fundable = told.browser("ana"), told.ids["fundable"]
    for answer in (
        ana.post("/payments", data={"job": "\x00", "method": "bank"}),
        ana.get("/payments/new?job=%00"),
        ana.get(f"/milestones/{fundable}/funding?revision=%00"),
        ana.post(f"/milestones/{fundable}/funding", data={"revision": "a\x00b"}),
    ):
        assert answer.status_code in (400, 404), answer.status
        assert "Nothing was changed" in answer.text or "There is nothing here" in answer.text
