"""The tests' own ground: what a fixture promises, it keeps."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import text

from tests import people
from tests.browsing import Watcher, axe_findings
from tests.databases import Databases, Unchanged
from tests.validating import html_findings


def test_a_story_is_there_for_the_browser(story: Any, signed_in: Any) -> None:
    with story() as session:
        alice = people.alice(session)
    answer = signed_in(alice).get("/settings")
    assert answer.status_code == 200
    assert alice.name in answer.text


def test_each_test_has_a_database_of_its_own(session: Any, database_url: str) -> None:
    assert session.scalar(text("SELECT count(*) FROM people")) == 0
    assert database_url.startswith(("sqlite:", "postgresql+psycopg:"))


@pytest.mark.parametrize("commits", [False, True])
def test_what_one_session_wrote_the_next_does_not_meet(boards: Databases, commits: bool) -> None:
    kept = Unchanged(boards)
    with kept.opened() as session:
        people.olga(session)
        if commits:
            session.commit()
    with kept.opened() as session:
        assert session.scalar(text("SELECT count(*) FROM people")) == 0
    kept.close()


def test_letters_reach_the_post(smtp: Any) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "Hello"
    letter.set_content("World")
    host, _, port = smtp.url.removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port), timeout=5) as post:
        post.send_message(letter)
        smtp.refuse = "451 not now"
        with pytest.raises(smtplib.SMTPDataError):
            post.send_message(letter)
    assert [one["Subject"] for one in smtp.messages] == ["Hello"]


def test_the_sign_in_page_is_well_in_a_browser(page: Any) -> None:
    answer = page.goto("/sign-in")
    assert answer.status == 200
    assert axe_findings(page) == []
    assert html_findings(answer.text()) == []


def test_a_person_is_signed_in_in_the_browser(story: Any, new_page: Any) -> None:
    with story() as session:
        bob = people.bob(session)
    page = new_page(person=bob)
    assert page.goto("/settings").status == 200
    assert "sign-in" not in page.url


def test_the_watcher_hears_errors_and_other_hosts(live_server: Any, browser: Any) -> None:
    watcher = Watcher(live_server.url)
    page = browser.new_page()
    watcher.watch(page)
    page.goto(live_server.url + "/sign-in")
    page.evaluate("() => { const i = new Image(); i.src = 'http://127.0.0.2:9/x.png' }")
    page.evaluate("() => setTimeout(() => { throw new Error('boom') })")
    page.wait_for_timeout(300)
    page.close()
    told = "\n".join(watcher.troubles)
    assert "boom" in told
    assert "Content Security Policy" in told
