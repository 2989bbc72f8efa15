"""The operator's page of people, invitations and settings."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.mail.models import Letter
from app.people import reads
from app.people.models import Person
from tests.people import NOON, alice, bob, olga

SETTINGS = {
    "name": "Acme works", "zone": "Europe/Rome", "currency": "EUR", "open_joining": "y",
    "contact_email": "help@example.org", "bank_account": "Acme, IBAN DE02",
    "privacy": "We keep **little**.", "conditions": "Be kind.",
}  # fmt: skip


@pytest.fixture
def people(story):
    """Olga, Alice and Bob."""
    with story() as session:
        return {"olga": olga(session), "alice": alice(session), "bob": bob(session)}


@pytest.fixture
def olgas(signed_in, people):
    """Olga's browser."""
    return signed_in(people["olga"])


def test_an_invitation_is_a_letter_and_a_link_to_copy(olgas, client, story, people):
    answer = olgas.post("/board/invitations", data={"email": "dana@example.org"})
    assert answer.location == "/board"
    page = olgas.get("/board").text
    assert "dana@example.org is invited." in page and "Not sent" in page
    link = re.search(r'href="http://localhost(/joining/[\w-]+)"', page)
    assert link and client.get(link[1]).status_code == 200
    with story() as session:
        letter = session.scalars(select(Letter)).one()
        assert (letter.notice, letter.to_address) == ("joining", "dana@example.org")
        assert link[1].rpartition("/")[2] in letter.facts and "Olga" in letter.facts


def test_the_link_stays_until_it_was_followed(olgas, client, people):
    olgas.post("/board/invitations", data={"email": "dana@example.org"})
    link = re.search(r"/joining/[\w-]+", olgas.get("/board").text)
    assert link and link[0] in olgas.get("/board").text
    client.post(link[0], data={"name": "D", "email": "d@x.org", "zone": "UTC", "way": "hire"})
    page = olgas.get("/board").text
    assert link[0] not in page and "d@x.org" in page


def test_an_invitation_says_what_is_wrong_with_the_address(olgas):
    for email, words in (("nonsense", "e-mail address"), ("alice@example.org", "already")):
        answer = olgas.post("/board/invitations", data={"email": email})
        assert answer.status_code == 422 and words in answer.text
        assert f'value="{email}"' in answer.text


def test_the_operator_is_told_that_letters_stay_in_a_folder(olgas):
    assert "Letters are not sent" in olgas.get("/board").text


@pytest.mark.settings(smtp_url="smtp://mail.example.org:25")
def test_a_board_that_mails_shows_how_each_letter_went(olgas):
    olgas.post("/board/invitations", data={"email": "dana@example.org"})
    page = olgas.get("/board").text
    assert "Letters are not sent" not in page and "Waits to go out" in page


def test_to_everybody_else_the_board_does_not_exist(signed_in, people, client):
    browser = signed_in(people["alice"])
    for path in ("/board", "/board/settings", f"/board/people/{people['bob'].id}"):
        assert browser.get(path).status_code == 404
        assert client.get(path).status_code == 302
    for path in (
        "/board/invitations",
        "/board/settings",
        f"/board/people/{people['bob'].id}/powers",
    ):
        assert browser.post(path, data=SETTINGS).status_code == 404
        assert client.post(path, data=SETTINGS).status_code == 401


def test_a_bookkeeper_is_led_to_the_money(olgas, signed_in, people, story):
    path = f"/board/people/{people['bob'].id}"
    assert olgas.get(path).status_code == 200
    assert olgas.post(f"{path}/powers", data={"bookkeeper": "y"}).location == "/board"
    with story() as session:
        assert session.get(Person, people["bob"].id).is_bookkeeper
    browser = signed_in(people["bob"])
    assert browser.get("/board").location == "/board/money"
    assert browser.get("/board/settings").status_code == 404


def test_the_last_operator_cannot_step_down(olgas, people, story):
    answer = olgas.post(f"/board/people/{people['olga'].id}/powers", data={})
    assert answer.status_code == 409 and "Make somebody else operator first" in answer.text


def test_the_boards_settings_are_kept_and_its_pages_shown(olgas, client, story):
    assert olgas.post("/board/settings", data=SETTINGS).location == "/board/settings"
    with story() as session:
        row = reads.board(session)
        assert row and (row.name, row.currency, row.open_joining) == ("Acme works", "EUR", True)
        assert row.bank_account == "Acme, IBAN DE02"
    assert "We keep <strong>little</strong>." in client.get("/help/privacy").text
    assert "Be kind." in client.get("/help/terms").text
    assert "help@example.org" in client.get("/help/contact").text
    assert client.get("/join").status_code == 200


def test_settings_refuse_nonsense_beside_their_field(olgas, story):
    answer = olgas.post("/board/settings", data=SETTINGS | {"zone": "Moon", "name": ""})
    assert answer.status_code == 422
    assert "Board name is needed." in answer.text and "Be kind." in answer.text
    with story() as session:
        row = reads.board(session)
        assert row and row.name == "Acme board"


def test_an_invitation_that_is_posted_twice_acts_once(olgas, story):
    for _ in range(2):
        olgas.post("/board/invitations", data={"email": "dana@example.org", "once": "k1"})
    with story() as session:
        assert len(session.scalars(select(Letter)).all()) == 1
        assert len(reads.invited(session, NOON)) <= 1
