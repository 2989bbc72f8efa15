"""Forms keep what was typed, errors stand beside their fields, an expired session eats nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.people import alice, olga

pytestmark = pytest.mark.any_database

GOOD = {
    "title": "Logo design",
    "email": "alice@example.org",
    "about": "words",
    "currency": "USD",
    "budget": "1,250.5",
    "closes": "2026-11-24",
    "hours": "7:30",
    "zone": "Europe/Madrid",
    "audience": "all",
}


@pytest.fixture
def browser_of(app: Any, story: Any, signed_in: Any) -> Any:
    """`browser_of(alice)`: a plain browser of that person on a board with the pages to try."""

    def begin(who: Any) -> Any:
        with story() as session:
            person = who(session)
        return signed_in(person)

    return begin


def error_of(page: str, field: str) -> str:
    """The error that stands beside a field and is announced with it."""
    soup = BeautifulSoup(page, "html.parser")
    control = soup.find(id=field)
    assert control is not None
    described = str(control.get("aria-describedby", ""))
    assert f"{field}-error" in described, f"{field} has no error"
    error = soup.find(id=f"{field}-error")
    assert error is not None
    return error.get_text()


def test_a_good_form_is_answered_with_see_other(browser_of: Any) -> None:
    browser = browser_of(alice)
    answer = browser.post("/try/form", data=GOOD)
    assert (answer.status_code, answer.location) == (303, "/try/form")
    assert "125050 for Alice Ruiz" in browser.get("/try/form").text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("title", "", "Title is needed"),
        ("title", "x" * 61, "At most 60 characters"),
        ("title", "a\0b", "cannot be kept"),
        ("about", "a\0b", "cannot be kept"),
        ("about", "x" * 100_000, "At most 20,000 characters; this has 100,000"),
        ("email", "alice at home", "e-mail address"),
        ("budget", "1e5", "number"),
        ("budget", "NaN", "number"),
        ("budget", "12.345", "2 decimals"),
        ("budget", "1.000", "Did you mean 1,000.00 or 1.00?"),
        ("budget", "100 €", "This amount is in USD"),
        ("budget", "-1", "number"),
        ("budget", "1,2,3", "number"),
        ("budget", "9" * 25, "too large"),
        ("closes", "soon", "24 Nov 2026"),
        ("closes", "03/04/2026", "Did you mean 3 April 2026 or 4 March 2026?"),
        ("hours", "lots", "7:30"),
        ("hours", "169", "At most 168"),
        ("zone", "Mars/Base", "time zones"),
        ("audience", "nobody", "Choose one"),
        ("currency", "XXQ", "Choose one"),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_kept(
    browser_of: Any, field: str, typed: str, said: str
) -> None:
    answer = browser_of(alice).post("/try/form", data=GOOD | {field: typed})
    assert answer.status_code == 422
    assert said in error_of(answer.text, field)
    if field in ("title", "about", "email", "budget", "closes", "hours"):
        assert typed.replace("\0", "\ufffd") in answer.text


def test_a_form_without_its_fields_is_refused_too(browser_of: Any) -> None:
    answer = browser_of(alice).post("/try/form", data={})
    assert answer.status_code == 422
    assert "Title is needed" in error_of(answer.text, "title")


@pytest.mark.parametrize(
    "typed", ["9999-12-31", "24 Nov 2026", "24.11.2026", "2020-02-29", "31/12/2026"]
)
def test_a_day_is_read_as_people_type_it(browser_of: Any, typed: str) -> None:
    assert browser_of(alice).post("/try/form", data=GOOD | {"closes": typed}).status_code == 303


def test_an_empty_file_is_refused_by_name(browser_of: Any) -> None:
    from io import BytesIO

    form = GOOD | {"files": (BytesIO(b""), "../../brief.txt")}
    answer = browser_of(alice).post("/try/form", data=form)
    assert answer.status_code == 422
    assert "“brief.txt” is empty" in error_of(answer.text, "files")


def test_someone_signed_out_is_led_to_sign_in_and_back(browser_of: Any, client: Any) -> None:
    answer = client.get("/try/form?page=2")
    assert answer.location == "/sign-in?next=/try/form%3Fpage%3D2"


def test_an_expired_session_never_eats_a_form(browser_of: Any, client: Any) -> None:
    answer = client.post("/try/talk?a=1", data={"body": "Line 1\nLine 2", "csrf_token": "x"})
    assert answer.status_code == 401
    soup = BeautifulSoup(answer.text, "html.parser")
    kept = {field["name"]: field.get_text() for field in soup.find_all("textarea")}
    assert kept == {"typed-field-body": "\nLine 1\nLine 2\n"} or kept == {
        "typed-field-body": "\nLine 1\nLine 2"
    }
    assert soup.find("input", {"name": "typed-to"})["value"] == "/try/talk?a=1"  # type: ignore[index]


def test_after_sign_in_the_same_act_is_offered_with_everything_typed(
    browser_of: Any, app: Any
) -> None:
    from app.blueprints import carrying

    typed = {"typed-to": "/try/talk", "typed-field-body": "Hello there", "email": "x"}
    with app.test_request_context("/sign-in", method="POST", data=typed):
        act = carrying.carried_act()
        assert act == carrying.Act("/try/talk", (("body", "Hello there"),))
        page = carrying.offer_again(act).get_data(as_text=True)
    assert 'action="/try/talk"' in page
    assert re.search(r'name="body">\s*Hello there', page)


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil", "javascript:x", "", "/a\nb"]
)
def test_next_never_leads_off_the_board(address: str) -> None:
    from app.blueprints.carrying import local

    assert local(address) == "/"


def test_the_operators_pages_do_not_exist_for_others(browser_of: Any) -> None:
    assert browser_of(alice).get("/try/operator").status_code == 404
    assert browser_of(olga).get("/try/operator").status_code == 200


def test_an_old_page_of_a_signed_in_person_offers_the_act_again(app: Any, browser_of: Any) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browser_of(alice).post("/try/talk", data={"body": "Hello there"})
    assert answer.status_code == 400
    assert "Send it now" in answer.text
    assert "Hello there" in answer.text


def test_a_form_of_another_site_is_not_offered_again(app: Any, browser_of: Any) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browser_of(alice).post(
        "/try/talk", data={"body": "Hello"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400
    assert "Send it now" not in answer.text


def test_a_session_that_ended_behind_csrf_keeps_the_form_too(app: Any, browser_of: Any) -> None:
    browser_of(alice)
    app.config["WTF_CSRF_ENABLED"] = True
    answer = app.test_client().post("/try/talk", data={"body": "Hello there"})
    assert answer.status_code == 401
    assert "typed-field-body" in answer.text
