"""RULES, payment methods: what is no statement is called by its name, within limits, and soon."""

from __future__ import annotations

import io
import random
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.bank import archive, reading, table
from app.adapters.bank.plain import MOST_LINES
from app.kernel.errors import Invalid
from app.mail.wording import WORDS, words

pytestmark = pytest.mark.any_database

HERE = Path(__file__).parent
SAMPLES = sorted([*(HERE / "statements").iterdir(), *(HERE / "tables").iterdir()])
CSV = b"Date;Amount;Currency;Reference\n2026-11-27;75,00;EUR;MP-7K4D-92QH\n"
TOKENS = (
    b"<", b">", b":", b"\n", b'"', b";", b",", b"-", b"0", b"\x00", b"\xff", b"\xe9", b"&", b":61:",
    b":62F:", b":86:", b"</", b"<Ntry>", b"<STMTTRN>", b"EUR", b"9" * 30,
)  # fmt: skip
SOON = 5
"""Seconds that no file may take, on a slow machine."""


def refused(data: bytes) -> Invalid:
    with pytest.raises(Invalid) as caught:
        reading.read(data)
    assert caught.value.field == "files"
    assert caught.value.code in WORDS
    return caught.value


def sentence(data: bytes) -> str:
    refusal = refused(data)
    return words(refusal.code, refusal.facts)


def zipped(*files: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as packed:
        for name, content in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = kind
            packed.writestr(info, content)
    return out.getvalue()


def short(value: object) -> str:
    return str(value)[:24]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"), (b"\x89PNG\r\n\x1a\n\x00", "an image (PNG)"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "an image (JPEG)"), (b"GIF89a\x01", "an image (GIF)"),
        (b"\x00\x00\x00\x18ftypheic", "an image (HEIC)"), (b"II*\x00\x08", "an image (TIFF)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "(XLS)"),
        (zipped(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")), "an Excel file (XLSX)"),
        (zipped(("mimetype", b"x"), ("content.xml", b"x")), "(ODS)"),
        (zipped(("[Content_Types].xml", b"x"), ("word/document.xml", b"x")), "a Word file"),
        (b"!Option:AutoSwitch\n!Account\nNx\n^\n!Type:Bank\n", "QIF"),
        (b":20:X\n:25:1\n:28C:1\n:13:2611271200\n:61:261127C75,NTRF\n", "MT942"),
        (b"{1:F01}{2:I103}{4:\n:20:X\n:32A:261127EUR75,00\n:59:/NL91\nAna\n-}", "MT103"),
        (b"!Type:Bank\nD11/27/2026\nT75.00\n^\n", "QIF"), (b"\n!Account\nNx\n^\n", "QIF"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page (HTML)"),
        (b"<html><table><tr><td>27.11.2026</td></tr></table></html>", "a web page (HTML)"),
        (b'[{"date": "2026-11-27", "amount": 75}]', "JSON"), (b"{\\rtf1 x}", "RTF"),
        (b"\x1f\x8b\x08\x00", "GZIP"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!\x1a\x07", "RAR"),
        (b"01,122099999,123456789,261127,0200,1,65/\n02,031001234,122099999,1,261127/\n", "BAI2"),
        (b":20:X\n:25:1\n:28C:1\n:34F:EUR0,\n:13D:2611271000+0100\n:61:261127C75,NTRF\n", "MT942"),
        (b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.052.001.02'/>",
         "CAMT.052"),
        (b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08'/>",
         "pacs.008"),
    ],
    ids=short,
)  # fmt: skip
def test_what_is_no_statement_is_called_by_its_name(data: bytes, name: str) -> None:
    assert refused(data).code == "statement.other_format"
    assert name in sentence(data)
    with pytest.raises(Invalid):
        table.propose(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"pain.001.001.03;abc\n1;2\n",
        b"a,b\nc,d\n",
        bytes(range(256)),
        b"\n\n\n",
        b",,,\n",
    ],
)
def test_what_is_nothing_at_all_is_refused(data: bytes) -> None:
    assert refused(data).code == "statement.unknown"


def test_names_of_columns_without_a_row_are_no_table() -> None:
    assert refused(b"Date;Amount;Currency;Text\n\n").code == "statement.none"
    with pytest.raises(Invalid, match=r"statement\.none"):
        table.propose(b"Date;Amount;Currency;Text\n")


def test_a_zip_of_statements_is_read() -> None:
    camt = (HERE / "statements" / "camt-v2.xml").read_bytes()
    data = zipped(
        ("2026/a.csv", CSV), ("__MACOSX/._a.csv", b"\x00"), (".DS_Store", b"\x00"), ("b.xml", camt),
        ("2026/", b""),
    )  # fmt: skip
    assert [name for name, _ in reading.unpack(data, "x.zip")] == ["a.csv", "b.xml"]
    assert [one.format for one in reading.read(data)] == ["CSV", "CAMT.053"]
    assert reading.unpack(CSV, "a.csv") == [("a.csv", CSV)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped(("a.zip", zipped(("b.csv", CSV)))), "statement.zip_nested"),
        (zipped(*((f"{at}.csv", CSV) for at in range(51))), "statement.zip_large"),
        (zipped(("a.csv", b"0" * (reading.MOST_BYTES + 1))), "statement.zip_large"),
        (zipped(*((f"{at}.csv", b"0" * 1048576) for at in range(11))), "statement.zip_large"),
        (zipped(("a.pdf", b"%PDF-1.7")), "statement.other_format"),
        (zipped(("a.csv", CSV))[:-30], "statement.zip"),
        (zipped(("a.csv", CSV * 50))[:60] + b"\xff" * 40, "statement.zip"),
        (zipped(), "statement.none"),
        (b"PK\x03\x04" + b"\x00" * 40, "statement.zip"),
    ],
    ids=short,
)
def test_a_zip_is_read_within_limits(data: bytes, code: str) -> None:
    assert refused(data).code == code


def test_a_zip_with_a_password_says_so() -> None:
    data = bytearray(zipped(("a.csv", CSV)))
    data[6] |= 1  # the flag of encryption, in the file's own head and in the list at the end
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(data)).code == "statement.zip_encrypted"


def test_a_zip_that_states_a_small_size_is_not_believed() -> None:
    data = bytearray(zipped(("a.csv", b"0" * (reading.MOST_BYTES + 5))))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    assert refused(bytes(data)).code in (
        "statement.zip",
        "statement.zip_large",
        "statement.unknown",
    )


def test_more_than_twenty_thousand_lines_are_refused_soon_in_every_format() -> None:
    count = MOST_LINES + 1
    row = "2026-11-27;75,00;EUR;x\n"
    entry = (
        "<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<ValDt><Dt>2026-11-27</Dt></ValDt></Ntry>"
    )
    head = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><Stmt>"
    mt940 = ":20:X\n:25:1\n:60F:C261126EUR0,\n" + ":61:261127C1,NTRFx\n" * count
    line = "<STMTTRN><DTPOSTED>20261127<TRNAMT>1.00</STMTTRN>"
    for text in (
        "Date;Amount;Currency;Reference\n" + row * count,
        head + entry * count + "</Stmt></BkToCstmrStmt></Document>",
        mt940 + f":62F:C261126EUR{count},\n",
        f"<OFX><STMTRS><CURDEF>EUR{line * count}</STMTRS></OFX>",
    ):
        begun = time.process_time()
        assert refused(text.encode()).code == "statement.many"
        assert time.process_time() - begun < SOON


def test_twenty_thousand_lines_are_read() -> None:
    row = "2026-11-27;75,00;EUR;x\n"
    (statement,) = reading.read(f"Date;Amount;Currency;Reference\n{row * MOST_LINES}".encode())
    assert len(statement.lines) == MOST_LINES


@pytest.mark.parametrize(
    "text",
    [
        "a;" * 500_000 + "\n", '"' * 100_001, "Date;Amount\n" + "1" * 1_000_000, "\n" * 1_000_000,
        "Date;Amount;Currency\n2026-11-27;" + "1," * 60_000 + ";EUR\n", "(" * 500_000,
        ":20:X\n:25:1\n:60F:C261126EUR0,\n:61:" + "C" * 500_000,
        ":20:X\n:25:1\n:86:" + "?20" * 300_000,
        ":20:X\n:25:1\n:60F:C261126EUR0,\n:61:261127C1,NTRFx\n:86:" + "/NAME/" * 200_000,
        "<OFX>" + "<A>" * 300_000, "<OFX>" + "<!--" * 300_000, "<OFX>" + "<STMTTRN>" * 20_000,
        "<OFX>" + "<A >" * 300_000 + "</OFX>", "<OFX" + " " * 500_000,
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>" + "<a>" * 300_000,
        "<!--" * 300_000, "<?xml" + " " * 1_000_000, "!Type" * 200_000, "sep=;" * 200_000,
        "Date;Amount;Currency\n" + "2026-11-27;x;y\n" * 15_000, "Date;Amount\n" + "=;=\n" * 15_000,
        "01," * 300_000, "{4:" * 300_000, "€" * 500_000, "\u0301" * 500_000, "0" * 2_000_000,
    ],
    ids=short,
)  # fmt: skip
def test_no_text_keeps_the_board_busy(text: str) -> None:
    begun = time.process_time()
    refused(text.encode())
    assert time.process_time() - begun < SOON


def outcome(data: bytes) -> str:
    """What became of a file: never anything but statements or a refusal in words."""
    try:
        found = reading.read(data)
    except Invalid as refusal:
        assert refusal.code.startswith("statement."), refusal
        said = words(refusal.code, refusal.facts)
        assert "object at" not in said and "Traceback" not in said and "Error(" not in said
        return refusal.code
    for statement in found:
        for line in statement.lines:
            assert line.amount_minor and len(line.currency) == 3
            assert "\n" not in line.text and len(line.text) <= 1000 and len(line.name) <= 200
    try:
        table.propose(data) if not archive.is_archive(data) else None
    except Invalid:
        pytest.fail("what can be read can be proposed")
    return "read"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_cut_and_bent_files_are_read_or_refused_and_nothing_else(path: Path) -> None:
    chance = random.Random(path.name)
    data = path.read_bytes()
    for _ in range(12):
        bent = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(bent) + 1)
            kind = chance.randrange(4)
            if kind == 0:
                del bent[place : place + chance.randint(1, 40)]
            elif kind == 1:
                bent[place:place] = chance.choice(TOKENS)
            elif kind == 2:
                bent[place : place + 1] = bytes([chance.randrange(256)])
            else:
                start = chance.randrange(len(bent) + 1)
                bent[place:place] = bent[start : start + chance.randint(1, 200)]
        outcome(bytes(bent))
    for _ in range(6):
        outcome(data[: chance.randrange(len(data) + 1)])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    outcome(data)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="0123456789.,;-+()/ €\n\"'DKabcEUR<>:?", max_size=300))
def test_any_table_is_read_or_refused(text: str) -> None:
    outcome(("Date;Amount;Currency;Af Bij\n" + text).encode())
    outcome((":20:X\n:25:1\n:60F:C261126EUR0,\n:61:261127" + text + "\n:62F:C261126EUR0,").encode())
