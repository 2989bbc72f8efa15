"""The operator stops and restarts a person's access."""

from __future__ import annotations

import json
from threading import Thread
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.escrow.models import Submission
from app.kernel import clock
from app.mail.models import Letter
from app.people import accounts, links, passwords
from app.people.models import Person, SignIn
from tests import rooms
from tests.people import PASSWORD, carol
from tests.rooms import Room
from tests.web.people.test_proving import begun, presses

WRONG = "do not belong together"


@pytest.fixture
def room(story: Any) -> Room:
    """Alice's work waits for her review."""
    with story() as session:
        found = rooms.agreed(session)
        rooms.pays(found, found.milestones[0])
        rooms.submits(found, found.milestones[0])
        return found


@pytest.fixture
def olgas(room: Room, signed_in: Any) -> Any:
    """Olga's browser."""
    return signed_in(room.operator)


def flat(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def stops(browser: Any, person: Any, **typed: str) -> Any:
    return browser.post(f"/board/people/{person.id}/stop-access", data=typed)


def enters(browser: Any, name: str, password: str = PASSWORD) -> Any:
    return browser.post("/sign-in", data={"email": f"{name}@example.org", "password": password})


def test_a_stopped_person_is_signed_out_at_once_and_let_in_no_more(
    room: Room, olgas: Any, signed_in: Any, app: Any
) -> None:
    alice = signed_in(room.client)
    assert alice.get("/settings").status_code == 200
    done = stops(olgas, room.client, reason="Left the firm.")
    assert done.location == f"/board/people/{room.client.id}"
    assert alice.get("/settings").status_code == 302
    assert alice.post("/settings/money", data={"payout_account": "x"}).status_code == 401
    page = olgas.get(f"/board/people/{room.client.id}").text
    assert "Restart access" in page and "Left the firm." in page and "Stop access" not in page
    assert "Access stopped" in olgas.get("/board").text
    profile = olgas.get(f"/people/{room.client.id}").text
    assert "Access stopped" in profile and f"/board/people/{room.client.id}" in profile
    right = enters(app.test_client(), "alice")
    assert right.status_code == 403 and "Your access is stopped" in right.text
    assert "olga@example.org" in right.text


def test_nobody_learns_of_it_without_the_password(room: Room, olgas: Any, app: Any) -> None:
    """A wrong password, an unknown address and a stopped account answer alike."""
    stops(olgas, room.client)
    answers = [
        enters(app.test_client(), "alice", "a guess"), enters(app.test_client(), "nobody")
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 422 and WRONG in answer.text
        assert "stopped" not in flat(answer)
    for path in ("/sign-in/letters", "/password"):
        known = app.test_client().post(path, data={"email": "alice@example.org"})
        unknown = app.test_client().post(path, data={"email": "nobody@example.org"})
        assert (known.status_code, known.location) == (unknown.status_code, unknown.location)


def test_no_link_to_sign_in_is_mailed_to_them(
    room: Room, olgas: Any, client: Any, story: Any
) -> None:
    stops(olgas, room.client)
    client.post("/sign-in/letters", data={"email": "alice@example.org"})
    client.post("/password", data={"email": "alice@example.org"})
    with story() as session:
        kinds = set(session.scalars(select(Letter.notice)))
    assert not kinds & {"sign_in_link", "password_link"}


def link(story: Any, settings: Any, person_id: str, purpose: str, *bound: str) -> str:
    kind, object_id, version = bound or ("person", person_id, "")
    with story() as session:
        _, token = links.mint(
            session, settings.secret_key, person_id, purpose, kind, object_id, version,
            at=clock.now(),
        )  # fmt: skip
        return token


def test_links_to_sign_in_or_to_a_password_say_that_access_is_stopped(
    room: Room, olgas: Any, client: Any, story: Any, settings: Any
) -> None:
    alice = room.client.id
    paths = [
        f"/sign-in/{link(story, settings, alice, 'sign_in')}",
        f"/password/{link(story, settings, alice, 'password')}",
    ]
    stops(olgas, room.client)
    for path in paths:
        page = client.get(path)
        assert page.status_code == 410 and "access to this board is stopped" in page.text
        assert "Send a new link" not in page.text
        assert client.post(path, data={"password": "a new one, long"}).status_code == 410
        client.post(f"{path}/letters")
    with story() as session:
        assert not set(session.scalars(select(Letter.notice))) & {"sign_in_link", "password_link"}
        assert passwords.verify(session.get_one(Person, alice).password_hash, PASSWORD)


def test_a_decision_link_answers_with_a_plain_sentence_and_decides_nothing(
    room: Room, olgas: Any, client: Any, story: Any, settings: Any
) -> None:
    with story() as session:
        work = session.scalars(select(Submission)).one()
    token = link(
        story, settings, room.client.id, "review", "submission", work.id, f"{work.number}:7500"
    )
    before = client.get(f"/links/{token}")
    assert before.status_code == 200 and "Approve" in before.text
    form = BeautifulSoup(before.text, "html.parser").select_one("input[name=nonce]")
    assert form is not None
    stops(olgas, room.client)
    page = client.get(f"/links/{token}")
    assert page.status_code == 410 and "access to this board is stopped" in page.text
    assert "Send a new link" not in page.text and "Open the workroom" not in page.text
    for act in ("approve", "new", "cancel"):
        client.post(f"/links/{token}", data={"nonce": form["value"], "act": act})
    with story() as session:
        assert session.scalars(select(Submission.state)).one() == "waiting"
        assert "new_link" not in set(session.scalars(select(Letter.notice)))
    olgas.post(f"/board/people/{room.client.id}/restart-access")
    assert client.get(f"/links/{token}").status_code == 410, "old links stay ended"


def test_restarted_they_sign_in_again_and_old_browsers_stay_out(
    room: Room, olgas: Any, signed_in: Any, app: Any
) -> None:
    old = signed_in(room.client)
    stops(olgas, room.client)
    olgas.post(f"/board/people/{room.client.id}/restart-access")
    assert old.get("/settings").status_code == 302
    fresh = app.test_client()
    assert enters(fresh, "alice").status_code == 303
    assert fresh.get("/settings").status_code == 200
    assert "Stop access" in olgas.get(f"/board/people/{room.client.id}").text


def test_a_second_tab_stops_nothing_twice(room: Room, olgas: Any, story: Any) -> None:
    stops(olgas, room.client)
    stops(olgas, room.client)
    assert "was stopped already" in olgas.get(f"/board/people/{room.client.id}").text
    olgas.post(f"/board/people/{room.client.id}/restart-access")
    olgas.post(f"/board/people/{room.client.id}/restart-access")
    assert "has access already" in olgas.get("/board").text


def test_neither_oneself_nor_the_last_operator_is_stopped(
    room: Room, olgas: Any, story: Any, signed_in: Any
) -> None:
    assert "Stop access" not in olgas.get(f"/board/people/{room.operator.id}").text
    own = stops(olgas, room.operator)
    assert own.status_code == 403 and "your own access" in own.text
    with story() as session:
        other = carol(session)
        accounts.set_powers(
            session, other, operator=True, bookkeeper=False, by=room.operator, at=clock.now()
        )
    carols = signed_in(other)
    assert stops(carols, room.operator).status_code == 303
    assert olgas.get("/board").status_code == 302
    assert stops(olgas, other).status_code == 401


def test_stopping_asks_who_is_there_and_keeps_the_reason_that_was_typed(
    room: Room, olgas: Any, story: Any
) -> None:
    begun(story, minutes=20)
    asked = stops(olgas, room.client, reason="A stolen laptop.")
    assert asked.status_code == 401
    with story() as session:
        assert session.get_one(Person, room.client.id).stopped_at is None
    presses(olgas, presses(olgas, asked, password=PASSWORD))
    assert "A stolen laptop." in olgas.get(f"/board/people/{room.client.id}").text


def test_to_everybody_but_operators_the_act_does_not_exist(
    room: Room, signed_in: Any, story: Any
) -> None:
    for person in (room.client, room.freelancer):
        browser = signed_in(person)
        assert stops(browser, room.freelancer).status_code == 404
        path = f"/board/people/{room.freelancer.id}/restart-access"
        assert browser.post(path).status_code == 404


def test_others_see_the_person_as_before(room: Room, olgas: Any, signed_in: Any) -> None:
    bob = signed_in(room.freelancer)
    paths = (f"/workrooms/{room.engagement.id}", f"/people/{room.client.id}")
    before = [bob.get(path).status_code for path in paths]
    stops(olgas, room.client)
    for path, status in zip(paths, before, strict=True):
        page = bob.get(path)
        assert page.status_code == status and "stopped" not in page.text.lower()
        assert "Alice" in page.text


def test_a_sign_in_that_was_under_way_while_access_was_stopped_lets_nobody_in(
    room: Room, olgas: Any, app: Any, story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = passwords.verify

    def slowly(known: str | None, text: str) -> bool:
        elsewhere = Thread(target=stops, args=(olgas, room.client))
        elsewhere.start()
        elsewhere.join()
        return verify(known, text)

    monkeypatch.setattr(passwords, "verify", slowly)
    browser = app.test_client()
    assert enters(browser, "alice").status_code == 403
    assert browser.get("/settings").status_code == 302
    with story() as session:
        mine = select(SignIn).where(SignIn.person_id == room.client.id, SignIn.revoked_at.is_(None))
        assert session.scalars(mine).all() == []


def test_the_history_of_the_board_says_who_did_it(room: Room, olgas: Any, story: Any) -> None:
    from app.kernel import events

    stops(olgas, room.client, reason="Left.")
    olgas.post(f"/board/people/{room.client.id}/restart-access")
    with story() as session:
        kept = session.scalars(
            select(events.Event).where(events.Event.kind.startswith("access."))
        ).all()
        assert [(one.kind, one.actor_id, one.stream) for one in kept] == [
            ("access.stopped", room.operator.id, "board"),
            ("access.restarted", room.operator.id, "board"),
        ]
        assert json.loads(kept[0].facts) == {"person": room.client.id}
        assert events.verify_stream(session, "board") == []
