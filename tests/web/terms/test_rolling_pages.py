"""PAGES, terms: “Use money that becomes free for other milestones” is kept, shown, and done."""

from __future__ import annotations

from typing import Any

import pytest

from tests import rooms
from tests.stories import NOON, later, rewrite
from tests.web.terms.test_terms_page import SignedIn, Story, fields, terms_of

WORDS = "Use money that becomes free for other milestones"


@pytest.fixture
def room(story: Story) -> str:
    """The first milestone is funded, and all five are in force."""
    with story() as session:
        found = rooms.agreed(session)
        rooms.pays(found, found.milestones[0])
        return found.engagement.id


def opened(client: Any, room: str) -> str:
    answer = client.get(f"/workrooms/{room}/terms?change=yes")
    assert answer.status_code == 200
    return str(answer.text)


def is_ticked(page: str) -> bool:
    tick = page[page.index('name="rolls"') - 60 :].split(">")[0:2]
    return any("checked" in part for part in tick)


def test_it_is_proposed_shown_beforehand_and_done(room: str, signed_in: SignedIn) -> None:
    alice = signed_in("alice@example.org")
    page = opened(alice, room)
    assert WORDS in page and not is_ticked(page)
    typed = fields(page) | {"m-1-amount": "25.00", "rolls": "y"}
    assert alice.post(f"/workrooms/{room}/terms", data=typed).status_code == 303
    bob = signed_in("bob@example.org")
    waits = terms_of(bob, room)
    assert "Uses <b>$50.00</b> that becomes free for other milestones." in waits
    assert "Nothing is refunded, needs <b>$25.00</b> more" in waits
    revision = waits.split('action="/revisions/')[1].split("/")[0]
    one = bob.get(f"/revisions/{revision}").text
    assert "Used for other milestones." in one
    assert "money that becomes free is used for other milestones" in one
    assert bob.post(f"/revisions/{revision}/acceptance").status_code == 303
    money = bob.get(f"/workrooms/{room}/money").text
    assert "Used for another milestone, as the terms say" in money and "$50.00 of $75.00" in money
    history = bob.get(f"/workrooms/{room}/history").text
    assert "$50.00 that “Start fee deposit” no longer needs is used for “6 concepts”" in history


def test_a_draft_and_a_counter_proposal_keep_the_tick(
    room: str, signed_in: SignedIn, story: Story
) -> None:
    alice = signed_in("alice@example.org")
    typed = fields(opened(alice, room)) | {"m-1-amount": "2x", "rolls": "y"}
    assert alice.post(f"/workrooms/{room}/terms/rows", data=typed).status_code in (200, 303)
    again = opened(alice, room)
    assert 'value="2x"' in again and is_ticked(again)
    typed = fields(again) | {"m-1-amount": "25.00", "rolls": "y"}
    assert alice.post(f"/workrooms/{room}/terms", data=typed).status_code == 303
    assert is_ticked(terms_of(signed_in("bob@example.org"), room))


def test_first_terms_do_not_offer_it_as_nothing_is_held_yet(
    signed_in: SignedIn, story: Story
) -> None:
    with story() as session:
        engagement = rooms.negotiated(session).engagement.id
    assert WORDS not in terms_of(signed_in("alice@example.org"), engagement)


def test_what_is_in_force_begins_without_the_tick(
    room: str, signed_in: SignedIn, story: Story
) -> None:
    from app.engagement.models import Engagement
    from app.terms import negotiation, revisions
    from tests.people import alice, bob

    with story() as session:
        engagement = session.get_one(Engagement, room)
        draft = rewrite(session, engagement, alice(session), change={1: {"amount_minor": 100}})
        lines = [revisions.as_draft(one) for one in _lines(session, draft.id)]
        revisions.save_draft(session, draft, lines, review_days=None, rolls=True, note="", at=NOON)
        sent = negotiation.send(session, engagement, by=alice(session), at=NOON)
        negotiation.accept(session, sent, by=bob(session), at=later())
    assert not is_ticked(opened(signed_in("bob@example.org"), room))


def _lines(session: Any, revision_id: str) -> Any:
    from app.terms import reads

    return reads.lines(session, revision_id)
