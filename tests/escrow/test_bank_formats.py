"""RULES, payment methods: a bank statement is read as its format says, whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.adapters import bank
from app.adapters.bank import reading
from app.escrow import references
from app.escrow.bank.lines import Line, keyed
from app.kernel.errors import Invalid

pytestmark = pytest.mark.any_database

SAMPLES = Path(__file__).parent / "statements"
IN, OUT = "MP-7K4D-92QH", "MO-2345-678K"
"""What the samples refer to."""


def lines(name: str) -> list[Line]:
    found = reading.read((SAMPLES / name).read_bytes())
    return [line for statement in found for line in statement.lines]


def refused(text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(Invalid) as caught:
        reading.read(data)
    assert caught.value.field == "files"
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "amount", "currency", "other"),
    [
        ("camt-v2.xml", 7500, "EUR", "ES9121000418450200051332"),
        ("camt-v8-batch.xml", 7500, "JPY", ""),
        ("german.mt940", 7500, "EUR", "DE89370400440532013000"),
        ("dutch.mt940", 7500, "EUR", "ES9121000418450200051332"),
        ("plain.mt940", 7500, "JPY", ""),
        ("sgml.ofx", 7500, "USD", ""),
        ("xml.ofx", 7500, "BHD", ""),
        ("english.csv", 7500, "EUR", "ES9121000418450200051332"),
        ("german.csv", 107500, "EUR", "ES9121000418450200051332"),
        ("columns.csv", 107500, "USD", ""),
    ],
)
def test_money_that_came_is_read_with_its_reference(
    name: str, amount: int, currency: str, other: str
) -> None:
    found = [one for one in lines(name) if references.all_in(f"{one.text} {one.end_to_end}")]
    assert len(found) == 1
    line = found[0]
    assert references.tidy(line.text) == IN
    assert (line.amount_minor, line.currency, line.other_account) == (amount, currency, other)
    assert line.value_on in (date(2026, 11, 3), date(2026, 11, 5))


@pytest.mark.parametrize(
    "name", ["camt-v2.xml", "german.mt940", "sgml.ofx", "english.csv", "german.csv"]
)
def test_money_that_went_is_below_zero_and_shows_our_end_to_end_id(name: str) -> None:
    found = [one for one in lines(name) if references.all_in(f"{one.text} {one.end_to_end}", "MO")]
    assert [one.amount_minor for one in found] == [-2050]
    assert references.all_in(f"{found[0].text} {found[0].end_to_end}", "MO") == [OUT]


def test_what_is_only_expected_is_left_out() -> None:
    assert 99900 not in [line.amount_minor for line in lines("camt-v2.xml")]


def test_a_credit_that_is_taken_back_is_money_that_went() -> None:
    assert lines("german.mt940")[2].amount_minor == -500
    assert lines("camt-v8-batch.xml")[2].amount_minor == -500


def test_a_batch_is_read_line_by_line_only_where_the_lines_sum_to_it() -> None:
    batch = lines("camt-v8-batch.xml")[:2]
    assert [(one.amount_minor, one.name, one.bank_id) for one in batch] == [
        (-1000, "One", "BATCH-1/1"), (-2000, "Two", "BATCH-1/2"),
    ]  # fmt: skip
    text = (SAMPLES / "camt-v8-batch.xml").read_text().replace(">20.00<", ">19.00<")
    whole = reading.read(text.encode())[0].lines[0]
    assert (whole.amount_minor, whole.end_to_end) == (-3000, "MO-AAAA-AAAA MO-BBBB-BBBB")


def test_the_name_is_told_from_the_account_before_it() -> None:
    assert [one.name for one in lines("german.mt940")] == [
        "ANA RUIZ UND CO", "BEN OKAFOR", "ANA RUIZ",
    ]  # fmt: skip
    assert lines("german.csv")[0].name == "Ana Müller"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE a SYSTEM "https://evil.example/a.dtd">',
        "<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize("name", ["camt-v2.xml", "xml.ofx"])
def test_xml_with_a_document_type_or_an_entity_is_refused(name: str, head: str) -> None:
    text = (SAMPLES / name).read_bytes().decode("latin-1")
    declaration, rest = text.split("?>", 1)
    assert refused(f"{declaration}?>{head}{rest}") == "statement.unsafe"


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir()))
def test_a_file_that_was_cut_off_never_gives_half_a_line(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    whole = lines(name)
    for size in range(0, len(data), 37):
        try:
            found = [line for one in reading.read(data[:size]) for line in one.lines]
        except Invalid as refusal:
            assert refusal.code.startswith("statement.")
            continue
        if not name.endswith((".xml", ".ofx")):  # tables and tags just stop: amounts are whole
            assert [one.amount_minor for one in found][:-1] == [
                one.amount_minor for one in whole[: len(found) - 1]
            ]


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "\x00\x01\x02", "%PDF-1.7 \x00", "<html><body>Sign in</body></html>",
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.02"><A/></Document>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>',
        ":20:X\n:25:Y\n:28C:1\n:60F:C261101EUR1,00\n:61:nonsense\n:62F:C261101EUR1,00\n",
        ":20:X\n:25:Y\n", "OFXHEADER:100\n\n<OFX><BANKMSGSRSV1></OFX>", "<OFX>",
        "Date,Amount\n2026-11-03,1.00\n", "Date,Currency\n2026-11-03,EUR\n",
        "Date,Amount,Currency\n2026-11-03,1e5,EUR\n", "Date,Amount,Currency\n2026-11-03,1.005,EUR\n",  # noqa: E501
        "Date,Amount,Currency\nyesterday,1.00,EUR\n", "Date,Amount,Currency\n2026-11-03,1.00,XYZ\n",
        "Date,Amount,Currency\n2026-11-03,NaN,EUR\n", 'Date,Amount,Currency\n"2026-11-03,1.00,EUR\n',  # noqa: E501
        "Date,Amount,Currency\n2026-11-03,1,BHD\n2026-11-03,\"1,234\",BHD\n",
        "Date,Amount,Currency\n2026-11-03,99999999999999999999,EUR\n",
        "Date,Amount,Currency\n2026-11-03,0.00,EUR\n",
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused_with_a_word(text: str) -> None:
    from app.mail.wording import WORDS

    assert refused(text) in WORDS


def test_a_file_that_is_too_large_is_refused() -> None:
    assert refused(b"x" * (reading.MOST_BYTES + 1)) == "statement.large"


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1.234,56", "EUR", 123456), ("1,234.56", "EUR", 123456), ("1234.5", "EUR", 123450),
        ("1 234,56", "EUR", 123456), ("1'234.50", "CHF", 123450), ("1.234", "EUR", None),
        ("12.345.678", "EUR", 1234567800), ("0.50", "EUR", 50), ("75,00-", "EUR", -7500),
        ("(75.00)", "USD", -7500), ("−75", "USD", -7500), ("+75", "USD", 7500),
        ("$1,000.00", "USD", 100000), ("7500", "JPY", 7500), ("7,500", "JPY", 7500),
        ("1.234", "BHD", None), ("7.5", "BHD", 7500), ("1,234.567", "BHD", 1234567),
        ("0.500", "EUR", 50), ("1.23.45", "EUR", None), ("1,23.456", "EUR", None),
    ],
)  # fmt: skip
def test_amounts_of_a_table_are_read_in_one_way_or_refused(
    written: str, currency: str, minor: int | None
) -> None:
    text = f"date;amount;currency\n2026-11-03;{written};{currency}\n"
    if minor is None:
        assert refused(text) == "statement.unreadable"
    else:
        assert reading.read(text.encode())[0].lines[0].amount_minor == minor


def test_equal_lines_stay_two_and_an_overlapping_statement_counts_them_alike() -> None:
    line = Line(date(2026, 11, 3), "EUR", 7500, name="Ana", text="rent")
    other = Line(date(2026, 11, 4), "EUR", 7500, name="Ana", text="rent")
    first = [key for key, _ in keyed([line, line, other])]
    assert len(set(first)) == 3
    assert [key for key, _ in keyed([other, line, line])] == [first[2], *first[:2]]


def test_an_iban_is_found_and_one_with_a_slip_is_noticed() -> None:
    right, wrong = "Ana, DE89 3704 0044 0532 0130 00, Berlin", "Ana\nDE89370400440532013001"
    assert bank.iban_in(right) == "DE89370400440532013000" and bank.wrong_iban(right) == ""
    assert bank.iban_in(wrong) == "" and bank.wrong_iban(wrong) == "DE89 3704 0044 0532 0130 01"
    assert bank.wrong_iban("NL91ABNA041716430") != ""
    for account in ("021000021 / 12345", "Sort code 20-00-00, 55779911", "", "IBAN DE00"):
        assert (bank.iban_in(account), bank.wrong_iban(account)) == ("", "")


def test_a_reference_is_found_however_it_is_typed_and_never_where_one_sign_is_wrong() -> None:
    for text in ("MP-7K4D-92QH", "mp7k4d92qh", "m p 7 k4d 92 qh", "Rent MP 7K4D/92QH, thanks"):
        assert references.all_in(text) == [IN]
    assert references.all_in("MP-7K4D-92QG") == references.all_in("MP-K74D-92QH") == []
    assert references.all_in(f"{IN} and {OUT}", "MO") == [OUT]
