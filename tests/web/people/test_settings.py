"""My settings, profiles, and the list of freelancers."""

from __future__ import annotations

import re

import pytest

from app.people.models import Person
from tests.people import PASSWORD, alice, bob, mallory

PROFILE = {
    "name": "Bob Okafor", "headline": "Databases that last", "about": "I **like** tables.",
    "skills": "Access, SQL", "way": "both", "zone": "Asia/Tokyo", "currency": "JPY",
    "locale": "de", "weekday": "0",
}  # fmt: skip


@pytest.fixture
def people(story):
    """Alice, Bob and Mallory."""
    with story() as session:
        return {"alice": alice(session), "bob": bob(session), "mallory": mallory(session)}


@pytest.fixture
def bobs(signed_in, people):
    """Bob's browser."""
    return signed_in(people["bob"])


def kept(story, person):
    with story() as session:
        return session.get(Person, person.id)


def test_a_profile_is_changed_and_seen(bobs, people, story, signed_in):
    assert bobs.post("/settings/profile", data=PROFILE).location == "/settings"
    assert "Your profile is saved." in bobs.get("/settings").text
    bob_now = kept(story, people["bob"])
    assert (bob_now.hires, bob_now.works, bob_now.zone) == (True, True, "Asia/Tokyo")
    assert (bob_now.currency, bob_now.locale, bob_now.report_weekday) == ("JPY", "de", 0)
    page = signed_in(people["alice"]).get(f"/people/{bob_now.id}").text
    for words in ("Databases that last", "<strong>like</strong>", "Access, SQL", "Asia/Tokyo"):
        assert words in page
    assert "Invite to a job" in page and "Edit profile" not in page
    assert "bob@example.org" not in page and "Payout" not in page


def test_my_own_profile_leads_to_editing_it(bobs, people):
    page = bobs.get(f"/people/{people['bob'].id}").text
    assert "Edit profile" in page and "Invite to a job" not in page


def test_nonsense_comes_back_with_everything_typed(bobs, people, story):
    answer = bobs.post("/settings/profile", data=PROFILE | {"name": "", "about": "kept words"})
    assert answer.status_code == 422
    assert "Your name is needed." in answer.text and "kept words" in answer.text
    answer = bobs.post("/settings/money", data={"payout_account": "x" * 2000, "billing": "mine"})
    assert answer.status_code == 422 and "mine" in answer.text
    assert 'value="Bob Okafor"' in answer.text, "the other forms stand as they are"
    assert kept(story, people["bob"]).billing == ""


def test_where_i_am_paid_is_kept(bobs, people, story):
    bobs.post("/settings/money", data={"payout_account": "Bob\nIBAN DE00", "billing": "PT 123"})
    assert kept(story, people["bob"]).payout_account == "Bob\nIBAN DE00"
    assert "IBAN DE00" in bobs.get("/settings").text


def test_the_account_holders_name_is_kept_beside_the_account(bobs, people, story):
    typed = {"payout_account": "IBAN DE00", "payout_holder": "Robert Okafor"}
    bobs.post("/settings/money", data=typed)
    assert kept(story, people["bob"]).payout_holder == "Robert Okafor"
    assert 'value="Robert Okafor"' in bobs.get("/settings").text
    wrong = bobs.post("/settings/money", data=typed | {"payout_holder": "🙂"})
    assert wrong.status_code == 422 and "A bank writes names in letters" in wrong.text
    assert kept(story, people["bob"]).payout_holder == "Robert Okafor"


def test_a_password_is_changed_only_by_who_knows_the_present_one(bobs, client, people):
    other = client.post("/sign-in", data={"email": "bob@example.org", "password": PASSWORD})
    assert other.status_code == 303
    wrong = bobs.post("/settings/password", data={"present": "wrong", "password": "new password"})
    assert wrong.status_code == 422 and "not your present password" in wrong.text
    right = bobs.post("/settings/password", data={"present": PASSWORD, "password": "new password"})
    assert right.status_code == 303
    assert bobs.get("/settings").status_code == 200
    assert client.get("/settings").status_code == 302


def test_i_see_my_browsers_and_sign_one_out(bobs, client, people):
    client.post(
        "/sign-in",
        data={"email": "bob@example.org", "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/130"},
    )
    page = bobs.get("/settings").text
    assert "Firefox on Linux" in page and "This browser" in page
    start = re.findall(r"/settings/sign-ins/(\w+)/end", page)
    assert len(start) == 1
    bobs.post(f"/settings/sign-ins/{start[0]}/end")
    assert client.get("/settings").status_code == 302


def test_nobody_signs_out_somebody_else(bobs, signed_in, people):
    other = signed_in(people["alice"])
    bobs.get("/settings")
    from app.people.tokens import digest

    with other.session_transaction() as cookie:
        start = digest(cookie["_user_id"])[:16]
    assert bobs.post(f"/settings/sign-ins/{start}/end").status_code == 404
    assert other.get("/settings").status_code == 200


def test_freelancers_are_listed_and_found_by_words(signed_in, people):
    browser = signed_in(people["alice"])
    page = browser.get("/freelancers").text
    assert "Bob Okafor" in page and "Mallory Fox" in page and "Alice Ruiz</a></h2>" not in page
    assert "Mallory Fox" not in browser.get("/freelancers?search=okafor").text
    assert "Nobody was found" in browser.get("/freelancers?search=%25").text
    assert browser.get("/freelancers?search=a%00b&after=%00&id=%00").status_code == 200


def test_unknown_people_and_strangers_get_nothing(bobs, client, people):
    assert bobs.get("/people/nobody").status_code == 404
    assert client.get(f"/people/{people['bob'].id}").status_code == 302
    assert client.get("/freelancers").status_code == 302
