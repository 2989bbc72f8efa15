"""RULES, step 9: messages and files with versions, everything kept."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.kernel.errors import Invalid
from app.kernel.events import Event, StreamHead
from app.talk import files, messages
from app.talk.models import ReadMark
from tests.people import alice, bob
from tests.stories import NOON, later, stored


def test_messages_are_numbered_without_gaps_and_told_of(session: Session) -> None:
    talk = messages.begin(session, at=NOON)
    client, freelancer = alice(session), bob(session)
    for author in (client, freelancer, client):
        messages.post(session, talk, " hello\n", by=author, at=later(), stream="job:x")
    said = messages.newest(session, talk.id)
    assert [(row.number, row.author_id, row.body) for row in said] == [
        (1, client.id, "hello"), (2, freelancer.id, "hello"), (3, client.id, "hello"),
    ]  # fmt: skip
    assert session.get_one(StreamHead, "job:x").number == 3
    event = session.query(Event).filter_by(kind="message.posted").first()
    assert event
    assert event.told == {"conversation": talk.id, "author": client.id, "files": 0}
    assert event.words is None


def test_the_newest_fifteen_come_first_and_older_ones_by_key(session: Session) -> None:
    talk, author = messages.begin(session, at=NOON), alice(session)
    for n in range(1, 33):
        messages.post(session, talk, f"no. {n}", by=author, at=later(n), stream="job:x")
    page = messages.newest(session, talk.id)
    assert [row.number for row in page] == list(range(18, 33))
    older = messages.newest(session, talk.id, before=18)
    assert [row.number for row in older] == list(range(3, 18))
    assert [row.number for row in messages.newest(session, talk.id, before=3)] == [1, 2]
    assert [row.number for row in messages.since(session, talk.id, 30)] == [30, 31, 32]
    assert messages.last_number(session, talk.id) == 32


def test_an_empty_message_and_a_huge_one_are_refused(session: Session) -> None:
    talk, author = messages.begin(session, at=NOON), alice(session)
    for words in (" \n ", "x" * 20_001):
        with pytest.raises(Invalid) as refused:
            messages.post(session, talk, words, by=author, at=NOON, stream="job:x")
        assert refused.value.field == "body"
    assert talk.last_number == 0


def test_a_message_may_be_only_a_file(session: Session) -> None:
    talk, author = messages.begin(session, at=NOON), alice(session)
    messages.post(session, talk, "", by=author, at=NOON, stream="job:x", files=[stored()])
    (row,) = messages.newest(session, talk.id)
    assert [(file.name, file.version) for file in row.files] == [("brief.pdf", 1)]


def test_the_same_name_in_the_same_room_is_its_next_version(session: Session) -> None:
    talk, author = messages.begin(session, at=NOON), alice(session)
    other = messages.begin(session, at=NOON)
    for n, room in enumerate((talk, talk, other, talk)):
        files.attach(
            session, stored(content=b"%d" % n), place_kind="workroom", place_id="w", by=author,
            at=later(n), conversation_id=room.id, stream="engagement:w",
        )  # fmt: skip
    versions = [file.version for file in files.of_conversation(session, talk.id)]
    assert versions == [3, 2, 1]
    assert [file.version for file in files.of_conversation(session, other.id)] == [1]
    assert session.get_one(StreamHead, "engagement:w").number == 4


def test_who_writes_has_read(session: Session) -> None:
    talk, author = messages.begin(session, at=NOON), alice(session)
    messages.post(session, talk, "hello", by=author, at=NOON, stream="job:x")
    messages.mark_read(session, talk.id, author.id, 0)
    session.flush()
    assert session.get_one(ReadMark, (talk.id, author.id)).number == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../x", "x"),
        ("..\\..\\x", "x"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200b\u3164\u2066.txt", "a.txt"),
        ("\u2028\u200d.\u202e", "file"),
        ("می\u200cخواهم 👩\u200d💻.pdf", "می\u200cخواهم 👩\u200d💻.pdf"),
        ('say "hi".txt', "say hi.txt"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Menü für Café.pdf", "Menü für Café.pdf"),
        (".bashrc", "bashrc"),
    ],
)
def test_names_of_files_are_made_safe(sent: str, kept: str) -> None:
    assert files.safe_name(sent) == kept
