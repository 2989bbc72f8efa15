"""Bank statements and files for the bank on the operator's pages, without a script."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app.escrow import accounts, audit, ledger
from app.escrow.incoming import funding
from app.escrow.models import Payout
from app.escrow.outgoing import payouts
from app.people.models import Board
from tests import rooms
from tests.people import mallory
from tests.rooms import Room
from tests.web.escrow.test_the_money_pages import send, soup

IBAN, OWN = "ES9121000418450200051332", "DE89 3704 0044 0532 0130 00"
HERE = "/board/statements"


@dataclass
class Board_:
    """Browsers of the people of a room in EUR, a payment that waits, and a payout."""

    room: Room
    reference: str
    code: str
    alice: Any
    bob: Any
    olga: Any
    mallory: Any


@pytest.fixture
def people(story: Any, signed_in: Any) -> Board_:
    with story() as session:
        room = rooms.agreed(session, currency="EUR")
        rooms.through(room, room.milestones[0])
        room.freelancer.payout_account = f"Bob, {IBAN}"
        payout = payouts.ask(session, room.freelancer, 7500, "EUR", at=rooms.NOON)
        payment = funding.start(
            session, room.engagement, [room.milestones[1]], provider="bank", by=room.client,
            at=rooms.NOON,
        )  # fmt: skip
        outsider, facts = mallory(session), (payment.reference, payout.code)
        session.get_one(Board, 1).bank_account = f"Acme, {OWN}"
    everybody = (room.client, room.freelancer, room.operator, outsider)
    return Board_(room, *facts, *(signed_in(person) for person in everybody))


def test_whom_a_payout_goes_to_at_the_bank_is_shown_and_why_it_leaves_with_no_file(
    people: Board_, story: Any
) -> None:
    assert "leaves with no file" not in people.olga.get("/board/money").text
    with story() as session:
        session.merge(people.room.freelancer).name = "🙂🙂"
    page = people.olga.get("/board/money").text
    assert f"{people.code} to 🙂🙂 leaves with no file" in page and "account holder’s name" in page
    with story() as session:
        session.merge(people.room.freelancer).payout_holder = "Bob Brown"
    page = people.olga.get("/board/money").text
    assert "(account of Bob Brown)" in page and "leaves with no file" not in page


def uploads(browser: Any, *rows: str, name: str = "bank.csv") -> Any:
    text = "\n".join(("Date,Amount,Currency,Payer,Reference,ID", *rows))
    data = {"files": (io.BytesIO(text.encode()), name)}
    return browser.post(HERE, data=data, follow_redirects=True)


def books(story: Any, name: Any) -> int:
    with story() as session:
        assert audit.audit(session) == []
        return ledger.balance(session, name, "EUR")


def test_a_statement_is_imported_and_what_matches_is_confirmed_with_one_press(
    people: Board_, story: Any
) -> None:
    for page in ("/board", "/board/money"):
        button = soup(people.olga.get(page)).find("a", string="Import bank statement")
        assert button and button["href"] == HERE
    rows = (
        f"2026-11-03,75.00,EUR,Alice,Logo {people.reference.lower()},B-1",
        f"2026-11-04,-75.00,EUR,Bob,{people.code},B-2",
    )
    answer = uploads(people.olga, *rows)
    assert "2 new lines." in answer.text and people.reference in answer.text
    held = accounts.held(people.room.milestones[1].id)
    assert books(story, held) == 0
    assert "2 lines of bank statements wait" in people.olga.get("/board").text
    assert "2 lines are confirmed." in confirms(people).text
    assert books(story, held) == 7500
    again = uploads(people.olga, *rows)
    assert "0 new lines. 2 known already, and not taken twice." in again.text
    assert "Nothing is matched." in again.text and books(story, held) == 7500
    assert "Paid" in people.bob.get("/payments").text


def confirms(people: Board_, *keys: str) -> Any:
    """Press Confirm all matched, from one page, with each of these keys of the form."""
    page, answer = soup(people.olga.get(HERE)), None
    form = page.find("button", string="Confirm all matched").find_parent("form")
    shown = [one["value"] for one in form.find_all("input", {"name": "entry"})]
    for key in keys or ("a",):
        data = {"entry": shown, "once": key}
        answer = people.olga.post(form["action"], data=data, follow_redirects=True)
    return answer


def test_pressing_confirm_twice_confirms_once(people: Board_, story: Any) -> None:
    uploads(people.olga, f"2026-11-03,75.00,EUR,Alice,{people.reference},B-1")
    confirms(people, "a", "b")
    assert books(story, accounts.held(people.room.milestones[1].id)) == 7500
    assert books(story, accounts.balance(people.room.client.id)) == 0


def test_what_is_wrong_stands_apart_and_says_why(people: Board_, story: Any) -> None:
    answer = uploads(
        people.olga,
        f"2026-11-03,70.00,EUR,Alice,{people.reference},B-1",
        f"2026-11-03,80.00,EUR,Alice,{people.reference},B-2",
        f"2026-11-03,75.00,USD,Alice,{people.reference},B-3",
        "2026-11-03,75.00,EUR,Alice,rent,B-4",
        "2026-11-03,-2.50,EUR,Bank,fee,B-5",
    )
    for words in (
        "less than", "more than", "asks for EUR, and this is USD", "No reference of ours",
        "A fee of the bank can be set aside", "Nothing is matched.",
    ):  # fmt: skip
        assert words in answer.text, words
    shown = soup(answer)
    assert len(shown.select("#look > section")) == 5
    assert len({one["id"] for one in shown.select("[id]")}) == len(shown.select("[id]"))


def test_money_without_a_place_is_a_task_on_the_board_until_it_is_assigned(
    people: Board_, story: Any
) -> None:
    uploads(people.olga, "2026-11-03,75.00,EUR,Alice,rent,B-4")
    answer = send(people.olga, HERE, "Put in suspense")
    assert "waits in suspense until you place it" in answer.text
    assert books(story, accounts.suspense()) == 7500
    for page in ("/board", "/board/money"):
        assert "1 sum waits in suspense" in people.olga.get(page).text
    wrong = send_wrong(people, "MP-2222-2222")
    assert wrong.status_code == 422 and "No payment, refund or payout has this" in wrong.text
    assert "MP-2222-2222" in wrong.text and books(story, accounts.suspense()) == 7500
    answer = send(people.olga, HERE, "Assign to this payment", Reference=people.reference)
    assert "€75.00 is confirmed." in answer.text
    assert books(story, accounts.suspense()) == 0
    assert books(story, accounts.held(people.room.milestones[1].id)) == 7500
    assert "suspense until" not in people.olga.get("/board").text


def send_wrong(people: Board_, reference: str) -> Any:
    page = soup(people.olga.get(HERE))
    form = page.find("button", string="Assign to this payment").find_parent("form")
    name = form.find("input", {"type": "text"})["name"]
    return people.olga.post(form["action"], data={name: reference})


def test_money_in_suspense_is_sent_back_and_a_fee_is_set_aside(people: Board_, story: Any) -> None:
    uploads(people.olga, "2026-11-03,75.00,EUR,Alice,rent,B-4")
    send(people.olga, HERE, "Put in suspense")
    answer = send(people.olga, HERE, "Mark as sent back", How_it_was_sent_back="By SEPA, 4 Nov")
    assert "By SEPA, 4 Nov" in answer.text and books(story, accounts.suspense()) == 0
    uploads(people.olga, "2026-11-03,-2.50,EUR,Bank,fee,B-5")
    assert "is set aside" in send(people.olga, HERE, "Set aside").text
    assert "waits to be looked at again" in send(people.olga, HERE, "Take up again").text
    assert "To look at" in people.olga.get(HERE).text


def test_payouts_leave_as_a_sepa_file_once(people: Board_, story: Any) -> None:
    page = soup(people.olga.get("/board/money"))
    button = page.find("button", string="Download SEPA file")
    once = button.find_parent("form").find("input", {"name": "once"})["value"]
    data = {"kind": "sepa", "once": once}
    answer = people.olga.post("/board/exports", data=data, follow_redirects=True)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (
        people.code in answer.text and IBAN in answer.text and OWN.replace(" ", "") in answer.text
    )
    again = people.olga.post("/board/exports", data=data, follow_redirects=True)
    assert again.text == answer.text
    shown = people.olga.get("/board/money")
    assert "Download SEPA file" not in shown.text and "In a file of" in shown.text
    assert people.olga.get(shown_link(shown)).text == answer.text
    payments = people.bob.get("/payments")
    assert "On its way" in payments.text and "Take back" not in payments.text
    with story() as session:
        payout_id = session.scalars(select(Payout.id)).one()
    refused = people.bob.post(f"/payouts/{payout_id}/cancellation")
    assert refused.status_code == 409 and "on its way to your bank" in refused.text
    assert (
        "leaves with the next file"
        in send(people.olga, "/board/money", "Put into the next file, too").text
    )
    assert "Download SEPA file" in people.olga.get("/board/money").text


def shown_link(answer: Any) -> str:
    return str(soup(answer).select_one('a[href^="/board/exports/"]')["href"])


def test_without_an_iban_of_the_board_the_page_says_what_is_missing(
    people: Board_, story: Any
) -> None:
    with story() as session:
        session.get_one(Board, 1).bank_account = "Acme, 12345"
    page = people.olga.get("/board/money").text
    assert "Download SEPA file" not in page and "needs the board's own IBAN" in page
    answer = people.olga.post("/board/exports", data={"kind": "sepa"})
    assert answer.status_code == 409 and "SEPA file needs" in answer.text
    assert people.olga.post("/board/exports", data={"kind": "x"}).status_code == 404


def test_a_file_that_is_no_statement_is_refused_beside_the_field(people: Board_) -> None:
    for data in (b"hello", b"", b"<!DOCTYPE a [<!ENTITY x 'y'>]><Document/>"):
        answer = people.olga.post(HERE, data={"files": (io.BytesIO(data), "x.xml")})
        page = BeautifulSoup(answer.text, "html.parser")
        assert answer.status_code == 422
        assert page.select_one("#files-error").text.strip()
    assert people.olga.post(HERE, data={}).status_code == 422


def test_a_bookkeeper_imports_and_strangers_meet_nothing(people: Board_, story: Any) -> None:
    with story() as session:
        session.merge(people.room.client).is_bookkeeper = False
        mallory(session).is_bookkeeper = True
    assert "1 new line." in uploads(people.mallory, "2026-11-03,1.00,EUR,A,rent,B").text
    for browser in (people.alice, people.bob):
        assert browser.get(HERE).status_code == 404
        assert browser.post(HERE, data={}).status_code == 404
        assert browser.post("/board/exports", data={"kind": "sepa"}).status_code == 404


def test_an_iban_with_a_slip_is_noticed_where_it_is_typed(people: Board_) -> None:
    wrong = "ES9121000418450200051333"
    answer = people.bob.post("/settings/money", data={"payout_account": f"Bob {wrong}"})
    assert answer.status_code == 422 and "cannot be an IBAN" in answer.text
    right = people.bob.post("/settings/money", data={"payout_account": f"Bob {IBAN}"})
    assert right.status_code == 303
    facts = {"name": "B", "zone": "UTC", "currency": "EUR", "contact_email": "a@example.org"}
    account = {"bank_account": "Acme DE89370400440532013001"}
    answer = people.olga.post("/board/settings", data=facts | account)
    assert answer.status_code == 422 and "cannot be an IBAN" in answer.text
