"""A page that is posted twice acts once, one after the other and at once; stale pages are told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any

from sqlalchemy import delete, func, select

from app.engagement.models import Engagement
from app.escrow.models import Payment, Submission, Transfer
from app.feedback.models import Review
from app.jobs.models import Job, Proposal
from app.kernel import clock
from app.kernel.events import Event
from app.talk.models import Message
from app.terms.models import Revision
from tests.demo_board import BROCHURE, DATABASE, Demo
from tests.pages import Filled, pressed

TIMES = 6


@dataclass(frozen=True)
class Page:
    """A page whose form is posted twice: who, where, which button, what they type in."""

    who: str
    path: Callable[[Demo], str]
    button: str
    typed: dict[str, str]
    table: Any
    """Gets one row more, however often the form is posted."""
    before: Callable[[Demo], None] = field(default=lambda _demo: None)


def _no_feedback_yet(demo: Demo) -> None:
    room = demo.room(BROCHURE)
    with demo.story() as session:
        session.execute(delete(Review))
        session.get_one(Engagement, room).closed_at = clock.now()


RATINGS = ("quality", "expertise", "cost", "schedule", "response", "professionalism")
PAGES = {
    "a message": Page(
        "ana", lambda demo: f"/workrooms/{demo.room()}/messages", "Send", {"body": "Once!"}, Message
    ),
    "a message to a candidate": Page(
        "ana", lambda demo: f"/proposals/{demo.proposal('rosa', 'Menu')}", "Send",
        {"body": "Once!"}, Message,
    ),
    "a job": Page(
        "ana", lambda _demo: "/jobs/new", "Post job",
        {"title": "Once", "description": "One job."}, Job,
    ),
    "a proposal": Page(
        "newcomer", lambda demo: f"/jobs/{demo.job('Menu')}/proposals/new", "Send proposal",
        {"letter": "Food!", "m-1-title": "All", "m-1-due": "2030-01-10", "m-1-amount": "9"},
        Proposal,
        before=lambda demo: demo.joins("newcomer") and None,
    ),
    "a selection": Page(
        "ana", lambda demo: f"/proposals/{demo.proposal('rosa', 'Menu')}/selection", "Select", {},
        Engagement,
    ),
    "terms": Page(
        "ana", lambda demo: f"/workrooms/{demo.room(DATABASE)}/terms?change=1", "Send terms",
        {"m-4-title": "Release and training"}, Revision,
    ),
    "funding": Page(
        "ana", lambda demo: f"/milestones/{demo.milestone(1, DATABASE)}/funding", "Fund",
        {"method": "test"}, Payment,
    ),
    "work": Page(
        "mei", lambda demo: f"/milestones/{demo.milestone(1, DATABASE)}/submissions/new",
        "Submit work", {"note": "Here it is."}, Submission
    ),
    "approval": Page(
        "ana", lambda demo: f"/submissions/{demo.submission()}", "Approve and release", {}, Transfer
    ),
    "feedback": Page(
        "ana", lambda demo: f"/workrooms/{demo.room(BROCHURE)}/feedback", "Leave feedback",
        {"words": "Good."} | dict.fromkeys(RATINGS, "5"), Review, before=_no_feedback_yet,
    ),
}  # fmt: skip


def rows(demo: Demo, table: Any) -> int:
    with demo.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def typed(demo: Demo, page: Page) -> Filled:
    """The form as that person has filled it in."""
    path = page.path(demo)
    found = pressed(demo.browser(page.who).get(path), path, page.button)
    assert found.fields.get("once"), f"the form “{page.button}” has no key"
    return Filled(found.action, found.method, found.fields | page.typed)


def test_a_page_that_is_posted_twice_acts_once(own_demo: Demo) -> None:
    for name, page in PAGES.items():
        page.before(own_demo)
        form, browser = typed(own_demo, page), own_demo.browser(page.who)
        before = rows(own_demo, page.table)
        first = browser.post(form.action, data=form.fields)
        assert first.status_code == 303, (name, first.text)
        assert rows(own_demo, page.table) == before + 1, name
        events = rows(own_demo, Event)
        second = browser.post(form.action, data=form.fields)
        assert second.status_code == 303, (name, second.text)
        assert rows(own_demo, page.table) == before + 1, name
        assert rows(own_demo, Event) == events, name
        assert browser.get(second.location).status_code == 200, name


def test_a_page_that_is_posted_six_times_at_once_acts_once(own_demo: Demo) -> None:
    barrier = Barrier(TIMES)

    def post(browser: Any, form: Filled) -> int:
        barrier.wait()
        return int(browser.post(form.action, data=form.fields).status_code)

    with ThreadPoolExecutor(TIMES) as pool:
        for name, page in PAGES.items():
            page.before(own_demo)
            form, before = typed(own_demo, page), rows(own_demo, page.table)
            browsers = [own_demo.browser(page.who) for _ in range(TIMES)]
            assert set(pool.map(post, browsers, [form] * TIMES)) == {303}, name
            assert rows(own_demo, page.table) == before + 1, name


# Two tabs: what was shown has moved on


def test_a_stale_acceptance_is_refused_and_shows_the_newer_terms(own_demo: Demo) -> None:
    old, room = own_demo.revision("proposed"), own_demo.room()
    ana, ben = own_demo.browser("ana"), own_demo.browser("ben")
    assert ben.post(f"/revisions/{old}/withdrawal").status_code == 303
    path = f"/workrooms/{room}/terms?change=1"
    form = pressed(ben.get(path), path, "Send terms")
    assert ben.post(form.action, data=form.fields | {"note": "Newer."}).status_code == 303
    answer = ana.post(f"/revisions/{old}/acceptance")
    assert answer.status_code == 409
    assert "The terms have changed since you opened this page" in answer.text
    assert "Newer." in answer.text
    newest = own_demo.revision("proposed")
    assert newest != old and f"/revisions/{newest}/acceptance" in answer.text


def test_two_tabs_with_forms_of_their_own_fund_once(own_demo: Demo) -> None:
    page = PAGES["funding"]
    first, second = typed(own_demo, page), typed(own_demo, page)
    assert first.fields["once"] != second.fields["once"]
    ana = own_demo.browser("ana")
    before = rows(own_demo, Payment)
    answers = [ana.post(one.action, data=one.fields).status_code for one in (first, second)]
    assert answers[0] == 303 and answers[1] in (303, 409)
    assert rows(own_demo, Payment) == before + 1
