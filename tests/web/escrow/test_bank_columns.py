"""Which column of a CSV is what: shown before anything is taken, changed, and remembered."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import select

from app.escrow.bank import importing
from app.escrow.bank.models import BankEntry, BankImport
from app.people.models import Board
from tests import rooms
from tests.people import mallory
from tests.people import olga as operator
from tests.web.escrow.bank_files import (
    HERE,
    columns_form,
    says_columns,
    sends,
    soup,
    typed,
    uploads,
)
from tests.web.escrow.test_the_money_pages import send

ING = (
    '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";'
    '"Mutatiesoort";"Mededelingen";"Saldo na mutatie";"Tag"\n'
)
SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
    '"Glaeubiger ID";"Kundenreferenz (End-to-End)";"Beguenstigter/Zahlungspflichtiger";'
    '"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"\n'
)
UK = (
    "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,"
    "Debit Amount,Credit Amount,Balance\n"
)


def ing(*rows: tuple[str, str, str]) -> bytes:
    """A file of ING's: side, amount and text of each row."""
    lines = (
        f'"20261127";"A Ruiz";"NL20INGB0001234567";"NL91ABNA0417164300";"OV";"{side}";"{amount}";'
        f'"Overschrijving";"{text}";"1000,00";""\n'
        for side, amount, text in rows
    )
    return (ING + "".join(lines)).encode()


@pytest.fixture
def olga(story: Any, signed_in: Any) -> Any:
    with story() as session:
        room = rooms.agreed(session, currency="EUR")
        session.get_one(Board, 1).currency = "EUR"
    return signed_in(room.operator)


def entries(story: Any) -> list[tuple[int, str, str]]:
    with story() as session:
        rows = session.execute(
            select(BankEntry.amount_minor, BankEntry.currency, BankEntry.name).order_by(
                BankEntry.amount_minor
            )
        )
        return [tuple(row) for row in rows]


def first_lines(answer: Any) -> list[list[str]]:
    """The lines that the page shows as they will be read."""
    table = soup(answer).find("table", {"aria-label": "The first lines of the file"})
    return [
        [cell.get_text(" ", strip=True) for cell in row.select("td")]
        for row in table.select("tbody tr")
    ]


def look(answer: Any) -> Any:
    return soup(answer).find("button", string="Show the lines again").find_parent("form")


def test_a_new_header_is_shown_with_three_lines_before_anything_is_taken(
    olga: Any, story: Any
) -> None:
    rows = [("Bij", "75,00", "one"), ("Af", "40,00", "two"), ("Bij", "1,00", "x"), ("Af", "2", "y")]
    answer = uploads(olga, ("ing.csv", ing(*rows)))
    assert "Which column is what" in answer.text and entries(story) == []
    assert [line[-1] for line in first_lines(answer)] == ["+€75.00", "−€40.00", "+€1.00"]
    assert first_lines(answer)[0][:2] == ["27 Nov", "A Ruiz NL91ABNA0417164300"]
    page = sends(olga, columns_form(answer), {})
    assert "4 new lines." in page.text
    assert [one[0] for one in entries(story)] == [-4000, -200, 100, 7500]


def test_a_change_is_shown_before_it_is_taken(olga: Any, story: Any) -> None:
    answer = uploads(olga, ("ing.csv", ing(("Bij", "75,00", "one"))))
    form = columns_form(answer)
    side = next(name for name in typed(form) if name.startswith("s") and name != "seen")
    other = sends(olga, form, {side: "out"})  # pressed “Import these lines”, all the same
    assert entries(story) == [] and [line[-1] for line in first_lines(other)] == ["−€75.00"]
    assert "1 new line." in sends(olga, columns_form(other), {}).text
    assert [one[0] for one in entries(story)] == [-7500]


def test_the_choice_is_remembered_said_and_asked_again_on_wish(olga: Any, story: Any) -> None:
    says_columns(olga, uploads(olga, ("ing.csv", ing(("Bij", "75,00", "one")))))
    page = uploads(olga, ("next.csv", ing(("Af", "12,00", "two"))))
    assert columns_form(page) is None and "1 new line." in page.text
    said = soup(page).select_one("#imported").get_text(" ", strip=True)
    assert "Day: Datum" in said and "Amount: Bedrag (EUR)" in said and "In or out: Af Bij" in said
    again = send(olga, HERE, "Ask again about these columns")
    assert "asked about again" in again.text
    assert columns_form(uploads(olga, ("third.csv", ing(("Af", "3,00", "three"))))) is not None


def test_a_word_that_is_new_under_a_known_header_is_asked_about(olga: Any, story: Any) -> None:
    says_columns(olga, uploads(olga, ("ing.csv", ing(("Bij", "75,00", "one")))))
    answer = uploads(olga, ("next.csv", ing(("Retour", "12,00", "two"))))
    assert "which words mean money in" in answer.text and columns_form(answer) is None
    assert len(entries(story)) == 1
    form = look(answer)
    word = next(name for name in typed(form) if name.startswith("s") and name != "seen")
    answer = sends(olga, form, {word: "in", "look": "1"})
    assert [line[-1] for line in first_lines(answer)] == ["+€12.00"]
    assert "1 new line." in sends(olga, columns_form(answer), {}).text


@pytest.mark.parametrize(
    "row", ["75,00;27.11.2026;EUR;x", "27.11.2026;lots;EUR;x", "27.11.2026;75,00;Euro;x"]
)
def test_a_known_header_whose_content_does_not_fit_is_asked_about(
    olga: Any, story: Any, row: str
) -> None:
    head = b"Date;Amount;Currency;Text\n"
    says_columns(olga, uploads(olga, ("a.csv", head + b"27.11.2026;5,00;EUR;one\n")))
    answer = uploads(olga, ("b.csv", head + row.encode() + b"\n"))
    assert "Which column is what" in answer.text and columns_form(answer) is None
    assert len(entries(story)) == 1


def test_a_file_of_too_many_lines_is_refused_before_anything_is_asked(olga: Any) -> None:
    rows = "".join(f"27.11.2026;1,00;EUR;line {number}\n" for number in range(20_001))
    answer = uploads(olga, ("big.csv", f"Date;Amount;Currency;Text\n{rows}".encode()))
    assert answer.status_code == 422
    assert "more than 20000 lines" in soup(answer).select_one("#files-error").get_text()


def test_a_sparkasse_file_is_read_and_what_is_pending_is_left_out_and_said(
    olga: Any, story: Any
) -> None:
    rows = (
        '"DE89370400440532013000";"27.11.26";"27.11.26";"GUTSCHR";"Rechnung";"";"";"Ana Ruiz";'
        '"NL91ABNA0417164300";"ABNANL2A";"1.250,50";"EUR";"Umsatz gebucht"\n'
        '"DE89370400440532013000";"28.11.26";"28.11.26";"LASTSCHR";"Strom";"";"";"Stadtwerke";'
        '"";"";"-3,10";"EUR";"Umsatz gebucht"\n'
        '"DE89370400440532013000";"28.11.26";"28.11.26";"ENTGELT";"Entgelt";"";"";"Bank";"";"";'
        '"-4,90";"EUR";"Umsatz vorgemerkt"\n'
    )
    answer = uploads(olga, ("umsaetze.csv", (SPARKASSE + rows).encode("cp1252")))
    page = says_columns(olga, answer)
    assert "1 line is not booked yet and left out." in page.text
    assert entries(story) == [(-310, "EUR", "Stadtwerke"), (125050, "EUR", "Ana Ruiz")]


def test_a_british_file_asks_for_currency_and_the_order_of_its_days(olga: Any, story: Any) -> None:
    rows = "03/11/2026,FPI,'30-90-89,12345678,ANA RUIZ,,75.00,1000.00\n05/11/2026,DD,'30-90-89,12345678,INSURANCE,25.00,,975.00\n"  # noqa: E501
    answer = uploads(olga, ("uk.csv", (UK + rows).encode()))
    assert answer.status_code == 200 and columns_form(answer) is None
    assert "Say the currency." in answer.text
    assert "whether the day or the month comes first" in answer.text
    answer = sends(olga, look(answer), {"currency": "GBP", "look": "1"})
    assert answer.status_code == 422 and "whether the day or the month" in answer.text
    answer = sends(olga, look(answer), {"order": "day", "look": "1"})
    assert [line[0] for line in first_lines(answer)] == ["3 Nov", "5 Nov"]
    assert "2 new lines." in sends(olga, columns_form(answer), {}).text
    assert [one[:2] for one in entries(story)] == [(-2500, "GBP"), (7500, "GBP")]


def test_of_several_files_each_unknown_one_is_asked_in_turn_and_nothing_is_lost(
    olga: Any, story: Any
) -> None:
    camt = b":20:A\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C261126EUR0,00\n:61:2611271127C7,00NTRFNONREF//A1\n:86:rent\n:62F:C261128EUR7,00\n-\n"  # noqa: E501
    uk = UK.replace("Balance", "Saldo") + "25/11/2026,FPI,'30-90-89,12345678,ANA,,3.00,1\n"
    files = [
        ("one.csv", ing(("Bij", "1,00", "a"))), ("bad.sta", camt[:-30]), ("good.sta", camt),
        ("two.csv", uk.encode()),
    ]  # fmt: skip
    answer = uploads(olga, *files)
    assert answer.status_code == 422
    error = soup(answer).select_one("#files-error").get_text()
    assert "bad.sta" in error and "good.sta" not in error
    assert [one[0] for one in entries(story)] == [700] and "1 new line." in answer.text
    waiting = [one["href"] for one in soup(answer).find_all("a", string="Look at its columns")]
    assert len(waiting) == 2
    answer = sends(olga, columns_form(olga.get(waiting[0])), {})
    assert "two.csv" in answer.text and "Which column is what" in answer.text
    answer = sends(olga, look(answer), {"currency": "GBP", "look": "1"})
    answer = sends(olga, columns_form(answer), {})
    assert sorted(one[0] for one in entries(story)) == [100, 300, 700]
    assert "Look at its columns" not in answer.text
    with story() as session:
        assert set(session.scalars(select(BankImport.content))) == {b""}


def test_a_file_can_be_discarded_and_two_tabs_take_it_once(olga: Any, story: Any) -> None:
    answer = uploads(olga, ("ing.csv", ing(("Bij", "75,00", "one"))))
    form = columns_form(answer)
    assert "1 new line." in sends(olga, form, {}).text
    again = sends(olga, form, {})
    assert again.status_code == 409 and "said already" in again.text
    answer = uploads(olga, ("other.csv", (UK + "25/11/2026,F,1,2,A,,3.00,1\n").encode()))
    button = soup(answer).find("button", string="Discard this file")
    page = sends(olga, button.find_parent("form"), {})
    assert "Nothing of it was taken" in page.text and len(entries(story)) == 1


def test_the_pages_of_columns_are_nobodys_but_of_who_sees_all_money(
    olga: Any, story: Any, signed_in: Any
) -> None:
    answer = uploads(olga, ("ing.csv", ing(("Bij", "75,00", "one"))))
    address = columns_form(answer)["action"]
    with story() as session:
        stranger = mallory(session)
    browser = signed_in(stranger)
    for path in (address, f"{address}/discarding", f"{HERE}/headers/x/forgetting"):
        assert browser.post(path, data={}).status_code == 404
    assert browser.get(address).status_code == 404
    assert olga.get(f"{HERE}/files/none").status_code == 404


def test_a_file_that_is_being_read_says_so_with_its_count(olga: Any, story: Any) -> None:
    with story() as session:
        session.add(
            BankImport(
                file_name="big.xml", by_id=operator(session).id, at=rooms.NOON, state="reading",
                content=b"x", total_lines=20_000, done_lines=1_250,
            )
        )  # fmt: skip
    assert "big.xml is being read: 1250 of 20000 lines." in olga.get(HERE).text


def test_no_name_and_no_account_is_logged_whatever_is_imported(
    olga: Any, story: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secret = ("Zaphod", "NL91ABNA0417164300", "GB29NWBK60161331926819")
    bad = (
        b"Zaphod;NL91ABNA0417164300\n",
        ING.encode()
        + b'"20261127";"Zaphod";"x";"NL91ABNA0417164300";"OV";"Bij";"x,y";"";"";"";""\n',
        b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>"
        b"<BkToCstmrStmt><Stmt><Ntry><Amt Ccy='EUR'>Zaphod</Amt></Ntry></Stmt></BkToCstmrStmt>"
        b"</Document>",
        b"OFXHEADER:100\n<OFX><STMTTRN><NAME>Zaphod<TRNAMT>GB29NWBK60161331926819",
        b":20:A\n:25:GB29NWBK60161331926819\n:61:Zaphod\n",
    )
    good = ing(("Bij", "75,00", "Zaphod GB29NWBK60161331926819"))
    with caplog.at_level(logging.DEBUG):
        for content in bad:
            uploads(olga, ("bad", content))
        says_columns(olga, uploads(olga, ("good.csv", good)))
    assert entries(story)
    for word in secret:
        assert word not in caplog.text


def test_the_page_asks_the_same_number_of_questions_however_much_there_is(
    olga: Any, story: Any, app: Any
) -> None:
    from sqlalchemy import event

    from app.extensions import db

    count = [0]
    with app.app_context():
        engine = db.engine

    def heard(*_: Any) -> None:
        count[0] += 1

    def questions() -> int:
        olga.get(HERE)
        event.listen(engine, "before_cursor_execute", heard)
        count[0] = 0
        olga.get(HERE)
        event.remove(engine, "before_cursor_execute", heard)
        return count[0]

    says_columns(olga, uploads(olga, ("a.csv", ing(("Bij", "75,00", "one")))))
    one = questions()
    rows = [("Bij", f"{number},00", f"MP {number}") for number in range(1, importing.CHUNK)]
    uploads(olga, ("b.csv", ing(*rows)), ("c.csv", ing(("Af", "2,00", "x"))))
    assert questions() <= one + 1
