"""Where Stripe tells the board that something happened. What it says is asked for again."""

from __future__ import annotations

from flask import Response, abort, request

from app.blueprints.escrow import bp
from app.blueprints.providers import card_provider
from app.blueprints.unit_of_work import begin, begins_itself
from app.escrow.cards import notices
from app.escrow.provider import Forged
from app.extensions import csrf, db
from app.kernel import clock

MOST_BYTES = 1024 * 1024


@bp.post("/stripe/webhook")
@csrf.exempt  # type: ignore[untyped-decorator, unused-ignore]
@begins_itself
def stripe_webhook() -> Response:
    """Keep a notice once, by its id; the signature over the raw bytes stands for the CSRF token."""
    provider = card_provider()
    if provider is None:
        abort(404)
    if (request.content_length or 0) > MOST_BYTES:
        abort(413)
    try:
        notice = provider.read(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except Forged:
        return Response("The signature does not fit.\n", 400, mimetype="text/plain")
    if notice is not None:
        begin()
        notices.keep(db.session(), notice, at=clock.now())
        db.session.commit()
    return Response("Kept.\n", 200, mimetype="text/plain")
