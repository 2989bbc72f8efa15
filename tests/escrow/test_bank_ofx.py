"""RULES, payment methods: OFX is read as banks and card firms write it, whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from app.adapters.bank import reading
from app.escrow.bank.lines import Statement
from app.kernel.errors import Invalid

pytestmark = pytest.mark.any_database

IN = "MP-7K4D-92QH"
HEAD = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
CURRENCY = "<CURRENCY><CURRATE>1<CURSYM>EUR</CURRENCY>"
LINE = (
    "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261127120000.000[-5:EST]<TRNAMT>75.00<FITID>A1"
    f"<NAME>Ana &amp; Ruiz<MEMO>{IN}</STMTTRN>\n"
)


def ofx(lines: str = LINE, *, head: str = HEAD, balance: str = "", kind: str = "STMTRS") -> str:
    sort = "CREDITCARD" if kind == "CCSTMTRS" else "BANK"
    account = "CCACCTFROM" if kind == "CCSTMTRS" else "BANKACCTFROM"
    return (
        f"{head}<OFX><{sort}MSGSRSV1><STMTTRNRS><TRNUID>1<{kind}><CURDEF>EUR"
        f"<{account}><BANKID>1<ACCTID>77</{account}><BANKTRANLIST><DTSTART>20261101<DTEND>20261130\n"
        f"{lines}</BANKTRANLIST>{balance}</{kind}></STMTTRNRS></{sort}MSGSRSV1></OFX>\n"
    )


def xml(text: str) -> str:
    """The same with an end for each value, as version 2 wants it."""
    import re

    return re.sub(r"<([A-Z0-9]+)>([^<\n]+)", r"<\1>\2</\1>", text.replace(HEAD, ""))


def read(text: str) -> Statement:
    (found,) = reading.read(text.encode("cp1252"))
    return found


def refused(text: str) -> str:
    with pytest.raises(Invalid) as caught:
        read(text)
    assert caught.value.field == "files"
    return caught.value.code


@pytest.mark.parametrize(
    "bend",
    [
        lambda text: text, lambda text: text.replace("\n<", "<"),
        lambda text: text.replace("><", ">\n<"),
        lambda text: text.replace("<", "\n  <"), xml,
        lambda text: '<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n' + xml(text),
        lambda text: xml(text).replace("<OFX>", '<OFX xmlns="http://ofx.net/types/2003/04">'),
        lambda text: text[: len(HEAD)] + text[len(HEAD) :].lower().replace(IN.lower(), IN)
        .replace("ana &amp; ruiz", "Ana &amp; Ruiz").replace(">a1", ">A1"),
        lambda text: text.replace("<CURDEF>EUR", "<CURDEF>EUR<!-- <STMTTRN> -->"),
        lambda text: text.replace("</BANKACCTFROM>", "</BANKACCTFROM> -->"),
        lambda text: text.replace("<FITID>", "<CHECKNUM>\n<REFNUM>\n<FITID>"),
        lambda text: text.replace("<NAME>", "<EXTDNAME><NAME>")
        .replace("<OFX>", "<OFX><EXTDNAME></EXTDNAME>"),
        lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("75.00", "75,00"),
        lambda text: text.replace("75.00", "+75"), lambda text: text.replace(HEAD, ""),
        lambda text: text.replace(IN, f"<![CDATA[{IN}]]>"),
        lambda text: text.replace("</STMTTRN>", CURRENCY + "</STMTTRN>"),
    ],
)  # fmt: skip
def test_however_it_is_written_the_line_is_the_same(bend: object) -> None:
    found = read(bend(ofx()))  # type: ignore[operator]
    (line,) = found.lines
    assert (line.amount_minor, line.currency, line.value_on) == (7500, "EUR", date(2026, 11, 27))
    assert (line.name, line.bank_id) == ("Ana & Ruiz", "A1")
    assert line.text.startswith(IN) and found.account == "77"


def test_cards_and_several_statements_are_read() -> None:
    card = ofx(LINE.replace("75.00", "-9.00"), kind="CCSTMTRS", head="")
    found = reading.read((ofx() + card).encode())
    assert [one.lines[0].amount_minor for one in found] == [7500, -900]
    one = ofx()
    inner = one[one.index("<STMTTRNRS>") : one.index("</BANKMSGSRSV1>")]
    both = one.replace("</BANKMSGSRSV1>", inner.replace(">77", ">78") + "</BANKMSGSRSV1>")
    assert [one.account for one in reading.read(both.encode())] == ["77", "78"]


def test_the_ledger_balance_closes_the_statement() -> None:
    found = read(ofx(balance="<LEDGERBAL><BALAMT>-100.00<DTASOF>20261128</LEDGERBAL>"))
    assert (found.opening_minor, found.closing_minor) == (None, -10000)
    assert (found.currency, found.closing_on) == ("EUR", date(2026, 11, 28))


def test_lines_of_nothing_and_pending_ones_are_left_out_and_said() -> None:
    pending = (
        "<BANKTRANLISTP><STMTTRNP><TRNTYPE>CREDIT<TRNAMT>5.00<NAME>x</STMTTRNP></BANKTRANLISTP>"
    )
    found = read(ofx(LINE + LINE.replace("75.00", "0.00").replace("A1", "A2"), balance=pending))
    assert [line.amount_minor for line in found.lines] == [7500]
    assert found.skipped == (("pending", 1), ("zero", 1))


def test_a_correction_that_deletes_a_line_is_marked() -> None:
    line = LINE.replace("<NAME>", "<CORRECTFITID>A0<CORRECTACTION>DELETE<NAME>").replace(
        "75", "-75"
    )
    (found,) = read(ofx(line)).lines
    assert (found.amount_minor, found.is_reversal) == (-7500, True)
    (found,) = read(ofx(line.replace("-75", "75"))).lines  # as it was written at first
    assert (found.amount_minor, found.is_reversal) == (-7500, True)


def test_an_amount_against_the_kind_of_its_line_takes_an_earlier_one_back() -> None:
    went = LINE.replace("75.00", "-75.00").replace("CREDIT", "DEBIT").replace("A1", "A2")
    back = LINE.replace("CREDIT", "DEBIT").replace("A1", "A3")
    taken = LINE.replace("75.00", "-75.00").replace("A1", "A4")
    lines = read(ofx(LINE + went + back + taken)).lines
    assert [line.is_reversal for line in lines] == [False, False, True, True]


def test_money_that_went_out_without_a_minus_is_never_money_in() -> None:
    assert refused(ofx(LINE + LINE.replace("CREDIT", "DEBIT"))) == "statement.unreadable"


@pytest.mark.parametrize(
    "bend",
    [
        lambda text: text.replace("</OFX>", ""), lambda text: text[: len(text) // 2],
        lambda text: text.replace("</STMTTRN>", ""),
        lambda text: text.replace("<TRNAMT>75.00", ""), lambda text: text.replace("75.00", "lots"),
        lambda text: text.replace("<CURDEF>EUR", ""),
        lambda text: text.replace("20261127", "yesterday"),
        lambda text: text.replace("STMTRS>", "INVSTMTRS>"),
        lambda text: text.replace("<OFX>", "<OFX>" * 99),
        lambda text: text.replace("<OFX>", "<OFX>" + "<A>" * 40) + "</A>",
        lambda text: text.replace("<FITID>", "</FITID></STMTRS>"), lambda text: HEAD,
    ],
)  # fmt: skip
def test_what_is_broken_or_cut_is_a_sentence(bend: object) -> None:
    assert refused(bend(ofx())) in ("statement.unreadable", "statement.cut")  # type: ignore[operator]


def test_the_charset_of_the_head_counts() -> None:
    text = ofx(head=HEAD.replace("1252", "1250")).replace("Ana &amp; Ruiz", "Łukasz Žák")
    (found,) = reading.read(text.encode("cp1250"))
    assert found.lines[0].name == "Łukasz Žák"
