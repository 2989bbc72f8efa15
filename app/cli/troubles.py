"""Expected troubles are told in one sentence on standard error, and never with a stack trace."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError, OperationalError


class Trouble(click.ClickException):
    """Something that an operator can put right. The sentence says what, and how."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file or sys.stderr)


class BoardCommand(click.Command):
    """A command whose expected troubles become sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OperationalError as trouble:
            raise Trouble(f"The database cannot be used: {first_line(trouble)}") from None
        except OSError as trouble:
            place = f" ({trouble.filename})" if trouble.filename else ""
            raise Trouble(f"{trouble.strerror or trouble}{place}.") from None


def board_command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a function a command that runs with the application at hand."""

    def wrap(function: Callable[..., None]) -> click.Command:
        return click.command(name, cls=BoardCommand)(with_appcontext(function))

    return wrap


def first_line(trouble: DBAPIError) -> str:
    """What the database itself said, without the statement that it was asked."""
    lines = str(trouble.orig).strip().splitlines()
    return lines[0] if lines else type(trouble).__name__


def stop(sentence: str) -> NoReturn:
    """End the command with a sentence."""
    raise Trouble(sentence)
