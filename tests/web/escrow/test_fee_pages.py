"""The board's fee on the pages: before terms are accepted, at release, and for the operator."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from app.kernel import clock
from app.people import board
from app.terms import negotiation
from tests import rooms
from tests.people import mallory, olga, someone
from tests.rooms import Room

KEEPS = "The board keeps 5 % of what is released, at least $1.00 for each milestone."


@dataclass
class People:
    """Browsers, and a room whose terms wait for Bob on a board that keeps 5 %."""

    room: Room
    id: str
    first: str
    revision: str
    alice: Any
    bob: Any
    olga: Any
    mallory: Any
    keeper: Any


def charge(session: Any, by: Any, rate: int = 5000, billing: str = "1 Main Street\nBerlin") -> None:
    board.charge(
        session, rate=rate, minimum_minor=100, tax_rate=19000, tax_words="VAT", billing=billing,
        by=by, at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def people(story: Any, signed_in: Any) -> People:
    with story() as session:
        room = rooms.negotiated(session)
        charge(session, room.operator)
        revision = negotiation.send(session, room.engagement, by=room.client, at=clock.now())
        outsider, keeper = mallory(session), someone(session, "Keeper Blue")
        keeper.is_bookkeeper = True
        from app.terms import reads

        first = reads.lines(session, revision.id)[0].milestone_id
        ids = (room.engagement.id, str(first), revision.id)
        everybody = (room.client, room.freelancer, olga(session), outsider, keeper)
    return People(room, *ids, *(signed_in(person) for person in everybody))


def again(session: Any, people: People) -> Room:
    """The room as it stands now, in another session."""
    known = people.room
    everybody = (known.engagement, known.client, known.freelancer, known.operator)
    return Room(session, *(session.get_one(type(one), one.id) for one in everybody))


def page(browser: Any, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def said(browser: Any, address: str) -> str:
    return " ".join(page(browser, address).get_text(" ").split())


def posts(browser: Any, address: str, **data: str) -> Any:
    answer = browser.post(address, data={"once": address, **data})
    assert answer.status_code == 303, answer.text
    return answer


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.fixture
def released(people: People, story: Any) -> People:
    """Bob accepted; the first milestone was funded and released a month ago."""
    at = clock.now() - timedelta(days=33)
    with story() as session:
        from app.escrow.models import Milestone
        from app.terms.models import Revision

        room = again(session, people)
        waiting = session.get_one(Revision, people.revision)
        negotiation.accept(session, waiting, by=room.freelancer, at=at)
        rooms.through(room, session.get_one(Milestone, people.first), at=at)
    return people


def last_month() -> str:
    return f"{clock.day_in(clock.now() - timedelta(days=33), 'Europe/Berlin'):%Y-%m}"


def test_the_fee_is_shown_before_terms_are_accepted_to_both_and_on_paper(people: People) -> None:
    terms = f"/workrooms/{people.id}/terms"
    assert f"{KEEPS} Of $400.00 in all, you get $380.00" in said(people.bob, terms)
    assert f"{KEEPS} Of $400.00 in all, Bob Okafor gets $380.00" in said(people.alice, terms)
    one = said(people.bob, f"/revisions/{people.revision}")
    assert "the freelancer gets $380.00" in one
    assert "board keeps 5 % of each milestone released, at least 100" in one
    assert people.bob.get(f"/revisions/{people.revision}.pdf").status_code == 200


def test_whoever_drafts_terms_or_a_proposal_sees_the_fee(people: People, story: Any) -> None:
    assert KEEPS in said(people.bob, f"/workrooms/{people.id}/terms?change=yes")
    with story() as session:
        from app.people.models import Person
        from tests.stories import post_job

        client = session.get_one(Person, people.room.client.id)
        job = post_job(session, client, at=clock.now(), title="Another").id
    assert KEEPS in said(people.bob, f"/jobs/{job}/proposals/new")


def test_two_revisions_with_different_fees_say_so_when_compared(people: People, story: Any) -> None:
    with story() as session:
        from app.engagement.models import Engagement
        from app.people.models import Person
        from tests.stories import rewrite

        charge(session, session.get_one(Person, people.room.operator.id), 7500)
        engagement = session.get_one(Engagement, people.id)
        bob = session.get_one(Person, people.room.freelancer.id)
        rewrite(session, engagement, bob, change={1: {"title": "Deposit"}})
        counter = negotiation.send(session, engagement, by=bob, at=clock.now()).id
    text = said(people.alice, f"/revisions/{people.revision}/compare/{counter}")
    assert "Fee of the board: now The board keeps 7.5 %" in text
    assert "was The board keeps 5 %" in text


def test_review_and_milestone_say_what_the_board_keeps_at_release(
    people: People, story: Any
) -> None:
    with story() as session:
        from app.escrow.models import Milestone
        from app.terms.models import Revision

        room = again(session, people)
        waiting = session.get_one(Revision, people.revision)
        negotiation.accept(session, waiting, by=room.freelancer, at=clock.now())
        milestone = session.get_one(Milestone, people.first)
        rooms.pays(room, milestone, at=clock.now())
    shown = said(people.alice, f"/milestones/{people.first}")
    assert "Releasing pays $75.00 to the freelancer now, less $3.75 for the board" in shown
    with story() as session:
        milestone = session.get_one(Milestone, people.first)
        room = again(session, people)
        submission = rooms.submits(room, milestone, at=clock.now()).id
    review = said(people.alice, f"/submissions/{submission}")
    assert "goes to Bob Okafor, less $3.75 for the board" in review


def test_the_money_page_says_gross_fee_and_what_the_freelancer_got(released: People) -> None:
    money = said(released.bob, f"/workrooms/{released.id}/money")
    for words in ("Released $75.00", "Fee of the board $3.75", "Yours $71.25", KEEPS):
        assert words in money, words
    assert "Paid to Bob Okafor $71.25" in said(released.alice, f"/workrooms/{released.id}/money")
    history = said(released.bob, f"/workrooms/{released.id}/history")
    assert "Alice Ruiz released $75.00 for “Start fee deposit”; the board kept $3.75" in history


def test_receipt_statement_and_table_show_release_and_fee(released: People) -> None:
    money = page(released.bob, f"/workrooms/{released.id}/money")
    link = next(a["href"] for a in money.find_all("a") if "Receipt for Released" in a.text)
    receipt = said(released.bob, str(link))
    for words in ("$75.00", "Released to the freelancer", "$71.25", "Fee of the board", "$3.75"):
        assert words in receipt, words
    table = rows(released.bob.get(f"/workrooms/{released.id}/money.csv"))
    assert [row[4] for row in table[-2:]] == ["-71.25", "-3.75"]
    assert [row[2] for row in table[-2:]] == ["Released to the freelancer", "Fee of the board"]
    assert released.bob.get(f"{link}.pdf").status_code == 200


def test_the_operator_sets_the_fee_and_a_bookkeeper_only_sees_it(people: People) -> None:
    assert KEEPS in said(people.keeper, "/board/fees")
    assert "Save fee" not in said(people.keeper, "/board/fees")
    answer = people.keeper.post("/board/fee", data={"once": "1", "rate": "9"})
    assert answer.status_code in (403, 404)
    posts(people.olga, "/board/fee", rate="2.5", minimum="0", billing="B", tax_rate="0")
    assert "The board keeps 2.5 % of what is released." in said(people.olga, "/board/fees")
    assert "you get $380.00" in said(people.bob, f"/workrooms/{people.id}/terms"), "as it was sent"


def test_the_statement_of_fees_by_month_as_page_and_table(released: People) -> None:
    month = last_month()
    text = said(released.keeper, f"/board/fees/{month}")
    for words in ("Logo design for a bakery", "Start fee deposit", "Bob Okafor", "$75.00", "$3.75"):
        assert words in text, words
    (header, row) = rows(released.keeper.get(f"/board/fees/{month}.csv"))
    assert header[5:] == ["Released", "Fee", "To the freelancer", "Currency"]
    assert row[5:] == ["75.00", "3.75", "71.25", "USD"]
    assert "No fee was kept in this month" in said(released.olga, "/board/fees")
    for address in ("/board/fees", f"/board/fees/{month}", f"/board/fees/{month}.csv"):
        assert released.bob.get(address).status_code in (403, 404)
        assert released.mallory.get(address).status_code in (403, 404)
    assert released.olga.get("/board/fees/2026-13").status_code == 404


def test_fees_are_marked_as_taken_out_and_never_more_than_is_there(released: People) -> None:
    answer = released.olga.post("/board/fees/USD/taking", data={"USD-amount": "4", "once": "1"})
    assert answer.status_code == 422
    assert "The fees that are here come to $3.75" in answer.text and 'value="4"' in answer.text
    posts(released.keeper, "/board/fees/USD/taking", **{"USD-amount": "3"})
    text = said(released.olga, "/board/fees")
    assert "$3.00" in text and "$0.75" in text
    assert "The books are whole" in said(released.olga, "/board/checks")


def test_fee_invoices_of_a_month_that_is_over_go_to_each_freelancer(released: People) -> None:
    month = last_month()
    posts(released.keeper, f"/board/fees/{month}/invoices")
    shown = page(released.olga, f"/board/fees/{month}")
    link = str(next(a["href"] for a in shown.find_all("a") if "Fee invoice no. 1" in a.text))
    assert "Write fee invoices" not in shown.text
    own = said(released.bob, link)
    for words in ("Acme board, 1 Main Street, Berlin", "Bob Okafor", "Net $3.15", "$0.60", "VAT"):
        assert words in own, words
    assert "Fee invoice no. 1" in said(released.bob, "/payments")
    assert released.bob.get(f"{link}.pdf").data.startswith(b"%PDF")
    table = rows(released.bob.get(f"{link}.csv"))
    assert table[1][3:] == ["Logo design for a bakery", "Start fee deposit", table[1][5], "75.00",
                            "3.75", "USD"]  # fmt: skip
    for stranger in (released.mallory, released.alice):
        assert stranger.get(link).status_code == 404
        assert stranger.get(f"{link}.pdf").status_code == 404
    assert released.bob.post(f"{link}/reversal", data={"once": "r"}).status_code in (403, 404)
    note = posts(released.olga, f"{link}/reversal").location
    assert re.fullmatch(r"/board/fee-invoices/\w+", note)
    assert "It takes back fee invoice no. 1" in said(released.bob, note)
    again = page(released.olga, f"/board/fees/{month}")
    assert "Write fee invoices" in again.text, "what was taken back can be written anew"


def test_without_an_address_of_the_board_no_invoice_is_written(
    released: People, story: Any
) -> None:
    with story() as session:
        from app.people.models import Person

        charge(session, session.get_one(Person, released.room.operator.id), billing="")
    month = last_month()
    assert "billing address is missing" in said(released.keeper, f"/board/fees/{month}")
    answer = released.keeper.post(f"/board/fees/{month}/invoices", data={"once": "1"})
    assert answer.status_code == 409 and "no number was used" in answer.text


def test_terms_are_not_sent_with_another_fee_than_the_page_showed(
    people: People, story: Any
) -> None:
    from tests.web.terms.test_terms_page import fields

    address = f"/workrooms/{people.id}/terms"
    answer = people.bob.get(address)
    form = BeautifulSoup(answer.text, "html.parser")
    shown = form.select_one("input[name=shown_fee]")
    assert shown is not None and shown["value"] == "5000:100"
    typed = fields(answer.text) | {"shown_fee": "5000:100", "m-1-amount": "80.00"}
    with story() as session:
        from app.people.models import Person

        charge(session, session.get_one(Person, people.room.operator.id), 7500)
    refused = people.bob.post(address, data=typed)
    assert refused.status_code == 409
    assert "The board's fee has changed since you opened this page" in refused.get_data(
        as_text=True
    ).replace("&#39;", "'")
    assert 'value="80.00"' in refused.text and "The board keeps 7.5 %" in refused.text
    posts(people.bob, address, **typed | {"shown_fee": "7500:100"})
