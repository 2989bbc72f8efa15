"""./milepost ledger: recompute every balance, hash and sum; or write all of it as text."""

from __future__ import annotations

import click

from app.cli import books
from app.cli.checks import migrated_engine
from app.cli.troubles import board_command, stop
from app.extensions import db


@click.group("ledger")
def command() -> None:
    """The ledger, looked at from outside."""


@board_command("verify")
def verify() -> None:
    """Recompute the whole ledger and say whether it holds."""
    migrated_engine()
    with db.session() as session:
        troubles = books.troubles(session)
    for trouble in troubles:
        click.echo(trouble)
    if troubles:
        stop(f"The ledger does not hold; troubles found: {len(troubles)}.")
    click.echo("The ledger holds: every transfer, balance, sum and chain is as it should be.")


@board_command("export")
def export() -> None:
    """Write the whole ledger as beancount text (bean-check finds no error in it)."""
    from app.escrow.papers import beancount
    from app.people import reads

    migrated_engine()
    with db.session() as session:
        known = reads.board(session)
        for piece in beancount.export(session, known.name if known else "Milepost"):
            click.echo(piece, nl=False)


command.add_command(verify)
command.add_command(export)
