"""./milepost demo: a filled board to look around in, with test money and letters to a folder."""

from __future__ import annotations

import click
from flask import current_app
from sqlalchemy import select

from app.cli import serve
from app.cli.checks import migrated_engine
from app.cli.troubles import board_command, stop
from app.extensions import db
from app.kernel import clock
from app.kernel.writing import writing
from app.people.models import Board
from app.settings import Settings


@board_command("demo")
@click.option("--fill-only", is_flag=True, help="Fill the board and stop.")
def command(fill_only: bool) -> None:
    """Serve a filled board, with test money."""
    from app.demo import stories

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.config["MILEPOST"]
    if not settings.demo:
        stop("This is not a demo board; start it with ./milepost demo.")
    if not fill_only:
        serve.listen(settings).close()  # before the minute that filling may take
    migrated_engine()
    fill(settings)
    notes = [
        "Everything here is made up, and the money is test money.",
        f"Sign in with the password {stories.PASSWORD!r} as:",
        *(f"  {email}  {name}: {what}" for name, email, what in stories.WHO),
    ]
    if fill_only:
        click.echo("\n".join(notes))
        return
    serve.run(app, notes=tuple(notes))


def fill(settings: Settings) -> None:
    """Tell the stories where there is nothing yet; refuse a board that the demo did not make."""
    from app.demo import stories

    mark = settings.data_dir / "demo-board"
    with db.session() as session:
        made = session.scalar(select(Board.made_at))
    if made is None:
        click.echo("Filling the board; this takes a few seconds.")
        with writing(db.session()) as session:
            stories.tell(session, at=clock.now(), files_dir=settings.files_dir)
            made = session.scalar(select(Board.made_at))
        mark.write_text(str(made))
    elif not mark.is_file() or mark.read_text() != str(made):
        stop(
            f"The board in {settings.data_dir} was not made by the demo, which would show test "
            "money on it. Set MILEPOST_DATA_DIR to another folder (and no MILEPOST_DATABASE_URL)."
        )
