"""A payment's own page, and one by card: on to the provider's page, and what is known of it."""

from __future__ import annotations

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp, under_way
from app.blueprints.escrow.guards import at_payment, only
from app.blueprints.escrow.paying import titles, waiting
from app.blueprints.guards import signed_in
from app.blueprints.htmx import changed
from app.blueprints.providers import card_desk, may_lead_there
from app.engagement.models import Engagement
from app.escrow import payments
from app.escrow.cards import errands
from app.escrow.cards.models import CardCheckout
from app.escrow.models import Payment
from app.escrow.provider import CARD, Unclear
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound

PAGE = "escrow/card.html"


@bp.get("/payments/<payment_id>")
@signed_in
def show_payment(payment_id: str) -> str:
    """How a payment stands; where a payer comes back to from the card provider, too."""
    seat, payment = at_payment(payment_id)
    only(seat, "client")
    if payment.may_arrive or (payment.provider != CARD and payment.state not in payments.OPEN):
        return under_way.page(payment, seat.engagement)
    if payment.provider == CARD:
        return page(payment, seat.engagement)
    return render_template("escrow/waiting.html", room=seat.engagement, **waiting(payment))


@bp.post("/payments/<payment_id>/checkout")
@signed_in
def go_to_checkout(payment_id: str) -> Response:
    """Once more to the provider's page of a payment under way."""
    seat, payment = at_payment(payment_id)
    only(seat, "client")
    if payment.provider != CARD:
        raise NotFound(f"card payment {payment_id}")
    return lead_on(payment)


def lead_on(payment: Payment, back: str = "") -> Response:
    """Have the provider's page made, and lead there. The payment itself is committed first.

    Where there is no page yet, `back` says so, or the payment's own page.
    """
    db.session.commit()
    desk, here = card_desk(), back or f"/payments/{payment.id}"
    if desk is None or payment.state not in payments.OPEN:
        return changed("", here)
    try:
        errands.open_checkout(db.session(), desk, payment.id, at=clock.now(), hurry=True)
    except Unclear:
        say = "" if back else "Stripe does not answer just now. Nothing was paid."
        return changed("", here, say=say)
    checkout = db.session().get(CardCheckout, payment.id)
    return changed("", checkout.url if checkout and checkout.url else here)


def page(payment: Payment, room: Engagement) -> str:
    """What is known of a card payment."""
    may_lead_there()
    return render_template(PAGE, room=room, here="payments", **_known(payment))


def _known(payment: Payment) -> dict[str, Any]:
    session = db.session()
    checkout = session.get(CardCheckout, payment.id)
    first = next(iter(payments.parts(session, payment)), None)
    again = f"/workrooms/{payment.engagement_id}"
    if payment.bonus:
        again += "/bonus"
    elif first is not None:
        again = f"/milestones/{first.milestone_id}/funding"
    return {
        "payment": payment,
        "titles": titles(payment),
        "open": payment.state in payments.OPEN,
        "url": checkout.url if checkout else "",
        "again": again,
    }
