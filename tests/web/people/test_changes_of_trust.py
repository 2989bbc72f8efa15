"""Payout account, payout and first password ask again who is there, and tell the person."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from app.escrow.models import Payout
from app.kernel import clock
from app.mail import notices
from app.mail.models import Letter
from app.people import accounts, passwords, throttle
from app.people.models import Person, SignIn
from app.scheduler import clockwork
from app.scheduler.chores import LETTERS
from tests import rooms
from tests.people import PASSWORD
from tests.rooms import Room
from tests.web.people.test_proving import begun, mailed, presses

A, B = "Bob\nDE89 3704 0044 0532 0130 00", "Bob\nGB33 BUKB 2020 1555 5555 55"


@pytest.fixture
def room(story: Any) -> Room:
    """Bob has 75.00 on his balance, and was paid out to A for a long time."""
    with story() as session:
        found = rooms.agreed(session)
        rooms.through(found, found.milestones[0])
        accounts.set_money(
            session, found.freelancer, payout_account=A, billing="",
            at=clock.now() - timedelta(days=30),
        )  # fmt: skip
        return found


@pytest.fixture
def bobs(room: Room, signed_in: Any, story: Any) -> Any:
    """Bob's browser, where he signed in twenty minutes ago."""
    browser = signed_in(room.freelancer)
    begun(story, minutes=20)
    return browser


def person(story: Any, room: Room) -> Person:
    with story() as session:
        return session.get_one(Person, room.freelancer.id)


def proves(browser: Any, asked: Any) -> Any:
    """Answer with the password, then press the one button of the page that offers the act again."""
    assert asked.status_code == 401 and "Is it you?" in asked.text
    return presses(browser, presses(browser, asked, password=PASSWORD))


def changes(browser: Any, account: str = B, **more: str) -> Any:
    return browser.post("/settings/money", data={"payout_account": account, **more})


def told(story: Any) -> list[str]:
    with story() as session:
        notices.tell(session, clock.now(), limit=1000)
        return list(session.scalars(select(Letter.notice).order_by(Letter.notice)))


def flat(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def test_the_payout_account_is_changed_only_after_a_proof_and_nothing_typed_is_lost(
    room: Room, bobs: Any, story: Any
) -> None:
    asked = changes(bobs, billing="1 Harbour Street")
    assert person(story, room).payout_account == A
    assert proves(bobs, asked).status_code == 303
    now = person(story, room)
    assert (now.payout_account, now.billing) == (B, "1 Harbour Street")
    assert "payout_account_changed" in told(story)


def test_a_payout_is_requested_only_after_a_proof(room: Room, bobs: Any, story: Any) -> None:
    asked = bobs.post("/payouts/USD", data={"USD-amount": "12.50"})
    with story() as session:
        assert session.scalars(select(Payout)).all() == []
    assert proves(bobs, asked).status_code == 303
    with story() as session:
        assert session.scalars(select(Payout.amount_minor)).one() == 1250


def test_the_pages_say_until_when_a_payout_waits_and_undo_ends_it(
    room: Room, bobs: Any, story: Any, signed_in: Any
) -> None:
    begun(story, minutes=0)
    changes(bobs)
    assert "waits until" in flat(bobs.get("/settings"))
    bobs.post("/payouts/USD", data={"USD-amount": "10.00"})
    page = flat(bobs.get("/payments"))
    assert "Undo this change" in page
    assert page.count("Waits until") == 1 and "nobody can shorten that" in page
    olga = signed_in(room.operator)
    money = flat(olga.get("/board/money"))
    assert "Waits until" in money and "Mark as paid" not in money
    with story() as session:
        payout_id = session.scalars(select(Payout.id)).one()
    forced = olga.post(f"/board/payouts/{payout_id}/sending")
    assert forced.status_code == 409 and "waits until" in forced.text
    assert bobs.post("/settings/money/undo").location == "/settings#money"
    assert person(story, room).payout_account == A
    assert "waits" not in flat(bobs.get("/payments")).lower()
    assert "Mark as paid" in olga.get("/board/money").text
    assert bobs.post("/settings/money/undo").status_code == 409


def test_the_operators_home_does_not_count_what_waits(
    room: Room, bobs: Any, story: Any, signed_in: Any
) -> None:
    begun(story, minutes=0)
    olga = signed_in(room.operator)
    bobs.post("/payouts/USD", data={"USD-amount": "10.00"})
    assert "1 payout" in flat(olga.get("/"))
    with story() as session:
        session.execute(update(Payout).values(to_account=""))
    changes(bobs)
    assert "1 payout" not in flat(olga.get("/"))


def seen(answer: Any) -> str:
    field = BeautifulSoup(answer.text, "html.parser").select_one("input[name=account_seen]")
    assert field is not None
    return str(field["value"])


def test_an_old_tab_does_not_take_a_change_back_by_accident(
    room: Room, bobs: Any, story: Any
) -> None:
    begun(story, minutes=0)
    old = seen(bobs.get("/settings"))
    changes(bobs, account_seen=old)
    saved = changes(bobs, A, account_seen=old, billing="1 Harbour Street")
    assert saved.status_code == 303
    now = person(story, room)
    assert (now.payout_account, now.billing) == (B, "1 Harbour Street")
    third = "Bob, account 000111222333"
    stale = changes(bobs, third, account_seen=old)
    assert stale.status_code == 422 and "changed since you opened this page" in flat(stale)
    assert third in stale.text and person(story, room).payout_account == B
    assert changes(bobs, third, account_seen=seen(stale)).status_code == 303
    assert person(story, room).payout_account == third


def test_undo_asks_for_a_proof_too(room: Room, bobs: Any, story: Any) -> None:
    begun(story, minutes=0)
    changes(bobs)
    begun(story, minutes=20)
    asked = bobs.post("/settings/money/undo")
    assert person(story, room).payout_account == B
    assert proves(bobs, asked).status_code == 303
    assert person(story, room).payout_account == A


def without_password(story: Any, room: Room) -> None:
    with story() as session:
        session.execute(
            update(Person).where(Person.id == room.freelancer.id).values(password_hash=None)
        )


def test_a_first_password_is_set_only_after_a_mailed_proof(
    room: Room, bobs: Any, story: Any, settings: Any
) -> None:
    without_password(story, room)
    page = bobs.get("/settings")
    assert 'name="password"' not in page.text, "nobody types what would not be kept"
    assert "/proof?next=/settings%23password-form" in page.text
    forced = bobs.post("/settings/password", data={"password": "a thief's own one"})
    assert forced.status_code == 401 and "a thief" not in forced.text
    assert person(story, room).password_hash is None
    waits = presses(bobs, bobs.get("/proof?next=/settings%23password-form"))
    token = mailed(story, settings)
    assert bobs.post(f"/proof/{token}").status_code == 303
    assert presses(bobs, waits).location == "/settings#password-form"
    assert 'name="password"' in bobs.get("/settings").text
    set_now = bobs.post("/settings/password", data={"password": "my very first one"})
    assert set_now.status_code == 303
    assert passwords.verify(person(story, room).password_hash, "my very first one")
    assert "password_changed" in told(story)


def test_the_mailed_proof_works_on_a_board_that_mails_to_a_folder(
    room: Room, bobs: Any, story: Any, app: Any, settings: Any
) -> None:
    without_password(story, room)
    waits = presses(bobs, changes(bobs))
    clockwork.tick(app, None, (LETTERS,))
    found = []
    for path in Path(settings.data_dir).rglob("*.eml"):
        post = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = post.get_body(("plain",))
        if body is not None:
            found += re.findall(r"http://localhost(/proof/[\w-]+)", body.get_content())
    assert len(found) == 1
    assert bobs.post(found[0]).status_code == 303
    assert presses(bobs, presses(bobs, waits)).status_code == 303
    assert person(story, room).payout_account == B


def test_guessing_the_present_password_in_the_settings_is_slowed_down(
    room: Room, bobs: Any, story: Any
) -> None:
    typed = {"present": "a guess", "password": "another one"}
    for _ in range(throttle.ACCOUNT_LIMIT):
        assert "not your present password" in bobs.post("/settings/password", data=typed).text
    late = bobs.post("/settings/password", data=typed | {"present": PASSWORD})
    assert late.status_code == 429 and "Wait" in late.text
    assert passwords.verify(person(story, room).password_hash, PASSWORD)


def test_a_password_in_a_form_is_never_carried_over_a_sign_in(room: Room, client: Any) -> None:
    answer = client.post(
        "/settings/password", data={"present": "my present one", "password": "my next one"}
    )
    assert answer.status_code == 401
    assert "my present one" not in answer.text and "my next one" not in answer.text


def test_a_password_set_meanwhile_is_not_overwritten_as_a_first_one(
    room: Room, bobs: Any, story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tabs set a first password at once: the second says so."""
    without_password(story, room)
    begun(story, minutes=0)
    hash_it = passwords.hash

    def slowly(text: str) -> str:
        with story() as session:
            session.get_one(Person, room.freelancer.id).password_hash = hash_it("the quicker one")
        return hash_it(text)

    monkeypatch.setattr(passwords, "hash", slowly)
    answer = bobs.post("/settings/password", data={"password": "the slower one"})
    assert answer.status_code == 422 and "changed meanwhile" in answer.text
    assert passwords.verify(person(story, room).password_hash, "the quicker one")


def test_whoever_is_signed_out_while_the_password_is_hashed_changes_nothing(
    room: Room, bobs: Any, story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_it = passwords.hash

    def slowly(text: str) -> str:
        with story() as session:
            session.execute(update(SignIn).values(revoked_at=clock.now()))
        return hash_it(text)

    monkeypatch.setattr(passwords, "hash", slowly)
    typed = {"present": PASSWORD, "password": "another one"}
    assert bobs.post("/settings/password", data=typed).status_code == 401
    assert passwords.verify(person(story, room).password_hash, PASSWORD)
