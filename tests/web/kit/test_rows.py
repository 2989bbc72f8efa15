"""The table of milestones: added, deleted, moved and summed without script; released rows stay."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.people import alice

pytestmark = pytest.mark.any_database

TYPED = {
    "m-1-key": "aaaa",
    "m-2-key": "bbbb",
    "m-2-title": "6 concepts",
    "m-2-due": "2027-12-10",
    "m-2-amount": "75",
    "m-3-key": "cccc",
    "m-3-title": "1st revision",
    "m-3-due": "2027-12-15",
    "m-3-amount": "1,075.50",
}


@pytest.fixture
def browser(app: Any, story: Any, signed_in: Any) -> Any:
    """Alice's plain browser."""
    with story() as session:
        person = alice(session)
    return signed_in(person)


def titles(page: str) -> list[str]:
    """The milestones that can be edited, in order."""
    soup = BeautifulSoup(page, "html.parser")
    cells = soup.select("input[name$=-title]")
    assert [cell["aria-label"] for cell in cells] == [
        f"Milestone {int(str(cell['name']).split('-')[1])}" for cell in cells
    ]
    return [str(cell["value"]) for cell in cells]


@pytest.mark.parametrize(
    ("do", "left"),
    [
        ("add", ["6 concepts", "1st revision", ""]),
        ("delete-2", ["1st revision"]),
        ("up-3", ["1st revision", "6 concepts"]),
        ("down-2", ["1st revision", "6 concepts"]),
        ("up-2", ["6 concepts", "1st revision"]),
        ("delete-1", ["6 concepts", "1st revision"]),
        ("delete-99", ["6 concepts", "1st revision"]),
        ("up-²", ["6 concepts", "1st revision"]),
        ("nonsense", ["6 concepts", "1st revision"]),
    ],
)
def test_rows_are_added_deleted_and_moved_without_script(
    browser: Any, do: str, left: list[str]
) -> None:
    answer = browser.post("/try/terms/rows", data=TYPED | {"do": do})
    assert answer.status_code == 200
    assert titles(answer.text) == left
    assert "Start fee deposit" in answer.text


def test_the_total_runs_along_with_released_rows_in_it(browser: Any) -> None:
    assert "$1,225.50" in browser.post("/try/terms/rows", data=TYPED).text


def test_htmx_gets_the_table_alone_under_3_kb(browser: Any) -> None:
    headers = {"HX-Request": "true", "Accept-Encoding": "br"}
    answer = browser.post("/try/terms/rows", data=TYPED | {"do": "add"}, headers=headers)
    assert len(answer.data) < 3_000
    plain = browser.post("/try/terms/rows", data=TYPED, headers={"HX-Request": "true"}).text
    assert plain.lstrip().startswith('<div id="milestones"')


def test_each_cell_says_what_is_wrong_with_it_and_keeps_it(browser: Any) -> None:
    bad = TYPED | {"m-2-title": "", "m-2-due": "soon", "m-2-amount": "1e5"}
    answer = browser.post("/try/terms", data=bad)
    soup = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    wrong = {str(cell["aria-label"]) for cell in soup.select("[aria-invalid=true]")}
    assert wrong == {"Milestone 2", "Due 2", "Amount 2"}
    assert soup.find("input", {"aria-label": "Due 2"})["value"] == "soon"  # type: ignore[index]
    assert soup.find("input", {"aria-label": "Amount 2"})["value"] == "1e5"  # type: ignore[index]


def test_a_past_date_is_warned_about_and_never_refused(browser: Any) -> None:
    past = TYPED | {"m-2-due": "2020-01-31"}
    assert "This day is past" in browser.post("/try/terms/rows", data=past).text
    assert browser.post("/try/terms", data=past).status_code == 303


def test_a_released_milestone_never_changes_and_cannot_be_left_out(browser: Any) -> None:
    cunning = {key: value for key, value in TYPED.items() if key != "m-1-key"}
    browser.post("/try/terms", data=cunning | {"m-2-key": "aaaa", "m-2-title": "Stolen"})
    page = browser.get("/try/terms").text
    assert "Start fee deposit; 1st revision" in page
    assert "Stolen" not in page


def test_blank_rows_are_left_out_but_one_milestone_is_needed() -> None:
    from app.blueprints.milestone_rows import typed

    assert [row.blank for row in typed({"m-1-key": "new-1", "m-1-title": " "})] == [True]


def test_a_hundred_rows_are_the_most(browser: Any) -> None:
    many = {f"m-{n}-title": f"Part {n}" for n in range(1, 150)}
    kept = titles(browser.post("/try/terms/rows", data=many | {"do": "add"}).text)
    assert len(kept) == 101
    due = {f"m-{n}-due": "2030-01-01" for n in range(1, 150)}
    cells = due | {f"m-{n}-amount": "5" for n in range(1, 150)}
    refused = browser.post("/try/terms", data=many | cells)
    assert refused.status_code == 422
    assert refused.text.count("At most 100 milestones. From this one on") == 1


def test_enter_in_a_cell_sends_the_terms(browser: Any) -> None:
    soup = BeautifulSoup(browser.get("/try/terms").text, "html.parser")
    form = soup.find("form", {"action": "/try/terms"})
    assert form is not None
    first = form.find("button")
    assert first is not None
    assert first.get_text() == "Send terms"
    assert not first.has_attr("formaction")


def test_a_title_that_nobody_sees_is_asked_for(browser: Any) -> None:
    answer = browser.post("/try/terms", data=TYPED | {"m-2-title": "\u200b\u202e\u3164"})
    assert answer.status_code == 422 and "Name this milestone." in answer.text


def test_what_nobody_sees_is_not_kept_in_a_row(browser: Any) -> None:
    odd = {
        "m-2-title": "6\u202e  con\u200bcepts", "m-2-due": "2027-12-10\u200e",
        "m-2-amount": "\u202d75\u202c", "m-3-title": "می\u200cخواهم",
    }  # fmt: skip
    assert browser.post("/try/terms", data=TYPED | odd).status_code == 303
    assert "6 concepts; می\u200cخواهم" in browser.get("/try/terms").text
