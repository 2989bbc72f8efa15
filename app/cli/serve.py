"""./milepost serve: the board, its chores beside it, until it is told to stop."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from sqlalchemy import select

from app.adapters import untrusted_proxy
from app.cli.checks import migrated_engine
from app.cli.troubles import Trouble, board_command
from app.extensions import db
from app.people.models import Person
from app.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

WHY = {
    errno.EADDRINUSE: "something else is listening there",
    errno.EACCES: "only an administrator may listen there",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}
BODY_SLACK = 40 * 1024 * 1024
"""What waitress takes beyond the upload limit, so that the board itself says what was too big."""


@board_command("serve")
def command() -> None:
    """Start the board and its chores."""
    run(current_app._get_current_object())  # type: ignore[attr-defined]


def run(app: Flask, *, notes: tuple[str, ...] = ()) -> None:
    """Serve `app` until SIGTERM or Ctrl-C. `notes` are printed below the address."""
    settings: Settings = app.config["MILEPOST"]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no trouble
    listening = listen(settings)
    migrated_engine()
    untrusted_proxy.forget(settings)
    signal.signal(signal.SIGTERM, _stop)
    chores = start_chores(app) if settings.scheduler else None
    for line in (f"Milepost is at {settings.url} (Ctrl-C stops it).", *first_steps(settings)):
        click.echo(line)
    for line in notes:
        click.echo(line)
    try:
        # returns at SIGTERM and Ctrl-C, when the requests at work are done
        server(app, settings, listening).run()
    finally:
        if chores is not None:
            chores.stop()
        db.engine.dispose()


def listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is touched, or say in a sentence why it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except (OSError, UnicodeError) as trouble:
        number = trouble.errno if isinstance(trouble, OSError) else None
        why = WHY.get(number or 0, str(getattr(trouble, "strerror", None) or trouble))
        raise Trouble(
            f"Milepost cannot listen on {settings.host}, port {settings.port}: {why}. "
            "Set MILEPOST_PORT (or MILEPOST_HOST) to another."
        ) from None


def server(app: WSGIApplication, settings: Settings, listening: socket.socket) -> Any:
    """The server of `app` on a port that was taken; its `run` serves until it is told to stop."""
    from waitress.server import create_server

    from app.cli import answers

    options: dict[str, Any] = {}
    if settings.trusted_proxy:
        options = {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        }
    made: Any = create_server(
        app,
        sockets=[listening],
        threads=settings.threads,
        ident=None,
        url_scheme=urlsplit(settings.url).scheme,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=settings.upload_limit + BODY_SLACK,
        **options,
    )
    made.application = untrusted_proxy.Watch(made.application, settings)
    if settings.is_https:
        made.channel_class = answers.HttpsChannel
    return made


class Chores(Protocol):
    """The running clockwork."""

    def stop(self) -> None:
        """Let the chore at work end, and begin no other."""


def start_chores(app: Flask) -> Chores:
    """Start the clockwork in threads of this process."""
    from app.scheduler import clockwork

    chores: Chores = clockwork.start(app)
    return chores


def first_steps(settings: Settings) -> list[str]:
    """What an operator needs to be told now, and only now."""
    lines = []
    with db.session() as session:
        anybody = session.scalar(select(Person.id).limit(1))
    if anybody is None:
        lines.append(f"Set up your board: {settings.url}/setup?code={settings.setup_code}")
    if not settings.mails:
        lines.append(f"Letters go to the folder {settings.letters_dir} (MILEPOST_SMTP_URL).")
    if settings.wants_proxy:
        lines.append(
            "No reverse proxy is trusted. Where one stands before the board, set "
            "MILEPOST_TRUSTED_PROXY to its address (often 127.0.0.1)."
        )
    return lines


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
