"""Answers: fragments or 303, 304s, headers, weights, and an error page for everything."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.people import alice

pytestmark = pytest.mark.any_database

HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(app: Any, story: Any, signed_in: Any) -> Any:
    """Alice's plain browser."""
    with story() as session:
        person = alice(session)
    return signed_in(person)


def test_the_same_act_answers_a_plain_browser_with_303_and_htmx_with_fragments(
    browser: Any,
) -> None:
    assert browser.post("/try/talk", data={"body": "Hello"}).status_code == 303
    swapped = browser.post("/try/talk", data={"body": "Hello"}, headers=HTMX)
    assert swapped.status_code == 200
    assert '<section hx-swap-oob="true" id="talk">' in swapped.text
    assert '<div hx-swap-oob="true" id="notices" role="status">' in swapped.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_every_error_has_a_page_and_a_fragment(browser: Any, status: int) -> None:
    page = browser.get(f"/try/error/{status}")
    assert page.status_code == status
    assert re.search(r"<h1>[A-Z][^<]+</h1>", page.text)
    fragment = browser.get(f"/try/error/{status}", headers=HTMX)
    assert fragment.status_code == status
    assert fragment.text.startswith('<div hx-swap-oob="true" id="notices"')


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("wrong-state", 409, "The terms have changed since you opened this page"),
        ("refused", 409, "The client has chosen somebody"),
        ("not-yours", 403, "not yours"),
        ("invalid", 422, "Say in a few words"),
        ("not-found", 404, "There is nothing here"),
        ("locked", 503, "nothing was saved"),
    ],
)
def test_a_refusal_is_worded(browser: Any, what: str, status: int, said: str) -> None:
    answer = browser.get(f"/try/error/{what}")
    assert answer.status_code == status
    assert said in answer.text


def test_an_unchanged_page_is_not_sent_again(browser: Any) -> None:
    first = browser.get("/try/same")
    again = browser.get("/try/same", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert len(str(again.headers)) < 450
    assert "Content-Security-Policy" not in again.headers


def test_an_etag_is_known_though_compression_marked_it(browser: Any) -> None:
    tag = browser.get("/try/same").headers["ETag"].replace('"', "", 1).removesuffix('"')
    marked = 'W/"' + tag.removeprefix("W/") + ':br"'
    assert browser.get("/try/same", headers={"If-None-Match": marked}).status_code == 304


def test_an_idle_poll_is_answered_with_304(browser: Any) -> None:
    first = browser.get("/try/same", headers=HTMX)
    again = browser.get("/try/same", headers=HTMX | {"HX-PTag": first.headers["HX-PTag"]})
    assert again.status_code == 304
    assert len(str(again.headers)) < 450


def test_a_notice_is_never_swallowed_by_a_304(browser: Any) -> None:
    tag = browser.get("/try/same").headers["ETag"]
    browser.post("/try/talk", data={"body": "Hello"})
    assert "Sent." in browser.get("/try/same", headers={"If-None-Match": tag}).text


def test_the_policy_allows_no_inline_style_or_script(browser: Any) -> None:
    for address in ("/try/form", "/try/public", "/try/error/404", "/static/none.css"):
        policy = browser.get(address).headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy


def test_a_public_page_is_one_request_whose_style_is_allowed_by_its_hash(browser: Any) -> None:
    answer = browser.get("/try/public", headers={"Accept-Encoding": "br"})
    assert len(answer.data) < 5_000
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    plain = browser.get("/try/public").text
    assert "<script" not in plain
    assert "/static/" not in plain
    style = re.search(r"<style>(.*?)</style>", plain, re.S)
    assert style is not None
    from base64 import b64encode
    from hashlib import sha256

    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert digest in answer.headers["Content-Security-Policy"]


def test_static_files_are_hashed_compressed_and_kept_for_ever(browser: Any) -> None:
    found = re.findall(r'"(/static/[^"]+)"', browser.get("/try/form").text)
    weights = {}
    for address in found:
        answer = browser.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Encoding"] == "br"
        weights[address.rpartition(".")[2]] = len(answer.data)
    assert weights["css"] < 3_000
    assert weights["js"] < 12_500
    assert len(found) == 2


def test_every_page_says_that_test_money_is_not_real(browser: Any) -> None:
    for address in ("/try/form", "/try/public", "/try/error/404"):
        assert "Test money: nothing here is real" in browser.get(address).text


@pytest.mark.settings(demo=False)
def test_a_real_board_does_not_speak_of_test_money(browser: Any) -> None:
    assert "Test money" not in browser.get("/try/form").text


def test_an_outermost_element_is_marked_and_nothing_inside_it() -> None:
    from app.blueprints.htmx import out_of_band

    html = '<p class="x" id="a">1 <b id="b">2</b><br></p>\n<ul id="c"><li id="d">3</li></ul>'
    assert out_of_band(html) == (
        '<p hx-swap-oob="true" class="x" id="a">1 <b id="b">2</b><br></p>\n'
        '<ul hx-swap-oob="true" id="c"><li id="d">3</li></ul>'
    )


def test_days_and_times_are_written_for_the_reader() -> None:
    from datetime import UTC, date, datetime

    from app.blueprints.locale import Formats

    madrid = Formats("en", "Europe/Madrid", datetime(2026, 11, 14, 12, tzinfo=UTC))
    assert madrid.day(date(2026, 11, 15)) == "15 Nov"
    assert madrid.day(date(2027, 11, 15)) == "15 Nov 2027"
    assert madrid.when(datetime(2026, 11, 14, 15, 2, tzinfo=UTC)) == "Sat 14 Nov, 16:02"
    assert madrid.when(datetime(2026, 11, 14, 15, 2, tzinfo=UTC), "Asia/Tokyo") == (
        "Sun 15 Nov, 00:02"
    )
    assert madrid.money(125050, "USD") == "$1,250.50"
    assert Formats("de", "UTC", madrid.now).day(date(2026, 11, 15)) == "15. Nov."


def test_the_road_is_drawn_the_same_in_plain_text() -> None:
    from app.blueprints.marks import road_text, road_words

    states = ["released", "released", "submitted", "planned", "planned"]
    assert road_text(states) == "●●◐○○"
    assert road_words(states) == "2 of 5 released, 1 submitted"
