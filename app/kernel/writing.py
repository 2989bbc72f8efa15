"""The unit of work: one writer at a time, on both databases, from before the first read.

SQLite with its defaults loses updates between threads, and upgrading a read transaction fails at
once with "locked". So every unsafe request and every chore begins its transaction as a writer:
`BEGIN IMMEDIATE` on SQLite, one advisory lock on PostgreSQL. What a verb has read therefore
cannot change under it, and every lock order is the same (docs/decisions/0002).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

WRITER_LOCK = 0x4D494C45
"""The advisory lock that a writing transaction holds on PostgreSQL (the letters MILE)."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-16000",
    "PRAGMA temp_store=MEMORY",
)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def install(engine: Engine) -> None:
    """Give an engine the pragmas, the begin rule and (on SQLite) the hash that triggers use."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _record: Any) -> None:
            connection.isolation_level = None
            for pragma in _PRAGMAS:
                connection.execute(pragma).close()
            connection.create_function("milepost_sha256", 1, _sha256, deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("milepost_write", False)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        elif writes:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")


def begin_writing(session: Session) -> None:
    """Begin this session's transaction as the writer, before anything is read.

    A read transaction that is already open is ended first: what it saw may be old.
    """
    if session.in_transaction():
        session.rollback()
    session.connection(execution_options={"milepost_write": True})


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """The unit of work of chores and commands: begin as the writer, commit, or roll back."""
    begin_writing(session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
