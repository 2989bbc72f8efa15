"""What must be well before a board starts."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from app.adapters import private_files, schema
from app.adapters.schema import Shape
from app.cli.troubles import stop
from app.extensions import db

NEWER = (
    "The database was made by a newer Milepost than this one. Bring the code up to date, "
    "or restore a backup that was made with this version."
)


def migrated_engine() -> Engine:
    """The board's engine, its files closed to others, its database up to date and guarded.

    Ends the command where the database is newer than the code, cannot be written, or has lost
    a guard of its ledger.
    """
    engine = db.engine
    # Whoever opens and closes the file of an SQLite database beside an open connection takes its
    # locks away: another process then thinks that nobody has it open, and removes its -wal file.
    db.session.remove()
    engine.dispose()
    for sentence in private_files.mend(current_app.config["MILEPOST"]):
        click.echo(sentence, err=True)
    _writable(engine)
    shape = schema.shape(engine)
    if shape is Shape.NEWER:
        stop(NEWER)
    if shape is not Shape.CURRENT:
        schema.upgrade(engine)
    if missing := schema.missing_triggers(engine):
        stop(
            "The database has lost guards of its ledger: "
            f"{', '.join(sorted(missing))}. The board does not start without them. "
            "Restore a backup, and say what was done to the database."
        )
    return engine


def _writable(engine: Engine) -> None:
    """SQLite would make a new file in silence, or fail with words that help nobody."""
    name = make_url(engine.url).database
    if engine.dialect.name != "sqlite" or not name:
        return
    path = Path(name)
    if not path.parent.is_dir():
        stop(f"The folder of the database, {path.parent}, does not exist.")
    if path.is_dir():
        stop(f"{path} is a folder, not a database.")
    if path.exists():
        with path.open("rb") as file:
            if file.read(16) not in (b"", b"SQLite format 3\x00"):
                stop(f"{path} is not an SQLite database.")
        path.open("ab").close()
