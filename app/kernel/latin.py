"""Names and texts in the letters that every bank of SEPA takes (decision 0108)."""

from __future__ import annotations

import re
import unicodedata

_SYLLABLES = re.compile("[\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")
"""Signs that are a syllable each (Han, Hangul): between them a bank writes blanks."""
_QUOTES = re.compile('["`]')
_FOREIGN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
"""Everything that the European Payments Council does not let banks ask for."""
_NO_TEXT = ("So", "Sk", "Sm", "Cf", "Co", "Cn", "Cs")
"""Kinds of characters that say nothing in letters: emoji, arrows, marks of direction."""


def latin(text: str, most: int = 70) -> str:
    """A text as a bank can write it, at most so long; nothing where no letter or digit is left.

    >>> latin("Đorđe"), latin("Иван Петров"), latin("李小龙"), latin("Zoë O’Brien 🙂")
    ('Dorde', 'Ivan Petrov', 'Li Xiao Long', "Zoe O'Brien")
    """
    from anyascii import anyascii

    spread = _SYLLABLES.sub(r" \g<0> ", unicodedata.normalize("NFC", text).replace("&", "+"))
    known = "".join(s for s in spread if s.isascii() or unicodedata.category(s) not in _NO_TEXT)
    plain = _FOREIGN.sub(" ", _QUOTES.sub("", anyascii(known)))
    one_line = re.sub(r"/{2,}", "/", " ".join(plain.split()))
    found = one_line.strip("/ ")[:most].strip("/ ")
    return found if any(sign.isalnum() for sign in found) else ""
