"""The desk: everything that waits for its reader, over all workrooms and jobs."""

from __future__ import annotations

from flask import Response, render_template

from app.blueprints.desk import bp
from app.blueprints.desk.rows import coming, heading, nothing, room_rows, waits
from app.blueprints.guards import board, signed_in, the_viewer
from app.blueprints.htmx import conditional
from app.blueprints.locale import formats
from app.desk import reads
from app.extensions import db


@bp.get("/")
@signed_in
def show_desk() -> Response:
    """One row for each thing that waits, the workrooms, and what comes up."""
    me, shows = the_viewer(), formats()
    found = reads.desk(
        db.session(),
        me.id,
        handles_money=me.is_operator or me.is_bookkeeper,
        rules=me.is_operator,
        today=shows.today,
        at=shows.now,
    )
    waiting = waits(found, shows)
    page = {
        "here": "desk",
        "heading": heading(len(waiting)),
        "waiting": waiting,
        "rooms": room_rows(found.rooms, shows),
        "coming": coming(found, shows, shows.today + reads.AHEAD),
        "nothing": None if waiting else nothing(found, shows),
    }
    return conditional(
        ("desk", me, board(), *page.values()), lambda: render_template("desk/desk.html", **page)
    )
