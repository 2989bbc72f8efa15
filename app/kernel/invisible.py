"""Characters that nobody sees: which they are, and where some of them have work to do.

Direction controls, format characters, fillers and control characters make two names look alike, or
a sentence read backwards. The table is written out (`Default_Ignorable_Code_Point`, Unicode 17,
and what is drawn blank), because Python's own grows with its version. A test compares them.
"""

from __future__ import annotations

import re

_INVISIBLE = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"  # control characters, half characters
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    r"\U00013430-\U0001343f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
"""Spaces and line ends are not in it: they are folded, not removed."""
_JOINING = (
    r"\u0610-\u061a\u0620-\u08ff"  # Arabic and its neighbours
    r"\u0900-\u109f\u1780-\u17b3\u17b6-\u17ff\u1820-\u18aa\u1900-\u1cff"  # Devanagari to Vedic
    r"\ua800-\ua95f\ua980-\uaaff\uabc0-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    r"\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
"""The scripts whose letters join, so that a joiner between two of them can be seen."""
_VIRAMAS = r"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
"""After these a joiner shapes the end of a word, too (Malayalam names are written so)."""
_EMOJI = r"\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
_STYLED = (
    rf"{_EMOJI}\xa9\xae\u203c\u2049\u2122\u2139\u2300-\u23ff\u24c2\u25a0-\u25ff"
    r"\u3030\u303d\u3297\u3299"
)
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FLAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in f"gb{part}\x7f")
    for part in ("eng", "sct", "wls")
)
"""England, Scotland and Wales: the only flags that are written with tag characters."""
_AT_WORK = (
    rf"(?<=[{_JOINING}])[\u200c\u200d](?=[\u200c\u200d]*[{_JOINING}])",
    rf"(?<=[{_VIRAMAS}])\u200d",
    rf"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])",
    rf"(?<=[{_STYLED}])[\ufe0e\ufe0f]",
    r"(?<=[0-9#*])\ufe0f(?=\u20e3)",
    rf"(?<=[{_HAN}])[\ufe00-\ufe02\U000e0100-\U000e01ef]",
    r"(?<=[\u1820-\u18aa])[\u180b-\u180f]",
    rf"(?<=\U0001f3f4)(?:{_FLAGS})",
)
"""Joiners between letters that join, within an emoji; selectors after what they style."""
_KEPT_OR_NOT = re.compile(f"({'|'.join(_AT_WORK)})|[{_INVISIBLE}]")
_EVERY = re.compile(f"[{_INVISIBLE}]")


def strip_invisible(text: str) -> str:
    """The text without characters that nobody sees, but for those that shape their neighbours."""
    if text.isascii() and text.isprintable():
        return text
    return _KEPT_OR_NOT.sub(r"\1", text)


def strip_every_invisible(text: str) -> str:
    """The same without exception: for what is compared, and for addresses."""
    return _EVERY.sub("", text)
