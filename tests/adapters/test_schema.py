"""A board of an older release is brought up to date with its books whole and guarded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.adapters import schema
from app.escrow import accounts, ledger
from app.kernel import events
from app.kernel.base import Base
from app.kernel.writing import begin_writing
from tests import databases
from tests.stories import NOON

FIRST = "0001"


@pytest.fixture
def empty(boards: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.config.getoption("--database") == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    with boards.fresh("template0") as url:
        yield url


def test_a_board_of_the_first_release_keeps_its_books(empty: str) -> None:
    with databases.engine_at(empty) as engine:
        schema.upgrade(engine, FIRST)
        assert schema.shape(engine) is schema.Shape.OLDER
        with Session(engine) as session:
            begin_writing(session)
            told = events.record(
                session, "board", "board.made", by=None, at=NOON, subject=("board", "1"),
                facts={}, tell=False,
            )  # fmt: skip
            ledger.transfer(
                session, source=accounts.bank("bank"), target=accounts.balance("ana"),
                currency="USD", amount_minor=7500, key="first", event_id=told.id, at=NOON,
            )  # fmt: skip
            session.commit()
        schema.upgrade(engine)
        assert schema.shape(engine) is schema.Shape.CURRENT
        assert schema.missing_triggers(engine) == set()
        with Session(engine) as session:
            begin_writing(session)
            assert ledger.verify(session) == []
            assert ledger.balance(session, accounts.balance("ana"), "USD") == 7500
            with pytest.raises(DatabaseError):
                session.execute(text("UPDATE transfers SET amount = 1"))


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import app.factory  # noqa: F401  (it knows every table)

    with databases.engine_at(database_url) as engine, engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(found, Base.metadata) == []
