"""./milepost scheduler: the chores alone, beside a serve with MILEPOST_SCHEDULER=off."""

from __future__ import annotations

import logging
import signal
import threading

import click
from flask import current_app

from app.cli.checks import migrated_engine
from app.cli.serve import start_chores
from app.cli.troubles import board_command


@board_command("scheduler")
def command() -> None:
    """Run the chores alone, until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    migrated_engine()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    chores = start_chores(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo("The chores are running (Ctrl-C stops them).")
    stopped.wait()
    chores.stop()
