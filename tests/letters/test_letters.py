"""Every notice has its letter, and every letter can be read anywhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.adapters.renderer import LetterRenderer
from app.mail.envelope import message
from app.mail.lengths import MOST_A_PART, MOST_ROWS, cut, short
from app.mail.table import ALL, NOTICES, QUIET

pytestmark = pytest.mark.any_database

FOLDER = Path(__file__).resolve().parents[2] / "app" / "templates" / "letters"
FILES = {"subject.txt", "body.txt", "body.html"}
SAID: dict[str, Any] = {
    "board": "Acme & Sons' board", "name": "Ana Ruiz", "actor": "Ben Okafor", "other": "Mei Tan",
    "by": "Olga", "job": "Logo <b>design</b> for a bakery",
    "room": "7k4d", "currency": "USD", "side": "client", "href": "https://board.example/links/x",
    "choices": "https://board.example/letters", "road": "●─◐─○", "road_words": "1 of 3 released",
    "milestone": "6 concepts", "amount_minor": 7500, "received_minor": 5000, "due": "2026-11-10",
    "note": "Six sketches.\n\n<script>alert(1)</script>", "words": "Please, a bolder line.",
    "body": "Hello!", "file_names": ["a.pdf"], "files": [["concepts.pdf", 655360]], "number": 2,
    "name_of_file": "a.pdf", "lines": [["Start", "2026-11-03", 7500], ["Look", None, 0]],
    "month_name": "October 2026", "fee": {"percent": "5", "minimum_minor": 100},
    "fee_minor": 375, "net_minor": 7125,
    "total_minor": 40000, "was_minor": 30000, "in_force": 1, "review_days": 5, "checkpoint": True,
    "ends": "2026-11-24", "lapses": "2026-11-20T10:00:00+00:00", "delivery": "2026-11-24",
    "reference": "MP-7K4D-92", "account": "Acme client money\n1234", "milestones": ["6 concepts"],
    "week": 47, "hours": "7.5", "done": "Forms.", "next": "Reports.", "blockers": "None.",
    "submitted_at": "2026-11-09T23:30:00+00:00", "link_ends": "2026-11-23T10:00:00+00:00",
    "troubles": ["account 7 is off by 1"], "seq": 12, "hash": "ab" * 32, "quiet_week": False,
    "rest_minor": 2500, "rest": "ask_back", "scope": "rest", "rewarded": "6 concepts",
    "until": "2026-11-16T10:00:00+00:00", "reason": "We changed our plans.", "last": True,
    "releases_at": "2026-11-16T10:00:00+00:00", "goes_at": "2026-11-16T10:00:00+00:00",
    "since": "2026-08-16T10:00:00+00:00",
    "reverses": 1, "what": "A payout of $75.00 came back", "todo": "Ask them.",
    "escrow_minor": 2500, "covered_minor": 5, "totals": [["In escrow", 7500, "USD"]],
    "held_minor": 5000, "missing_minor": 2500, "funded_minor": 5000, "whole_minor": 7500,
    "partly": True, "submitted": True, "partly_funded": [["6 concepts", 5000, 7500]],
    "disputed_minor": 4000, "to_freelancer_minor": 1500, "to_client_minor": 2500,
    "because": "Ben Okafor declined your terms.", "goes_back": True, "asked_minor": 2500,
    "in_escrow_minor": 4000, "to_balance_minor": 700, "back_minor": 300, "still_missing": True,
    "disputed": True, "coming_minor": 2500, "how": "numbers", "contact": "olga@board.example",
    "first": True,
    "accounts": [["bank", "1332", False], ["card", "", True]], "tries": 100,
    "happened_at": "2026-11-09T23:30:00+00:00", "most_minor": 2000, "least_minor": 1000,
}  # fmt: skip


def render(name: str, **other: Any) -> Any:
    return LetterRenderer().render(name, SAID | other, locale="en", zone="America/New_York")


def test_every_notice_has_its_three_templates_and_no_folder_is_left_over() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert folders == set(ALL)
    for name in folders:
        assert {path.name for path in (FOLDER / name).iterdir()} == FILES, name


def test_an_event_is_told_or_has_a_reason_to_be_quiet_but_not_both() -> None:
    assert not set(NOTICES) & set(QUIET)
    assert all(QUIET.values())


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_letter_can_be_read_as_text_and_as_html(name: str) -> None:
    letter = render(name)
    assert 5 < len(letter.subject) < 120
    for body in (letter.text, letter.html):
        assert SAID["href"] in body
        assert "{{" not in body and "None" not in body.replace("None.", "")
    assert "<p>" not in letter.text and "\n\n\n" not in letter.text
    assert "<script" not in letter.html.lower()
    assert not re.search(r"<img|url\(|<link|@import", letter.html)
    assert set(re.findall(r"https?://([^/\"]+)", letter.html)) == {"board.example"}


@pytest.mark.parametrize("name", sorted(ALL))
@pytest.mark.parametrize("sign", ["x", "Ü", "漢", "🙂", '"'])
def test_a_letter_stays_under_20_kb_with_the_longest_words(name: str, sign: str) -> None:
    words, title = cut(sign * 9000), short(sign * 900)
    report = dict.fromkeys(("done", "next", "blockers"), cut(sign * 9000, MOST_A_PART))
    rendered = render(
        name,
        note=words,
        reason=words,
        words=words,
        body=words,
        lines=[[title, "2026-11-03", 7500]] * MOST_ROWS,
        files=[[title, 7500]] * MOST_ROWS,
        **report,
    )
    post = message(
        rendered=rendered,
        message_id="<abc@board.example>",
        to=("Ana", "ana@example.org"),
        sender="Board <board@example.org>",
        thread="engagement:7k4d",
        host="board.example",
        leave="https://board.example/letters/" + "x" * 100,
        written_at=datetime(2026, 11, 2, 12, tzinfo=UTC),
    )
    assert len(post.as_bytes()) < 20_000


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_letter_needs_only_the_facts_that_it_is_sure_to_have(name: str) -> None:
    may_be_missing = (
        "note", "words", "files", "file_names", "due", "was_minor", "in_force", "review_days",
        "ends", "lapses", "delivery", "received_minor", "name_of_file", "link_ends",
        "road", "road_words", "side", "room", "done", "next", "blockers", "quiet_week", "account",
        "rewarded", "reason", "fee", "fee_minor", "net_minor", "contact", "partly_funded", "partly",
        "submitted",
    )  # fmt: skip
    fewer = {key: value for key, value in SAID.items() if key not in may_be_missing}
    letter = LetterRenderer().render(name, fewer, locale="en", zone="UTC")
    assert "  " not in letter.subject


def test_days_in_a_letter_are_the_readers() -> None:
    assert "9 Nov 2026" in render("review_reminder").text


def test_personal_words_cannot_become_html() -> None:
    assert "Logo <b>design</b>" in render("submitted").text
    assert "Logo &lt;b&gt;design&lt;/b&gt;" in render("submitted").html


def test_a_text_letter_keeps_its_lines() -> None:
    lines = render("terms_proposed").text.splitlines()
    assert lines[:3] == ["Acme & Sons' board", "", "Hello Ana Ruiz,"]
    first = lines.index("1. Start, 3 Nov 2026: $75.00")
    assert lines[first + 1 : first + 3] == ["2. Look: checkpoint", ""]
    assert SAID["href"] in lines
    assert lines[lines.index(SAID["href"]) - 1] == "Read and decide:"
    assert lines[-1] == "Which letters I get: https://board.example/letters"


@pytest.mark.parametrize("name", sorted(ALL))
def test_paragraphs_of_a_text_letter_stand_apart(name: str) -> None:
    text = render(name, quiet_week=True, quiet=True).text
    assert not re.search(r"[a-z][.!?:][A-Z]", text.replace("https://", ""))
    for line in ("Hello Ana Ruiz,", SAID["href"]):
        assert f"\n{line}\n\n" in text
