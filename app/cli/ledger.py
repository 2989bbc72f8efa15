"""./milepost ledger verify: recompute every balance, hash and sum."""

from __future__ import annotations

import click

from app.cli.checks import migrated_engine
from app.cli.troubles import board_command, stop
from app.escrow import audit, ledger
from app.extensions import db


@click.group("ledger")
def command() -> None:
    """The ledger, looked at from outside."""


@board_command("verify")
def verify() -> None:
    """Recompute the whole ledger and say whether it holds."""
    migrated_engine()
    with db.session() as session:
        troubles = [*ledger.verify(session), *audit.audit(session)]
    for trouble in troubles:
        click.echo(trouble)
    if troubles:
        count = len(troubles)
        stop(
            f"The ledger does not hold: {count} {'thing is' if count == 1 else 'things are'} wrong."
        )
    click.echo("The ledger holds: every transfer, balance and sum is as it should be.")


command.add_command(verify)
