"""Letters leave encrypted where the server can, and a password only so (decision 0092)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.postman import SmtpPostman, loopback
from app.mail import outbox
from app.mail.envelope import NotSent
from app.mail.models import Letter
from tests.mail.test_postmen import parcel
from tests.outside import CERTIFICATES, Post
from tests.people import alice
from tests.scheduler.chores import tick
from tests.stories import NOON

Posts = Callable[..., Post]
WHO = "board:S%33cret@"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 127.0.0.1 were another machine: servers in tests listen nowhere else."""
    monkeypatch.setattr("app.adapters.postman.loopback", lambda address: False)


@pytest.mark.parametrize(
    ("address", "here"),
    [("127.0.0.1", True), ("127.0.0.53", True), ("::1", True), ("10.0.0.1", False),
     ("192.168.1.9", False), ("203.0.113.9", False), ("fe80::1", False), ("0.0.0.0", False)],
)  # fmt: skip
def test_only_loopback_is_this_machine(address: str, here: bool) -> None:
    assert loopback(address) == here


@pytest.mark.parametrize("tls", ["at once", "offered"])
def test_a_letter_leaves_encrypted_and_the_password_with_it(
    posts: Posts, trusted: None, tls: str
) -> None:
    post = posts(tls=tls, signing_in=True)
    postman = SmtpPostman(post.url_at("localhost", WHO))
    postman.deliver(parcel())
    postman.deliver(parcel("mei@example.org"))
    postman.rest()
    assert post.encrypted == [True, True]
    assert post.heard == [(b"board", b"S3cret")], "one connection serves a round"


@pytest.mark.parametrize("tls", ["at once", "offered"])
def test_a_certificate_that_is_not_trusted_is_refused(posts: Posts, tls: str) -> None:
    post = posts(tls=tls, signing_in=True)
    with pytest.raises(NotSent, match=r"^localhost: its certificate is not trusted \(") as trouble:
        SmtpPostman(post.url_at("localhost", WHO)).deliver(parcel())
    assert trouble.value.out_of_reach and not trouble.value.for_good
    assert (post.messages, post.heard) == ([], [])


@pytest.mark.parametrize("tls", ["at once", "offered"])
def test_a_certificate_of_another_host_is_refused(posts: Posts, trusted: None, tls: str) -> None:
    post = posts(tls=tls)
    with pytest.raises(NotSent, match=r"is not trusted \(.*mismatch.*127\.0\.0\.1"):
        SmtpPostman(post.url_at("127.0.0.1")).deliver(parcel())
    assert post.messages == []


def test_a_password_is_never_said_in_the_clear_to_another_machine(
    posts: Posts, elsewhere: None
) -> None:
    post = posts(signing_in=True)
    with pytest.raises(NotSent, match="offers no encryption") as trouble:
        SmtpPostman(post.url).deliver(parcel())
    assert trouble.value.out_of_reach and not trouble.value.for_good
    assert "S3cret" not in str(trouble.value)
    assert (post.messages, post.heard) == ([], [])


def test_a_password_may_be_said_to_this_machine(posts: Posts) -> None:
    post = posts(signing_in=True)
    SmtpPostman(post.url).deliver(parcel())
    assert (post.heard, post.encrypted) == ([(b"board", b"S3cret")], [False])


def test_a_wrong_password_is_tried_once_a_round(posts: Posts) -> None:
    post = posts(signing_in=True)
    with pytest.raises(NotSent, match="535") as trouble:
        SmtpPostman(post.url_at("127.0.0.1", "board:guess@")).deliver(parcel())
    assert trouble.value.out_of_reach and not trouble.value.for_good


@pytest.mark.any_database
def test_the_letter_stays_in_the_outbox_until_the_certificate_is_trusted(
    session: Session, posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = posts(tls="offered")
    outbox.queue(session, "password_link", to_person=alice(session), key="one", facts={}, at=NOON)
    session.commit()
    tick(session, NOON, SmtpPostman(post.url_at("localhost")))
    letter = session.scalars(select(Letter)).one()
    assert (letter.state, letter.tries) == ("waiting", 1)
    assert "its certificate is not trusted" in letter.error
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))
    tick(session, NOON + timedelta(hours=1), SmtpPostman(post.url_at("localhost")))
    session.expire_all()
    assert (letter.state, letter.error, post.encrypted) == ("sent", "", [True])


def doctor(app: Any, url: str) -> str:
    """What the doctor says of letters that go there."""
    from dataclasses import replace

    app.config["MILEPOST"] = replace(app.config["MILEPOST"], smtp_url=url)
    return str(app.test_cli_runner().invoke(args=["doctor"]).output)


def test_the_doctor_says_whether_letters_can_leave(
    app: Any, posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = posts(tls="at once", signing_in=True)
    said = doctor(app, post.url_at("localhost", WHO))
    assert "wrong  Letters cannot leave by localhost: its certificate is not trusted (" in said
    assert "S3cret" not in said and "S%33cret" not in said
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))
    said = doctor(app, post.url_at("localhost", WHO))
    assert "well   The mail server localhost answers." in said
    said = doctor(app, post.url_at("localhost", "board:guess@"))
    assert "wrong  Letters cannot leave by localhost: 535" in said


def test_the_doctor_minds_no_clear_words_on_this_machine(app: Any, posts: Posts) -> None:
    assert "in the clear" not in doctor(app, posts().url)


def test_the_doctor_notes_where_letters_travel_in_the_clear(
    app: Any, posts: Posts, elsewhere: None
) -> None:
    assert "offers no encryption: letters travel in the clear." in doctor(app, posts().url)
    said = doctor(app, posts(signing_in=True).url)
    assert "so it was not told the password; use smtps://." in said
