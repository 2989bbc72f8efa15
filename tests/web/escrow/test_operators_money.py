"""Tasks, money that came back, second persons, limits and accounts on the operator's pages."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from app.escrow import accounts, audit, ledger, work
from app.escrow.incoming import funding
from app.escrow.models import Payment
from app.escrow.outgoing import payouts, refunds
from app.people import board
from app.people.models import Board
from tests import rooms
from tests.people import carol, mallory
from tests.rooms import Room
from tests.web.escrow.bank_files import says_columns
from tests.web.escrow.test_the_money_pages import send, soup

IBAN = "DE89370400440532013000"


@dataclass
class Desk:
    """A room with a refund and a payout that wait, and browsers; Carol is the bookkeeper."""

    room: Room
    payment: str
    waiting: str
    code: str
    refund: str
    payout: str
    olga: Any
    carol: Any
    alice: Any
    mallory: Any


@pytest.fixture
def desk(story: Any, signed_in: Any) -> Desk:
    with story() as session:
        room = rooms.agreed(session)
        first, second, third, *_ = room.milestones
        rooms.through(room, first)
        paid = rooms.pays(room, second)
        (refund,) = refunds.refund(
            session, room.engagement, second, 2500, source=accounts.held(second.id), why="ended",
            by=room.client, at=rooms.NOON,
        )  # fmt: skip
        work.settle_state(session, second, at=rooms.NOON)
        payout = payouts.ask(session, room.freelancer, 7500, "USD", at=rooms.NOON)
        waits = funding.start(
            session, room.engagement, [third], provider="bank", by=room.client, at=rooms.NOON
        )
        keeper, outsider = carol(session), mallory(session)
        keeper.is_bookkeeper = True
        ids = (paid.reference, waits.reference, payout.code, refund.id, payout.id)
    everybody = (room.operator, keeper, room.client, outsider)
    return Desk(room, *ids, *(signed_in(person) for person in everybody))


def stands(story: Any, name: Any) -> int:
    with story() as session:
        assert audit.audit(session) == []
        return ledger.balance(session, name, "USD")


def test_a_refund_that_could_not_be_sent_back_is_a_task_that_somebody_closes(
    desk: Desk, story: Any
) -> None:
    page = desk.olga.get("/board/money")
    link = soup(page).find("a", string="Could not be sent back")
    assert link and link["href"] == f"/board/refunds/{desk.refund}/return"
    empty = desk.olga.post(link["href"], data={"reason": ""})
    assert empty.status_code == 422
    done = send(desk.olga, link["href"], "Could not be sent back", What_the_bank_said="Closed")
    assert "$25.00 is on a balance again" in done.text
    assert stands(story, accounts.balance(desk.room.client.id)) == 2500
    assert "$25.00 could not be sent back" in desk.olga.get("/board").text
    assert "Look after the board" in desk.olga.get("/").text
    send(desk.olga, "/board/tasks", "Mark as looked after", What_was_done="Called her.")
    shown = desk.olga.get("/board/tasks").text
    assert "Called her." in shown and "Olga Brandt" in shown
    assert "Look after the board" not in desk.olga.get("/").text
    assert "Nothing to do" in desk.olga.get(link["href"]).text
    history = desk.alice.get(f"/workrooms/{desk.room.engagement.id}/history").text
    assert "could not be sent back; it is on the client’s balance" in history
    statement = desk.alice.get("/payments").text
    assert "Did not arrive" in statement


def test_a_payout_is_found_by_its_code_and_marked_as_not_arrived(desk: Desk, story: Any) -> None:
    send(desk.olga, "/board/money", "Mark as paid")
    found = desk.olga.get(f"/board/money?reference={desk.code.lower()}")
    link = soup(found).find("a", string="Did not arrive")
    assert link
    send(desk.olga, link["href"], "Did not arrive", What_the_bank_said="No such account")
    assert stands(story, accounts.balance(desk.room.freelancer.id)) == 7500
    again = desk.olga.get(f"/board/money?reference={desk.code}")
    assert "Failed" in again.text and "Did not arrive" not in again.text


def test_a_charge_back_is_typed_in_and_shown_everywhere(desk: Desk, story: Any) -> None:
    page = soup(desk.olga.get(f"/board/money?reference={desk.payment}"))
    link = page.find("a", string="Charged back")
    assert link
    for amount, words in (("75.01", "at most $75.00"), ("0", "The least is"), ("x", "Type")):
        wrong = desk.olga.post(link["href"], data={"amount": amount, "reason": "Recall"})
        assert wrong.status_code == 422 and words in wrong.text
    done = send(
        desk.olga, link["href"], "Book the charge-back", Amount_charged_back="50",
        Reason="Recall",
    )  # fmt: skip
    assert f"$50.00 of {desk.payment} is charged back." in done.text
    second = desk.room.milestones[1]
    assert stands(story, accounts.refund_in_transit("bank")) == 0  # the bank was quicker
    assert stands(story, accounts.held(second.id)) == 2500
    money = desk.alice.get(f"/workrooms/{desk.room.engagement.id}/money").text
    assert "Charged back by the payer’s bank" in money
    assert "$50.00 was charged back" in desk.olga.get("/board/tasks").text


@pytest.mark.parametrize(
    "path",
    ["/board/tasks", "/board/refunds/{refund}/return", "/board/payouts/{payout}/return"],
)
def test_these_pages_are_for_who_keeps_the_money(desk: Desk, path: str) -> None:
    address = path.format(refund=desk.refund, payout=desk.payout)
    assert desk.carol.get(address).status_code == 200
    for browser in (desk.alice, desk.mallory):
        assert browser.get(address).status_code == 404
        assert browser.post(address, data={"reason": "x"}).status_code in (404, 405)


def limits(desk: Desk, **typed: str) -> Any:
    return send(desk.olga, "/board/settings", "Save limits", **typed)


def test_the_tolerance_is_set_and_a_short_payment_says_who_bore_the_rest(
    desk: Desk, story: Any
) -> None:
    assert "The limits are saved" in limits(desk, Tolerance_for_short_payments="0.05").text
    third = desk.room.milestones[2]
    send(
        desk.olga, f"/board/money?reference={desk.waiting}", "Confirm received",
        Amount_received="74.96",
    )  # fmt: skip
    assert stands(story, accounts.held(third.id)) == 7500
    assert stands(story, accounts.loss()) == -4
    history = desk.alice.get(f"/workrooms/{desk.room.engagement.id}/history").text
    assert "the board added $0.04 that was short" in history


def test_above_the_limit_the_second_confirms_what_the_first_typed(desk: Desk, story: Any) -> None:
    limits(desk, Two_people_above="70")
    page = f"/board/money?reference={desk.waiting}"
    said = send(desk.olga, page, "Confirm received", Paid_by="Ana & Co")
    assert "done when a second person confirms it" in said.text
    third = desk.room.milestones[2]
    assert stands(story, accounts.held(third.id)) == 0
    mine = desk.olga.get("/board/money")
    assert "Somebody else confirms it." in mine.text and "Confirm the same" not in mine.text
    other = soup(desk.carol.get("/board/money"))
    assert "Prepared by Olga Brandt" in other.text and "Ana & Co" in other.text
    done = send(desk.carol, "/board/money", "Confirm the same")
    assert "Money that came: $75.00. Both of you have confirmed it." in done.text
    assert stands(story, accounts.held(third.id)) == 7500
    with story() as session:
        paid = session.scalars(select(Payment).where(Payment.reference == desk.waiting)).one()
        assert paid.paid_by == "Ana & Co"
    history = desk.alice.get(f"/workrooms/{desk.room.engagement.id}/history").text
    assert "prepared $75.00; a second person confirms it" in history


def test_above_the_limit_a_charge_back_and_a_return_are_confirmed_on_the_page(
    desk: Desk, story: Any
) -> None:
    limits(desk, Two_people_above="20")
    freelancer = accounts.balance(desk.room.freelancer.id)
    page = f"/board/payouts/{desk.payout}/return"
    said = send(desk.olga, page, "Did not arrive", What_the_bank_said="No such account")
    assert "done when a second person confirms it" in said.text and not stands(story, freelancer)
    shown = soup(desk.carol.get("/board/money")).text
    assert "A payout that did not arrive · $75.00" in shown and "No such account" in shown
    done = send(desk.carol, "/board/money", "Confirm the same")
    assert "A payout that did not arrive: $75.00. Both of you have confirmed it." in done.text
    assert stands(story, freelancer) == 7500
    link = soup(desk.carol.get(f"/board/money?reference={desk.payment}")).find(
        "a", string="Charged back"
    )
    assert link
    typed = {"Amount_charged_back": "50", "Reason": "Recall by the bank"}
    said = send(desk.carol, link["href"], "Book the charge-back", **typed)
    assert "done when a second person confirms it" in said.text
    assert stands(story, accounts.refund_in_transit("bank")) == 2500
    shown = soup(desk.olga.get("/board/money")).text
    assert "A charge-back · $50.00" in shown and "Recall by the bank" in shown
    send(desk.olga, "/board/money", "Confirm the same")
    assert stands(story, accounts.refund_in_transit("bank")) == 0


def test_a_preparation_is_cancelled_on_the_page(desk: Desk, story: Any) -> None:
    limits(desk, Two_people_above="70")
    send(desk.olga, "/board/money", "Mark as paid")
    again = desk.olga.post(f"/board/payouts/{desk.payout}/sending")
    assert again.status_code == 409 and "You prepared this yourself" in again.text
    said = send(desk.carol, "/board/money", "Cancel what was prepared")
    assert "nothing was moved" in said.text
    assert stands(story, accounts.payout_in_transit("bank")) == 7500


def test_a_file_above_the_limit_is_made_when_the_second_asks_for_it(desk: Desk, story: Any) -> None:
    with story() as session:
        session.merge(desk.room.freelancer).payout_account = "12345"
        board.set_limits(
            session, tolerance_minor=0, two_operator_minor=7000,
            by=session.merge(desk.room.operator), at=rooms.NOON,
        )  # fmt: skip
    file = {"kind": "csv"}
    first = desk.olga.post("/board/exports", data=file, follow_redirects=True)
    assert "done when a second person confirms it" in first.text
    assert "download the same file below" in desk.carol.get("/board/money").text
    second = desk.carol.post("/board/exports", data=file, follow_redirects=True)
    assert second.mimetype == "text/csv"


def test_a_limit_without_a_second_person_is_refused_beside_its_field(
    story: Any, signed_in: Any
) -> None:
    with story() as session:
        olga = rooms.agreed(session).operator
    wrong = signed_in(olga).post("/board/limits", data={"two_operator_minor": "100"})
    assert wrong.status_code == 422
    assert "Two people who see all money are needed" in wrong.text and 'value="100"' in wrong.text


def test_each_currency_has_its_account_and_the_funding_page_shows_it(
    desk: Desk, story: Any
) -> None:
    with story() as session:
        session.get_one(Board, 1).bank_account = "Acme, in general"
    page = f"/milestones/{desk.room.milestones[2].id}/funding"
    assert "Acme, in general" in desk.alice.get(page).text
    data = {"for-currency": "USD", "for-account": "Acme dollars, 021000021"}
    said = desk.olga.post("/board/accounts", data=data, follow_redirects=True)
    assert "The account for USD is saved." in said.text
    assert "Acme dollars, 021000021" in desk.alice.get(page).text
    with story() as session:
        assert board.account_for(session, "EUR") == "Acme, in general"
    bad = {"for-currency": "EUR", "for-account": IBAN[:-1] + "1"}
    wrong = desk.olga.post("/board/accounts", data=bad)
    assert wrong.status_code == 422
    desk.olga.post("/board/accounts/USD/deletion")
    assert "Acme, in general" in desk.alice.get(page).text
    for browser in (desk.carol, desk.alice):
        assert browser.post("/board/accounts", data=data).status_code == 404


def test_the_boards_page_shows_the_books_head_and_the_last_audit(desk: Desk, story: Any) -> None:
    with story() as session:
        from app.escrow.office import checks

        seq, digest = ledger.head(session)
        checks.keep(session, "2026-11-02", seq, digest, 0, at=rooms.NOON)
    for page in ("/board", "/board/money"):
        shown = desk.olga.get(page).text
        assert "The books were whole on" in shown and digest[:16] in shown
    with story() as session:
        checks.keep(session, "2026-11-03", seq, digest, 2, at=rooms.NOON)
    assert "found 2 things wrong" in desk.olga.get("/board").text
    assert "The books do not add up" in desk.olga.get("/board/tasks").text


def test_a_line_of_a_statement_of_another_account_is_not_matched(desk: Desk, story: Any) -> None:
    with story() as session:
        session.get_one(Board, 1).bank_account = "Acme, DE89 3704 0044 0532 0130 00"
    ours, other = IBAN, "ES9121000418450200051332"
    for account, words in ((other, "an account that is not the board"), (ours, "Confirm all")):
        with story() as session:
            from app.escrow.bank import importing
            from app.escrow.bank.lines import Line, Statement
            from app.escrow.bank.models import BankEntry

            for old in session.scalars(select(BankEntry)):
                session.delete(old)
            line = Line(rooms.NOON.date(), "USD", 7500, text=desk.waiting)
            importing.keep(
                session, [Statement("CAMT", account, (line,))], file_name="a.xml",
                by=session.merge(desk.room.operator), at=rooms.NOON,
            )  # fmt: skip
        assert words in desk.olga.get("/board/statements").text


def test_a_statement_that_shows_a_payout_coming_back_books_it(desk: Desk, story: Any) -> None:
    send(desk.olga, "/board/money", "Mark as paid")
    text = f"Date,Amount,Currency,Payer,Reference,ID\n2026-11-05,75.00,USD,Bob,{desk.code},B-1"
    data = {"files": (io.BytesIO(text.encode()), "bank.csv")}
    asked = desk.olga.post("/board/statements", data=data, follow_redirects=True)
    shown = says_columns(desk.olga, asked)
    assert "it seems to have come back" in shown.text
    send(desk.olga, "/board/statements", "Confirm received")
    assert stands(story, accounts.balance(desk.room.freelancer.id)) == 7500


def test_each_form_of_the_settings_stands_as_it_is_while_another_is_refused(desk: Desk) -> None:
    limits(desk, Two_people_above="70", Tolerance_for_short_payments="0.05")
    refused = (
        ("/board/limits", {"two_operator_minor": "x", "tolerance_minor": "0.05"}),
        ("/board/accounts", {"for-currency": "EUR", "for-account": ""}),
        ("/board/settings", {"name": "Acme board", "zone": "x"}),
    )
    for path, typed in refused:
        page = desk.olga.post(path, data=typed)
        assert page.status_code == 422
        for kept in ("Acme board", "0.05"):
            assert f'value="{kept}"' in page.text, (path, kept)
    opened = desk.olga.get("/board/settings").text
    for kept in ("Acme board", "0.05", "70.00"):
        assert f'value="{kept}"' in opened


def test_one_person_makes_the_limit_lower_and_two_make_it_higher(desk: Desk, story: Any) -> None:
    limits(desk, Two_people_above="70")
    assert "The limits are saved." in limits(desk, Two_people_above="60").text
    assert "needs two people" in limits(desk, Two_people_above="").text
    with story() as session:
        assert session.get_one(Board, 1).two_operator_minor == 6000
    shown = soup(desk.carol.get("/board/money"))
    assert "Another limit for two people" in shown.text and "none" in shown.text
    send(desk.carol, "/board/money", "Confirm the same")
    with story() as session:
        assert session.get_one(Board, 1).two_operator_minor is None


def test_the_sepa_file_leaves_from_the_account_for_euros_and_the_letter_names_it(
    story: Any, signed_in: Any
) -> None:
    other = "ES9121000418450200051332"
    with story() as session:
        room = rooms.agreed(session, currency="EUR")
        rooms.through(room, room.milestones[0])
        room.freelancer.payout_account = f"Bob, {other}"
        payouts.ask(session, room.freelancer, 7500, "EUR", at=rooms.NOON)
        session.get_one(Board, 1).bank_account = "Acme dollars, 021000021"
        board.set_account(session, "EUR", f"Acme euros, {IBAN}", by=room.operator, at=rooms.NOON)
        waits = funding.start(
            session, room.engagement, [room.milestones[1]], provider="bank", by=room.client,
            at=rooms.NOON,
        )  # fmt: skip
        from app.mail import facts

        said = facts.of_subject(session, "payment", waits.id)
        assert said["account"] == f"Acme euros, {IBAN}"
    file = signed_in(room.operator).post(
        "/board/exports", data={"kind": "sepa"}, follow_redirects=True
    )
    assert f"<DbtrAcct><Id><IBAN>{IBAN}</IBAN>" in file.text
    page = signed_in(room.client).get(f"/milestones/{room.milestones[1].id}/funding").text
    assert "Acme euros" in page and "QR code of this transfer" in page


def test_the_rest_of_a_short_payment_is_confirmed_by_hand_under_its_reference(
    desk: Desk, story: Any
) -> None:
    first = send(desk.olga, "/board/money", "Confirm received", Amount_received="30.00")
    assert f"$30.00 is confirmed for {desk.waiting}." in first.text
    found = f"/board/money?reference={desk.waiting}"
    for page in ("/board/money", found):
        said = " ".join(soup(desk.olga.get(page)).get_text(" ").split())
        assert "$30.00 has come; $45.00 is missing." in said and desk.waiting in said
    both = [desk.olga.get(found) for _ in range(2)]
    forms = [
        soup(one).find("button", string="Confirm received").find_parent("form") for one in both
    ]
    typed = [
        {one["name"]: one.get("value", "") for one in form.find_all("input")} for form in forms
    ]
    (name,) = [name for name in typed[0] if name.endswith("-received")]
    assert typed[0][name] == "45.00"
    for data in typed:
        data[name] = "20.00"
    address = forms[0]["action"]
    done = desk.olga.post(address, data=typed[0], follow_redirects=True)
    assert f"$20.00 is confirmed for {desk.waiting}." in done.text
    again = desk.olga.post(address, data=typed[1], follow_redirects=True)
    assert "Another part of this payment was confirmed since the page was opened." in again.text
    send(desk.olga, "/board/money", "Confirm received")
    third = desk.room.milestones[2]
    assert stands(story, accounts.held(third.id)) == 7500
    assert "is missing" not in desk.olga.get("/board/money").text
    assert "This one is confirmed already." in desk.olga.get(found).text


@pytest.mark.parametrize("rest", ["-1", "x", "1e3", "", "99999999999999999999"])
def test_a_rest_that_nobody_showed_moves_nothing(desk: Desk, story: Any, rest: str) -> None:
    send(desk.olga, "/board/money", "Confirm received", Amount_received="30.00")
    form = soup(desk.olga.get("/board/money")).find("button", string="Confirm received")
    form = form.find_parent("form")
    data = {one["name"]: one.get("value", "") for one in form.find_all("input")}
    (name,) = [name for name in data if name.endswith("-rest")]
    answer = desk.olga.post(form["action"], data=data | {name: rest})
    assert answer.status_code in (409, 422)
    assert stands(story, accounts.held(desk.room.milestones[2].id)) == 3000
