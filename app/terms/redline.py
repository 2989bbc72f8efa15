"""Words struck out and words put in, word by word. Pure.

diff-match-patch works on signs; each word is made one sign first, because difflib took 23 seconds
on 8,000 words and a difference by letters cannot be read.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = re.compile(r"\s+|[^\s]+")
_MOST_SIGNS = 50_000
SAME, OUT, IN = "same", "del", "ins"
_NAMES = {0: SAME, -1: OUT, 1: IN}


@lru_cache(maxsize=512)
def words(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The new text beside the old as (`same` | `del` | `ins`, words), in reading order.

    >>> words("2nd revision of the logo", "2nd revision of the sign")
    (('same', '2nd revision of the '), ('del', 'logo'), ('ins', 'sign'))
    """
    if old == new:
        return ((SAME, new),) if new else ()
    if not old or not new:
        return ((OUT, old),) if old else ((IN, new),)
    from diff_match_patch import diff_match_patch

    book: dict[str, str] = {}
    left, right = _signs(old, book), _signs(new, book)
    if len(book) > _MOST_SIGNS:
        return ((OUT, old), (IN, new))
    differ = diff_match_patch()
    differ.Diff_Timeout = 0.5
    found = differ.diff_main(left, right, False)
    differ.diff_cleanupSemantic(found)
    back = {sign: word for word, sign in book.items()}
    return tuple((_NAMES[kind], "".join(back[sign] for sign in signs)) for kind, signs in found)


def _signs(text: str, book: dict[str, str]) -> str:
    """Each different word as one sign, skipping the surrogates."""
    out = []
    for word in _WORDS.findall(text):
        if word not in book:
            number = len(book) + 1
            book[word] = chr(number if number < 0xD800 else number + 0x800)
        out.append(book[word])
    return "".join(out)
