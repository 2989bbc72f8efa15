"""Words that people typed: folded for search, cut short, and Markdown made safe."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 20_000
"""The most characters that one field of prose holds."""


def fold(text: str) -> str:
    """Text as search sees it: no case, no marks, no compatibility forms (on both databases)."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in spread if not unicodedata.combining(sign))


def fold_email(address: str) -> str:
    """An e-mail address as accounts are compared: trimmed and without case."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


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
