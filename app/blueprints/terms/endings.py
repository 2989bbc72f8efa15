"""End an engagement: what it would do, and the button that does it."""

from __future__ import annotations

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.terms import bp
from app.blueprints.terms.forms import ReasonForm
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
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
    reason = form.reason.data or ""
    ending.end(db.session(), seat.engagement, by=me(), at=clock.now(), reason=reason)
    db.session.commit()
    return changed("", f"/workrooms/{engagement_id}", say="The engagement is ended.")


def _context(seat: Seated) -> dict[str, Any]:
    code = ending.why_not(db.session(), seat)
    facts = {"state": seat.engagement.state}
    return {
        "engagement": seat.engagement,
        "stopped": words(code, facts) if code else "",
        **frame(seat, "history"),
    }
