"""RULES, Terms: a revision is compared line by line with the terms in force (or any other)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.terms import differences, redline


@dataclass(frozen=True)
class Row:
    milestone_id: str | None
    title: str = "Work"
    description: str = ""
    due: date | None = date(2026, 11, 10)
    amount_minor: int = 7500


A, B, C, D = (Row(name, title=f"Part {name}") for name in "ABCD")


def kinds(old: list[Row], new: list[Row]) -> list[tuple[str, ...]]:
    return [row.kinds for row in differences.compare(old, new).rows]


def test_the_same_lines_differ_in_nothing() -> None:
    found = differences.compare([A, B], [A, B])
    assert not found.any
    assert found.old_total_minor == found.new_total_minor == 15000


def test_a_line_without_a_milestone_is_added() -> None:
    assert kinds([A], [A, Row(None)]) == [(), ("added",)]


def test_a_missing_line_is_deleted_and_shown_where_it_stood() -> None:
    found = differences.compare([A, B, C], [A, C])
    assert [row.kinds for row in found.rows] == [(), ("deleted",), ()]
    assert found.rows[1].old is B


def test_each_cell_that_changed_is_named() -> None:
    changed = replace(A, title="Other", due=date(2026, 11, 12), amount_minor=1)
    assert kinds([A], [changed]) == [("reworded", "redated", "repriced")]


def test_only_the_line_that_was_carried_elsewhere_has_moved() -> None:
    assert kinds([A, B, C, D], [B, C, D, A]) == [(), (), (), ("moved",)]


def test_adding_and_deleting_above_a_line_does_not_move_it() -> None:
    assert kinds([A, B, C], [Row(None), B, C]) == [("deleted",), ("added",), (), ()]


def test_totals_and_end_dates_of_both_are_shown() -> None:
    found = differences.compare([A], [A, replace(B, due=date(2026, 12, 1), amount_minor=100)])
    assert (found.old_total_minor, found.new_total_minor) == (7500, 7600)
    assert (found.old_end, found.new_end) == (date(2026, 11, 10), date(2026, 12, 1))


@given(st.permutations(range(8)), st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7)))
def test_every_line_of_both_versions_is_shown_once(
    order: list[int], dropped: set[int], old_only: set[int]
) -> None:
    rows = [Row(str(number)) for number in range(8)]
    old = [row for number, row in enumerate(rows) if number not in dropped]
    new = [rows[number] for number in order if number not in old_only]
    found = differences.compare(old, new)
    assert [row.new for row in found.rows if row.new] == new
    shown = [row.old for row in found.rows if row.old]
    assert sorted(row.milestone_id or "" for row in shown if isinstance(row, Row)) == sorted(
        row.milestone_id or "" for row in old
    )


@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=40))
def test_a_redline_holds_both_texts_word_for_word(old: str, new: str) -> None:
    pieces = redline.words(old, new)
    assert "".join(words for kind, words in pieces if kind != "ins") == old
    assert "".join(words for kind, words in pieces if kind != "del") == new


def test_a_redline_of_ten_thousand_words_is_quick() -> None:
    import time

    old = " ".join(f"word{number % 977}" for number in range(10_000))
    new = old.replace("word13 ", "other ")
    began = time.monotonic()
    redline.words(old, new)
    assert time.monotonic() - began < 3
