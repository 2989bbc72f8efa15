"""Letters that failed, and those that still wait. What they say is not shown: it holds links."""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.blueprints.board.waiting import letters_stay
from app.blueprints.guards import operator_only
from app.blueprints.htmx import changed
from app.blueprints.mail import bp
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.mail import outbox
from app.mail.models import Letter

NEWEST = 50


@bp.get("/board/letters")
@operator_only
def show_letters() -> str:
    """What failed and why, what waits, and the newest that left."""
    return render_template("mail/board_letters.html", part="letters", **_page())


@bp.post("/board/letters/<letter_id>/tries")
@operator_only
def try_letter_again(letter_id: str) -> Response:
    """Send a letter that failed once more."""
    letter = db.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound("letter")
    outbox.try_again(letter, at=clock.now())
    db.session.commit()
    return changed("", "/board/letters", say="The letter is tried again within a minute.")


def _page() -> dict[str, Any]:
    session = db.session()
    count = select(func.count()).select_from(Letter).where(Letter.state == "waiting")
    newest = select(Letter).where(Letter.state.in_(("sent", "waiting")))
    return {
        "failed": outbox.failed(session),
        "waiting": session.scalar(count) or 0,
        "newest": session.scalars(newest.order_by(Letter.created_at.desc()).limit(NEWEST)).all(),
        "letters_stay": letters_stay,
    }
