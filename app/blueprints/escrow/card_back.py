"""Where a payer comes back to from the card provider's page, signed in or not.

The address is made from the board's key, and only the provider and the payer have it. To whoever
is not signed in as the payer it tells how this one payment stands, which the provider's page has
shown them, and nothing of the workroom (decision 0086).
"""

from __future__ import annotations

import hmac

from flask import Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints import headers
from app.blueprints.escrow import bp
from app.blueprints.guards import viewer
from app.blueprints.locale import Formats
from app.blueprints.providers import card_desk
from app.escrow import payments
from app.escrow.cards.errands import LEFT
from app.escrow.cards.models import CardCheckout
from app.escrow.models import Payment
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.people import links
from app.people.models import Person

PAGE = "escrow/card_back.html"


@bp.get("/payments/<payment_id>/back/<token>")
def come_back(payment_id: str, token: str) -> AnyResponse:
    """Paid, not yet, or cancelled; the payment's own page to the payer who is signed in."""
    payment, seen = _payment(payment_id, token), viewer()
    own, over = f"/payments/{payment.id}", clock.now() >= payment.started_at + links.LASTS
    if over or (seen is not None and seen.id == payment.payer_id):
        return redirect(own, 303)
    return _page(payment, own)


def _payment(payment_id: str, token: str) -> Payment:
    """The card payment, for who holds the token of its way back. Raises NotFound."""
    desk, payment = card_desk(), db.session().get(Payment, payment_id)
    if desk is None or payment is None or payment.provider != CARD:
        raise NotFound(f"card payment {payment_id}")
    right = desk.token_of(payment.id).encode()
    if not hmac.compare_digest(right, token.encode("utf-8", "replace")):
        raise NotFound(f"card payment {payment_id}")
    return payment


def _page(payment: Payment, own: str) -> Response:
    payer = db.session().get_one(Person, payment.payer_id)
    checkout = db.session().get(CardCheckout, payment.id)
    g.formats = Formats(payer.locale, payer.zone, clock.now())
    headers.no_referrer()
    page = render_template(
        PAGE, payment=payment, own=own, open=payment.state in payments.OPEN,
        left=LEFT in request.args, url=checkout.url if checkout else "",
    )  # fmt: skip
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
