"""How many bytes, compressed as they are sent, and in how many requests (PAGES, "Weight")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import brotli
import pytest
from bs4 import BeautifulSoup

from tests.demo_board import SECRET, Demo
from tests.pages import pressed

pytestmark = pytest.mark.any_database

KB = 1024
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}
HTMX = BROWSER | {"HX-Request": "true", "HX-Request-Type": "partial"}

ROOM = {
    "the workroom": "/workrooms/{room}",
    "the terms": "/workrooms/{room}/terms",
    "the desk": "/",
}
PUBLIC = (
    "/sign-in", "/sign-in/letters", "/password", "/help", "/help/guide", "/help/milestones",
    "/help/money", "/help/agreeing", "/help/questions", "/help/contact", "/help/privacy",
    "/help/terms", "/joining/not-a-token", "/links/not-a-token",
)  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """A page and everything that a first visit loads with it."""

    page: int
    total: int
    requests: int


def visit(browser: Any, path: str) -> Visit:
    """Load a page as a browser does that has nothing yet."""
    answer = browser.get(path, headers=BROWSER)
    assert answer.status_code in (200, 404, 410), (path, answer.status)
    weight, html = len(answer.data), answer.data
    if answer.status_code == 200:
        assert answer.headers.get("Content-Encoding") == "br", path
        html = brotli.decompress(answer.data)
    soup = BeautifulSoup(html, "html.parser")
    wanted = {str(one["href"]) for one in soup.find_all("link", href=True)}
    wanted |= {str(one["src"]) for one in soup.find_all(["script", "img"], src=True)}
    addresses = {urljoin(path, one) for one in wanted if not one.startswith("data:")}
    total = weight
    for address in addresses:
        assert not urlsplit(address).netloc, f"{path} asks another host: {address}"
        part = browser.get(address, headers=BROWSER)
        assert part.status_code == 200, address
        total += len(part.data)
    return Visit(weight, total, 1 + len(addresses))


def sent(answer: Any) -> int:
    """The bytes of an answer with its headers, as HTTP/1.1 writes them (and a Date)."""
    head = f"HTTP/1.1 {answer.status}\r\nDate: Sun, 22 Nov 2026 05:00:00 GMT\r\n\r\n"
    return (
        len(head)
        + sum(len(f"{name}: {value}\r\n") for name, value in answer.headers)
        + len(answer.data)
    )


@pytest.mark.parametrize("name", ROOM)
@pytest.mark.parametrize("who", ["ana", "ben"])
def test_a_first_visit_is_light(demo: Demo, who: str, name: str) -> None:
    found = visit(demo.browser(who), ROOM[name].format(room=demo.room()))
    assert found.total <= 20 * KB and found.requests <= 3, (name, found)


@pytest.mark.parametrize("name", ROOM)
@pytest.mark.parametrize("who", ["ana", "ben"])
def test_a_later_page_is_lighter(demo: Demo, who: str, name: str) -> None:
    found = visit(demo.browser(who), ROOM[name].format(room=demo.room()))
    assert found.page <= 5 * KB, (name, found)


def test_public_pages_come_in_one_request_and_the_first_flight(demo: Demo) -> None:
    heavy = {}
    for path in PUBLIC:
        found = visit(demo.browser(), path)
        if found.requests > 1 or found.total > 14_600:
            heavy[path] = found
    assert heavy == {}


def test_the_page_of_an_approval_letter_comes_in_the_first_flight(demo: Demo) -> None:
    found = visit(demo.browser(), f"/links/{_review_link(demo)}")
    assert found.requests == 1 and found.total <= 14_600, found


def _review_link(demo: Demo) -> str:
    """A link as the letter to Ana about the waiting submission has it."""
    from app.escrow.models import Milestone, Submission
    from app.kernel import clock
    from app.mail import deciding
    from app.people import links

    submission_id, ana = demo.submission(), demo.person("ana")
    with demo.story() as session:
        submission = session.get_one(Submission, submission_id)
        milestone = session.get_one(Milestone, submission.milestone_id)
        on = deciding.of_submission(submission, milestone)
        _link, token = links.mint(
            session, SECRET, ana, on.purpose, on.kind, on.id, on.version,
            at=clock.now(),
        )  # fmt: skip
    answer = demo.browser().get(f"/links/{token}")
    assert answer.status_code == 200
    assert "Approve" in answer.text, answer.text
    return str(token)


@pytest.mark.parametrize("name", ROOM)
def test_an_unchanged_page_is_a_short_304(demo: Demo, name: str) -> None:
    browser, path = demo.browser("ana"), ROOM[name].format(room=demo.room())
    first = browser.get(path, headers=BROWSER)
    again = browser.get(path, headers=BROWSER | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert sent(again) < 500, sent(again)


def test_an_idle_poll_of_messages_is_short(demo: Demo) -> None:
    browser, path = demo.browser("ana"), f"/workrooms/{demo.room()}/messages/recent?from=1"
    first = browser.get(path, headers=HTMX)
    assert first.status_code == 200
    idle = browser.get(path, headers=HTMX | {"HX-PTag": first.headers["HX-PTag"]})
    assert idle.status_code == 304
    assert sent(idle) < 500, sent(idle)


def test_an_idle_poll_of_whose_turn_it_is_is_short(demo: Demo) -> None:
    browser = demo.browser("ana")
    page = BeautifulSoup(browser.get(f"/workrooms/{demo.room()}").text, "html.parser")
    poll = page.find(id="poll")
    assert poll is not None
    idle = browser.get(str(poll["hx-get"]), headers=HTMX)
    assert idle.status_code == 304
    assert sent(idle) < 500, sent(idle)


def test_swapped_fragments_are_light(own_demo: Demo) -> None:
    """What comes back after an act of htmx: no whole page."""
    room, weights = own_demo.room(), {}
    ana, ben = own_demo.browser("ana"), own_demo.browser("ben")
    path = f"/workrooms/{room}/messages"
    weights["a message"] = ana.post(path, data={"body": "Hello", "from": "1"}, headers=HTMX)
    terms = f"/workrooms/{room}/terms?change=1"
    form = pressed(ana.get(terms), terms, "Add milestone")
    weights["a row of the terms"] = ana.post(form.action, data=form.fields, headers=HTMX)
    submission = own_demo.submission()
    weights["an approval"] = ana.post(f"/submissions/{submission}/approval", headers=HTMX)
    weights["terms that are withdrawn"] = ben.post(
        f"/revisions/{own_demo.revision('proposed')}/withdrawal", headers=HTMX
    )
    heavy = {}
    for name, answer in weights.items():
        assert answer.status_code == 200, (name, answer.status)
        if len(answer.data) > 3 * KB:
            heavy[name] = len(answer.data)
    assert heavy == {}
