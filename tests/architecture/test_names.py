"""Names, titles and addresses are cleaned at every door: each field, each column, each verb."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Text
from sqlalchemy.dialects import sqlite

import app as package
from app.blueprints.fields import Email, Form, Lines, Password, Prose, Typed
from app.blueprints.parsed_fields import Parsed
from app.kernel.base import Base, TextLine

pytestmark = pytest.mark.any_database

UNSEEN = "\u200b\u202e\u3164\u2066"
TYPED_NAMES = re.compile(
    r"(.*_)?(name|title|headline|email|category|skills|billing|comment|seller|buyer|account|holder)"
    r"|.*tax_words|paid_by|bank_reference"
)
MADE = {
    "accounts.name": "of the ledger, made by the board",
    "bank_statements.account": "the board's own, as its bank writes it",
    "bank_entries.account": "the board's own, as its bank writes it",
}
"""Columns of such a name that nobody types, and why."""


def import_all() -> None:
    for found in pkgutil.walk_packages(package.__path__, "app."):
        importlib.import_module(found.name)


def forms() -> Iterator[type[Form]]:
    import_all()
    waiting = Form.__subclasses__()
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        yield form


def lines(form: Form) -> Iterator[Typed]:
    """The fields of a form that hold words, as typed."""
    for field in form:
        if isinstance(field, Typed) and not isinstance(field, Password | Parsed):
            yield field


def test_every_field_of_every_form_cleans_what_is_typed(app: Any) -> None:
    with app.test_request_context():
        every = [(form, field.name) for form in forms() for field in lines(form())]
    assert len(every) > 50
    with app.test_request_context(method="POST", data={}):
        for form, name in every:
            field = form(_typed(name, f"A\u202en{UNSEEN}a"))[name]
            kept = field.data
            if isinstance(field, Prose) and not isinstance(field, Lines):
                assert "\u202e" not in kept and "\u2066" not in kept, (form, name)
            else:
                assert kept == "Ana", (form, name)
            if isinstance(field, Email):
                assert form(_typed(name, "a\u200dna\ufe0f@example.org"))[name].data.isascii()


def test_what_is_empty_then_is_refused_with_the_fields_own_sentence(app: Any) -> None:
    with app.test_request_context(method="POST", data={}):
        needed = 0
        for form in forms():
            for field in lines(form()):
                if not field.needed:
                    continue
                found = form(_typed(field.name, UNSEEN))
                found.validate()
                assert found[field.name].errors == [f"{field.label.text} is needed."], field.name
                needed += 1
    assert needed > 20


def _typed(name: str, words: str) -> Any:
    from werkzeug.datastructures import MultiDict

    return MultiDict({name: words})


def test_every_column_that_holds_a_name_cleans_it() -> None:
    import_all()
    assert len(Base.metadata.tables) > 40
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            where = f"{table.name}.{column.name}"
            if not isinstance(column.type, Text | TextLine) or where in MADE:
                continue
            if TYPED_NAMES.fullmatch(column.name):
                assert isinstance(column.type, TextLine), f"{where} holds words that people type"


def test_a_name_is_clean_from_the_moment_it_is_set() -> None:
    """On the object (for hashes and e-mails made of it), and in statements that name no object."""
    import_all()
    cleaned = 0
    for mapper in Base.registry.mappers:
        for column in mapper.local_table.columns:
            if isinstance(column.type, TextLine):
                row = mapper.class_(**{column.key: f"A\u202en{UNSEEN}a"})
                assert getattr(row, column.key) == "Ana", column
                setattr(row, column.key, UNSEEN)
                assert getattr(row, column.key) == "", column
                bound = column.type.process_bind_param(f"A{UNSEEN}na", sqlite.dialect())
                assert bound == "Ana", column
                cleaned += 1
    assert cleaned > 40
