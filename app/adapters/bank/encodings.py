"""The text of a file, in whatever encoding a bank has written it."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""encoding=["']([\w.:-]{2,20})["']|\bCHARSET:\s*([\w-]{2,20})""", re.I)
_WITHIN = re.compile(r"[A-Za-z][³¹¿£¥¢¯ª¼¾œŸìùò](?=[A-Za-z])")
_BEFORE = re.compile(r"(?<!\w)[£¯¼¾](?=[a-z]{2})")
"""What Polish, Czech and Hungarian letters look like when they are read as Western European."""


def decoded(data: bytes) -> str:
    """A file's text: as its first bytes or its head say, as UTF-8, else as Windows writes it."""
    text = _decoded(data).removeprefix("\ufeff")
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    head = data[:200]
    if head[1::2].count(0) > len(head) // 4:  # every other byte is empty: UTF-16 without a mark
        return data.decode("utf-16-le", "replace")
    if head[::2].count(0) > len(head) // 4:
        return data.decode("utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end >= len(data) and error.reason == "unexpected end of data":
            return data[: error.start].decode("utf-8")  # cut within a letter
    declared = _declared(data[:2000])
    return data.decode(declared or _windows(data), "replace")


def _declared(head: bytes) -> str:
    """The encoding that XML or OFX names, where it is one of a byte for each letter."""
    found = _DECLARED.search(head)
    if found is None:
        return ""
    name = (found.group(1) or found.group(2)).decode("ascii").lower()
    name = f"cp{name}" if re.fullmatch(r"125\d", name) else name
    name = f"iso{name}" if re.fullmatch(r"8859-\d+", name) else name
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return ""
    return known if re.fullmatch(r"(cp|iso8859-)\d+", known) else ""


def _windows(data: bytes) -> str:
    """Western or Central European: in the wrong one, letters within words are signs."""
    western = data.decode("cp1252", "replace")
    odd = _WITHIN.search(western) or _BEFORE.search(western)
    return "cp1250" if odd else "cp1252"
