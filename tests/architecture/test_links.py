"""Every link of the demo board leads somewhere, every form goes somewhere, every page is clean."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from tests.demo_board import Demo
from tests.pages import forms, links, soup_of
from tests.validating import html_findings

pytestmark = pytest.mark.any_database

PEOPLE = ("ana", "ben", "olga")
MOST = 400
"""Pages a person; the demo has about a hundred."""

KINDS = re.compile(r"(?<=/)[0-9a-z]{13}(?=[/.?]|$)")


@dataclass(frozen=True)
class Visited:
    """One page that a person reached by following links."""

    who: str
    path: str
    came_from: str
    answer: Any

    def __str__(self) -> str:
        return f"{self.who}: {self.path} (from {self.came_from})"


@pytest.fixture(scope="module")
def visited(demo: Demo) -> list[Visited]:
    """Everything that Ana, Ben, Olga and a visitor reach from the front page."""
    found: list[Visited] = []
    for who in (*PEOPLE, ""):
        browser = demo.browser(who)
        waiting, seen = deque([("/", "the start")]), {"/"}
        while waiting:
            path, came_from = waiting.popleft()
            answer = browser.get(path)
            found.append(Visited(who, path, came_from, answer))
            assert len(seen) < MOST, f"{who} meets new addresses without end, such as {path}"
            more = []
            if answer.status_code in (302, 303) and answer.location.startswith("/"):
                more = [answer.location]
            elif answer.mimetype == "text/html":
                more = links(soup_of(answer), path)
            for one in more:
                if one not in seen:
                    seen.add(one)
                    waiting.append((one, path))
    return found


def pages(visited: list[Visited]) -> list[Visited]:
    return [one for one in visited if one.answer.mimetype == "text/html"]


def test_no_link_is_dead(visited: list[Visited]) -> None:
    dead = [f"{one}: {one.answer.status}" for one in visited if one.answer.status_code >= 400]
    assert dead == []


def test_the_crawl_reaches_the_rooms_of_the_board(demo: Demo, visited: list[Visited]) -> None:
    reached = {one.path for one in visited if one.who == "ana"}
    room = f"/workrooms/{demo.room()}"
    tabs = ("", "/terms", "/messages", "/files", "/reports", "/money", "/history")
    assert {room + tab for tab in tabs} <= reached
    for path in ("/jobs", "/payments", "/freelancers", "/help", "/settings", "/payments/new"):
        assert path in reached, path
    assert f"/submissions/{demo.submission()}" in reached
    assert f"/jobs/{demo.job('Menu')}/proposals" in reached


def test_every_form_goes_to_a_route_that_takes_it(demo: Demo, visited: list[Visited]) -> None:
    routes = demo.app.url_map.bind("localhost")
    wrong = []
    for page in pages(visited):
        soup = soup_of(page.answer)
        sent = [(form.action, form.method) for _, form in forms(soup, page.path)]
        for button in soup.find_all(attrs={"formaction": True}):
            sent.append((str(button["formaction"]), "POST"))
        for verb in ("get", "post"):
            sent += [
                (str(one[f"hx-{verb}"]), verb.upper())
                for one in soup.find_all(attrs={f"hx-{verb}": True})
            ]
        for action, method in sent:
            path = action.partition("?")[0].partition("#")[0] or page.path.partition("?")[0]
            try:
                routes.match(path, method=method)
            except RequestRedirect:
                continue
            except (NotFound, MethodNotAllowed) as trouble:
                wrong.append(f"{page}: {method} {action}: {trouble.code}")
    assert wrong == []


def test_every_posting_form_acts_once_or_is_signed(visited: list[Visited]) -> None:
    bare = []
    for page in pages(visited):
        for tag, form in forms(soup_of(page.answer), page.path):
            if form.method == "POST" and "csrf_token" not in form.fields and not _button_holds(tag):
                bare.append(f"{page}: {form.action}")
    assert bare == []


def _button_holds(form: Any) -> bool:
    """The token may stand outside, tied to the form by its id."""
    own = form.get("id")
    root = form.find_parent("html")
    return bool(own and root.find("input", attrs={"form": own, "name": "csrf_token"}))


def test_ids_are_unique_on_a_page(visited: list[Visited]) -> None:
    doubled = []
    for page in pages(visited):
        ids = Counter(str(one["id"]) for one in soup_of(page.answer).find_all(id=True))
        doubled += [f"{page}: {name} × {times}" for name, times in ids.items() if times > 1]
    assert doubled == []


def test_no_style_or_script_stands_in_a_page(visited: list[Visited]) -> None:
    """The content security policy forbids them, so they would do nothing but log."""
    found = []
    for page in pages(visited):
        for tag in soup_of(page.answer).find_all(True):
            names = [name for name in tag.attrs if name == "style" or name.startswith("on")]
            names += [name for name in tag.attrs if name.startswith("hx-on")]
            if names or (tag.name == "script" and not tag.get("src")):
                found.append(f"{page}: <{tag.name} {' '.join(names)}>")
    assert found == []


def test_no_two_buttons_touch(visited: list[Visited]) -> None:
    """A text browser shows no edges of buttons: without a gap their words run together."""
    touching = re.compile(r"</(?:a|button)>(?=<(?:a|button|span)\b)")
    found = {
        f"{page}: {page.answer.text[one.start() - 40 : one.end() + 40]}"
        for page in pages(visited)
        for one in touching.finditer(page.answer.text)
    }
    assert sorted(found) == []


def test_every_page_has_one_heading_and_a_title(visited: list[Visited]) -> None:
    wrong = []
    for page in pages(visited):
        if page.answer.status_code != 200:
            continue
        soup = soup_of(page.answer)
        title = soup.title.get_text(strip=True) if soup.title else ""
        if len(soup.find_all("h1")) != 1 or not title:
            wrong.append(f"{page}: {len(soup.find_all('h1'))} headings, title {title!r}")
    assert wrong == []


def test_every_kind_of_page_is_valid_html(visited: list[Visited]) -> None:
    """One of each kind: addresses that differ in their ids are one kind."""
    kinds: dict[tuple[str, str], Visited] = {}
    for page in pages(visited):
        if page.answer.status_code == 200:
            kinds.setdefault((page.who, KINDS.sub("id", page.path.partition("?")[0])), page)
    found = {
        f"{page}: {said}" for page in kinds.values() for said in html_findings(page.answer.text)
    }
    assert sorted(found) == []
