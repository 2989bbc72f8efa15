"""End an engagement: what it would do, and the button that does it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.terms import bp
from app.blueprints.terms.forms import ReasonForm
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.escrow.milestones import asks
from app.extensions import db
from app.kernel import clock
from app.mail.wording import words
from app.terms import ending


@bp.get("/workrooms/<engagement_id>/ending")
@signed_in
def confirm_ending(engagement_id: str) -> str:
    """Whether it can be ended now, and what becomes of everything."""
    seat = seated(engagement_id)
    return render_template("terms/ending.html", form=ReasonForm(), **_context(seat))


@bp.post("/workrooms/<engagement_id>/ending")
@signed_in
def end_engagement(engagement_id: str) -> Response:
    """End this engagement."""
    seat, form = seated(engagement_id), ReasonForm()
    if not form.validate():
        return refused(form, "terms/ending.html", **_context(seat))
    reason, at = form.reason.data or "", clock.now()
    session, back = db.session(), f"/workrooms/{engagement_id}"
    if request.form.get("how") == ending.ASK:
        if not reason:
            form.blame("reason", words("ask.reason_missing"))
            return refused(form, "terms/ending.html", **_context(seat))
        ending.ask(session, seat.engagement, by=me(), at=at, reason=reason)
        say, back = "The money is asked back. You hear what becomes of it.", f"{back}/money"
    elif ending.end(session, seat.engagement, by=me(), at=at, reason=reason) == ending.THE_REST:
        say = "What was not submitted is ended."
    else:
        say = "The engagement is ended."
    session.commit()
    return changed("", back, say=say)


def _context(seat: Seated) -> dict[str, Any]:
    way = ending.way(db.session(), seat)
    facts = {"state": seat.engagement.state}
    return {
        "engagement": seat.engagement,
        "way": way,
        "until": clock.now() + asks.SILENCE,
        "stopped": words(way.code, facts) if way.code else "",
        **frame(seat, "history"),
    }
