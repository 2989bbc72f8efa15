"""PAGES, terms: the table is edited by plain forms and by htmx; stale acts show the newer terms."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.milestones import part
from app.terms import negotiation, reads
from tests import rooms
from tests.people import alice, bob, mallory
from tests.stories import NOON, agreed, later, rewrite, selected

Story = Callable[[], AbstractContextManager[Session]]
SignedIn = Callable[[Any], Any]
ROW = re.compile(r'name="(m-\d+-\w+)"[^>]*? value="([^"]*)"')


def fields(page: str) -> dict[str, str]:
    """The table as the page holds it, plus what stands around it."""
    found = dict(ROW.findall(page))
    answering = re.search(r'name="answering" type="hidden" value="([^"]*)"', page)
    assert answering, "the form names the revision that it was shown"
    return found | {"answering": answering[1], "review_days": "", "note": ""}


def terms_of(client: Any, room: str) -> str:
    answer = client.get(f"/workrooms/{room}/terms")
    assert answer.status_code == 200
    return str(answer.text)


@pytest.fixture
def negotiated(story: Story) -> str:
    with story() as session:
        return selected(session, alice(session), bob(session)).id


@pytest.fixture
def sent(story: Story) -> tuple[str, str]:
    with story() as session:
        engagement = selected(session, alice(session), bob(session))
        first = negotiation.send(session, engagement, by=alice(session), at=NOON)
        return engagement.id, first.id


def test_the_client_looks_through_the_drafted_terms_and_sends_them(
    negotiated: str, signed_in: SignedIn
) -> None:
    client = signed_in("alice@example.org")
    page = terms_of(client, negotiated)
    assert "Define the terms" in page and "$400.00" in page
    answer = client.post(f"/workrooms/{negotiated}/terms", data=fields(page))
    assert (answer.status_code, answer.location) == (303, f"/workrooms/{negotiated}/terms")
    page = terms_of(client, negotiated)
    assert "Withdraw terms" in page and "Bob Okafor has your terms no. 1" in page
    prefund = re.search(r'href="([^"]*)">Prefund “Start fee deposit”', page)
    assert prefund and "$75.00" in client.get(prefund[1]).text


def test_the_freelancer_waits_for_the_first_terms(negotiated: str, signed_in: SignedIn) -> None:
    page = terms_of(signed_in("bob@example.org"), negotiated)
    assert "Alice Ruiz sends the first terms" in page and "Send terms" not in page


def test_accept_terms_puts_them_in_force(sent: tuple[str, str], signed_in: SignedIn) -> None:
    room, first = sent
    client = signed_in("bob@example.org")
    page = terms_of(client, room)
    assert "Your turn: new terms from Alice Ruiz" in page
    for label in ("Accept terms", "Propose changes", "Decline", "Reason", "Download as PDF"):
        assert label in page
    assert "Accept and fund" not in page, "that is the client's"
    assert client.post(f"/revisions/{first}/acceptance").status_code == 303
    page = terms_of(client, room)
    assert "Terms no. 1, in force" in page and "Change the terms" in page


def test_accept_and_fund_leads_to_funding_what_needs_money_first(
    story: Story, signed_in: SignedIn
) -> None:
    with story() as session:
        engagement = selected(session, alice(session), bob(session))
        negotiation.send(session, engagement, by=alice(session), at=NOON)
        rewrite(session, engagement, bob(session), change={1: {"amount_minor": 9000}})
        second = negotiation.send(session, engagement, by=bob(session), at=later())
        room, change = engagement.id, second.id
        milestone = reads.lines(session, change)[0].milestone_id
    client = signed_in("alice@example.org")
    page = terms_of(client, room)
    assert "Accept and fund $90.00" in page
    assert "<del>$75.00</del>" in page and "was" in page and "now" in page
    answer = client.post(f"/revisions/{change}/acceptance", data={"then": "fund"})
    assert answer.location == f"/milestones/{milestone}/funding"
    assert "$90.00" in client.get(answer.location).text


def test_declining_without_a_reason_is_refused_beside_the_field(
    sent: tuple[str, str], signed_in: SignedIn
) -> None:
    room, first = sent
    client = signed_in("bob@example.org")
    answer = client.post(f"/revisions/{first}/declination", data={"reason": " "})
    assert answer.status_code == 422 and 'id="reason-error"' in answer.text
    answer = client.post(f"/revisions/{first}/declination", data={"reason": "No time"})
    assert answer.status_code == 303
    assert "No time" in terms_of(client, room)


def test_a_stale_act_shows_the_newer_revision_and_keeps_what_was_typed(
    story: Story, sent: tuple[str, str], signed_in: SignedIn
) -> None:
    room, first = sent
    client = signed_in("bob@example.org")
    typed = fields(terms_of(client, room)) | {"m-1-title": "Deposit, renamed", "note": "Hear me"}
    with story() as session:
        engagement = session.get_one(Engagement, room)
        old = reads.waiting(session, room)
        assert old is not None
        negotiation.withdraw(session, old, by=alice(session), at=later())
        rewrite(session, engagement, alice(session), drop=(5,))
        negotiation.send(session, engagement, by=alice(session), at=later())
    for act, data in (
        (f"/revisions/{first}/acceptance", {}),
        (f"/revisions/{first}/declination", {"reason": "Too dear for me"}),
        (f"/workrooms/{room}/terms", typed),
    ):
        answer = client.post(act, data=data)
        assert answer.status_code == 409
        assert "The terms have changed since you opened this page" in answer.text
        assert "Terms no. 2" in answer.text
        for words in (data.get("reason"), data.get("m-1-title"), data.get("note")):
            assert not words or words in answer.text
    assert "Deposit, renamed" in terms_of(client, room), "kept on the server, too"


def test_the_table_is_edited_by_plain_forms_and_the_draft_is_kept(
    negotiated: str, signed_in: SignedIn
) -> None:
    client = signed_in("alice@example.org")
    typed = fields(terms_of(client, negotiated)) | {"m-2-amount": "12.345", "note": "Half a n"}
    rows = f"/workrooms/{negotiated}/terms/rows"
    page = client.post(rows, data=typed | {"do": "delete-1"}).text
    assert "Start fee deposit" not in page and 'value="12.345"' in page
    page = terms_of(client, negotiated)
    assert 'value="12.345"' in page and "Half a n" in page and "Start fee deposit" not in page
    page = client.post(rows, data=fields(page) | {"do": "add"}).text
    assert 'aria-label="Milestone 5"' in page
    page = client.post(rows, data=fields(page) | {"do": "down-1"}).text
    assert page.index("1st revision") < page.index("6 concepts")
    answer = client.post(rows, data={"do": "restart"})
    assert answer.status_code == 303
    assert "Start fee deposit" in terms_of(client, negotiated)


def test_htmx_swaps_the_table_alone(negotiated: str, signed_in: SignedIn) -> None:
    client = signed_in("alice@example.org")
    typed = fields(terms_of(client, negotiated))
    rows = f"/workrooms/{negotiated}/terms/rows"
    answer = client.post(rows, data=typed | {"do": "add"}, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="milestones"')
    answer = client.post(
        f"/workrooms/{negotiated}/terms", data=typed, headers={"HX-Request": "true"}
    )
    assert 'id="terms"' in answer.text and 'hx-swap-oob="true"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("amount", ["1e5", "NaN", "12.345", "-1", "1,2,3", "9" * 18, "\x00", ""])
def test_nonsense_is_refused_beside_its_cell_and_kept(
    negotiated: str, signed_in: SignedIn, amount: str
) -> None:
    client = signed_in("alice@example.org")
    typed = fields(terms_of(client, negotiated)) | {"m-1-amount": amount, "note": "Keep me"}
    answer = client.post(f"/workrooms/{negotiated}/terms", data=typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text and "Keep me" in answer.text


@pytest.mark.parametrize(
    "bad",
    [
        {"m-1-title": ""},
        {"m-1-title": "x" * 100_000},
        {"m-1-due": "9999-99-99"},
        {"review_days": "31"},
        {"review_days": "1e1"},
        {"note": "x" * 100_000},
        {"note": "a\x00b"},
        {"m-1-description": "a\x00b"},
    ],
)
def test_bad_input_is_answered_with_422(
    negotiated: str, signed_in: SignedIn, bad: dict[str, str]
) -> None:
    client = signed_in("alice@example.org")
    typed = fields(terms_of(client, negotiated)) | bad
    assert client.post(f"/workrooms/{negotiated}/terms", data=typed).status_code == 422
    rows = client.post(f"/workrooms/{negotiated}/terms/rows", data=typed | {"do": "add"})
    assert rows.status_code == 200
    assert terms_of(client, negotiated)


def test_a_past_date_is_warned_about_never_refused_and_the_year_9999_is_fine(
    negotiated: str, signed_in: SignedIn
) -> None:
    client = signed_in("alice@example.org")
    typed = fields(terms_of(client, negotiated)) | {
        "m-1-due": "2020-01-01",
        "m-2-due": "9999-12-31",
    }
    page = client.post(f"/workrooms/{negotiated}/terms/rows", data=typed | {"do": "x"}).text
    assert "This day is past." in page
    assert client.post(f"/workrooms/{negotiated}/terms", data=typed).status_code == 303
    assert "9999" in terms_of(client, negotiated)


def test_what_has_just_been_agreed_can_be_changed_by_either_side(
    story: Story, signed_in: SignedIn
) -> None:
    with story() as session:
        room = agreed(session, alice(session), bob(session)).id
    client = signed_in("bob@example.org")
    assert "Send terms" not in terms_of(client, room)
    page = client.get(f"/workrooms/{room}/terms?change=yes").text
    typed = fields(page)
    answer = client.post(f"/workrooms/{room}/terms", data=typed)
    assert answer.status_code == 409 and "says already" in answer.text
    answer = client.post(f"/workrooms/{room}/terms", data=typed | {"m-5-amount": "110"})
    assert answer.status_code == 303
    page = terms_of(signed_in("alice@example.org"), room)
    assert "was $400.00" in page and "now <ins>$110.00</ins>" in page
    assert "Decline; no. 1 stays in force" in page


def test_revisions_can_be_read_compared_and_downloaded(story: Story, signed_in: SignedIn) -> None:
    with story() as session:
        engagement = selected(session, alice(session), bob(session))
        one = negotiation.send(session, engagement, by=alice(session), at=NOON)
        rewrite(session, engagement, bob(session), drop=(2,), note="Fewer concepts")
        two = negotiation.send(session, engagement, by=bob(session), at=later())
        negotiation.accept(session, two, by=alice(session), at=later(2), way="link")
        first, second, digest = one.id, two.id, two.sha256
    client = signed_in("bob@example.org")
    page = client.get(f"/revisions/{second}").text
    assert digest in page and "Fewer concepts" in page and "by a link from a letter" in page
    page = client.get(f"/revisions/{first}/compare/{second}").text
    assert "<del>6 concepts</del>" in page and "1 deleted" in page
    answer = client.get(f"/revisions/{second}.pdf")
    assert answer.data.startswith(b"%PDF-") and answer.content_type == "application/pdf"


def test_strangers_meet_404_everywhere(
    sent: tuple[str, str], signed_in: SignedIn, story: Story
) -> None:
    room, first = sent
    with story() as session:
        mallory(session)
    client = signed_in("mallory@example.org")
    for address in (
        f"/workrooms/{room}/terms",
        f"/workrooms/{room}/ending",
        f"/revisions/{first}",
        f"/revisions/{first}.pdf",
        f"/revisions/{first}/compare/{first}",
    ):
        assert client.get(address).status_code == 404, address
    for address in (
        f"/workrooms/{room}/terms",
        f"/workrooms/{room}/terms/rows",
        f"/workrooms/{room}/ending",
        f"/revisions/{first}/acceptance",
        f"/revisions/{first}/declination",
        f"/revisions/{first}/withdrawal",
    ):
        assert client.post(address).status_code == 404, address


def test_the_page_asks_the_same_questions_however_long_they_negotiated(
    story: Story, signed_in: SignedIn, app: Any
) -> None:
    from sqlalchemy import event

    from app.extensions import db

    def negotiate(rounds: int) -> str:
        with story() as session:
            engagement = selected(session, alice(session), bob(session))
            for turn in range(rounds):
                who = bob(session) if turn % 2 else alice(session)
                rewrite(session, engagement, who, change={1: {"amount_minor": 100 + turn}})
                negotiation.send(session, engagement, by=who, at=later(turn))
            return engagement.id

    asked: list[str] = []
    counts: list[int] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for rounds in (2, 12):
        room = negotiate(rounds)
        client = signed_in("alice@example.org")
        terms_of(client, room)
        asked.clear()
        terms_of(client, room)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30


def test_a_page_that_has_not_changed_is_not_sent_again(
    sent: tuple[str, str], signed_in: SignedIn
) -> None:
    room, first = sent
    client = signed_in("bob@example.org")
    tag = client.get(f"/workrooms/{room}/terms").headers["ETag"]
    seen = {"If-None-Match": tag}
    assert client.get(f"/workrooms/{room}/terms", headers=seen).status_code == 304
    client.post(f"/revisions/{first}/declination", data={"reason": "No"})
    client.get(f"/workrooms/{room}/terms")  # says once that it was declined
    assert client.get(f"/workrooms/{room}/terms", headers=seen).status_code == 200


def test_terms_that_take_back_what_was_released_by_then_say_so_and_offer_no_acceptance(
    story: Story, signed_in: SignedIn
) -> None:
    with story() as session:
        room = rooms.agreed(session)
        first = room.milestones[0]
        rooms.pays(room, first)
        rewrite(session, room.engagement, room.freelancer, change={1: {"amount_minor": 2000}})
        negotiation.send(session, room.engagement, by=room.freelancer, at=later(1))
        part.release_part(
            session, rooms.submits(room, first), 3000, rest="keep", reason="More.", by=room.client,
            at=later(2),
        )  # fmt: skip
        room_id = room.engagement.id
    page = terms_of(signed_in("alice@example.org"), room_id)
    assert "“Start fee deposit”, of which $30.00 is released already, or went back" in page
    assert "Accept terms" not in page and "starts from what is true now" in page
    assert fields(page)["m-1-amount"] == "75.00", "as it was agreed, not as they would have it"
