"""The database's shape: bring it up to date, and say plainly what it is when it is not.

Alembic is imported only where something is to be migrated: it costs a third of the start and
ten megabytes, and a board that is up to date needs none of it.
"""

from __future__ import annotations

import re
from enum import Enum

from sqlalchemy import Engine, inspect, text

from app.escrow import triggers
from app.settings import ROOT


class Shape(Enum):
    """How the database compares with the code."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


MIGRATIONS = ROOT / "migrations"
_REVISION = re.compile(r'^(down_)?revision\b[^=\n]*= *"(\w+)"', re.MULTILINE)


def _known() -> tuple[set[str], set[str]]:
    """Every revision that this code knows, and the newest (those that none follows)."""
    known: set[str] = set()
    followed: set[str] = set()
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for down, name in _REVISION.findall(path.read_text(encoding="utf-8")):
            (followed if down else known).add(name)
    return known, known - followed


def shape(engine: Engine) -> Shape:
    """Whether the database is empty, older, current, or newer than this code."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return Shape.EMPTY
        at = connection.scalar(text("SELECT version_num FROM alembic_version"))
    known, newest = _known()
    if at is None:
        return Shape.EMPTY
    if at in newest:
        return Shape.CURRENT
    return Shape.OLDER if at in known else Shape.NEWER


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run every migration that is still to be run (up to `to`), in one transaction, as the only

    writer.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    writer = engine.connect().execution_options(milepost_write=True)
    with writer as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def missing_triggers(engine: Engine) -> set[str]:
    """The ledger's triggers that are not there; a board with any missing must not start."""
    with engine.connect() as connection:
        return triggers.missing(connection)
