"""Every refusal has its sentence."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.mail.wording import OTHERWISE, WORDS, words
from tests.parts import ROOT

pytestmark = pytest.mark.any_database

RAISED = re.compile(r"\b(?:Refused|WrongState|Invalid)\(\s*\"([a-z_.]+)\"")


BESIDE_FIELDS = {"form", "link.form"}
"""Say what is wrong beside the fields of the form that they carry."""


def codes() -> set[str]:
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        found |= set(RAISED.findall(path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_refusal_is_worded(code: str) -> None:
    assert code in WORDS or code in BESIDE_FIELDS


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_sentence_is_a_sentence_even_without_its_facts(code: str) -> None:
    said = words(code)
    assert said[0].isupper() or said[0] in "“…", said
    assert said.endswith((".", "?", "!")), said


def test_amounts_and_days_are_written_as_people_write_them() -> None:
    WORDS["test.code"] = "{amount} by {day}; {title}."
    try:
        facts = {"amount_minor": 7550, "currency": "USD", "day": date(2026, 11, 3), "title": "{x}"}
        assert words("test.code", facts) == "$75.50 by 3 Nov 2026; {x}."
    finally:
        del WORDS["test.code"]


def test_an_unknown_code_still_says_something_true() -> None:
    assert words("no.such.code", {"a": 1}) == OTHERWISE
