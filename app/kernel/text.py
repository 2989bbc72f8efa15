"""Words that people typed: cleaned, folded for search, cut short, and Markdown made safe."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from app.kernel.invisible import strip_every_invisible, strip_invisible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 20_000
"""The most characters that one field of prose holds."""
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates: they turn the direction of what stands beside them."""


MOST_MARKS = 5
"""So many marks one letter carries at most, as Hebrew with its accents does."""


def clean_line(text: str) -> str:
    """One line as it is kept (a name, a title): nothing that nobody sees, single spaces.

    Marks that belong to no letter, or are piled up, would be drawn over the lines around them.

    >>> clean_line("  Ana\\u202e\\u200b\\tRuiz "), clean_line("\\u200b"), clean_line("\\u0301" * 9)
    ('Ana Ruiz', '', '')
    """
    line = " ".join(strip_invisible(text).split())
    return line if line.isascii() else _without_piles(line)


def clean_lines(text: str) -> str:
    """Several such lines, a postal address say."""
    return "\n".join(clean_line(line) for line in text.splitlines()).strip()


def clean_prose(text: str) -> str:
    """Prose as it is kept: as typed, but for what turns the direction; empty if nobody sees any.

    Marks such as U+200F stay, which people who write from right to left type.
    """
    tidy = _TURNS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return tidy if strip_invisible(tidy).strip() else ""


def clean_email(address: str) -> str:
    """An e-mail address as it is kept: trimmed, with nothing that nobody sees."""
    return strip_every_invisible(address).strip()


def fold(text: str) -> str:
    """Text as search sees it: no case, no marks, no compatibility forms (on both databases)."""
    spread = unicodedata.normalize("NFKD", strip_every_invisible(text).casefold())
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def fold_email(address: str) -> str:
    """An e-mail address as accounts are compared: cleaned and without case."""
    return clean_email(unicodedata.normalize("NFKC", address)).casefold()


def _without_piles(line: str) -> str:
    kept, marks = [], MOST_MARKS
    for sign in line:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept).strip()


def excerpt(text: str, most: int = 140) -> str:
    """The beginning of a text on one line, cut at a word where that is possible."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(
        ["linkify", "table", "strikethrough"]
    )


@lru_cache(maxsize=1024)
def markdown(text: str) -> str:
    """Markdown as safe HTML: no raw HTML, no images from elsewhere, links marked `nofollow`."""
    if not any(sign in text for sign in "*_`#[]<>|-~&\n:/.@+=1"):
        return f"<p>{text}</p>\n"  # plain words, by far the most common message
    import nh3

    return nh3.clean(
        _parser().render(text),
        tags={
            "p", "br", "em", "strong", "s", "a", "ul", "ol", "li", "code", "pre", "blockquote",
            "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "hr",
        },
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )  # fmt: skip
