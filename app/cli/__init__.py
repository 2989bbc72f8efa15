"""The commands behind ./milepost: one small file for each, bound to the application here."""

from __future__ import annotations

from flask import Flask

from app.cli import demo, doctor, ledger, migrate, scheduler, serve


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    for part in (serve, demo, migrate, scheduler, doctor, ledger):
        app.cli.add_command(part.command)
