"""A board that is at work keeps its database's locks: nobody beside it removes its -wal file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from app.cli.checks import migrated_engine
from app.extensions import db
from app.people.models import Board

pytestmark = pytest.mark.any_database

BESIDE = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM people')"
"""Another program that looks into the database, and closes it again."""


def test_the_checks_of_a_start_leave_the_locks_to_the_database(app: Any) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return  # a server keeps its own locks
        db.session.scalar(select(Board.id))  # as `demo` has when it comes to serve
        database = Path(str(make_url(db.engine.url).database))
        migrated_engine()
        db.session.scalar(select(Board.id))
        wal = database.with_name(f"{database.name}-wal")
        assert wal.exists(), "this board keeps no -wal file; then there is nothing to prove"
        subprocess.run([sys.executable, "-c", BESIDE, str(database)], check=True, timeout=60)
        assert wal.exists(), "the board goes on writing to a file that is gone"
