"""What a browser holds of the board, and how it is bound to https and to one host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from sqlalchemy import select, update

from app.kernel import clock
from app.people.models import SignIn
from app.settings import BadSetting, Settings
from tests.people import PASSWORD, alice, bob

HTTPS = {"url": "https://board.example"}
ALICE = {"email": "alice@example.org", "password": PASSWORD}
HSTS = "Strict-Transport-Security"


@pytest.fixture
def person(story: Any) -> Any:
    with story() as session:
        bob(session)
        return alice(session)


def given(answer: Any) -> dict[str, Morsel[str]]:
    """The cookies of an answer, by name."""
    found: dict[str, Morsel[str]] = {}
    for header in answer.headers.getlist("Set-Cookie"):
        found |= SimpleCookie(header)
    return found


@pytest.mark.settings(**HTTPS)
def test_by_https_cookies_are_of_this_host_alone(client: Any, person: Any) -> None:
    cookies = given(client.post("/sign-in", data=ALICE, base_url=HTTPS["url"]))
    assert set(cookies) == {"__Host-milepost", "__Host-milepost-browser"}
    for cookie in cookies.values():
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"
        assert cookie["path"] == "/" and not cookie["domain"]


def test_on_plain_http_they_have_plain_names(client: Any, person: Any) -> None:
    cookies = given(client.post("/sign-in", data=ALICE))
    assert set(cookies) == {"milepost", "milepost-browser"}
    for cookie in cookies.values():
        assert not cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"


def test_a_page_that_only_shows_gives_a_signed_in_browser_no_cookie(
    signed_in: Any, person: Any
) -> None:
    browser = signed_in(person)
    browser.get("/settings")
    assert given(browser.get("/settings")) == {}


@pytest.mark.settings(**HTTPS)
@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/nothing-here", "/static/nothing.css", "/health", "/join", "{css}"]
)
def test_every_answer_by_https_asks_for_https_only(
    client: Any, person: Any, app: Any, path: str
) -> None:
    answer = client.get(path.format(css=app.jinja_env.globals["asset"]("milepost.css")))
    assert answer.headers[HSTS] == "max-age=31536000"
    assert client.post(path).headers[HSTS] == "max-age=31536000"


@pytest.mark.settings(**HTTPS)
def test_so_does_a_page_that_broke_or_is_unchanged(app: Any, signed_in: Any, person: Any) -> None:
    browser = signed_in(person)
    unchanged = browser.get("/", headers={"If-None-Match": browser.get("/").headers["ETag"]})
    assert (unchanged.status_code, unchanged.headers[HSTS]) == (304, "max-age=31536000")
    app.view_functions["people.health"], kept = lambda: 1 / 0, app.view_functions["people.health"]
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        broken = browser.get("/health")
    finally:
        app.view_functions["people.health"] = kept
    assert (broken.status_code, broken.headers[HSTS]) == (500, "max-age=31536000")


def test_nothing_asks_for_https_where_there_is_none(client: Any) -> None:
    assert HSTS not in client.get("/sign-in").headers


# A sign-in is this browser's, and new


def sign_ins(story: Any) -> list[SignIn]:
    with story() as session:
        return list(session.scalars(select(SignIn).order_by(SignIn.created_at)))


def test_signing_in_begins_a_new_session_and_ends_the_browsers_old_one(
    client: Any, person: Any, story: Any, app: Any
) -> None:
    with client.session_transaction() as planted:
        planted["csrf_token"] = planted["note"] = "known to a stranger"
    other = app.test_client()
    other.post("/sign-in", data=ALICE)
    client.post("/sign-in", data=ALICE)
    before = client.get_cookie("milepost").value
    with client.session_transaction() as now:
        assert now.get("csrf_token") != "known to a stranger" and "note" not in now
    client.post("/sign-in", data=ALICE | {"email": "bob@example.org"})
    thief = app.test_client()
    thief.set_cookie("milepost", before)
    assert thief.get("/settings").status_code == 302, "what the browser held before has ended"
    assert "bob@example.org" in client.get("/settings").text
    assert other.get("/settings").status_code == 200, "other devices stay signed in"
    assert [row.revoked_at is None for row in sign_ins(story)] == [True, False, True]


def since(story: Any, **ago: float) -> None:
    """Let every sign-in have been used last so long ago."""
    with story() as session:
        at = clock.now() - timedelta(**ago)
        session.execute(update(SignIn).values(created_at=at, used_at=at))


def test_a_page_that_is_opened_notes_the_use_once_a_day(
    signed_in: Any, person: Any, story: Any
) -> None:
    browser = signed_in(person)
    for ago, is_noted in (({"hours": 23}, False), ({"hours": 25}, True)):
        since(story, **ago)
        (before,) = sign_ins(story)
        assert browser.get("/").status_code == 200
        (after,) = sign_ins(story)
        assert (after.used_at != before.used_at) is is_noted
        assert (after.expires_at != before.expires_at) is is_noted
    assert abs(after.expires_at - clock.now() - timedelta(days=14)) < timedelta(minutes=5)


def test_an_unchanged_page_stays_a_304_when_its_use_is_noted(
    signed_in: Any, person: Any, story: Any
) -> None:
    browser = signed_in(person)
    tag = browser.get("/").headers["ETag"]
    with story() as session:
        session.execute(update(SignIn).values(used_at=clock.now() - timedelta(days=2)))
    answer = browser.get("/", headers={"If-None-Match": tag})
    assert answer.status_code == 304 and given(answer) == {}
    assert sign_ins(story)[0].used_at > clock.now() - timedelta(hours=1)


def test_a_page_that_lies_open_and_asks_for_news_is_not_in_use(
    signed_in: Any, person: Any, story: Any
) -> None:
    browser = signed_in(person)
    since(story, days=2)
    browser.get("/", headers={"HX-Request": "true"})
    assert sign_ins(story)[0].used_at < clock.now() - timedelta(days=1)


def test_a_page_is_shown_though_its_use_cannot_be_noted(
    signed_in: Any, person: Any, story: Any, monkeypatch: Any
) -> None:
    from sqlalchemy.exc import OperationalError

    from app.people import sign_in

    def busy(*_args: Any, **_more: Any) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    browser = signed_in(person)
    since(story, days=2)
    monkeypatch.setattr(sign_in, "note_use", busy)
    assert "Settings" in browser.get("/settings").text


def test_my_settings_say_when_a_browser_was_last_used(
    signed_in: Any, person: Any, story: Any
) -> None:
    browser = signed_in(person)
    with story() as session:
        used_at = clock.now().replace(year=2025, month=3, day=5, hour=12)
        session.execute(update(SignIn).values(created_at=used_at - timedelta(days=2)))
        session.execute(update(SignIn).values(used_at=used_at))
    page = browser.get("/settings").text
    assert "last used 5 Mar 2025" in page and "ends after 14 days without use" in page


# Browsers that signed in before


def guesses(app: Any, times: int, where: str = "198.51.100.{}") -> list[int]:
    return [
        app.test_client().post(
            "/sign-in", data=ALICE | {"password": "wrong"},
            environ_base={"REMOTE_ADDR": where.format(number % 250)},
        ).status_code
        for number in range(times)
    ]  # fmt: skip


def enters(client: Any, email: str = "alice@example.org", **more: str) -> Any:
    return client.post("/sign-in", data=ALICE | {"email": email, **more})


def test_ten_wrong_passwords_lock_their_network_and_nobody_elsewhere(app: Any, person: Any) -> None:
    assert guesses(app, 11, "127.0.0.1") == [422] * 10 + [429]
    here, elsewhere = app.test_client(), {"REMOTE_ADDR": "203.0.113.9"}
    assert enters(here).status_code == 429
    assert here.post("/sign-in", data=ALICE, environ_base=elsewhere).status_code == 303


def test_a_browser_that_signed_in_before_is_not_locked_by_others(
    app: Any, client: Any, person: Any
) -> None:
    enters(client)
    client.post("/sign-out")
    assert guesses(app, 11, "127.0.0.1")[-1] == 429
    assert enters(client).status_code == 303


def test_nor_by_a_hundred_of_a_day_which_leave_others_the_mailed_link_and_tell_the_owner(
    app: Any, client: Any, person: Any, story: Any
) -> None:
    from app.mail.models import Letter

    enters(client)
    client.post("/sign-out")
    assert guesses(app, 102) == [422] * 100 + [429] * 2
    stranger = app.test_client()
    answer = enters(stranger)
    assert answer.status_code == 429 and "E-mail me a sign-in link" in answer.text
    assert "a browser where you signed in before" in answer.text
    assert stranger.post("/sign-in/letters", data=ALICE).status_code == 303
    assert enters(client).status_code == 303
    with story() as session:
        mails = session.scalars(select(Letter).where(Letter.notice == "passwords_guessed")).all()
    assert [mail.person_id for mail in mails] == [person.id]


def test_an_unknown_address_is_locked_in_the_same_words(app: Any, person: Any) -> None:
    client = app.test_client()
    for address in ("alice@example.org", "nobody@example.org"):
        for _ in range(10):
            assert enters(client, address, password="wrong").status_code == 422
        assert "tried too often" in enters(client, address).text


def test_the_cookie_of_one_account_is_no_key_to_another(app: Any, client: Any, person: Any) -> None:
    enters(client, "bob@example.org")
    client.post("/sign-out")
    assert [enters(client, password="wrong").status_code for _ in range(11)][-1] == 429
    assert enters(client, "bob@example.org").status_code == 303, "bob has his own"


def test_a_forged_cookie_is_none(app: Any, client: Any, person: Any) -> None:
    enters(client)
    client.post("/sign-out")
    forged = app.test_client()
    kept = client.get_cookie("milepost-browser").value
    signed, _, signature = kept.rpartition(".")  # its last sign holds two bits of nothing
    forged_one = f"{signed}.{'b' if signature[0] == 'a' else 'a'}{signature[1:]}"
    guesses(app, 10, "127.0.0.1")
    for value in ("", "x", forged_one, kept.split(".")[0], "é"):
        forged.set_cookie("milepost-browser", value)
        assert enters(forged).status_code == 429, value


def test_a_signed_in_browser_proves_itself_whatever_strangers_guess(
    app: Any, person: Any, signed_in: Any
) -> None:
    browser = signed_in(person)
    guesses(app, 11, "127.0.0.1")
    assert browser.post("/proof", data={"password": PASSWORD}).status_code == 303


def test_guessing_the_present_password_is_slowed_down_too(signed_in: Any, person: Any) -> None:
    browser = signed_in(person)
    typed = {"present": "wrong", "password": "two red kites"}
    for _ in range(10):
        assert browser.post("/settings/password", data=typed).status_code == 422
    answer = browser.post("/settings/password", data=typed | {"present": PASSWORD})
    assert answer.status_code == 429 and "tried too often" in answer.text


def test_twenty_guesses_at_once_count_as_twenty(app: Any, person: Any) -> None:
    with ThreadPoolExecutor(20) as crowd:
        statuses = list(crowd.map(lambda _: guesses(app, 1, "127.0.0.1")[0], range(20)))
    assert sorted(statuses) == [422] * 10 + [429] * 10


def test_ten_pages_at_once_note_one_use(signed_in: Any, person: Any, story: Any, app: Any) -> None:
    browser = signed_in(person)
    cookie = browser.get_cookie("milepost")
    since(story, days=2)

    def look(_number: int) -> int:
        other = app.test_client()
        other.set_cookie("milepost", cookie.value)
        return int(other.get("/").status_code)

    with ThreadPoolExecutor(10) as crowd:
        assert set(crowd.map(look, range(10))) == {200}
    assert sign_ins(story)[0].used_at > clock.now() - timedelta(hours=1)


@pytest.mark.parametrize("url", ["HTTPS://Board.example/", "Https://BOARD.example"])
def test_an_address_written_in_capitals_is_https_too(tmp_path: Any, url: str) -> None:
    found = Settings.load({"MILEPOST_DATA_DIR": str(tmp_path), "MILEPOST_URL": url})
    assert found.is_https and found.url == "https://board.example"


@pytest.mark.parametrize("more", ["?a=b", "#top", "/path"])
def test_an_address_of_the_board_holds_nothing_but_a_host(tmp_path: Any, more: str) -> None:
    with pytest.raises(BadSetting, match="MILEPOST_URL"):
        Settings.load(
            {"MILEPOST_DATA_DIR": str(tmp_path), "MILEPOST_URL": f"https://board.example{more}"}
        )
