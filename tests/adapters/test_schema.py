"""A board of an older release is brought up to date with its books whole and guarded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, Table, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.adapters import schema
from app.escrow import accounts, ledger
from app.kernel import events
from app.kernel.base import Base, stamp
from app.kernel.clock import DAY
from app.kernel.writing import begin_writing
from app.people.models import SignIn
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


def put(engine: Engine, name: str, **known: Any) -> None:
    """Insert a row as an older release knows it; what nobody asks about is filled somehow."""
    table = Table(name, MetaData(), autoload_with=engine)
    somehow = {bool: False, int: 0, str: "", datetime: NOON}
    needed = (one for one in table.c if not one.nullable and one.server_default is None)
    row = {one.name: somehow[one.type.python_type] for one in needed} | known
    with engine.begin() as connection:
        connection.execute(table.insert(), row)


def test_whoever_is_signed_in_stays_so_for_fourteen_days_after_the_update(empty: str) -> None:
    now = datetime.now(UTC)
    with databases.engine_at(empty) as engine:
        schema.upgrade(engine, "0006")
        kept = stamp if engine.dialect.name == "sqlite" else lambda at: at
        put(engine, "people", id="ana")
        for digest, days in (("long", 50), ("short", 3), ("over", -1)):
            ends = now + timedelta(days=days)
            put(
                engine, "sign_ins", digest=digest, person_id="ana",
                created_at=kept(now), expires_at=kept(ends),
            )  # fmt: skip
        schema.upgrade(engine)
        with Session(engine) as session:
            rows = {row.digest: row for row in session.scalars(select(SignIn))}
    left = {digest: round((row.expires_at - now) / DAY, 2) for digest, row in rows.items()}
    assert left == {"long": 14, "short": 3, "over": -1}
    assert abs(rows["long"].used_at - now) < timedelta(minutes=10)
    assert rows["over"].used_at is None


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import app.factory  # noqa: F401  (it knows every table)

    with databases.engine_at(database_url) as engine, engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(found, Base.metadata) == []
