"""The database's shape: bring it up to date, and say plainly what it is when it is not."""

from __future__ import annotations

from enum import Enum

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from app.escrow import triggers
from app.settings import ROOT


class Shape(Enum):
    """How the database compares with the code."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def shape(engine: Engine) -> Shape:
    """Whether the database is empty, older, current, or newer than this code."""
    script = ScriptDirectory.from_config(_config())
    with engine.connect() as connection:
        at = MigrationContext.configure(connection).get_current_revision()
    if at is None:
        return Shape.EMPTY
    if at == script.get_current_head():
        return Shape.CURRENT
    known = {revision.revision for revision in script.walk_revisions()}
    return Shape.OLDER if at in known else Shape.NEWER


def upgrade(engine: Engine) -> None:
    """Run every migration that is still to be run, in one transaction, as the only writer."""
    config = _config()
    writer = engine.connect().execution_options(milepost_write=True)
    with writer as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def missing_triggers(engine: Engine) -> set[str]:
    """The ledger's triggers that are not there; a board with any missing must not start."""
    with engine.connect() as connection:
        return triggers.missing(connection)
