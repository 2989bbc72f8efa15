"""Ask for one's balance, and take the wish back before it is sent."""

from __future__ import annotations

from flask import abort, current_app
from werkzeug.wrappers import Response

from app.adapters import test_money
from app.blueprints.escrow import bp
from app.blueprints.escrow.payments import page, payout_form
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.providers import card_provider
from app.blueprints.proving import proved
from app.escrow.outgoing import payouts, waits
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock, money
from app.kernel.errors import Invalid, NotFound
from app.mail.wording import words

PAGE = "escrow/payments.html"


@bp.post("/payouts/<currency>")
@signed_in
@proved
def ask_for_payout(currency: str) -> Response:
    """Ask for money of one's own balance."""
    if currency not in money.currencies():
        abort(404)
    form, way, at = payout_form(currency), _provider(currency), clock.now()
    try:
        if not form.validate():
            raise Invalid("form", field="")
        payout = payouts.ask(db.session(), me(), form.amount.data, currency, at=at, provider=way)
    except Invalid as trouble:
        if trouble.field:
            form.blame(trouble.field, words(trouble.code, trouble.facts))
        db.session.rollback()
        return refused(form, PAGE, **page(form, currency))
    ends = waits.until(db.session(), payout, at)
    db.session.commit()
    amount = formats().money(form.amount.data, currency)
    how = "You hear when it is sent."
    if ends:
        how = f"Your payout account was changed, so it waits until {formats().when(ends)}."
    return changed("", "/payments", say=f"A payout of {amount} is requested. {how}")


@bp.post("/payouts/<payout_id>/cancellation")
@signed_in
def cancel_payout(payout_id: str) -> Response:
    """Take the wish back while nobody has sent it."""
    payout = payouts.load(db.session(), payout_id)
    if payout.person_id != me().id:
        raise NotFound("payout")
    payouts.cancel(db.session(), payout, by=me(), at=clock.now())
    db.session.commit()
    return changed("", "/payments", say="The payout is taken back; the money is on your balance.")


def _provider(currency: str) -> str:
    """By the provider where the person has an account there, otherwise by the board's bank."""
    settings, cards = current_app.config["MILEPOST"], card_provider()
    if cards and me().card_account and cards.offers(currency):
        return CARD
    return test_money.NAME if test_money.offered(settings) else "bank"
