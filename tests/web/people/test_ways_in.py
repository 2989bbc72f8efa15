"""The pages by which people come in: set-up, joining, signing in, forgotten passwords."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from app.kernel import clock
from app.mail.models import Letter
from app.people import accounts, joining, links, reads, throttle
from app.people.models import Person, SignIn
from tests.people import PASSWORD, alice, olga

SETUP = {
    "board_name": "Acme board", "name": "Olga", "email": "olga@example.org",
    "password": "long enough", "zone": "Europe/Berlin", "currency": "EUR", "code": "setup-code",
}  # fmt: skip
JOIN = {"name": "Dana", "email": "dana@example.org", "zone": "Europe/Paris", "way": "work"}


@pytest.fixture
def people(story):
    """Olga's board with Alice on it."""
    with story() as session:
        return {"olga": olga(session), "alice": alice(session)}


@pytest.fixture
def invitation(story, people, settings):
    """The path of an invitation for Dana."""
    with story() as session:
        _, token = joining.invite(
            session, "dana@example.org", by=people["olga"], at=clock.now(),
            secret_key=settings.secret_key,
        )  # fmt: skip
        return f"/joining/{token}"


def enter(client, email="alice@example.org", password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def is_in(client):
    return client.get("/settings").status_code == 200


def test_a_board_that_has_nobody_says_how_it_is_set_up(client):
    assert client.get("/").location == "/sign-in?next=/"
    assert "/setup?code=" in client.get("/sign-in").text


def test_the_link_that_serve_printed_fills_in_the_code(client):
    page = client.get("/setup?code=setup-code").text
    assert "Set up your board" in page and 'value="setup-code"' in page


def test_setting_up_signs_the_operator_in_and_happens_once(client, story):
    answer = client.post("/setup", data=SETUP)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/board").status_code == 200
    assert client.get("/setup").location == "/"
    again = client.post("/setup", data=SETUP | {"email": "eve@example.org"})
    assert again.status_code == 409
    with story() as session:
        assert session.scalars(select(Person.email)).all() == ["olga@example.org"]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("code", "guessed", "not the code"),
        ("password", "short", "At least 8"),
        ("email", "olga", "e-mail address"),
        ("zone", "Mars/Olympus", "time zones"),
        ("currency", "XXL", "Choose one"),
        ("board_name", "x" * 100_000, "At most 80"),
        ("name", "O\0lga", "cannot be kept"),
    ],
)
def test_set_up_refuses_nonsense_beside_its_field(client, field, typed, words):
    answer = client.post("/setup", data=SETUP | {field: typed})
    assert answer.status_code == 422
    assert words in answer.text and f'id="{field}-error"' in answer.text
    assert client.get("/setup").status_code == 200


@pytest.mark.parametrize(
    ("typed", "words"),
    [("Password1", "guessed first"), ("dana1234", "name, your address"), ("Acme Board", "name")],
)
def test_a_password_that_is_guessed_first_is_refused_wherever_one_is_set(
    client, people, invitation, story, settings, signed_in, typed, words
):
    link = letter_link(story, settings, people["alice"], "password")
    alices = signed_in(people["alice"])
    fresh = typed.replace("dana", "alice")
    answers = [
        client.post(invitation, data=JOIN | {"password": typed}),
        client.post(link, data={"password": fresh}),
        alices.post("/settings/password", data={"present": PASSWORD, "password": fresh}),
    ]
    for answer in answers:
        assert answer.status_code == 422 and words in answer.text
        assert 'id="password-error"' in answer.text and typed not in answer.text
    assert enter(client).status_code == 303, "nothing was changed"


@pytest.mark.parametrize("typed", ["Password1", "acmeboard", "olga@example.org"])
def test_so_it_is_when_the_board_is_set_up(client, typed):
    answer = client.post("/setup", data=SETUP | {"password": typed})
    assert answer.status_code == 422 and "guessed first" in answer.text
    assert client.get("/setup").status_code == 200


def test_an_invited_person_joins_without_a_password_and_is_signed_in(client, invitation, story):
    assert 'value="dana@example.org"' in client.get(invitation).text
    assert client.post(invitation, data=JOIN).location == "/"
    assert is_in(client)
    with story() as session:
        dana = accounts.by_email(session, "dana@example.org")
        assert (dana.works, dana.hires, dana.zone) == (True, False, "Europe/Paris")
        assert dana.password_hash is None


def test_opening_an_invitation_changes_nothing_and_it_works_once(client, invitation, app):
    for _ in range(3):
        assert client.get(invitation).status_code == 200
    client.post(invitation, data=JOIN)
    stranger = app.test_client()
    assert stranger.get(invitation).status_code == 410
    answer = stranger.post(invitation, data=JOIN | {"email": "eve@example.org"})
    assert answer.status_code == 409 and not is_in(stranger)


def test_an_unknown_invitation_is_not_found(client, people):
    assert client.get("/joining/nonsense").status_code == 404
    assert client.post("/joining/nonsense", data=JOIN).status_code == 404


def test_a_board_that_is_not_open_cannot_be_joined_freely(client, people):
    page = client.get("/join")
    assert page.status_code == 410 and "olga@example.org" in page.text
    assert client.post("/join", data=JOIN).status_code == 409


def test_joining_with_a_known_address_says_so_beside_it(client, invitation):
    answer = client.post(invitation, data=JOIN | {"email": "Alice@example.org"})
    assert answer.status_code == 422 and 'id="email-error"' in answer.text
    assert 'value="Alice@example.org"' in answer.text


def test_signing_in_leads_where_one_wanted_to_go(client, people):
    assert client.get("/settings").location == "/sign-in?next=/settings"
    assert enter(client, next="/settings").location == "/settings"
    assert is_in(client)


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_host(client, people, next_):
    assert enter(client, next=next_).location == "/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, people):
    wrong = enter(client, password="wrong")
    unknown = enter(client, "nobody@example.org", "wrong")
    assert wrong.status_code == unknown.status_code == 422
    key = r'[\w-]+\.[\w-]{6}\.[\w-]{27}|name="once" value="[^"]*"'  # each page has its own
    same = re.sub(key, "", wrong.text.replace("alice@", "nobody@"))
    assert same == re.sub(key, "", unknown.text)
    assert "do not belong together" in wrong.text and not is_in(client)


def test_guessing_is_stopped_even_when_the_guess_is_right_at_last(client, people):
    for _ in range(throttle.ACCOUNT_LIMIT):
        assert enter(client, password="wrong").status_code == 422
    answer = enter(client)
    assert answer.status_code == 429 and "tried too often" in answer.text
    assert not is_in(client)


def test_somebody_who_signs_in_often_is_never_throttled(client, people):
    for _ in range(throttle.ACCOUNT_LIMIT + 3):
        assert enter(client).status_code == 303
        client.post("/sign-out")


def test_signing_out_ends_the_row_so_that_an_old_cookie_opens_nothing(client, people, app, story):
    enter(client)
    cookie = client.get_cookie("milepost")
    client.post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("milepost", cookie.value)
    assert not is_in(thief)
    with story() as session:
        assert session.scalars(select(SignIn.revoked_at)).one() is not None


def test_a_sign_in_letter_is_said_to_be_sent_to_every_address_alike(client, people, story):
    answers = [
        client.post("/sign-in/letters", data={"email": email, "password": ""})
        for email in ("alice@example.org", "nobody@example.org")
    ]
    assert [one.location for one in answers] == ["/sign-in/letters"] * 2
    assert "is on its way" in client.get("/sign-in/letters").text
    with story() as session:
        letter = session.scalars(select(Letter)).one()
        assert (letter.notice, letter.to_address) == ("sign_in_link", "alice@example.org")


def test_sign_in_letters_cannot_flood_a_mailbox(client, people, story):
    for _ in range(throttle.ACCOUNT_LIMIT + 5):
        last = client.post("/sign-in/letters", data={"email": "alice@example.org"})
    assert last.status_code == 429 and "tried too often" in last.text
    with story() as session:
        count = session.scalar(select(func.count()).select_from(Letter))
        assert count == throttle.ACCOUNT_LIMIT


def letter_link(story, settings, person, purpose):
    with story() as session:
        _, token = links.mint(
            session, settings.secret_key, person.id, purpose, "person", person.id, "",
            at=clock.now(),
        )  # fmt: skip
    return f"/{'sign-in' if purpose == 'sign_in' else 'password'}/{token}"


def test_a_sign_in_link_shows_a_button_and_works_once(client, people, story, settings, app):
    path = letter_link(story, settings, people["alice"], "sign_in")
    page = client.get(path)
    assert "Sign in as Alice Ruiz?" in page.text and not is_in(client)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.post(path).location == "/" and is_in(client)
    other = app.test_client()
    assert other.post(path).status_code == 410 and not is_in(other)
    assert "used already" in other.get(path).text


@pytest.mark.parametrize("purpose", ["sign_in", "password"])
def test_a_link_that_is_over_offers_a_new_one_to_the_same_address(
    client, people, story, settings, purpose
):
    path = letter_link(story, settings, people["alice"], purpose)
    with story() as session:
        links.revoke(session, "person", people["alice"].id, at=clock.now())
    page = client.get(path)
    assert page.status_code == 410 and "Send a new link" in page.text
    assert client.post(f"{path}/letters").location == "/sign-in/letters"
    assert client.post("/sign-in/nonsense/letters").status_code == 404
    with story() as session:
        letter = session.scalars(select(Letter)).one()
        assert (letter.notice, letter.to_address) == (f"{purpose}_link", "alice@example.org")


def test_a_link_for_something_else_never_signs_anybody_in(client, people, story, settings):
    path = letter_link(story, settings, people["alice"], "password")
    token = path.rpartition("/")[2]
    assert client.get(f"/sign-in/{token}").status_code == 404
    assert client.post(f"/sign-in/{token}").status_code == 404
    assert not is_in(client)


def test_a_forgotten_password_is_replaced_and_other_browsers_are_signed_out(
    client, people, story, settings, signed_in
):
    other = signed_in(people["alice"])
    path = letter_link(story, settings, people["alice"], "password")
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": "a new password"}).location == "/"
    assert is_in(client) and not is_in(other)
    assert client.post(path, data={"password": "another password"}).status_code == 410
    client.post("/sign-out")
    assert enter(client).status_code == 422
    assert enter(client, password="a new password").status_code == 303


def test_a_form_that_met_no_sign_in_is_offered_again_after_it(client, people, story):
    typed = {"payout_account": "Alice, IBAN DE00", "billing": "12 Long Street"}
    page = client.post("/settings/money", data=typed)
    assert page.status_code == 401 and "What you typed is kept" in page.text
    carried = dict(re.findall(r'name="(typed-[^"]+)"[^>]*?>\s*\n?([^<]*)</textarea>', page.text))
    again = enter(client, **{"typed-to": "/settings/money"}, **carried)
    assert again.status_code == 200 and "12 Long Street" in again.text
    assert client.post("/settings/money", data=typed).status_code == 303
    with story() as session:
        assert session.get(Person, people["alice"].id).billing == "12 Long Street"


def test_the_board_is_well(client):
    answer = client.get("/health")
    assert (answer.status_code, answer.text) == (200, "well\n")


def test_a_signed_in_person_is_not_asked_to_sign_in(signed_in, people):
    browser = signed_in(people["alice"])
    assert browser.get("/sign-in?next=/jobs").location == "/jobs"


def test_a_session_ends_with_its_row(signed_in, people, story):
    browser = signed_in(people["alice"])
    assert is_in(browser)
    with story() as session:
        for row in session.scalars(select(SignIn)):
            row.revoked_at = clock.now()
    assert not is_in(browser)
    with story() as session:
        assert reads.sign_ins(session, people["alice"].id, clock.now()) == []


def test_what_was_typed_outlives_a_sign_in_by_a_mailed_link(client, people, signed_in, app):
    typed = {"typed-to": "/jobs/new", "typed-field-title": "A new logo"}
    asked = client.post("/sign-in/letters", data=typed | {"email": "alice@example.org"})
    assert asked.status_code == 200
    form = BeautifulSoup(asked.text, "html.parser").find("form", action="/jobs/new")
    assert form.find("textarea", {"name": "title"}).get_text().strip() == "A new logo"
    app.config["WTF_CSRF_ENABLED"] = True
    still_out = client.post("/jobs/new", data={"title": "A new logo"})
    assert still_out.status_code == 401 and "A new logo" in still_out.text
    back = signed_in(people["alice"]).post("/jobs/new", data={"title": "A new logo"})
    assert "Send it now" in back.text and "A new logo" in back.text


@pytest.mark.parametrize("typed", ["\u200b", "\u202e\u2066", "\u3164\u2800"])
def test_names_that_nobody_sees_are_needed(client, people, typed, app, invitation):
    answer = client.post(invitation, data=JOIN | {"name": typed})
    assert answer.status_code == 422 and "Your name is needed." in answer.text


@pytest.mark.parametrize(
    ("field", "words"), [("name", "Your name is needed."), ("board_name", "Board name is needed.")]
)
def test_setting_up_needs_names_that_are_seen(client, field, words):
    answer = client.post("/setup", data=SETUP | {field: "\u200b\u202e"})
    assert answer.status_code == 422 and words in answer.text


def test_an_address_with_what_nobody_sees_is_the_one_without(client, invitation):
    answer = client.post(invitation, data=JOIN | {"email": "ali\u200bce@example.org"})
    assert answer.status_code == 422 and 'id="email-error"' in answer.text
    assert enter(client, email="\u202aalice@example.org\u202c").status_code == 303


@pytest.mark.parametrize(
    ("typed", "status"), [("ben@exämple.org", 303), ("bén@example.org", 422), ("b@ä..org", 422)]
)
def test_an_address_is_invited_where_an_email_can_reach_it(signed_in, people, typed, status):
    answer = signed_in(people["olga"]).post("/board/invitations", data={"email": typed})
    assert answer.status_code == status
    assert ("No e-mail can be sent to this address." in answer.text) == (status == 422)
