"""Every page is guarded, or says here why it is not; every act is safe from other sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.demo_board import Demo

pytestmark = pytest.mark.any_database

OPEN = {
    "static": "the stylesheet and the script",
    "people.health": "for the watchdog of whoever runs the board",
    "people.show_setup": "nobody is there yet; asks for the code that serve printed",
    "people.set_up": "nobody is there yet; asks for the code that serve printed",
    "people.show_sign_in": "the way in",
    "people.sign_in": "the way in",
    "people.sign_out": "the way out, also where the sign-in has ended already",
    "people.ask_for_link": "the way in",
    "people.show_asked": "says the same to everybody",
    "people.show_link": "a link from a letter",
    "people.follow_link": "a link from a letter",
    "people.ask_for_new_link": "a link from a letter that is over; mails only whom it was for",
    "people.show_password": "the way in",
    "people.ask_for_password": "the way in",
    "people.password_letters": "says the same to everybody",
    "people.show_new_password": "a link from a letter",
    "people.choose_password": "a link from a letter",
    "people.show_join": "the way in",
    "people.join": "the way in",
    "help.show_help": "help is for everybody",
    "help.show_page": "help is for everybody",
    "escrow.come_back": "the token is the key: the way back from the card provider's page",
    "escrow.stripe_webhook": "the signature over its bytes is the key",
    "mail.show_link": "a link from a letter",
    "mail.follow_link": "a link from a letter; its page's nonce stands for the CSRF token",
    "mail.download_from_link": "a link from a letter: the files of what it decides on",
    "mail.show_leaving": "a link from a letter",
    "mail.leave": "a link from a letter; mail programs post it by themselves (RFC 8058)",
}
"""Views without a guard, and why each may be seen by anybody."""

WITHOUT_CSRF = ("mail.follow_link", "mail.leave", "escrow.stripe_webhook")
"""Views of link pages, which carry a secret of their own in the address."""


def views(demo: Demo) -> Iterator[tuple[str, Any]]:
    yield from sorted(demo.app.view_functions.items())


def test_every_view_is_guarded_or_says_why_not(demo: Demo) -> None:
    bare = [name for name, view in views(demo) if not hasattr(view, "guard")]
    assert [name for name in bare if name not in OPEN] == [], (
        "put @signed_in (or another guard) on these, or say in OPEN why anybody may see them"
    )


def test_the_list_of_open_views_has_no_dead_names(demo: Demo) -> None:
    known = {name for name, _view in views(demo)}
    assert [name for name in (*OPEN, *WITHOUT_CSRF) if name not in known] == []


def test_guards_are_outermost(demo: Demo) -> None:
    """What stands outside of a guard would run for strangers, too."""
    for name, view in views(demo):
        inner = getattr(view, "__wrapped__", None)
        while inner is not None:
            assert not hasattr(inner, "guard") or hasattr(view, "guard"), name
            inner = getattr(inner, "__wrapped__", None)


@pytest.fixture(scope="module")
def strict(demo: Demo) -> Iterator[Demo]:
    """The same board as it is served: with CSRF protection."""
    demo.app.config["WTF_CSRF_ENABLED"] = True
    yield demo
    demo.app.config["WTF_CSRF_ENABLED"] = False


def test_every_act_is_protected_from_other_sites(strict: Demo) -> None:
    from tests.architecture import addresses

    addresses.prepare(strict)
    ana = strict.browser("ana")
    body = addresses.plausible(strict)
    other = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    acts = [one for one in addresses.every(strict) if one.method != "GET"]
    acts += [
        addresses.Address(method, str(rule), rule.endpoint, str(rule))
        for rule in strict.app.url_map.iter_rules()
        if not rule.arguments
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
    ]
    for act in acts:
        if act.endpoint.startswith(WITHOUT_CSRF):
            continue
        answer = ana.open(act.path, method=act.method, data=body, headers=other)
        assert answer.status_code == 400, (act, answer.status)


def test_a_get_never_writes(demo: Demo) -> None:
    """Reading a page, as Ana, Ben and Olga, leaves the database as it was."""
    from tests.architecture import addresses
    from tests.architecture.test_strangers import size

    addresses.prepare(demo)
    before = size(demo)
    for who in ("ana", "ben", "olga"):
        browser = demo.browser(who)
        for address in addresses.every(demo):
            if address.method == "GET":
                assert browser.get(address.path).status_code < 500, address
    assert size(demo) == before
