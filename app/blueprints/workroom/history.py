"""The history: every event of a workroom in words, and whether its chain is whole."""

from __future__ import annotations

from flask import Response, render_template, request

from app.blueprints.guards import signed_in
from app.blueprints.htmx import conditional
from app.blueprints.locale import formats
from app.blueprints.workroom import bp
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.blueprints.workroom.lines import lines
from app.engagement import states
from app.extensions import db
from app.kernel import events
from app.workroom import timeline


@bp.get("/workrooms/<room_id>/history")
@signed_in
def show_history(room_id: str) -> Response:
    """Every event, newest first, fifty a page."""
    seat = seated(room_id)
    head = events.head(db.session(), seat.engagement.stream)
    before = number(request.args.get("before", ""))

    def draw() -> str:
        page = timeline.history(db.session(), room_id, before)
        return render_template(
            "workroom/history.html",
            **frame(seat, "history"),
            lines=lines(db.session(), seat.engagement, page.items, formats()),
            older=page.older,
            before=before,
            version=head.number,
            may_end=states.living(seat.engagement),
        )

    return conditional((room_id, "history", head.number, before), draw)


@bp.get("/workrooms/<room_id>/history/check")
@signed_in
def check_history(room_id: str) -> str:
    """Recompute the chain of every event; the answer names its head."""
    seat = seated(room_id)
    problems = events.verify_stream(db.session(), seat.engagement.stream)
    head = events.head(db.session(), seat.engagement.stream)
    return render_template(
        "workroom/history_check.html", **frame(seat, "history"), problems=problems, head=head
    )


def number(text: str) -> int:
    """A number of an event from an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
