"""Turning letters off, and the operator's list of letters."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.mail import leaving, outbox
from app.mail.models import Letter, LettersOff
from tests.people import alice, mallory, olga
from tests.stories import NOON


def address(settings: Any, person_id: str, family: str = "talk") -> str:
    return leaving.path(settings.secret_key, person_id, family)


def test_one_click_turns_letters_off_without_a_sign_in(
    client: Any, story: Any, settings: Any
) -> None:
    with story() as session:
        person = alice(session)
    path = address(settings, person.id)
    assert "Turn off" in client.get(path).text
    with story() as session:
        assert not session.scalars(select(LettersOff)).all()
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "are off" in answer.text
    assert client.post(path).status_code == 200
    with story() as session:
        assert leaving.turned_off(session, person.id) == {"talk"}


def test_the_address_of_somebody_else_cannot_be_guessed(
    client: Any, story: Any, settings: Any
) -> None:
    with story() as session:
        one, other = alice(session), mallory(session)
    proof = address(settings, one.id).rpartition("/")[2]
    for path in (f"/letters/{other.id}/talk/{proof}", f"/letters/{one.id}/jobs/{proof}"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


def test_letters_can_be_turned_on_again(signed_in: Any, story: Any) -> None:
    with story() as session:
        person = alice(session)
        leaving.turn_off(session, person.id, leaving.EVERY, at=NOON)
    browser = signed_in(person)
    assert "checked" not in browser.get("/letters").text
    assert browser.post("/letters", data={"family": ["talk", "nonsense"]}).status_code == 303
    with story() as session:
        assert "talk" not in leaving.turned_off(session, person.id)
        assert "jobs" in leaving.turned_off(session, person.id)


def test_letters_that_failed_are_tried_again_and_never_shown(signed_in: Any, story: Any) -> None:
    with story() as session:
        operator = olga(session)
        facts = {"token": "very-secret", "by": "Olga", "job": ""}
        letter = outbox.queue(
            session, "joining", to_address="new@example.org", key="k", facts=facts, at=NOON
        )
        outbox.note_trouble(letter, error="550 no such user", for_good=True, at=NOON)
    browser = signed_in(operator)
    page = browser.get("/board/letters").text
    assert "550 no such user" in page and "new@example.org" in page
    assert "very-secret" not in page
    assert browser.post(f"/board/letters/{letter.id}/tries").status_code == 303
    with story() as session:
        assert session.get_one(Letter, letter.id).state == "waiting"


def test_the_operators_letters_are_not_there_for_others(signed_in: Any, story: Any) -> None:
    with story() as session:
        person = mallory(session)
    assert signed_in(person).get("/board/letters").status_code == 404
