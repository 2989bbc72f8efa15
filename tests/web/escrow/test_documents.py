"""Receipts, statements and invoices through the pages, and who does not see them."""

from __future__ import annotations

import csv
import io
import re
import zlib
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests import rooms
from tests.people import mallory, olga, someone
from tests.rooms import Room

HARBOUR = "1 Harbour Street\nLisbon"


@dataclass
class People:
    """Browsers of the people of a room where one milestone was released, and its ids."""

    room: Room
    id: str
    alice: Any
    bob: Any
    olga: Any
    mallory: Any
    ben_keeps_books: Any


@pytest.fixture
def people(story: Any, signed_in: Any) -> People:
    """Alice paid for a milestone from her bank and released it to Bob."""
    with story() as session:
        room = rooms.agreed(session)
        milestone = room.milestones[0]
        payment = rooms.pays(room, milestone)
        payment.from_account, payment.paid_by = "DE02 1203", "=Ruiz & Co"
        from app.escrow.milestones import release

        release.release_without_submission(session, milestone, by=room.client, at=rooms.NOON)
        outsider, keeper = mallory(session), someone(session, "Keeper Blue")
        keeper.is_bookkeeper = True
        room.freelancer.tax_rate, room.freelancer.tax_words = 19000, "VAT is held in the prices"
        engagement_id = room.engagement.id
        everybody = (room.client, room.freelancer, olga(session), outsider, keeper)
    return People(room, engagement_id, *(signed_in(person) for person in everybody))


def page(browser: Any, address: str) -> BeautifulSoup:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def link(shown: BeautifulSoup, words: str, number: int = 0) -> str:
    found = [one for one in shown.find_all("a") if one.text.strip().startswith(words)]
    return str(found[number]["href"])


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def is_tagged(answer: Any) -> None:
    assert answer.status_code == 200
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    streams = re.findall(rb"stream\n(.*?)\nendstream", answer.data, re.S)
    opened = b"".join(zlib.decompressobj().decompress(one) for one in streams if one[:1] == b"x")
    assert b"/StructTreeRoot" in opened and b"/TH" in opened


def issues(people: People) -> str:
    """Bob writes his address and an invoice; its address."""
    token = people.bob.post(
        "/settings/money",
        data={"billing": HARBOUR, "tax_rate": "19 %", "tax_words": "VAT", "once": "1"},
    )
    assert token.status_code == 303, token.text
    shown = page(people.bob, f"/workrooms/{people.id}/invoices/new")
    ticked = [box["value"] for box in shown.select("input[name=releases]")]
    assert all(box.has_attr("checked") for box in shown.select("input[name=releases]"))
    answer = people.bob.post(
        f"/workrooms/{people.id}/invoices", data={"releases": ticked, "once": "2"}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_the_money_tab_leads_to_receipts_as_page_and_pdf(people: People) -> None:
    money = page(people.bob, f"/workrooms/{people.id}/money")
    release = link(money, "Receipt for Released")
    shown = page(people.bob, release)
    assert "Receipt for a release" in shown.text
    assert "$75.00" in shown.text and "Alice Ruiz" in shown.text
    is_tagged(people.bob.get(link(shown, "Download PDF")))


def test_whose_account_it_was_is_shown_to_the_payer_only(people: People) -> None:
    paid = link(page(people.alice, f"/workrooms/{people.id}/money"), "Receipt for Paid in")
    assert "DE02 1203" in page(people.alice, paid).text
    shown = page(people.bob, paid).text
    assert "Receipt for a payment" in shown
    assert "DE02" not in shown and "Ruiz & Co" not in shown


def test_payments_leads_to_the_receipts_of_payouts(people: People) -> None:
    answer = people.bob.post("/payouts/USD", data={"USD-amount": "10", "once": "9"})
    assert answer.status_code == 303
    receipt = link(page(people.bob, "/payments"), "Receipt for Payout")
    assert receipt.startswith("/payments/receipts/")
    assert "payout" in page(people.bob, receipt).text
    is_tagged(people.bob.get(f"{receipt}.pdf"))
    assert people.alice.get(receipt).status_code == 404


def test_statements_come_as_csv_and_pdf(people: People) -> None:
    money = page(people.alice, f"/workrooms/{people.id}/money")
    table = rows(people.alice.get(link(money, "Download CSV")))
    assert [row[4] for row in table] == ["Change in escrow", "75.00", "-75.00"]
    is_tagged(people.alice.get(link(money, "Download PDF")))


def test_a_month_can_be_read_and_kept(people: People) -> None:
    payments = page(people.bob, "/payments")
    assert link(payments, "Statement of this month").startswith("/payments/statements/20")
    shown = page(people.bob, "/payments/statements/2026-11")
    assert shown.h1.text == "Statement, November 2026"
    assert "$0.00 at the beginning, $75.00 at the end." in shown.text
    table = rows(people.bob.get(link(shown, "Download CSV")))
    assert [row[0] for row in table] == [
        "Statement",
        "Balance, USD",
        *["Logo design for a bakery"] * 2,
    ]
    is_tagged(people.bob.get(link(shown, "Download PDF")))
    assert "No money moved" in page(people.bob, "/payments/statements/2026-10").text
    assert "No money moved" in page(people.mallory, "/payments/statements/2026-11").text
    for wrong in ("2026-13", "2026-1", "november", "1999-01", "２026-11"):
        assert people.bob.get(f"/payments/statements/{wrong}").status_code == 404


def test_an_invoice_needs_an_address_and_says_so_beside_the_form(people: People) -> None:
    shown = page(people.bob, f"/workrooms/{people.id}/invoices/new")
    ticked = [box["value"] for box in shown.select("input[name=releases]")]
    sent = people.bob.post(
        f"/workrooms/{people.id}/invoices", data={"releases": ticked, "once": "3"}
    )
    assert sent.status_code == 422
    assert "Your billing address is missing" in sent.text
    nothing = people.bob.post(f"/workrooms/{people.id}/invoices", data={"once": "4"})
    assert nothing.status_code == 422


def test_the_freelancer_issues_an_invoice_and_the_client_reads_it(people: People) -> None:
    address = issues(people)
    for browser in (people.bob, people.alice):
        shown = page(browser, address)
        assert "Invoice no. 1" in shown.text and "1 Harbour Street, Lisbon" in shown.text
        assert "Tax, 19 %" in shown.text and "$11.97" in shown.text and "$63.03" in shown.text
        is_tagged(browser.get(f"{address}.pdf"))
        table = rows(browser.get(f"{address}.csv"))
        assert [row[5] for row in table[1:]] == ["75.00", "63.03", "11.97", "75.00"]
        assert "Invoice no. 1" in page(browser, f"/workrooms/{people.id}/money").text
        history = page(browser, f"/workrooms/{people.id}/history").text
        assert "issued invoice no. 1 over $75.00" in history
    assert "Write a credit note" not in page(people.alice, address).text
    assert people.alice.post(f"{address}/reversal", data={"once": "5"}).status_code == 403
    assert people.alice.get(f"/workrooms/{people.id}/invoices/new").status_code == 403


def test_a_credit_note_takes_an_invoice_back(people: People) -> None:
    address = issues(people)
    answer = people.bob.post(f"{address}/reversal", data={"once": "6"})
    assert answer.status_code == 303
    note = page(people.alice, answer.location).text
    assert "Credit note no. 2" in note and "-$75.00" in note
    assert "taken back by" in page(people.alice, address).text
    assert people.bob.post(f"{address}/reversal", data={"once": "7"}).status_code == 409
    assert "Write an invoice" in page(people.bob, f"/workrooms/{people.id}/money").text


def test_strangers_meet_404_on_all_of_it(people: People) -> None:
    address = issues(people)
    receipt = link(page(people.bob, f"/workrooms/{people.id}/money"), "Receipt for Released")
    for path in (
        address, f"{address}.pdf", f"{address}.csv", receipt, f"{receipt}.pdf",
        f"/workrooms/{people.id}/money.pdf", f"/workrooms/{people.id}/invoices/new",
        "/payments/receipts/1", "/payments/receipts/1.pdf", "/board/ledger.beancount",
    ):  # fmt: skip
        assert people.mallory.get(path).status_code == 404, path
    for path in (f"{address}/reversal", f"/workrooms/{people.id}/invoices"):
        assert people.mallory.post(path, data={"once": "8"}).status_code == 404, path


def test_operators_and_bookkeepers_download_the_ledger(people: People) -> None:
    loader = pytest.importorskip("beancount.loader")
    for browser in (people.olga, people.ben_keeps_books):
        checks = page(browser, "/board/checks")
        answer = browser.get(link(checks, "Download ledger"))
        assert answer.status_code == 200
        entries, errors, _ = loader.load_string(answer.text)
        assert errors == [] and entries
    assert people.ben_keeps_books.get("/board/letters").status_code == 404
    assert "Letters" not in page(people.ben_keeps_books, "/board/money").find(
        "nav", attrs={"aria-label": "Parts of the board"}
    ).text  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept"), [("", 0), ("7,7", 7700), ("19 %", 19000), ("0.125", 125)]
)
def test_a_tax_rate_is_kept_exactly(people: People, story: Any, typed: str, kept: int) -> None:
    from app.people.models import Person

    data = {"billing": "", "tax_rate": typed, "tax_words": "", "once": typed or "x"}
    assert people.bob.post("/settings/money", data=data).status_code == 303
    with story() as session:
        assert session.get_one(Person, people.room.freelancer.id).tax_rate == kept


@pytest.mark.parametrize("typed", ["-1", "101", "1e1", "19.0001", "x", "٣"])
def test_what_is_no_tax_rate_is_refused(people: People, typed: str) -> None:
    answer = people.bob.post("/settings/money", data={"tax_rate": typed, "once": "z"})
    assert answer.status_code == 422
    assert re.search(r"percent", answer.text)
