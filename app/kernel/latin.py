"""Names and texts in the letters that every bank of SEPA takes (decision 0108)."""

from __future__ import annotations

import re
import unicodedata

_SYLLABLES = re.compile("[\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")
"""Signs that are a syllable each (Han, Hangul): between them a bank writes blanks."""
_FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
"""Everything that the European Payments Council does not let banks ask for."""
_NO_TEXT = ("So", "Sk", "Sm", "Cf", "Co", "Cn", "Cs")
"""Kinds of characters that say nothing in letters: emoji, arrows, marks of direction."""


def latin(text: str, most: int = 70) -> str:
    """A text as a bank can write it, at most so long; nothing where no letter or digit is left.

    >>> latin("Đorđe"), latin("Иван Петров"), latin("李小龙"), latin("Zoë O’Brien 🙂")
    ('Dorde', 'Ivan Petrov', 'Li Xiao Long', "Zoe O'Brien")
    """
    known = unicodedata.normalize("NFC", text).translate({ord("&"): "+", 0x02BC: "'"})
    spread = _SYLLABLES.sub(r" \g<0> ", known)
    plain = _FOREIGN.sub(" ", "".join(map(_ascii, spread)).replace('"', ""))
    one_line = re.sub(r"/{2,}", "/", " ".join(plain.split()))
    found = one_line.strip("/ ")[:most].strip("/ ")
    return found if any(sign.isalnum() for sign in found) else ""


def _ascii(sign: str) -> str:
    """One character in ASCII. A letter becomes letters: no apostrophe for what Latin has not."""
    from anyascii import anyascii

    if sign.isascii():
        return sign
    if unicodedata.category(sign) in _NO_TEXT:
        return ""
    return re.sub(r"[^A-Za-z]", "", anyascii(sign)) if sign.isalpha() else anyascii(sign)
