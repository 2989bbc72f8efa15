"""./milepost migrate: bring the database up to this version."""

from __future__ import annotations

import click

from app.cli.checks import migrated_engine
from app.cli.troubles import board_command


@board_command("migrate")
def command() -> None:
    """Bring the database up to this version."""
    migrated_engine()
    click.echo("The database is up to date.")
