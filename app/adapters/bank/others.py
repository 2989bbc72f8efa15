"""Files that banks give, too, and that are no statement which the board reads: called by name."""

from __future__ import annotations

import re

from app.kernel.errors import Invalid

_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an Excel or Word file of the old kind (XLS)"),
    (b"\x89PNG", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"BM", "an image (BMP)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed file (GZIP)"),
    (b"7z\xbc\xaf", "a compressed file (7-Zip)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"SQLite format 3", "a database"),
)
_OFFICE = (
    ("xl/", "an Excel file (XLSX)"),
    ("word/", "a Word file (DOCX)"),
    ("ppt/", "a presentation (PPTX)"),
    ("content.xml", "a spreadsheet or document of OpenOffice (ODS)"),
    ("Index/", "a file of Numbers or Pages"),
)
_ISO = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3})|\b((?:camt|pain|pacs)\.\d{3})\."
)
_ROOTS = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
    "CstmrCdtTrfInitn": "pain.001",
    "CstmrPmtStsRpt": "pain.002",
    "CstmrDrctDbtInitn": "pain.008",
}
_MESSAGES = {
    "camt.052": "CAMT.052, an intraday report: what it shows is not final",
    "camt.054": "CAMT.054, a notification of single entries",
    "pain.001": "pain.001, an order of transfers to a bank",
    "pain.002": "pain.002, a report on orders to a bank",
    "pain.008": "pain.008, an order of direct debits to a bank",
}


def refuse_other_bytes(data: bytes) -> None:
    """Raises Invalid for pictures, documents and the like."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, name in _SIGNATURES:
        if start.startswith(signature) and (signature != b"BM" or b"\x00" in data[:16]):
            raise other(name)
    if start[4:8] == b"ftyp":
        raise other("an image (HEIC) or a video")
    if start[:4] == b"RIFF":
        raise other("an image (WEBP) or a sound")


def refuse_other_texts(text: str) -> None:
    """Raises Invalid for formats of banks that are no booked statement, and for web pages."""
    head = text[:4000].lstrip()
    if re.match(r"!(TYPE|ACCOUNT|OPTION|CLEAR)\b", head, re.I):
        raise other("QIF, which says neither the currency nor ids")
    if re.match(
        r"(<!--.{0,500}?-->\s*)?<(!doctype\s+html|html|head|body|table)\b", head, re.I | re.S
    ):
        raise other("a web page (HTML)")
    if head.startswith("<svg") or "<svg" in head[:300]:
        raise other("an image (SVG)")
    if re.match(r"[\[{]\s*[\"{\[]", head):
        raise other("JSON")
    if re.match(r"01,[^\n]*/?\s*\n0?2,", head):
        raise other("BAI2")
    if re.match(r"0{5}\d{11}\s?", head) and len(head.split("\n", 1)[0].rstrip("\r")) == 128:
        raise other("CODA")
    if re.search(r"^:20:", head, re.M) and re.search(r"^:59[AF]?:", head, re.M):
        raise other("MT101 or MT103, an order of transfers to a bank")
    if (
        re.search(r"^:(34F|13D?):", head, re.M)
        and re.search(r"^:20:", head, re.M)
        and (":60" not in head)
    ):
        raise other("MT942, an intraday report: what it shows is not final")
    if "<" in head[:1] or "<?xml" in head[:100]:
        _refuse_other_xml(head)


def _refuse_other_xml(head: str) -> None:
    found = _ISO.search(head)
    kind = (found.group(1) or found.group(2)) if found else ""
    for root, message in _ROOTS.items():
        if re.search(rf"<(\w+:)?{root}\b", head):
            kind = message
    if kind and kind != "camt.053":
        raise other(_MESSAGES.get(kind, f"{kind}, another message between banks and firms"))
    if "urn:schemas-microsoft-com:office" in head:
        raise other("an Excel file (XML)")


def other_archive(names: list[str]) -> str:
    """What an archive is that is really a document, or nothing."""
    for start, name in _OFFICE:
        if any(one.startswith(start) for one in names) and (
            start != "content.xml" or "mimetype" in names
        ):
            return name
    return ""


def other(name: str) -> Invalid:
    """The refusal of a file that is something else."""
    return Invalid("statement.other_format", field="files", name=name)
