"""Messages and files of a workroom: RULES, step 9, on pages."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.talk import messages
from app.talk.models import Conversation, File, Message
from tests.people import alice, bob, mallory
from tests.stories import later, selected
from tests.validating import html_findings


@pytest.fixture
def they(story: Any) -> SimpleNamespace:
    """Alice and Bob in their workroom, where she has said hello; Mallory outside."""
    with story() as session:
        client, freelancer = alice(session), bob(session)
        room = selected(session, client, freelancer)
        talk = session.get_one(Conversation, room.conversation_id)
        messages.post(session, talk, "Hello, Bob", by=client, at=later(), stream=room.stream)
        return SimpleNamespace(
            alice=client, bob=freelancer, mallory=mallory(session), room=room,
            at=f"/workrooms/{room.id}",
        )  # fmt: skip


def upload(browser: Any, at: str, name: str = "a.txt", content: bytes = b"x") -> Any:
    return browser.post(f"{at}/files", data={"files": (io.BytesIO(content), name)})


def test_messages_are_read_and_written_without_script(signed_in: Any, they: Any) -> None:
    browser = signed_in(they.bob)
    assert "Hello, Bob" in browser.get(f"{they.at}/messages").text
    answer = browser.post(f"{they.at}/messages", data={"body": "Hello, Alice"})
    assert (answer.status_code, answer.location) == (303, f"{they.at}/messages")
    assert "Hello, Alice" in signed_in(they.alice).get(f"{they.at}/messages").text


def test_a_message_sent_with_htmx_swaps_the_stream_and_the_form(signed_in: Any, they: Any) -> None:
    answer = signed_in(they.bob).post(
        f"{they.at}/messages", data={"body": "Hello, Alice", "from": "1"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert 'hx-swap-oob="true" id="stream"' in answer.text
    assert 'hx-swap-oob="true" id="say"' in answer.text
    assert "Hello, Alice" in answer.text


def test_an_idle_poll_is_small_and_a_new_message_comes_with_the_next(
    signed_in: Any, they: Any
) -> None:
    reader, writer = signed_in(they.bob), signed_in(they.alice)
    page = reader.get(f"{they.at}/messages").text
    found = re.search(r'hx-get="([^"]+/recent\?from=\d+)"', page)
    assert found
    htmx = {"HX-Request": "true", "HX-Request-Type": "partial"}
    first = reader.get(found[1], headers=htmx)
    idle = reader.get(found[1], headers=htmx | {"HX-PTag": first.headers["HX-PTag"]})
    assert idle.status_code == 304
    assert sum(len(name) + len(value) + 4 for name, value in idle.headers) < 480
    writer.post(f"{they.at}/messages", data={"body": "Are you there?"})
    news = reader.get(found[1], headers=htmx | {"HX-PTag": first.headers["HX-PTag"]})
    assert news.status_code == 200
    assert "Are you there?" in news.text
    assert "Hello, Bob" in news.text


def test_older_messages_come_when_they_are_asked_for(story: Any, signed_in: Any, they: Any) -> None:
    with story() as session:
        talk = session.get_one(Conversation, they.room.conversation_id)
        for n in range(2, 41):
            messages.post(
                session, talk, f"no. {n:02}", by=they.bob, at=later(n), stream=they.room.stream
            )
    browser = signed_in(they.alice)
    page = browser.get(f"{they.at}/messages").text
    assert re.findall(r"no\. (\d\d)", page) == [f"{n}" for n in range(26, 41)]
    address = re.search(r'href="([^"]+\?before=\d+)"', page)
    assert address
    for headers in ({}, {"HX-Request": "true"}):
        older = browser.get(address[1], headers=headers).text
        assert re.findall(r"no\. (\d\d)", older) == [f"{n}" for n in range(11, 26)]
        assert "?before=" in older


def test_the_talk_of_the_proposal_came_along(story: Any, signed_in: Any, they: Any) -> None:
    with story() as session:
        first = session.scalars(select(Message)).one()
        first.at = later(-5)
    page = signed_in(they.bob).get(f"{they.at}/messages").text
    assert "The talk about the proposal came along (1 message)" in page
    assert f"/proposals/{they.room.proposal_id}" in page


@pytest.mark.parametrize("body", ["", "  \r\n ", "x" * 20_001, "a\0b"])
def test_words_that_cannot_be_kept_are_refused_and_stay(
    story: Any, signed_in: Any, they: Any, body: str
) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        answer = signed_in(they.bob).post(
            f"{they.at}/messages", data={"body": body}, headers=headers
        )
        assert answer.status_code == 422
        assert 'class="error"' in answer.text
        assert body.strip()[:10].replace("\0", "\ufffd") in answer.text
    with story() as session:
        assert len(session.scalars(select(Message)).all()) == 1


def test_a_stranger_meets_404_everywhere_and_a_signed_out_person_the_door(
    story: Any, client: Any, signed_in: Any, they: Any
) -> None:
    upload(signed_in(they.bob), they.at)
    with story() as session:
        file = session.scalars(select(File)).one()
    stranger = signed_in(they.mallory)
    for end in ("/messages", "/messages?before=9", "/messages/recent?from=1", "/files"):
        assert stranger.get(they.at + end).status_code == 404, end
        assert client.get(they.at + end).status_code == 302, end
    for end in ("/messages", "/files"):
        assert stranger.post(they.at + end, data={"body": "x"}).status_code == 404, end
        assert client.post(they.at + end, data={"body": "typed words"}).status_code == 401
    assert stranger.get(f"/files/{file.id}").status_code == 404
    assert client.get(f"/files/{file.id}").status_code == 302
    assert stranger.get("/files/nothing").status_code == 404


def test_a_file_is_downloaded_as_an_attachment_in_a_sandbox(
    story: Any, signed_in: Any, they: Any
) -> None:
    evil = b"<script>alert(1)</script>"
    assert upload(signed_in(they.bob), they.at, "../../evil.html", evil).status_code == 303
    with story() as session:
        file = session.scalars(select(File)).one()
    answer = signed_in(they.alice).get(f"/files/{file.id}")
    assert answer.data == evil
    assert answer.headers["Content-Disposition"] == "attachment; filename=evil.html"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_same_name_is_the_next_version(story: Any, signed_in: Any, they: Any) -> None:
    browser = signed_in(they.bob)
    for content in (b"one", b"two"):
        upload(browser, they.at, "logo.svg", content)
    browser.post(
        f"{they.at}/messages",
        data={"body": "", "files": (io.BytesIO(b"three"), "logo.svg")},
    )
    page = signed_in(they.alice).get(f"{they.at}/files").text
    assert "version 3" in page
    assert "Earlier versions" in page
    with story() as session:
        bodies = {file.version: file.id for file in session.scalars(select(File))}
    assert signed_in(they.alice).get(f"/files/{bodies[1]}").data == b"one"


@pytest.mark.settings(upload_limit=1000)
def test_an_empty_file_and_one_byte_too_many_are_refused(
    story: Any, signed_in: Any, they: Any, settings: Any
) -> None:
    browser = signed_in(they.bob)
    assert upload(browser, they.at, "full.bin", b"x" * 1000).status_code == 303
    for content, words in ((b"", "“no.bin” is empty."), (b"x" * 1001, "“no.bin” is larger")):
        answer = upload(browser, they.at, "no.bin", content)
        assert answer.status_code == 422
        assert words in answer.text
    assert browser.post(f"{they.at}/files", data={}).status_code == 422
    with story() as session:
        assert [file.name for file in session.scalars(select(File))] == ["full.bin"]
    names = [path for path in settings.files_dir.rglob("*") if path.is_file()]
    assert len(names) == 1


def test_a_message_that_is_posted_twice_is_said_once(story: Any, signed_in: Any, they: Any) -> None:
    browser = signed_in(they.bob)
    for _ in range(2):
        browser.post(f"{they.at}/messages", data={"body": "Once", "once": "o" * 12})
    with story() as session:
        said = [message.body for message in session.scalars(select(Message))]
    assert sorted(said) == ["Hello, Bob", "Once"]


def test_a_page_that_has_not_changed_is_not_sent_again(signed_in: Any, they: Any) -> None:
    browser = signed_in(they.bob)
    for end in ("/messages", "/files"):
        tag = browser.get(they.at + end).headers["ETag"]
        again = browser.get(they.at + end, headers={"If-None-Match": tag})
        assert again.status_code == 304


def test_the_pages_of_talk_are_clean_html(signed_in: Any, they: Any) -> None:
    browser = signed_in(they.bob)
    for content in (b"one", b"two"):
        upload(browser, they.at, "logo.svg", content)
    pages = [
        browser.get(they.at + "/messages").text,
        browser.get(they.at + "/files").text,
        browser.post(they.at + "/messages", data={}).text,
        browser.post(they.at + "/files", data={}).text,
    ]
    for page in pages:
        assert html_findings(page) == [], page[:3000]
