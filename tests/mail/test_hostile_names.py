"""Names and titles that carry markup, headers or blank characters, in e-mails as they leave."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import tinyhtml5
from sqlalchemy import delete, select

from app.adapters.renderer import LetterRenderer
from app.demo import stories
from app.engagement.models import Engagement
from app.jobs.models import Job
from app.kernel.events import Event, Untold
from app.mail import notices, sending
from app.mail.envelope import Rendered, message
from app.mail.models import Letter
from app.people.models import Board, Person
from tests.stories import NOON

SENDER = sending.Sender("https://board.example", "Board <board@board.example>", "k" * 40)
LIVE = "<a href=//evil.example>Approve and release $75.00</a>"
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
}  # fmt: skip
ELEMENTS = {
    "html", "head", "meta", "title", "body", "div", "h1", "p", "b", "a", "blockquote", "span",
    "br", "table", "tbody", "tr", "td",
}  # fmt: skip
LOOKS_ENCODED = (
    "=?utf-8?q?x=0D=0ABcc:=20evil@evil.example?=",
    "Logo =?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?= é",
    "“=?utf-8?q?a=0A=0Abody?=”",
    "=?us-ascii*en?Q?=0D=0A=0D=0Aa?==?utf-8?q?=00?=",
)
"""Words that a reader of e-mail decodes (RFC 2047), our own library first of all."""


def sent(session: Any) -> list[EmailMessage]:
    """All that waits to leave, as it leaves."""
    while notices.tell(session, NOON, limit=1000):
        pass
    made = []
    for letter in session.scalars(select(Letter).where(Letter.state == "waiting")):
        parcel = sending.pack(session, letter, sender=SENDER, renderer=LetterRenderer(), at=NOON)
        assert parcel or letter.state == "dropped", letter.error
        if parcel:
            made.append(email.message_from_bytes(parcel.data, policy=email.policy.default))
    return made  # type: ignore[return-value]


def part(one: EmailMessage, kind: str) -> str:
    body = one.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_demos_emails_have_no_link_and_no_element_of_a_hostile_name(
    session: Any, tmp_path: Path
) -> None:
    stories.tell(session, at=NOON, files_dir=tmp_path)
    for person in session.scalars(select(Person)):
        person.name = LIVE
    for row in (*session.scalars(select(Job)), *session.scalars(select(Engagement))):
        row.title = f"Tom & Jerry <!-- {LOOKS_ENCODED[0]} </title><style>p{{display:none}}</style>"
    session.get_one(Board, 1).name = "Acme & <img src=//evil.example/x.png>"
    for one in (Untold, Letter):
        session.execute(delete(one))
    session.add_all(Untold(event_id=event_id) for event_id in session.scalars(select(Event.id)))
    letters = sent(session)
    assert len(letters) > 60
    for one in letters:
        assert set(one.keys()) <= HEADERS
        assert "evil@evil.example" not in str(one["To"])
        tree = tinyhtml5.parse(part(one, "html"))
        every = [(str(found.tag).rpartition("}")[2], found) for found in tree.iter()]
        assert {tag for tag, _ in every} <= ELEMENTS, one["Subject"]
        links = [found.attrib["href"] for tag, found in every if tag == "a"]
        assert links and all(link.startswith("https://board.example/") for link in links)
        text = part(one, "plain")
        assert text.startswith("Acme & <img src=//evil.example/x.png>\n\n")
        assert "&lt;" not in text and "&amp;" not in text + str(one["Subject"])


@pytest.mark.any_database
@pytest.mark.parametrize("typed", LOOKS_ENCODED)
def test_words_in_a_header_stay_words(typed: str) -> None:
    for subject, name in ((typed, "Ana"), (f"Ben: {typed}", "Ana"), ("Approve?", typed)):
        made = message(
            rendered=Rendered(subject, "Text\n", "<p>HTML</p>\n"),
            message_id="<abc@board.example>",
            to=(name, "ana@example.org"),
            sender="Board <board@board.example>",
            thread="", host="board.example", leave="", written_at=NOON,
        )  # fmt: skip
        read = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
        assert set(read.keys()) <= HEADERS and len(read.keys()) == 8
        assert str(read["Subject"]).replace("= ?", "=?") == subject
        to = read["To"].addresses
        assert [one.addr_spec for one in to] == ["ana@example.org"]
        assert to[0].display_name.replace("= ?", "=?") == name
        assert part(read, "plain") == "Text\n"  # type: ignore[arg-type]


@pytest.mark.any_database
@pytest.mark.parametrize(
    "name",
    [
        'Ana" <evil@evil.example>, "Ben',
        "Ana\r\nBcc: evil@evil.example",
        "Ana, Ben; (x) [y]:",
        "é, ü",
        "evil@evil.example",
        "\u2028Bcc: evil@evil.example\u202e",
    ],
)
def test_a_readers_name_is_no_second_address(name: str) -> None:
    made = message(
        rendered=Rendered("Approve?", "Text", "<p>HTML</p>"), message_id="<abc@board.example>",
        to=(name, "ana@example.org"), sender="Board <board@board.example>", thread="",
        host="board.example", leave="", written_at=NOON,
    )  # fmt: skip
    read = email.message_from_bytes(made.as_bytes(), policy=email.policy.default)
    assert [one.addr_spec for one in read["To"].addresses] == ["ana@example.org"]
    assert "Bcc" not in read and len(read.keys()) == 8
