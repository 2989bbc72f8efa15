"""Come to terms in a dispute: offers, acceptance, sealed numbers; or call the arbiter."""

from __future__ import annotations

from flask import Response, request

from app.blueprints.escrow import bp
from app.blueprints.escrow.dispute_pages import PAGE, around, in_currency
from app.blueprints.escrow.disputes import blame
from app.blueprints.escrow.forms import NumberForm, OfferForm
from app.blueprints.escrow.guards import at_dispute
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.escrow.disputes import offers, ruling, sealed
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid, WrongState

MET = "Your numbers met: the dispute is settled, and the money has moved."
NOT_MET = "Your number is kept. If the other side’s meets it, the dispute is settled at once."


@bp.post("/disputes/<dispute_id>/offers")
@signed_in
def offer(dispute_id: str) -> Response:
    """Offer a split."""
    found = at_dispute(dispute_id)
    form = in_currency(OfferForm(), found[1].currency)
    try:
        if not form.validate() and found[1].closed_at is None:
            raise Invalid("form", field="")
        offers.offer(db.session(), found[1], form.amount.data or 0, by=me(), at=clock.now())
    except Invalid as trouble:
        blame(form, trouble)
        return refused(form, PAGE, **around(*found) | {"offer_form": form})
    db.session.commit()
    return changed("", f"/disputes/{dispute_id}", say="Your offer is sent.")


@bp.post("/disputes/<dispute_id>/acceptance")
@signed_in
def accept_offer(dispute_id: str) -> Response:
    """Agree to what the other side stands for; the money moves at once."""
    _, dispute, _ = at_dispute(dispute_id)
    shown = request.form.get("shown", "")
    if not (shown.isascii() and shown.isdigit() and len(shown) < 16):
        raise WrongState("dispute.offer_changed")
    offers.accept(db.session(), dispute, int(shown), by=me(), at=clock.now())
    db.session.commit()
    return changed("", f"/disputes/{dispute_id}", say="Settled. The money has moved.")


@bp.post("/disputes/<dispute_id>/numbers")
@signed_in
def enter_number(dispute_id: str) -> Response:
    """Enter a number that the other side does not see."""
    found = at_dispute(dispute_id)
    form = in_currency(NumberForm(), found[1].currency)
    try:
        if not form.validate() and found[1].closed_at is None:
            raise Invalid("form", field="")
        met = sealed.enter(db.session(), found[1], form.number.data or 0, by=me(), at=clock.now())
    except Invalid as trouble:
        blame(form, trouble)
        return refused(form, PAGE, **around(*found) | {"number_form": form})
    both = sealed.mine(db.session(), found[1], found[0].side)
    db.session.commit()
    waits = both is not None and both.number_minor is not None
    say = MET if met else NOT_MET if waits else "The two numbers did not meet. Both are forgotten."
    return changed("", f"/disputes/{dispute_id}", say=say)


@bp.post("/disputes/<dispute_id>/call")
@signed_in
def call_arbiter(dispute_id: str) -> Response:
    """Ask for a ruling."""
    _, dispute, _ = at_dispute(dispute_id)
    ruling.call(db.session(), dispute, by=me(), at=clock.now())
    db.session.commit()
    say = "The arbiter is called. Make your best offer now; the ruling lies between the two."
    return changed("", f"/disputes/{dispute_id}", say=say)
