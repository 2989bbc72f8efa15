"""How long somebody's words are in a letter, which has to stay light."""

from __future__ import annotations

from app.kernel.text import excerpt

MOST_WORDS = 1800
MOST_A_PART = 800
"""How many bytes of somebody's prose a letter shows; the page has the rest."""
MOST_ROWS = 9
"""How many lines of terms, or files, a letter lists."""


def cut(words: str, most: int = MOST_WORDS) -> str:
    """Prose at a length that leaves the letter light, whatever script it is in."""
    data = words.encode("utf-8", "replace")
    if len(data) <= most:
        return words
    return data[:most].decode("utf-8", "ignore").rstrip() + " …"


def short(title: str) -> str:
    """A title or a name at a length that fits a table."""
    return excerpt(title, 40)
