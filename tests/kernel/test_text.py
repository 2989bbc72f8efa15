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


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("A" + "\u0301" * 200 + "na", "A" + "\u0301" * text.MOST_MARKS + "na"),
        ("\u0338" * 3 + " $10.00", "$10.00"),
        ("\u0301" * 40, ""),
    ],
)
def test_marks_that_would_be_drawn_over_other_lines_are_not_kept(typed: str, kept: str) -> None:
    assert text.clean_line(typed) == kept
    assert text.clean_line(kept) == kept


@pytest.mark.parametrize(
    "name",
    [
        "Zoe\u0308 Nguye\u0302\u0303n",
        "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05c1\u05b4\u0596\u05d9\u05ea",
        "ก\u0e38\u0e49ง ที\u0e48", "हिन्दी \u0915\u094d\u0937\u093f",
        "\u0628\u0651\u064e\u0670", "\u0f66\u0f92\u0fb2\u0f74\u0f56",
        "👩\u200d👩\u200d👧 1\ufe0f\u20e3",
    ],
)  # fmt: skip
def test_the_marks_of_peoples_scripts_stay(name: str) -> None:
    assert text.clean_line(name) == name
