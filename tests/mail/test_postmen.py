"""Letters are carried by a real SMTP server, or into a folder."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from app.adapters.postman import FolderPostman, SmtpPostman
from app.mail.envelope import NotSent, Parcel, Rendered, message
from tests.databases import free_port
from tests.stories import NOON

LEAVE = "https://board.example/letters/0123456789abc/reminders/" + "x" * 120


def parcel(to: str = "ana@example.org") -> Parcel:
    post = message(
        rendered=Rendered("Approve “6 concepts”?", "Köln\n", "<p>Köln</p>\n"),
        message_id="<abc123@board.example>",
        to=("Ana Ruiz\r\nBcc: all@example.org", to),
        sender="Acme board <board@board.example>",
        thread="engagement:7k4d",
        host="board.example",
        leave=LEAVE,
        written_at=NOON,
    )
    return Parcel("abc123", "submitted", to, "Acme board <board@board.example>", post.as_bytes())


def test_a_letter_arrives_whole(smtp: Any) -> None:
    postman = SmtpPostman(smtp.url)
    postman.deliver(parcel())
    postman.deliver(parcel("mei@example.org"))
    postman.rest()
    first = smtp.messages[0]
    assert first["Subject"] == "Approve “6 concepts”?"
    assert first["Message-ID"] == "<abc123@board.example>"
    assert first["References"] == "<engagement-7k4d@board.example>"
    assert first["List-Unsubscribe"] == f"<{LEAVE}>"
    assert first["Bcc"] is None
    assert first.get_body(("plain",)).get_content().strip() == "Köln"
    assert "<p>Köln</p>" in first.get_body(("html",)).get_content()
    assert len(smtp.messages) == 2


@pytest.mark.parametrize(("answer", "for_good"), [("451 not now", False), ("554 never", True)])
def test_a_refusal_is_told_with_whether_it_is_for_good(
    smtp: Any, answer: str, for_good: bool
) -> None:
    smtp.refuse = answer
    with pytest.raises(NotSent) as trouble:
        SmtpPostman(smtp.url).deliver(parcel())
    assert trouble.value.for_good is for_good
    assert answer.split()[1] in str(trouble.value)


def test_a_closed_port_is_out_of_reach_and_not_for_good() -> None:
    with pytest.raises(NotSent) as trouble:
        SmtpPostman(f"smtp://127.0.0.1:{free_port()}").deliver(parcel())
    assert trouble.value.out_of_reach and not trouble.value.for_good


def test_the_folder_has_one_file_a_letter_however_often_it_is_carried(tmp_path: Path) -> None:
    postman = FolderPostman(tmp_path / "letters")
    postman.deliver(parcel())
    postman.deliver(parcel())
    (path,) = (tmp_path / "letters").iterdir()
    assert path.name == "abc123.eml"
    assert path.stat().st_mode & 0o077 == 0
    post = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert post["To"].addresses[0].addr_spec == "ana@example.org"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("a file")
    with pytest.raises(NotSent):
        FolderPostman(tmp_path / "letters").deliver(parcel())
