"""Accept, decline, withdraw: each names the revision that was shown."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, is_htmx
from app.blueprints.terms import bp
from app.blueprints.terms.forms import ReasonForm
from app.blueprints.terms.page import SWAP, address, again, context, status_of
from app.engagement.seats import Seated
from app.escrow.milestones import closing
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid, Refused
from app.terms import negotiation, reads
from app.terms.models import Revision


@bp.post("/revisions/<revision_id>/acceptance")
@signed_in
def accept(revision_id: str) -> Response:
    """Accept terms; **Accept and fund** goes on to funding what needs money first."""
    seat, revision = _shown(revision_id)
    try:
        negotiation.accept(db.session(), revision, by=me(), at=clock.now())
    except Refused as trouble:
        return again(revision.engagement_id, trouble, status_of(trouble))
    upcoming = closing.next_fundable(db.session(), revision.engagement_id)
    db.session.commit()
    say = f"You accepted terms no. {revision.number}. They are in force."
    if request.form.get("then") == "fund" and seat.is_client and upcoming is not None:
        return changed("", f"/milestones/{upcoming.id}/funding", say=say)
    return _done(seat, say)


@bp.post("/revisions/<revision_id>/declination")
@signed_in
def decline(revision_id: str) -> Response:
    """Decline terms, with a reason."""
    seat, revision = _shown(revision_id)
    form, engagement_id = ReasonForm(), revision.engagement_id
    reason = form.reason.data or ""
    if not form.validate():
        error = " ".join(str(one) for one in form.reason.errors)
        return again(engagement_id, None, 422, reason=form.reason._value(), reason_error=error)
    try:
        negotiation.decline(db.session(), revision, by=me(), at=clock.now(), reason=reason)
    except Invalid as trouble:
        return again(engagement_id, None, 422, reason=reason, reason_error=_said(trouble))
    except Refused as trouble:
        return again(engagement_id, trouble, status_of(trouble), reason=reason)
    db.session.commit()
    return _done(seat, f"You declined terms no. {revision.number}.")


@bp.post("/revisions/<revision_id>/withdrawal")
@signed_in
def withdraw(revision_id: str) -> Response:
    """Take back one's own terms that wait."""
    seat, revision = _shown(revision_id)
    try:
        negotiation.withdraw(db.session(), revision, by=me(), at=clock.now())
    except Refused as trouble:
        return again(revision.engagement_id, trouble, status_of(trouble))
    db.session.commit()
    return _done(seat, f"You withdrew terms no. {revision.number}.")


def _shown(revision_id: str) -> tuple[Seated, Revision]:
    return reads.visible(db.session(), me().id, revision_id)


def _done(seat: Seated, say: str) -> Response:
    parts = context(seat) if is_htmx() else {}
    return changed(SWAP, address(seat.engagement.id), say=say, **parts)


def _said(trouble: Refused) -> str:
    from app.mail.wording import words

    return words(trouble.code, trouble.facts)
