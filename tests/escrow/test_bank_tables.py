"""RULES, payment methods: a CSV says which column is what; nothing of it is taken silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.adapters.bank import reading, table
from app.adapters.bank.table import Columns, Table
from app.escrow import references
from app.escrow.bank.lines import Line, Statement
from app.kernel.errors import Invalid

pytestmark = pytest.mark.any_database

TABLES = Path(__file__).parent / "tables"
"""In the shape of what banks give; every name, number and sum is made up."""
IN, OUT = "MP-7K4D-92QH", "MO-2345-678K"


def proposed(text: str, **more: object) -> Table:
    found = table.propose(text.encode(), **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def read(text: str, **chosen: object) -> Statement:
    """The one statement of a CSV, with what is proposed and what the operator has chosen."""
    columns = replace(proposed(text).columns, **chosen) if chosen else None  # type: ignore[arg-type]
    (found,) = reading.read(text.encode(), columns=columns)
    return found


def amounts(text: str, **chosen: object) -> list[int]:
    return [line.amount_minor for line in read(text, **chosen).lines]


def refused(text: str, **chosen: object) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(text, **chosen)
    assert caught.value.code.startswith("statement.")
    return caught.value


def found_in(line: Line, kind: str) -> list[str]:
    return [code for text in line.searched for code in references.all_in(text, kind)]


@pytest.mark.parametrize(
    ("name", "asked", "currency", "payer", "other", "own"),
    [
        ("bbva", "", "EUR", "", "", ""),
        ("bnp", "", "EUR", "", "", ""),
        ("comdirect", "", "EUR", "", "", ""),
        ("commerzbank", "", "EUR", "", "", "DE89370400440532013000"),
        ("deutsche-bank", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300", ""),
        ("dkb", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300", "DE89370400440532013000"),
        ("french-debit-credit", "", "EUR", "", "", ""),
        ("fio-cz", "", "CZK", "Ruiz, Ana", "2000123456", ""),
        ("ing-de", "", "EUR", "Ana Ruiz", "", "DE89370400440532013000"),
        ("ing-en", "", "EUR", "A Ruiz", "NL91ABNA0417164300", "NL20INGB0001234567"),
        ("ing-nl", "", "EUR", "A Ruiz", "NL91ABNA0417164300", "NL20INGB0001234567"),
        ("intesa-dare-avere", "", "EUR", "", "", ""),
        ("kbc", "", "EUR", "ANA RUIZ", "NL91ABNA0417164300", "BE68539007547034"),
        ("mbank", "", "PLN", "ANA RUIZ", "61109010140000071219812874", ""),
        ("monzo", "", "GBP", "Ana Ruiz", "", ""),
        ("n26", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300", ""),
        ("n26-old", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300", ""),
        ("nordea", "", "SEK", "", "", ""),
        ("paypal", "", "EUR", "Ana Ruiz", "", ""),
        ("pko", "", "PLN", "", "", ""),
        ("postbank", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300", ""),
        ("postfinance", "", "CHF", "", "", "CH9300762011623852957"),
        ("rabobank", "", "EUR", "A Ruiz", "NL91ABNA0417164300", "NL20RABO0001234567"),
        ("revolut", "", "EUR", "", "", ""),
        ("santander-es", "", "EUR", "", "", ""),
        ("socgen", "", "EUR", "", "", ""),
        ("sparkasse-camt-csv", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300",
         "DE89370400440532013000"),
        ("sparkasse-mt940-csv", "", "EUR", "ANA RUIZ", "NL91ABNA0417164300", "0532013000"),
        ("starling", "", "GBP", "Ana Ruiz", "", ""),
        ("ubs", "", "CHF", "", "", "CH9300762011623852957"),
        ("unicredit", "", "EUR", "", "", ""),
        ("volksbank", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300", "DE89370400440532013000"),
        ("volksbank-old-s-h", "", "EUR", "Ana Ruiz", "NL91ABNA0417164300", ""),
        ("wise", "", "EUR", "Ana Ruiz", "", ""),
        ("barclays", "currency", "GBP", "", "", "20-00-00 12345678"),
        ("boa", "currency", "USD", "", "", ""),
        ("bunq", "currency", "EUR", "Ana Ruiz", "NL91ABNA0417164300", "NL20BUNQ0001234567"),
        ("chase", "currency", "USD", "", "", ""),
        ("danske", "currency", "DKK", "", "", ""),
        ("hsbc-uk", "currency", "GBP", "", "", ""),
        ("india-hdfc", "currency", "INR", "", "", ""),
        ("lloyds", "currency", "GBP", "", "", "12345678"),
        ("natwest", "currency", "GBP", "", "", "600000-12345678"),
        ("norwegian", "currency", "NOK", "", "", ""),
        ("wells-fargo", "currency", "USD", "", "", ""),
    ],
)  # fmt: skip
def test_the_tables_of_many_banks_are_understood(
    name: str, asked: str, currency: str, payer: str, other: str, own: str
) -> None:
    data = (TABLES / f"{name}.csv").read_bytes()
    seen = table.propose(data)
    assert seen is not None
    assert seen.questions == ((asked,) if asked else ())
    chosen = replace(seen.columns, fixed_currency=currency) if asked else seen.columns
    assert table.check(data, chosen) == ()
    (statement,) = reading.read(data, columns=chosen)
    came = [line for line in statement.lines if found_in(line, references.IN)]
    went = [line for line in statement.lines if found_in(line, references.OUT)]
    assert [(line.amount_minor, line.value_on) for line in came] == [(7500, date(2026, 11, 27))]
    if name != "sparkasse-camt-csv":  # where it is not booked yet
        assert [line.amount_minor for line in statement.lines if line.amount_minor < 0] == [-4000]
    assert [line.value_on for line in went] == [date(2026, 11, 28)] * len(went)
    assert {line.currency for line in statement.lines} == {currency}
    assert (came[0].name, came[0].other_account, statement.account) == (payer, other, own)


def test_a_table_that_leaves_the_amount_open_asks_for_it() -> None:
    data = (TABLES / "abn-tab.csv").read_bytes()
    seen = table.propose(data)
    assert seen is not None and seen.questions == ("amount",)
    with pytest.raises(Invalid):
        reading.read(data)
    (statement,) = reading.read(data, columns=replace(seen.columns, amount=6))
    assert [line.amount_minor for line in statement.lines] == [7500, -4000]


@pytest.mark.parametrize(
    ("head", "money_in", "money_out"),
    [
        ("Af Bij", "Bij", "Af"), ("S/H", "H", "S"), ("Soll/Haben", "Haben", "Soll"),
        ("Debet/Credit", "Credit", "Debet"), ("D/C", "C", "D"), ("D/K", "K", "D"),
        ("CdtDbtInd", "CRDT", "DBIT"), ("Credit/Debit", "Credit", "Debit"), ("+/-", "+", "-"),
        ("Money in/out", "Money in", "Money out"), ("Direction", "In", "Out"),
        ("Lastschrift/Gutschrift", "Gutschrift", "Lastschrift"), ("Sens", "Crédit", "Débit"),
        ("Addebito/Accredito", "Accredito", "Addebito"), ("Cargo/Abono", "Abono", "Cargo"),
        ("Cargo/Abono", "A", "C"), ("Debe/Haber", "H", "D"), ("Dare/Avere", "A", "D"),
        ("Dr/Cr", "CR", "DR"), ("Type", "Paid in", "Paid out"), ("Umsatztyp", "Eingang", "Ausgang"),
        ("Wn/Ma", "Ma", "Wn"), ("Richting", "Inkomend", "Uitgaand"), ("Kz", "H", "S"),
        ("", "H", "S"), ("Obciążenie/Uznanie", "Uznanie", "Obciążenie"),
        ("Plus/Minus", "Plus", "Minus"),
        ("Credit Debit Indicator", "credit", "debit"), ("In/Uit", "I", "U"),
    ],
)  # fmt: skip
def test_a_side_in_a_column_of_its_own_says_whether_money_came(
    head: str, money_in: str, money_out: str
) -> None:
    text = (
        f"Datum;Betrag;Währung;{head}\n"
        f"27.11.2026;75,00;EUR;{money_in}\n28.11.2026;40,00;EUR;{money_out}\n"
    )
    assert proposed(text).questions == ()
    assert amounts(text) == [7500, -4000]
    one = "".join(text.splitlines(keepends=True)[::2])
    assert amounts(one) == [-4000], "where all of the money went"


def test_a_word_for_a_side_that_nobody_knows_is_asked() -> None:
    text = "Datum;Bedrag;Valuta;Af Bij\n27.11.2026;75,00;EUR;Erbij\n28.11.2026;40,00;EUR;Af\n"
    assert proposed(text).questions == ("side",)
    assert refused(text).code == "statement.columns"
    assert amounts(text, words_in=("ERBIJ",)) == [7500, -4000]
    assert amounts(text, words_in=("af",), words_out=("erbij",)) == [-7500, 4000]


def test_a_new_word_is_asked_although_the_choice_is_remembered() -> None:
    text = "Datum;Bedrag;Valuta;Af Bij\n27.11.2026;75,00;EUR;Bij\n"
    kept = Columns.from_json(proposed(text).columns.to_json())
    assert table.check(text.encode(), kept) == ()
    assert table.check((text + "28.11.2026;40,00;EUR;Weg\n").encode(), kept) == ("side",)
    assert table.check((text + "28.11.2026;40,00;EUR;Af\n").encode(), kept) == ()


def test_sums_without_a_sign_beside_words_that_may_be_a_side_are_asked() -> None:
    text = (
        "Date,Amount,Currency,Flow\n2026-11-27,75.00,EUR,Receipt\n2026-11-28,40.00,EUR,Remittance\n"
    )
    assert proposed(text).questions == ("signed",)
    assert refused(text).code == "statement.columns"
    assert amounts(text, is_signed=True) == [7500, 4000]
    chosen = {"side": 3, "words_in": ("Receipt",), "words_out": ("Remittance",)}
    assert amounts(text, **chosen) == [7500, -4000]


def test_a_side_and_a_minus_agree_or_the_file_is_refused() -> None:
    head = "Datum;Betrag;Währung;Soll/Haben\n"
    assert amounts(head + "27.11.2026;-40,00;EUR;Soll\n28.11.2026;75,00;EUR;Haben\n") == [
        -4000,
        7500,
    ]
    contradicts = head + "27.11.2026;-40,00;EUR;Haben\n28.11.2026;75,00;EUR;Haben\n"
    assert refused(contradicts).code == "statement.unreadable"
    assert amounts(contradicts, side=None) == [-4000, 7500], "the operator says: no side"


@pytest.mark.parametrize(
    ("head", "rows", "expected"),
    [
        ("Paid in,Paid out", ("75.00,", ",40.00"), [7500, -4000]),
        ("Money In,Money Out", ("75.00,", ",-40.00"), [7500, -4000]),
        ("Debit,Credit", (",75.00", "40.00,"), [7500, -4000]),
        ("Debit Amount,Credit Amount", ("0.00,75.00", "40.00,0.00"), [7500, -4000]),
        ("Withdrawals,Deposits", (",75.00", "40.00,"), [7500, -4000]),
        ("Cargos,Abonos", (",75.00", "-40.00,"), [7500, -4000]),
        ("Dare,Avere", (",75.00", "40.00,"), [7500, -4000]),
        ("Débit,Crédit", ("-,75.00", "40.00,-"), [7500, -4000]),
        ("Soll,Haben", (",75.00", "-40.00,"), [7500, -4000]),
        ("Debit,Credit", (",75.00", ",-75.00"), [7500, -7500]),
        ("Debet,Kredit", (",75.00", "40.00,"), [7500, -4000]),
    ],
)
def test_two_columns_say_what_came_and_what_went(
    head: str, rows: tuple[str, str], expected: list[int]
) -> None:
    text = f"Date,Currency,{head}\n" + "".join(f"2026-11-27,EUR,{row}\n" for row in rows)
    assert proposed(text).questions == ()
    assert amounts(text) == expected


@pytest.mark.parametrize("rows", [("40.00,75.00",), ("40.00,", "-5.00,")])
def test_two_columns_that_contradict_are_refused(rows: tuple[str, ...]) -> None:
    text = "Date,Currency,Debit,Credit\n" + "".join(f"2026-11-27,EUR,{row}\n" for row in rows)
    assert refused(text).code == "statement.unreadable"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("Date;Betrag (€)\n2026-11-27;75,00\n", "EUR"),
        ("Date;Amount (GBP)\n2026-11-27;75,00\n", "GBP"),
        ("Date;Amount in USD\n2026-11-27;75,00\n", "USD"),
        ("Date;Betrag EUR\n2026-11-27;75,00\n", "EUR"),
        ("Date;Amount_EUR\n2026-11-27;75,00\n", "EUR"),
        ("Date;Amount [PLN]\n2026-11-27;75,00\n", "PLN"),
        ("Date;Amount\n2026-11-27;75,00 €\n", "EUR"),
        ("Date;Amount\n2026-11-27;75,00 EUR\n", "EUR"),
        ("Date;Amount\n2026-11-27;CHF 75.00\n", "CHF"),
        ("Date;Amount\n2026-11-27;£75.00\n", "GBP"),
        ("Date;Amount\n2026-11-27;75,00 zł\n", "PLN"),
        ("Konto;DE89370400440532013000\nWährung;EUR\n\nDate;Amount\n2026-11-27;75,00\n", "EUR"),
        ("Kontostand vom 28.11.2026:;1.000,00 €\n\nDate;Amount\n2026-11-27;75,00\n", "EUR"),
        ("Date;Amount;Whrg\n2026-11-27;75,00;EUR\n", "EUR"),
        ("Date;Amount;Valuta\n2026-11-27;75,00;EUR\n", "EUR"),
        ("Date;Amount;Any name\n2026-11-27;75,00;EUR\n", "EUR"),
    ],
)
def test_the_currency_is_found_wherever_a_bank_writes_it(text: str, currency: str) -> None:
    assert [(line.amount_minor, line.currency) for line in read(text).lines] == [(7500, currency)]


@pytest.mark.parametrize(
    "text",
    [
        "Date;Amount\n2026-11-27;75,00\n",
        "Date;Amount\n2026-11-27;$75.00\n",
        "Konto;EUR\nKonto;USD\n\nDate;Amount\n2026-11-27;75,00\n",
        "Date;Amount\n2026-11-27;75,00 EUR\n2026-11-28;5,00\n",
    ],
)
def test_a_currency_that_is_not_written_is_asked(text: str) -> None:
    assert proposed(text).questions == ("currency",)
    assert refused(text).code == "statement.columns"
    assert amounts(text, fixed_currency="EUR")[0] == 7500


def test_a_remembered_currency_is_not_taken_where_the_file_names_another_one() -> None:
    text = "Währung;{}\n\nDatum;Betrag\n27.11.2026;75,00\n"
    kept = proposed(text.format("EUR")).columns
    assert proposed(text.format("EUR")).header_key == proposed(text.format("USD")).header_key
    assert table.check(text.format("USD").encode(), kept) == ("currency",)


@pytest.mark.parametrize(
    ("days", "first", "expected"),
    [
        (["03/11/2026"], None, None), (["03-11-2026", "04-11-2026"], None, None),
        (["3/11/26"], None, None), (["03/11/2026", "27/11/2026"], True, (3, 11)),
        (["11/03/2026", "11/27/2026"], False, (3, 11)), (["03.11.2026"], True, (3, 11)),
        (["03.11.26"], True, (3, 11)), (["2026-11-03"], None, (3, 11)),
        (["11/11/2026"], None, (11, 11)),
        (["2026.11.03."], None, (3, 11)), (["2026. 11. 03."], None, (3, 11)),
        (["20261103"], None, (3, 11)), (["3 Nov 2026"], None, (3, 11)),
        (["03-Nov-26"], None, (3, 11)),
        (["Nov 3, 2026"], None, (3, 11)), (["3. November 2026"], None, (3, 11)),
        (["3 novembre 2026"], None, (3, 11)), (["2026/11/03"], None, (3, 11)),
        (["2026-11-03 10:11:12"], None, (3, 11)), (["2026-11-03T10:11:12Z"], None, (3, 11)),
        (["27/11/2026 10:00", "03/11/2026 11:00"], True, (27, 11)),
    ],
)  # fmt: skip
def test_the_order_of_day_and_month_is_asked_where_it_is_open(
    days: list[str], first: bool | None, expected: tuple[int, int] | None
) -> None:
    text = "Date;Amount;Currency\n" + "".join(f"{day};75,00;EUR\n" for day in days)
    assert proposed(text).columns.day_first is first
    if expected is None:
        assert proposed(text).questions == ("day_first",)
        assert refused(text).code == "statement.columns"
        assert read(text, day_first=True).lines[0].value_on == date(2026, 11, 3)
        assert read(text, day_first=False).lines[0].value_on == date(2026, 3, 11)
    else:
        on = read(text).lines[0].value_on
        assert (on.day, on.month, on.year) == (*expected, 2026)


def test_a_remembered_order_that_the_days_contradict_is_asked_again() -> None:
    text = "Date;Amount;Currency\n11/27/2026;75,00;EUR\n03/11/2026;75,00;EUR\n"
    kept = replace(proposed(text).columns, day_first=True)
    assert table.check(text.encode(), kept) == ("day_first",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["1.000", "75,00"], [100000, 7500]), (["1,000", "75.00"], [100000, 7500]),
        (["1.000", "1.000.000"], [100000, 100000000]), (["1.000", "5"], None),
        (["1,000"], None), (["75,5", "1.000"], [7550, 100000]), (["1,00,000.00"], [10000000]),
        (["75,-"], [7500]), (["75.-"], [7500]), (["1'000.50"], [100050]), (["75,00 CR"], [7500]),
        (["75,00 DR"], [-7500]), (["75,00 S"], [-7500]), (["75,00 H"], [7500]),
        (["75,00 Af"], [-7500]), ([",50"], [50]),
        (["- 75,00"], [-7500]), (["−75,00"], [-7500]), (["–75,00"], [-7500]),
        (["(75,00)"], [-7500]), (["75,00-"], [-7500]), (["+75,00"], [7500]),
        (["EUR -75,00"], [-7500]),
        (["-€75.00"], [-7500]), (["1 000,00"], [100000]), (["1\u202f000,00"], [100000]),
        (["1\u00a0000,00 €"], [100000]), (["--75,00"], None), (["-(75,00)"], None),
        (["75,00 ?"], None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_the_whole_column_shows_or_not_at_all(
    written: list[str], expected: list[int] | None
) -> None:
    text = "Date;Amount;Currency\n" + "".join(f"2026-11-27;{one};EUR\n" for one in written)
    if expected is None:
        assert refused(text).code in ("statement.unreadable", "statement.columns")
    else:
        assert amounts(text) == expected


def test_an_open_decimal_sign_is_asked_and_the_answer_kept() -> None:
    text = "Date;Amount;Currency\n2026-11-27;1.000;EUR\n"
    assert proposed(text).questions == ("decimal",)
    assert amounts(text, decimal=",") == [100000]
    assert amounts(text, decimal=".") == [100]


@pytest.mark.parametrize(
    "footer",
    [
        "Kontostand;28.11.2026;;1.000,00;EUR", "Saldo;;;1.000,00;EUR", ";;Total;75,00;EUR",
        "28.11.2026;28.11.2026;Endsaldo;1.000,00;EUR", "Summe;;;75,00;",
        "28.11.2026;;Balance carried forward;1.000,00;EUR", ";;;;\nEnde der Datei",
        "\nAlter Kontostand: 925,00 EUR\nNeuer Kontostand: 1.000,00 EUR",
        "28.11.2026;;Solde au 28/11/2026;1.000,00;EUR",
    ],
)  # fmt: skip
def test_balances_and_totals_do_not_count(footer: str) -> None:
    text = (
        f"Datum;Wertstellung;Text;Betrag;Währung\n27.11.2026;27.11.2026;{IN};75,00;EUR\n{footer}\n"
    )
    assert amounts(text) == [7500]
    if "Ende" not in footer and not footer.startswith("\n"):
        assert read(text).skipped == (("balance", 1),)


def test_a_payment_that_speaks_of_a_balance_counts() -> None:
    text = (
        "Datum;Name;Text;Betrag;Währung\n"
        f"27.11.2026;Ana Ruiz;Saldo;75,00;EUR\n27.11.2026;Total GmbH;{IN};5,00;EUR\n"
        f"27.11.2026;;Saldo {IN};6,00;EUR\n"
    )
    assert amounts(text) == [7500, 500, 600]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("Vorgemerkt", "pending"), ("Umsatz vorgemerkt", "pending"), ("Pending", "pending"),
        ("PENDING", "pending"), ("Authorised", "pending"), ("en attente", "pending"),
        ("pendiente", "pending"), ("In behandeling", "pending"), ("oczekująca", "pending"),
        ("REVERTED", "cancelled"), ("DECLINED", "cancelled"), ("FAILED", "cancelled"),
        ("Geannuleerd", "cancelled"), ("abgelehnt", "cancelled"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("head", ["Status", "State", "Info", "Anything"])
def test_lines_that_are_not_booked_do_not_count_and_are_said(
    head: str, word: str, reason: str
) -> None:
    text = (
        f"Date;Amount;Currency;Reference;{head}\n2026-11-27;75,00;EUR;{IN};Booked\n"
        f"2026-11-28;9,00;EUR;{IN};{word}\n"
    )
    assert amounts(text) == [7500]
    assert read(text).skipped == ((reason, 1),)


def test_a_status_that_nobody_knows_is_asked() -> None:
    text = "Date;Amount;Currency;Status\n2026-11-27;75,00;EUR;Booked\n2026-11-28;9,00;EUR;Xyz\n"
    assert proposed(text).questions == ("status",)
    assert amounts(text, words_open=("XYZ",)) == [7500]
    assert amounts(text, words_booked=("xyz",)) == [7500, 900]


def test_what_stands_below_a_heading_of_pending_lines_does_not_count() -> None:
    head = "Buchungstag;Text;Betrag;Währung\n"
    pending = "Vorgemerkte Umsätze\n" + head + "28.11.2026;x;9,00;EUR\n\n"
    booked = "Gebuchte Umsätze\n" + head + "27.11.2026;y;75,00;EUR\n"
    assert amounts(pending + booked) == [7500]
    assert amounts(booked + "\n" + pending) == [7500]


def test_a_reference_is_found_in_whatever_cell_it_stands_and_however_it_is_split() -> None:
    head = "Kontonummer;Buchungstag;Name;VWZ1;VWZ2;Sonst;Betrag;Währung\n"
    for cells in (
        "Ana;{};;", "Ana;Logo;{};", "Ana;;;{}", "{};;;", "Ana;MP-7K4D;-92QH;", "Ana;MP 7K4D 92;QH;",
        'Ana;"MP-7K4D-\n92QH";;',
    ):  # fmt: skip
        text = f"{head}123456789;27.11.2026;{cells.format(IN)};75,00;EUR\n"
        (line,) = read(text).lines
        assert found_in(line, references.IN) and line.amount_minor == 7500, cells


def test_the_next_row_may_continue_the_text() -> None:
    text = "Date;Reference;Amount;Currency\n2026-11-27;Logo MP-7K4D;75,00;EUR\n;-92QH;;\n"
    (line,) = read(text).lines
    assert found_in(line, references.IN) == [IN]


def test_the_account_of_the_board_is_never_the_payers() -> None:
    mine, theirs = "NL20BUNQ0001234567", "NL91ABNA0417164300"
    text = f"Datum;Betrag;Valuta;Rekening;Tegenrekening\n27.11.2026;75,00;EUR;{mine};{theirs}\n"
    assert (read(text).account, read(text).lines[0].other_account) == (mine, theirs)
    text = f"Datum;Betrag;Valuta;Rekening\n27.11.2026;75,00;EUR;{mine}\n"
    assert (read(text).account, read(text).lines[0].other_account) == (mine, "")
    text = f"Konto;{mine}\n\nDatum;Betrag;Währung;IBAN\n27.11.2026;75,00;EUR;{mine}\n"
    assert (read(text).account, read(text).lines[0].other_account) == (mine, "")
    text = f"Datum;Betrag;Währung;IBAN\n27.11.2026;75,00;EUR;{mine}\n"
    assert read(text).lines[0].other_account == mine
    (known,) = reading.read(text.encode(), own=[mine])
    assert (known.account, known.lines[0].other_account) == (mine, "")


def test_the_account_is_found_within_a_line_above_the_table() -> None:
    for head in ("Umsätze Girokonto NL20BUNQ0001234567 in EUR", "IBAN;NL20 BUNQ 0001 2345 67"):
        assert read(f"{head}\n\nDatum;Betrag EUR\n27.11.2026;75,00\n").account == (
            "NL20BUNQ0001234567"
        )


def test_whoever_paid_is_named_and_not_the_board() -> None:
    text = (
        "Datum;Zahlungspflichtige*r;Zahlungsempfänger*in;Betrag (€)\n"
        "27.11.2026;Ana Ruiz;Board;75,00\n28.11.2026;Board;Ben Okafor;-40,00\n"
    )
    assert [line.name for line in read(text).lines] == ["Ana Ruiz", "Ben Okafor"]


def test_running_balances_give_the_opening_and_the_closing_one_in_either_order() -> None:
    rows = ["27.11.2026;75,00;1.075,00\n", "28.11.2026;-40,00;1.035,00\n"]
    for order in (rows, rows[::-1]):
        found = read("Datum;Betrag (EUR);Saldo\n" + "".join(order))
        assert (found.opening_minor, found.closing_minor) == (100000, 103500)
    found = read("Datum;Betrag (EUR);Saldo\n" + rows[0] + rows[1].replace("1.035", "1.030"))
    assert (found.opening_minor, found.closing_minor) == (None, None)


def test_balance_rows_that_the_lines_do_not_join_refuse_the_file_with_both_sums() -> None:
    text = (
        "Datum;Text;Betrag;Währung\n01.11.2026;Anfangssaldo;100,00;EUR\n"
        "27.11.2026;x;75,00;EUR\n30.11.2026;Endsaldo;{};EUR\n"
    )
    assert amounts(text.format("175,00")) == [7500]
    refusal = refused(text.format("200,00"))
    assert refusal.code == "statement.sum"
    assert (refusal.facts["sum"], refusal.facts["closing"]) == ("€175.00", "€200.00")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(), lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"), lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"), lambda text: text.encode("cp1250"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: b"sep=;\r\n" + text.encode("cp1250"),
        lambda text: text.replace(";", "\t").encode(),
        lambda text: text.replace(";", "|").encode(), lambda text: text.rstrip().encode(),
        lambda text: ("\n\n" + text).encode(),
    ],
)  # fmt: skip
def test_every_encoding_and_separator_of_banks_is_read(encode: Callable[[str], bytes]) -> None:
    text = f"Data;Kwota;Waluta;Tytuł;Kontrahent\n27.11.2026;75,00;PLN;{IN};Łukasz Żak\n"
    (statement,) = reading.read(encode(text))
    (line,) = statement.lines
    assert (line.amount_minor, line.name) == (7500, "Łukasz Żak")


@pytest.mark.parametrize(
    "text",
    [
        'Date,Amount,Currency\n"2026-11-27,75.00,EUR\n',
        "Date,Amount,Currency,Reference\n2026-11-27,75.00,EUR,a\n2026-11-28,5.0",
        "Date,Amount,Currency,Reference\n2026-11-27,75.00,EUR,a\n2026-11-2",
        "Date,Amount,Currency,Reference\n2026-11-27,75.00,EU",
    ],
)
def test_a_table_that_ends_within_a_row_is_refused(text: str) -> None:
    assert refused(text).code == "statement.cut"


def test_a_choice_that_makes_no_sense_is_refused_at_its_field() -> None:
    text = "Date;Amount;Currency;Reference\n2026-11-27;75,00;EUR;x\n"
    columns = proposed(text).columns
    for name, chosen in (
        ("amount", {"amount": 9}), ("text", {"text": (3, 12)}), ("amount", {"amount": 0}),
        ("fixed_currency", {"currency": None, "fixed_currency": "XYZ"}),
        ("words_out", {"words_in": ("A",), "words_out": ("a",)}),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            table.check(text.encode(), replace(columns, **chosen))  # type: ignore[arg-type]
        assert caught.value.field == name
    assert table.check(text.encode(), replace(columns, date=None)) == ("date",)
    assert table.check(text.encode(), replace(columns, amount=None)) == ("amount",)


def test_a_proposal_shows_three_rows_and_the_few_words_of_a_column() -> None:
    rows = "".join(
        f"2026-11-{day};{day},00;EUR;{'Bij' if day % 2 else 'Af'}\n" for day in range(10, 20)
    )
    seen = proposed(f"Date;Amount;Currency;Af Bij\n{rows}")
    assert seen.header == ("Date", "Amount", "Currency", "Af Bij")
    assert [row[0] for row in seen.samples] == ["2026-11-10", "2026-11-11", "2026-11-12"]
    assert seen.values[3] == ("Af", "Bij") and len(seen.header_key) == 40
    assert Columns.from_json(seen.columns.to_json()) == seen.columns


def test_other_formats_are_no_tables() -> None:
    samples = TABLES.parent / "statements"
    for name in ("camt-v2.xml", "german.mt940", "sgml.ofx", "xml.ofx"):
        assert table.propose((samples / name).read_bytes()) is None


def test_a_reversal_is_known_by_the_kind_of_the_line_and_never_by_what_a_payer_wrote() -> None:
    text = (
        "Buchungstag;Buchungstext;Verwendungszweck;Betrag;Währung\n"
        f"27.11.2026;Gutschrift;Storno {IN};75,00;EUR\n28.11.2026;STORNO;{IN};-75,00;EUR\n"
    )
    assert [line.is_reversal for line in read(text).lines] == [False, True]


def test_money_that_went_back_may_say_so_at_the_start_of_its_text() -> None:
    text = (
        "Datum;Art der Buchung;Text;Betrag;Währung\n"
        f"27.11.2026;Gutschrift;Storno {IN};75,00;EUR\n28.11.2026;x;Rückbuchung {IN};-75,00;EUR\n"
        f"28.11.2026;Storno;y;-5,00;EUR\n28.11.2026;x;{IN} no storno;-5,00;EUR\n"
    )
    assert [line.is_reversal for line in read(text).lines] == [False, True, True, False]


@pytest.mark.parametrize(
    ("head", "sums", "expected"),
    [
        ("Debit", ("75.00", "3.00"), [-7500, -300]), ("Paid out", ("75.00",), [-7500]),
        ("Soll", ("75.00",), [-7500]), ("Credit", ("75.00",), [7500]),
        ("Payments", ("75.00", "-3.00"), [7500, -300]),
    ],
)  # fmt: skip
def test_a_single_column_of_sums_says_its_side_by_its_name(
    head: str, sums: tuple[str, ...], expected: list[int]
) -> None:
    text = f"Date,{head},Currency,Text\n"
    text += "".join(f"2026-11-27,{amount},EUR,{IN}\n" for amount in sums)
    assert amounts(text) == expected


def test_the_currency_in_the_name_of_the_amount_is_not_that_of_another_sum() -> None:
    head = "Date,Payee,Account number,Text,Amount (EUR),Amount (Foreign),Type Foreign Currency"
    (line,) = read(f"{head}\n2026-11-27,Ana,NL91ABNA0417164300,{IN},75.00,80.00,USD\n").lines
    assert (line.amount_minor, line.currency) == (7500, "EUR")
    assert line.other_account == "NL91ABNA0417164300"


def test_a_column_that_says_what_is_pending_is_asked_about() -> None:
    text = f"Date,Text,Amount,Currency,Pending\n2026-11-27,{IN},75.00,EUR,true\n"
    text += "2026-11-27,x,5.00,EUR,false\n"
    assert proposed(text).questions == ("status",)
    assert amounts(text, words_booked=("false",), words_open=("true",)) == [500]
