"""./milepost doctor: look at everything, and say what is well and what is not."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import click
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.adapters import private_files, schema, untrusted_proxy
from app.adapters.postman import SmtpPostman
from app.adapters.schema import Shape
from app.adapters.stripe_card import EXTENSION
from app.cli import books
from app.cli.checks import NEWER
from app.cli.troubles import board_command, first_line, stop
from app.escrow.provider import Declined, PaymentProvider, Unclear
from app.extensions import db
from app.kernel import clock
from app.mail.envelope import NotSent
from app.people.models import Person
from app.settings import Settings

ROOM_MIB = 200
LOOK_S = 20.0
"""So long it looks for open files at most."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `well`, `note` or `wrong`, and a sentence."""

    state: str
    sentence: str


@board_command("doctor")
def command() -> None:
    """Look at everything, and say what is well and what is not."""
    settings: Settings = current_app.config["MILEPOST"]
    wrong = 0
    for look in LOOKS:
        for finding in _looked(look, settings):
            wrong += finding.state == "wrong"
            click.echo(f"{finding.state:<6} {finding.sentence}")
    if wrong:
        stop(f"Not everything is well; things to mend: {wrong}.")


Look = Callable[[Settings], Iterator[Finding]]


def _looked(look: Look, settings: Settings) -> list[Finding]:
    try:
        return list(look(settings))
    except DBAPIError as trouble:
        return [Finding("wrong", f"The database cannot be used: {first_line(trouble)}.")]
    except OSError as trouble:
        return [Finding("wrong", f"{trouble}.")]


def _machine(settings: Settings) -> Iterator[Finding]:
    yield Finding("well", f"Python {sys.version.split()[0]}.")
    free = shutil.disk_usage(settings.data_dir).free // (1024 * 1024)
    state = "well" if free >= ROOM_MIB else "wrong"
    yield Finding(state, f"{free:,} MiB are free where the data folder is, {settings.data_dir}.")


def _database(_settings: Settings) -> Iterator[Finding]:
    shape = schema.shape(db.engine)
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(db.engine.dialect.name, "?")
    if shape is Shape.NEWER:
        yield Finding("wrong", NEWER)
        return
    if shape is not Shape.CURRENT:
        yield Finding("note", f"The {name} database is {shape.value}; serve or migrate mends that.")
        return
    yield Finding("well", f"The {name} database is up to date.")
    if missing := schema.missing_triggers(db.engine):
        yield Finding("wrong", f"Guards of the ledger are missing: {', '.join(sorted(missing))}.")
    with db.session() as session:
        people = session.scalar(select(func.count()).select_from(Person))
        troubles = books.troubles(session)
    are = "person is" if people == 1 else "people are"
    yield Finding("well", f"{people} {are} on the board.")
    yield from (Finding("wrong", trouble) for trouble in troubles)
    if not troubles:
        yield Finding("well", "The ledger holds.")


def _letters(settings: Settings) -> Iterator[Finding]:
    if not settings.mails:
        yield Finding("note", f"Letters are not sent; they go to {settings.letters_dir}.")
        return
    host = urlsplit(settings.smtp_url).hostname
    try:
        private = SmtpPostman(settings.smtp_url, timeout_s=10).greet()
    except NotSent as trouble:
        yield Finding("wrong", f"Letters cannot leave by {trouble}.")
        return
    yield Finding("well", f"The mail server {host} answers.")
    if not private:
        yield Finding("note", f"{host} offers no encryption: letters travel in the clear.")


def address(settings: Settings) -> Iterator[Finding]:
    """How people reach the board, and whether it knows where they come from."""
    if not settings.is_https and not settings.is_of_this_machine:
        yield Finding("note", f"{settings.url} is not https: passwords travel in the clear.")
    else:
        yield Finding("well", f"People reach the board at {settings.url}.")
    if seen := untrusted_proxy.last_seen(settings, clock.now()):
        yield Finding("note", untrusted_proxy.sentence(seen.sender))
    elif settings.wants_proxy:
        yield Finding("note", "No reverse proxy is trusted (MILEPOST_TRUSTED_PROXY).")


def _files(settings: Settings) -> Iterator[Finding]:
    found = list(private_files.open_paths(settings, LOOK_S))
    shared = [str(folder) for folder in private_files.shared_folders(settings)]
    if mine := [one.path for one in found if one.is_mine]:
        said = private_files.several(mine)
        yield Finding("wrong", f"Open to other accounts of this machine: {said}. serve closes it.")
    if others := [one.path for one in found if not one.is_mine]:
        said = private_files.several(others)
        yield Finding("wrong", f"Open to others, and of another account than this one: {said}.")
    for folder in shared:
        yield Finding("note", f"{folder} is open to others, and not the board's alone.")
    if not found and not shared:
        yield Finding("well", "No other account of this machine can open the board's files.")


def _paper(_settings: Settings) -> Iterator[Finding]:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        yield Finding("note", "PDFs cannot be made (Debian: apt install libpangoft2-1.0-0).")
    else:
        yield Finding("well", "PDFs can be made.")


def _cards(_settings: Settings) -> Iterator[Finding]:
    provider: PaymentProvider | None = current_app.extensions[EXTENSION]
    if provider is None:
        return
    try:
        next(provider.notices(clock.now()), None)
    except (Unclear, Declined) as trouble:
        yield Finding("wrong", f"Stripe does not answer as it should: {trouble}.")
    else:
        yield Finding("well", "Stripe answers; cards are taken.")


LOOKS: tuple[Look, ...] = (_machine, _files, _database, _letters, address, _paper, _cards)
