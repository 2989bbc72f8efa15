"""PAGES in Chromium, on the demo board: every main page, and what htmx does to them.

One board and one browser for the whole module. The tests that only look come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import LiveServer, Watcher, _cookie, page_findings
from tests.databases import Databases, free_port
from tests.demo_board import DATABASE, LOGO, Demo, told

pytestmark = pytest.mark.any_database

PAGES = {
    "": {
        "sign in": "/sign-in", "join": "/join", "help": "/help", "guide": "/help/guide",
        "examples": "/help/milestones", "questions": "/help/questions", "new password": "/password",
        "a link that is not known": "/links/nobody-knows-this",
    },
    "ana": {
        "desk": "/", "jobs": "/jobs", "post": "/jobs/new", "edit": "/jobs/{menu}/edit",
        "a job": "/jobs/{menu}", "invite": "/jobs/{menu}/invitations/new",
        "compare": "/jobs/{menu}/proposals", "a proposal": "/proposals/{mei}",
        "select": "/proposals/{mei}/selection", "decline": "/proposals/{mei}/declination",
        "freelancers": "/freelancers", "profile": "/people/{ben}", "workrooms": "/workrooms",
        "workroom": "/workrooms/{logo}", "terms": "/workrooms/{logo}/terms",
        "a revision": "/revisions/{change}", "messages": "/workrooms/{logo}/messages",
        "files": "/workrooms/{logo}/files", "reports": "/workrooms/{logo}/reports",
        "money": "/workrooms/{logo}/money", "history": "/workrooms/{logo}/history",
        "history, checked": "/workrooms/{logo}/history/check",
        "ending": "/workrooms/{database}/ending", "feedback": "/workrooms/{brochure}/feedback",
        "fund": "/milestones/{first}/funding", "a milestone": "/milestones/{third}",
        "review": "/submissions/{submission}", "payments": "/payments",
        "make a payment": "/payments/new", "settings": "/settings", "nothing": "/nothing",
    },
    "ben": {
        "desk": "/", "jobs": "/jobs", "a job": "/jobs/{menu}", "propose": "/proposals/{bens}/edit",
        "own proposal": "/proposals/{bens}", "workroom": "/workrooms/{logo}",
        "terms that wait": "/workrooms/{logo}/terms", "report": "/workrooms/{logo}/reports/new",
        "own submission": "/submissions/{submission}", "payments": "/payments",
    },
    "mei": {
        "desk": "/", "terms in force": "/workrooms/{database}/terms",
        "change": "/workrooms/{database}/terms?change=yes",
    },
    "olga": {
        "desk": "/", "the board": "/board", "powers": "/board/people/{ben}",
        "money": "/board/money", "statements": "/board/statements",
        "letters": "/board/letters", "checks": "/board/checks", "settings": "/board/settings",
    },
}  # fmt: skip
"""By person: the name of the page, and its address."""


class Board:
    """The demo behind a real server, and pages in which its people are signed in."""

    def __init__(self, demo: Demo, server: LiveServer, browser: Any) -> None:
        self.demo, self.url = demo, server.url
        self._server, self._browser = server, browser
        self.watcher = Watcher(server.url)
        self._ids = {
            "logo": demo.room(), "database": demo.room(DATABASE), "brochure": demo.room("Brochure"),
            "menu": demo.job("Menu"), "mei": demo.proposal("mei", "Menu"),
            "bens": demo.proposal("ben", "Menu"), "ben": demo.person("ben"),
            "change": demo.revision(), "first": demo.milestone(1, DATABASE),
            "third": demo.milestone(3, LOGO), "submission": demo.submission(),
        }  # fmt: skip

    def at(self, address: str) -> str:
        """An address with the ids of this board."""
        return self.url + address.format(**self._ids)

    def page(self, person: str = "", width: int = 1200) -> Any:
        """A page with cookies of its own."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", locale="en-GB"
        )
        context.set_default_timeout(10_000)
        if person:
            cookie = _cookie(self._server.app, self.demo.sign_in(person))
            context.add_cookies([{**cookie, "url": self.url}])
        page = context.new_page()
        self.watcher.watch(page)
        return page


@pytest.fixture(scope="module")
def served(
    boards: Databases, tmp_path_factory: pytest.TempPathFactory, browser: Any
) -> Iterator[Board]:
    """The board of this module."""
    from dataclasses import replace

    from app.factory import create_app

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with told(boards, tmp_path_factory.mktemp("board") / "data") as demo:
        app = create_app(replace(demo.settings, url=url, port=port, testing=False))
        server = LiveServer(app, url, port)
        yield Board(demo, server, browser)
        server.stop()


@pytest.fixture
def board(served: Board) -> Iterator[Board]:
    """The same, heard for one test: no console error, no CSP violation, no failed request."""
    served.watcher.troubles.clear()
    served.watcher.allowed = {409, 422}
    yield served
    assert not served.watcher.troubles, "\n".join(served.watcher.troubles)


@pytest.fixture
def ana(board: Board) -> Iterator[Any]:
    """Ana's browser."""
    page = board.page("ana")
    yield page
    page.context.close()


@pytest.fixture
def ben(board: Board) -> Iterator[Any]:
    """Ben's browser."""
    page = board.page("ben")
    yield page
    page.context.close()


@pytest.mark.parametrize("person", PAGES, ids=lambda name: name or "visitor")
def test_every_page_is_whole_at_any_width_in_both_schemes(board: Board, person: str) -> None:
    board.watcher.allow(404, 410)
    page, wrong = board.page(person, width=400), []
    for name, address in PAGES[person].items():
        page.goto(board.at(address))
        wrong += [f"{name}: {one}" for one in page_findings(page)]
    page.context.close()
    assert not wrong, "\n".join(wrong)


def total(page: Any) -> Any:
    """The sum that stands below the table of milestones."""
    return page.locator("#total")


def milestone(page: Any, n: int) -> Any:
    """The title of a milestone in the table."""
    return page.get_by_label(f"Milestone {n}", exact=True)


def test_the_poll_brings_what_is_new_and_leaves_what_is_typed(
    board: Board, ana: Any, ben: Any
) -> None:
    ana.clock.install()
    ana.goto(board.at("/workrooms/{logo}"))
    ana.get_by_label("Message").fill("Half a")
    ana.evaluate("scrollTo(0, 600)")
    before = ana.evaluate("scrollY")
    ana.clock.fast_forward(16_000)  # nothing new
    ben.goto(board.at("/workrooms/{logo}/messages"))
    ben.get_by_label("Message").fill("Are you there?")
    ben.get_by_role("button", name="Send", exact=True).click()
    ben.get_by_text("Are you there?").wait_for()
    assert ana.evaluate("scrollY") == before
    ana.clock.fast_forward(16_000)
    ana.get_by_text("Are you there?").wait_for()
    expect(ana.get_by_label("Message")).to_have_value("Half a")
    expect(ana.get_by_label("Message")).to_be_focused()


def test_a_message_is_said_once_and_the_way_back_is_sane(board: Board, ben: Any) -> None:
    ben.goto(board.at("/proposals/{bens}"))
    ben.get_by_label("Message").fill("One question")
    ben.get_by_role("button", name="Send", exact=True).click()
    ben.get_by_text("One question").wait_for()
    expect(ben.get_by_label("Message")).to_have_value("")
    ben.goto(board.at("/jobs"))
    ben.go_back()
    expect(ben.get_by_text("One question")).to_have_count(1)
    expect(ben.get_by_role("heading", level=1)).to_have_count(1)


def test_a_message_leaves_half_typed_terms_alone(board: Board, ana: Any) -> None:
    ana.goto(board.at("/workrooms/{logo}/terms"))
    ana.get_by_label("Note").fill("Not sent yet")
    ana.get_by_label("Message").fill("Why two days later?")
    ana.get_by_role("button", name="Send", exact=True).click()
    ana.locator("#stream").get_by_text("Why two days later?").wait_for()
    expect(ana.get_by_label("Message")).to_have_value("")
    expect(ana.get_by_label("Note")).to_have_value("Not sent yet")


def test_an_empty_message_says_so_beside_the_field(board: Board, ana: Any) -> None:
    ana.goto(board.at("/workrooms/{logo}/terms"))
    ana.get_by_label("Note").fill("Still here")
    ana.get_by_label("Message").fill("   ")
    ana.get_by_role("button", name="Send", exact=True).click()
    expect(ana.locator("#body-error")).to_be_visible()
    expect(ana.get_by_label("Message")).to_have_attribute("aria-invalid", "true")
    expect(ana.get_by_label("Note")).to_have_value("Still here")


@pytest.mark.parametrize(
    ("person", "address", "sums"),
    [
        ("mei", "/workrooms/{database}/terms?change=yes", ("$899.50", "$699.50")),
        ("ben", "/proposals/{bens}/edit", ("$639.50", "$239.50")),
    ],
    ids=["terms", "proposal"],
)
def test_rows_are_added_moved_and_deleted_in_place(
    board: Board, person: str, address: str, sums: tuple[str, str]
) -> None:
    page = board.page(person)
    page.goto(board.at(address))
    n = page.locator("#milestones tbody tr").count() + 1
    words = page.get_by_label("Note" if person == "mei" else "Cover letter")
    words.fill("Typed before")
    page.get_by_role("button", name="Add milestone").click()
    expect(milestone(page, n)).to_be_focused()
    page.keyboard.type("One more")
    page.get_by_label(f"Due {n}", exact=True).fill("2031-01-05")
    page.get_by_label(f"Amount {n}", exact=True).fill("99.5")
    page.get_by_role("button", name=f"Up milestone {n}", exact=True).click()
    expect(milestone(page, n - 1)).to_have_value("One more")
    expect(page.get_by_label(f"Amount {n - 1}", exact=True)).to_have_value("99.5")
    expect(total(page)).to_contain_text(sums[0])
    page.get_by_role("button", name="Delete milestone 1", exact=True).click()
    expect(total(page)).to_contain_text(sums[1])
    expect(milestone(page, n - 2)).to_have_value("One more")
    expect(words).to_have_value("Typed before")
    page.context.close()


def test_terms_with_errors_come_back_as_typed_and_are_sent_once_when_mended(
    board: Board, ana: Any
) -> None:
    ana.goto(board.at("/workrooms/{database}/terms?change=yes"))
    ana.get_by_label("Note").fill("A smaller start")
    ana.get_by_label("Amount 1", exact=True).fill("1e5")
    ana.evaluate("document.querySelector('#changes').dataset.before = 'yes'")
    ana.get_by_role("button", name="Send terms").last.click()
    ana.locator("#changes:not([data-before])").wait_for()  # the row's own answer shows it, too
    amount = ana.get_by_label("Amount 1", exact=True)
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_have_value("1e5")
    expect(amount.locator("xpath=following-sibling::p")).to_contain_text("Type the amount")
    expect(ana.get_by_label("Note")).to_have_value("A smaller start")
    amount.fill("150")  # and at once, while the row is being kept:
    ana.get_by_role("button", name="Send terms").last.dblclick()
    ana.get_by_role("heading", name="Mei Tan has your terms no. 2").wait_for()
    expect(ana.locator("[role=alert]")).to_have_count(0)
    expect(total(ana)).to_have_count(0)
    ana.goto(board.at("/workrooms"))
    ana.go_back()
    expect(ana.get_by_role("heading", name="has your terms no. 2")).to_be_visible()
    ana.get_by_role("button", name="Withdraw terms").click()
    ana.get_by_role("link", name="Change the terms").wait_for()


def test_two_clicks_on_send_say_it_once(board: Board, ben: Any) -> None:
    ben.goto(board.at("/workrooms/{logo}/messages"))
    ben.get_by_label("Message").fill("Only once, please")
    ben.get_by_role("button", name="Send", exact=True).dblclick()
    expect(ben.get_by_label("Message")).to_have_value("")
    ben.reload()
    expect(ben.get_by_text("Only once, please")).to_have_count(1)


def test_two_clicks_on_approve_release_once_and_back_shows_what_is_true(
    board: Board, ana: Any
) -> None:
    ana.goto(board.at("/workrooms/{logo}"))
    ana.get_by_role("link", name="Review work").click()
    ana.get_by_role("button", name="Approve and release").dblclick()
    ana.get_by_role("heading", name="Next: “2nd revision of chosen concept”").wait_for()
    ana.goto(board.at("/workrooms/{logo}/money"))
    expect(ana.get_by_role("row", name="Released to the freelancer")).to_have_count(3)
    ana.go_back()
    expect(ana.get_by_role("button", name="Approve and release")).to_have_count(0)
    expect(ana.get_by_role("heading", level=1)).to_have_text(
        "Review “1st revision of chosen concept”"
    )
