"""A stranger meets 404 on every page and every act of a workroom, whatever routes there are.

The addresses come from the route map, so that a new route is covered at once.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.architecture import addresses
from tests.architecture.addresses import Address
from tests.demo_board import DATABASE, LOGO, Demo

pytestmark = pytest.mark.any_database

PUBLIC = {
    "static": "the stylesheet and the script",
    "help.show_page": "help is for everybody",
    "people.show_join": "the token is the key; a wrong one says so and shows nothing",
    "people.join": "the token is the key",
    "people.show_new_password": "the token is the key",
    "people.choose_password": "the token is the key",
    "people.show_link": "the token is the key",
    "people.follow_link": "the token is the key",
    "people.ask_for_new_link": "mails only whom the link was for",
    "mail.show_link": "the token is the key",
}
"""Open to everybody, and why."""

OF_THE_BOARD = {
    "people.profile": "profiles are shown to everybody on the board",
    "jobs.choose_job": "whoever sees a profile may invite, to a job of their own",
    "escrow.ask_for_payout": "a currency is no secret, and the balance is one's own",
    "escrow.show_month": "a month is no secret, and the statement is one's own",
    "escrow.download_month": "a month is no secret, and the statement is one's own",
    "escrow.print_month": "a month is no secret, and the statement is one's own",
}
"""Open to everybody who is signed in, and why."""

PRIVATE_WORDS = ("Ana Ruiz", "Ben Okafor", "bakery", "stamp size", "wheat", "75.00", "A secret job")


@pytest.fixture(scope="module")
def told(demo: Demo) -> Demo:
    """The demo, a stranger, and a row of everything that has an address."""
    addresses.prepare(demo)
    demo.joins("mallory")
    return demo


def test_the_lists_of_what_is_open_have_no_dead_names(told: Demo) -> None:
    known = {one.endpoint for one in addresses.every(told)}
    assert [name for name in PUBLIC | OF_THE_BOARD if name not in known] == []


def size(demo: Demo) -> list[int]:
    """How much has ever happened on the board."""
    from app.escrow.models import Transfer
    from app.kernel.events import Event
    from app.talk.models import File, Message

    with demo.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Event, Transfer, Message, File)
        ]


def meets(demo: Demo, who: str, allowed: dict[str, str], skip: str = "") -> list[str]:
    """What that person meets that is not 404."""
    browser, body, found = demo.browser(who), addresses.plausible(demo), []
    for address in addresses.every(demo):
        if address.endpoint in PUBLIC or address.endpoint in allowed:
            continue
        if skip and address.rule.startswith(skip):
            continue
        answer = addresses.ask(browser, address, body)
        if answer.status_code != 404:
            found.append(f"{address.method} {address.rule} ({address.endpoint}): {answer.status}")
    return found


def test_a_stranger_meets_404_on_every_page_and_every_act(told: Demo) -> None:
    before = size(told)
    assert meets(told, "mallory", OF_THE_BOARD) == []
    assert size(told) == before


def test_the_operator_is_a_stranger_to_workrooms_that_are_not_theirs(told: Demo) -> None:
    before = size(told)
    assert meets(told, "olga", OF_THE_BOARD, skip="/board/") == []
    assert size(told) == before


def test_ids_in_queries_and_fields_are_no_way_around(told: Demo) -> None:
    room, secret = told.room(), told.job("A secret job")
    client, ben = told.browser("mallory"), told.person("ben")
    asked = {
        f"/payments/new?job={room}": client.get(f"/payments/new?job={room}"),
        "POST /payments": client.post("/payments", data=addresses.plausible(told)),
        "POST an invitation to another's job": client.post(
            f"/people/{ben}/invitations", data={"job": secret, "note": "Come!"}
        ),
    }
    shown = {what: answer.status_code for what, answer in asked.items()}
    assert all(status in (403, 404, 422) for status in shown.values()), shown
    for what, answer in asked.items():
        assert "A secret job" not in answer.text, what
    assert shown[f"/payments/new?job={room}"] == shown["POST /payments"] == 404


def test_what_is_not_ones_own_looks_like_what_was_never_there(told: Demo) -> None:
    browser = told.browser("mallory")

    def bare(text: str, path: str) -> str:
        keys = r'name="(once|csrf_token)"[^>]*|[\w-]+\.[\w-]{6}\.[\w-]{27}'
        return re.sub(keys, "", text.replace(path, "X"))

    for address in addresses.every(told):
        if address.method != "GET" or address.endpoint in PUBLIC | OF_THE_BOARD:
            continue
        nowhere = re.sub(r"(?<=/)[0-9A-Za-z]{13}(?=[/.]|$)", "0123456789abc", address.path)
        real, made_up = browser.get(address.path), browser.get(nowhere)
        assert made_up.status_code == 404, nowhere
        assert bare(real.text, address.path) == bare(made_up.text, nowhere), address


def test_a_rival_does_not_see_another_candidates_proposal(told: Demo) -> None:
    rosa = told.browser("rosa")
    mine = told.proposal("rosa", "Menu")
    theirs = told.proposal("mei", "Menu")
    body = addresses.plausible(told)
    assert rosa.get(f"/proposals/{mine}").status_code == 200
    job = rosa.get(f"/jobs/{told.job('Menu')}").text
    for name in ("Mei", "Iker", "Okafor"):
        assert name not in job
    for address in addresses.every(told, names=("proposal_id",)):
        path = address.path.replace(told.proposal("ben"), theirs)
        there = Address(address.method, path, address.endpoint, address.rule)
        assert addresses.ask(rosa, there, body).status_code == 404, address


def test_a_visitor_is_led_to_sign_in_and_sees_nothing(told: Demo) -> None:
    visitor, body = told.browser(), addresses.plausible(told)
    for address in [*addresses.every(told), *_without_ids(told)]:
        if getattr(told.app.view_functions[address.endpoint], "guard", None) is None:
            continue
        answer = addresses.ask(visitor, address, body)
        if address.method == "GET":
            assert answer.status_code in (302, 303), (address, answer.status)
            assert answer.location.startswith("/sign-in?next="), address
        else:
            assert answer.status_code == 401, (address, answer.status)
            assert "Sign in" in answer.text
        for word in PRIVATE_WORDS:
            assert word not in answer.text, (address, word)


def test_public_pages_show_a_visitor_nothing_private(told: Demo) -> None:
    visitor = told.browser()
    for address in [*addresses.every(told), *_without_ids(told)]:
        view = told.app.view_functions[address.endpoint]
        if hasattr(view, "guard") or address.method != "GET" or address.endpoint == "static":
            continue
        answer = visitor.get(address.path)
        assert answer.status_code < 500, address
        if not address.path.startswith("/help"):  # the guide tells of a bakery's logo, too
            for word in PRIVATE_WORDS:
                assert word not in answer.text, (address, word)


def _without_ids(demo: Demo) -> list[Address]:
    return [
        Address(method, str(rule), rule.endpoint, str(rule))
        for rule in demo.app.url_map.iter_rules()
        if not rule.arguments
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


CLIENTS = (
    "POST /milestones/{planned}/funding",
    "GET /milestones/{planned}/funding",
    "POST /milestones/{planned}/release",
    "POST /submissions/{submission}/approval",
    "POST /submissions/{submission}/changes",
    "POST /proposals/{proposal}/shortlisting",
    "POST /proposals/{proposal}/declination",
    "POST /proposals/{proposal}/note",
    "GET /jobs/{job}/edit",
    "POST /jobs/{job}/closure",
    "POST /jobs/{job}/invitations",
)
FREELANCERS = (
    "GET /milestones/{planned}/submissions/new",
    "POST /milestones/{planned}/submissions",
    "POST /submissions/{submission}/withdrawal",
    "GET /workrooms/{room}/reports/new",
    "POST /workrooms/{room}/reports",
    "POST /proposals/{proposal}/withdrawal",
    "GET /proposals/{proposal}/edit",
)


@pytest.mark.parametrize(("who", "acts"), [("ben", CLIENTS), ("ana", FREELANCERS)])
def test_the_other_sides_acts_are_403(told: Demo, who: str, acts: tuple[str, ...]) -> None:
    ids = {
        "planned": told.milestone(4), "submission": told.submission(), "room": told.room(),
        "proposal": told.proposal("ben"), "job": told.job(LOGO),
    }  # fmt: skip
    browser, body, found, before = told.browser(who), addresses.plausible(told), [], size(told)
    for act in acts:
        method, _, path = act.format(**ids).partition(" ")
        answer = browser.open(path, method=method, data=body if method == "POST" else None)
        if answer.status_code != 403:
            found.append(f"{act}: {answer.status}")
    assert found == []
    assert size(told) == before


def test_nobody_answers_their_own_terms(told: Demo) -> None:
    revision, ben = told.revision("proposed"), told.browser("ben")
    before = size(told)
    for act in ("acceptance", "declination"):
        answer: Any = ben.post(f"/revisions/{revision}/{act}", data={"reason": "No."})
        assert answer.status_code == 403, (act, answer.status)
    assert told.browser("ana").post(f"/revisions/{revision}/withdrawal").status_code == 403
    assert size(told) == before


def test_a_party_to_one_room_is_a_stranger_to_the_others(told: Demo) -> None:
    room = told.room(DATABASE)
    ben = told.browser("ben")
    for page in ("", "/terms", "/messages", "/files", "/reports", "/money", "/history"):
        assert ben.get(f"/workrooms/{room}{page}").status_code == 404, page
