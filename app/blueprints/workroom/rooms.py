"""All workrooms of a person."""

from __future__ import annotations

from flask import render_template, request

from app.blueprints.desk.rows import room_rows
from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.locale import formats
from app.blueprints.workroom import bp
from app.desk import reads
from app.extensions import db

PAGE = 20


@bp.get("/workrooms")
@signed_in
def show_rooms() -> str:
    """The workrooms, newest first, twenty a page."""
    after = request.args.get("after", "")[:20].replace("\0", "")
    shows = formats()
    found = reads.rooms(db.session(), the_viewer().id, after, PAGE + 1, at=shows.now)
    return render_template(
        "workroom/rooms.html",
        here="workrooms",
        rooms=room_rows(found[:PAGE], shows),
        older=f"/workrooms?after={found[PAGE - 1].row.id}" if len(found) > PAGE else "",
    )
