"""RULES, payment methods: CAMT.053 is read with its balances, its returns and its reversals."""

from __future__ import annotations

from datetime import date

import pytest

from app.adapters.bank import reading
from app.escrow.bank.lines import Line, Statement
from app.kernel.errors import Invalid

pytestmark = pytest.mark.any_database

IN, OUT = "MP-7K4D-92QH", "MO-2345-678K"
MINE, THEIRS = "DE89370400440532013000", "NL91ABNA0417164300"


def balance(kind: str, amount: str, side: str = "CRDT", day: str = "2026-11-27") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(
    amount: str, side: str, *, text: str = IN, more: str = "", details: str = "",
    state: str = "BOOK", kind: str = "", account: str = THEIRS,
) -> str:  # fmt: skip
    return (
        f"<Ntry><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}<Sts>{state}</Sts>"
        "<BookgDt><Dt>2026-11-27</Dt></BookgDt><ValDt><Dt>2026-11-27</Dt></ValDt>"
        f"<AcctSvcrRef>A1</AcctSvcrRef><BkTxCd><Domn><Fmly><SubFmlyCd>{kind}</SubFmlyCd></Fmly></Domn>"
        "</BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties>"
        f"<Dbtr><Nm>Ana Ruiz</Nm></Dbtr><DbtrAcct><Id><IBAN>{account}</IBAN></Id></DbtrAcct>"
        f"<Cdtr><Nm>Board</Nm></Cdtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>{details}"
        "</TxDtls></NtryDtls></Ntry>"
    )


def camt(*parts: str, message: str = "053", version: str = "08") -> str:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<Document xmlns='urn:iso:std:iso:20022:tech:xsd:"
        f"camt.{message}.001.{version}'><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt>"
        f"<Id>S</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>{MINE}</IBAN></Id></Acct>"
        f"{''.join(parts)}</Stmt></BkToCstmrStmt></Document>"
    )


def read(text: str) -> Statement:
    (found,) = reading.read(text.encode())
    return found


def line(text: str) -> Line:
    (found,) = read(text).lines
    return found


def refused(text: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("one", "minor", "is_reversal"),
    [
        (entry("75.00", "CRDT"), 7500, False),
        (entry("75.00", "DBIT", more="<RvslInd>true</RvslInd>"), -7500, True),
        (entry("75.00", "DBIT", more="<RvslInd>1</RvslInd>"), -7500, True),
        (entry("75.00", "CRDT", more="<RvslInd>false</RvslInd>"), 7500, False),
        (entry("75.00", "CRDT", details="<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>"), 7500, True),
        (entry("75.00", "CRDT", kind="RRTN"), 7500, True),
        (entry("75.00", "DBIT", kind="UPDD"), -7500, True),
        (entry("75.00", "CRDT", kind="ESCT", text="RvslInd true STORNO"), 7500, False),
    ],
)
def test_what_takes_back_an_earlier_line_is_marked(one: str, minor: int, is_reversal: bool) -> None:
    found = line(camt(one))
    assert (found.amount_minor, found.is_reversal) == (minor, is_reversal)
    if minor < 0 and is_reversal:
        assert (found.name, found.other_account) == ("Ana Ruiz", THEIRS)


def test_balances_days_and_number_are_those_of_the_bank() -> None:
    found = read(
        camt(
            balance("OPBD", "10.00", "DBIT", "2026-11-26"), balance("CLBD", "65.00"),
            balance("CLAV", "1.00"), balance("FWAV", "2.00"), entry("75.00", "CRDT"),
        )
    )  # fmt: skip
    assert (found.opening_minor, found.closing_minor, found.currency) == (-1000, 6500, "EUR")
    assert (found.opening_on, found.closing_on) == (date(2026, 11, 26), date(2026, 11, 27))
    assert (found.number, found.account) == ("7", MINE)


@pytest.mark.parametrize(
    ("balances", "expected"),
    [
        ((("PRCD", "0.00"), ("CLBD", "75.00")), (0, 7500)),
        ((("OPBD", "5.00"), ("ITBD", "80.00")), (500, 8000)),
        ((("ITBD", "5.00"), ("ITBD", "80.00")), (500, 8000)),
        ((("ITBD", "5.00"), ("CLBD", "80.00")), (500, 8000)),
        ((("CLBD", "80.00"),), (None, 8000)),
        ((("CLAV", "80.00"),), (None, None)),
        ((("OPBD", "0.00"), ("CLBD", "0.00")), (None, None)),  # of banks that do not give them
    ],
)
def test_pages_and_older_versions_give_their_balances_too(
    balances: tuple[tuple[str, str], ...], expected: tuple[int | None, int | None]
) -> None:
    found = read(camt(*(balance(*one) for one in balances), entry("75.00", "CRDT")))
    assert (found.opening_minor, found.closing_minor) == expected


def test_balances_that_the_lines_do_not_join_are_refused_with_both_sums() -> None:
    text = camt(balance("OPBD", "0.00"), balance("CLBD", "5000.00"), entry("75.00", "CRDT"))
    refusal = refused(text)
    assert refusal.code == "statement.sum"
    assert {
        "opening": "€0.00",
        "lines": "€75.00",
        "sum": "€75.00",
        "closing": "€5,000.00",
    }.items() <= (refusal.facts.items())
    missing = camt(balance("OPBD", "100.00"), balance("CLBD", "0.00"), entry("75.00", "CRDT"))
    assert refused(missing).code == "statement.sum"


def test_what_is_nothing_or_not_booked_is_left_out_and_said() -> None:
    found = read(
        camt(
            entry("75.00", "CRDT"), entry("0.00", "DBIT"), entry("9.00", "CRDT", state="PDNG"),
            entry("9.00", "CRDT", state="INFO"),
            entry("9.00", "CRDT", state="x").replace("<Sts>x</Sts>", "<Sts><Cd>PDNG</Cd></Sts>"),
        )
    )  # fmt: skip
    assert [one.amount_minor for one in found.lines] == [7500]
    assert found.skipped == (("zero", 1), ("pending", 3))


def test_the_account_of_the_board_is_never_the_payers() -> None:
    assert line(camt(entry("75.00", "CRDT", account=MINE))).other_account == ""
    assert line(camt(entry("75.00", "CRDT"))).other_account == THEIRS


def test_namespaces_wrappers_and_several_documents_do_not_matter() -> None:
    one = camt(entry("75.00", "CRDT"))
    inner = one[one.index("<Document") :]
    wrapped = f"<?xml version='1.0'?><Envelope>{inner}{inner}</Envelope>"
    assert [s.lines[0].amount_minor for s in reading.read(wrapped.encode())] == [7500, 7500]
    prefixed = one.replace("<", "<n:").replace("<n:/", "</n:").replace("<n:?", "<?")
    assert line(prefixed.replace("xmlns=", "xmlns:n=")).amount_minor == 7500
    assert (
        line(one.replace("xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'", "")).text == IN
    )


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("BkToCstmrAcctRpt", "CAMT.052, an intraday report"), ("BkToCstmrDbtCdtNtfctn", "CAMT.054"),
        ("CstmrCdtTrfInitn", "pain.001"), ("CstmrPmtStsRpt", "pain.002"),
        ("CstmrDrctDbtInitn", "pain.008"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("has_namespace", [True, False])
def test_relatives_are_refused_by_their_names(part: str, words: str, has_namespace: bool) -> None:
    from app.mail.wording import words as worded

    kind = words.split(",")[0].lower()
    text = camt(entry("75.00", "CRDT")).replace("BkToCstmrStmt", part).replace("camt.053", kind)
    if not has_namespace:
        text = text.replace(f" xmlns='urn:iso:std:iso:20022:tech:xsd:{kind}.001.08'", "")
    refusal = refused(text)
    assert refusal.code == "statement.other_format"
    assert words in worded(refusal.code, refusal.facts)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97])
def test_a_file_that_is_cut_short_is_refused_so(share: float) -> None:
    text = camt(entry("75.00", "CRDT"), entry("5.00", "CRDT"))
    assert refused(text[: int(len(text) * share)]).code == "statement.cut"


def test_broken_xml_is_a_sentence_of_our_own() -> None:
    refusal = refused(camt(entry("75.00", "CRDT")).replace("</Ntry>", "</Entry>"))
    assert (refusal.code, refusal.facts["why"]) == (
        "statement.unreadable", "its XML is broken in line 2",
    )  # fmt: skip
