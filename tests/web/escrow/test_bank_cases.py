"""Bank files in the shape of real ones, through the page, as a careful operator imports them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.escrow import accounts, audit, ledger
from app.escrow.incoming import funding
from app.escrow.models import Payment
from app.escrow.outgoing import payouts
from app.people.models import Board
from tests import rooms
from tests.web.escrow import bank_cases
from tests.web.escrow.bank_files import HERE, columns_form, sends, soup, uploads
from tests.web.escrow.test_the_money_pages import send

REF, OUT = "MP-", "MO-"


@dataclass
class Case:
    """A board that waits for 75.00 and has sent a payout of 75.00, and its operator's browser."""

    room: Any
    story: Any
    olga: Any
    reference: str
    code: str
    milestone: str

    def file(self, name: str) -> bytes:
        made, want = bank_cases.files(self.reference, "75.00", self.code, "75.00")
        assert want[name]
        return bytes(made[name])

    def imports(self, name: str, **changes: str) -> Any:
        """Import it and say that the columns are right; the page that comes then."""
        answer = uploads(self.olga, (name, self.file(name)))
        while form := columns_form(answer):
            answer = sends(self.olga, form, changes)
        return answer

    def payment(self) -> tuple[str, str, str]:
        """State, payer and account of the payment."""
        with self.story() as session:
            found = session.query(Payment).filter_by(reference=self.reference).one()
            return found.state, found.paid_by, found.from_account

    def held(self) -> int:
        with self.story() as session:
            assert audit.audit(session) == []
            return ledger.balance(session, accounts.held(self.milestone), "EUR")


@pytest.fixture
def case(story: Any, signed_in: Any) -> Case:
    with story() as session:
        room = rooms.agreed(session, currency="EUR")
        rooms.through(room, room.milestones[0])
        payout = payouts.ask(session, room.freelancer, 7500, "EUR", at=rooms.NOON)
        payment = funding.start(
            session, room.engagement, [room.milestones[1]], provider="bank", by=room.client,
            at=rooms.NOON,
        )  # fmt: skip
        session.get_one(Board, 1).currency = "EUR"
        facts = (payment.reference, payout.code, room.milestones[1].id)
    return Case(room, story, signed_in(room.operator), *facts)


def matched(page: Any) -> list[tuple[str, str, str]]:
    """Amount, reference and other side of what is matched."""
    rows = soup(page).select("#matched tbody tr")
    cells = [{td.get("data-label", ""): td.get_text(" ", strip=True) for td in row} for row in rows]
    return sorted((row["Amount"], row["Reference"], row["Other side"]) for row in cells)


def to_look_at(page: Any) -> list[str]:
    return [one.get_text(" ", strip=True) for one in soup(page).select("#look > section")]


def taken_back(page: Any) -> list[str]:
    return [one.get_text(" ", strip=True) for one in soup(page).select("#taken-back > section")]


PAID = {
    "06_text_in_other_columns.csv": "Ana Ruiz",
    "08_euro_sign_in_head.csv": "Ana Ruiz",
    "10_zero_line.csv": "",
    "11_zero_line.sta": "",
    "14_second_line_of_61.sta": "a ruiz",
    "15_slashed_counterparty.sta": "A RUIZ",
    "18_german_domestic_account.sta": "ANA RUIZ",
    "22_sep_line.csv": "",
    "23_utf16.csv": "",
    "26_two_references.csv": "",
}
"""Files with one line of 75.00 that is matched, and who paid it."""
FROM = {
    "08_euro_sign_in_head.csv": "NL91ABNA0417164300",
    "14_second_line_of_61.sta": "NL91ABNA0417164300",
    "15_slashed_counterparty.sta": "NL91ABNA0417164300",
    "18_german_domestic_account.sta": "0012345678",
}
"""The account that a refund goes back to."""


@pytest.mark.parametrize("name", PAID)
def test_the_payment_is_matched_once_and_confirmed(case: Case, name: str) -> None:
    page = case.imports(name)
    assert matched(page) == [("+€75.00", case.reference, PAID[name] or "no name")]
    assert to_look_at(page) == taken_back(page) == []
    assert "1 line is confirmed." in send(case.olga, HERE, "Confirm all matched").text
    state, name_of, account = case.payment()
    assert (state, case.held()) == ("settled", 7500)
    assert name_of == PAID[name] and account == FROM.get(name, account)


@pytest.mark.parametrize("name", ["10_zero_line.csv", "11_zero_line.sta"])
def test_a_line_of_nothing_is_left_out_and_said(case: Case, name: str) -> None:
    page = case.imports(name)
    assert "1 new line. 1 line of 0.00 is left out." in page.text


@pytest.mark.parametrize(
    "name", ["01_credit_and_its_reversal.xml", "02_credit_and_its_reversal.sta"]
)
def test_a_credit_and_its_reversal_stand_together(case: Case, name: str) -> None:
    page = case.imports(name)
    assert matched(page) == to_look_at(page) == []
    (both,) = taken_back(page)
    assert "+€75.00" in both and "−€75.00" in both and "Taken back by the bank" in both
    assert "Both lines of €75.00 are ignored" in send(case.olga, HERE, "Ignore both lines").text
    assert case.payment()[0] == "pending" and case.held() == 0


def test_a_side_in_a_column_of_its_own_is_read(case: Case) -> None:
    page = case.imports("03_af_bij.csv")
    assert [row[:2] for row in matched(page)] == [
        ("+€75.00", case.reference), ("−€75.00", case.code),
    ]  # fmt: skip
    assert to_look_at(page) == []


def test_a_currency_that_the_file_does_not_say_is_asked_for(case: Case) -> None:
    name = "09_no_currency_column.csv"
    answer = uploads(case.olga, (name, case.file(name)))
    assert "Say the currency." in answer.text and columns_form(answer) is None
    form = soup(answer).find("button", string="Show the lines again").find_parent("form")
    answer = sends(case.olga, form, {"currency": "EUR", "look": "1"})
    assert "+€75.00" in answer.text and "Ana Ruiz" in answer.text
    page = sends(case.olga, columns_form(answer), {})
    assert matched(page) == [("+€75.00", case.reference, "Ana Ruiz")]


def test_what_went_out_never_seems_to_have_come_back(case: Case) -> None:
    page = case.imports("30_side_word_beside_a_known_text.csv")
    assert [row[:2] for row in matched(page)] == [("−€75.00", case.code)]
    assert "come back" not in page.text


def test_a_payout_that_the_bank_returned_came_back(case: Case) -> None:
    page = case.imports("24_returned_payout.xml")
    (line,) = to_look_at(page)
    assert case.code in line and "it seems to have come back" in line


REFUSED: dict[str, Callable[[str], bool]] = {
    "19_cut_short.sta": lambda said: ":62F:" in said,
    "20_sum_does_not_fit.xml": lambda said: "5,000.00" in said and "75.00" in said,
    "25_intraday.xml": lambda said: "CAMT.052" in said,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_statement_is_refused_in_a_sentence(case: Case, name: str) -> None:
    answer = case.imports(name)
    said = soup(answer).select_one("#files-error").get_text()
    assert answer.status_code == 422 and REFUSED[name](said), said
    assert "Nothing is matched." in answer.text


def test_a_comment_in_an_ofx_is_read_or_refused_in_a_sentence(case: Case) -> None:
    answer = case.imports("13_comment_inside.ofx")
    if answer.status_code == 200:
        assert [row[:2] for row in matched(answer)] == [("+€75.00", case.reference)]
    else:
        assert answer.status_code == 422 and soup(answer).select_one("#files-error").text.strip()


def test_every_case_is_tried() -> None:
    made, _ = bank_cases.files("MP-2345-6789", "75.00")
    assert len(made) == len(PAID) + 2 + len(REFUSED) + 5
