"""Words are kept as typed, found without case or marks, and shown without danger."""

from __future__ import annotations

import pytest

from app.kernel import text

pytestmark = pytest.mark.any_database


def test_search_finds_words_without_case_or_marks() -> None:
    assert text.fold("Café ÉCLAIR ﬁn") == "cafe eclair fin"


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "![p](https://elsewhere.example/track.png)",
        '<a href="data:text/html,x">x</a>',
    ],
)
def test_markdown_never_carries_code_or_images_from_elsewhere(typed: str) -> None:
    html = text.markdown(typed)
    assert "<script" not in html and "<img" not in html
    assert '<a href="javascript' not in html and '<a href="data' not in html


def test_markdown_keeps_lists_emphasis_and_links() -> None:
    html = text.markdown("- *one*\n- https://example.org")
    assert "<em>one</em>" in html and '<a href="https://example.org"' in html


def test_plain_words_become_one_paragraph() -> None:
    assert text.markdown("Looks lovely") == "<p>Looks lovely</p>\n"


def test_an_excerpt_is_cut_at_a_word() -> None:
    assert text.excerpt("one two three", 9) == "one two…"
