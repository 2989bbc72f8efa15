"""Pay a bonus: a payment of its own, to the freelancer's balance."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp, cards
from app.blueprints.escrow.forms import BonusForm
from app.blueprints.escrow.guards import only
from app.blueprints.escrow.paying import methods, paid, waiting
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.escrow import work
from app.escrow.incoming import bonus
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid, Refused
from app.mail.wording import words
from app.people.models import Person

PAGE = "escrow/bonus.html"


@bp.get("/workrooms/<room_id>/bonus")
@signed_in
def show_bonus(room_id: str) -> str:
    """How much, what for, and how; or the bonus that is under way already."""
    seat = seated(room_id)
    only(seat, "client")
    payment = bonus.under_way(db.session(), seat.engagement.id)
    if payment is not None and payment.provider == CARD:
        return cards.page(payment, seat.engagement)
    if payment is not None:
        return render_template("escrow/waiting.html", room=seat.engagement, **waiting(payment))
    return render_template(PAGE, form=_form(seat), **_page(seat))


@bp.post("/workrooms/<room_id>/bonus")
@signed_in
def pay_bonus(room_id: str) -> Response:
    """Begin the payment; test money and the balance pay at once."""
    seat = seated(room_id)
    only(seat, "client")
    form, here = _form(seat), f"/workrooms/{room_id}/bonus"
    if bonus.under_way(db.session(), seat.engagement.id) is not None:
        return changed("", here, say="A bonus is under way already.")
    try:
        if not form.validate():
            raise Invalid("form", field="")
        chosen = form.milestone.data
        payment = bonus.start(
            db.session(), seat.engagement, form.amount.data, provider=form.method.data,
            milestone=work.load(db.session(), chosen) if chosen else None,
            comment=form.comment.data, by=me(), at=clock.now(),
        )  # fmt: skip
    except Refused as trouble:
        field = getattr(trouble, "field", "") or ("method" if "balance" in trouble.code else "")
        if field:
            form.blame(field, words(trouble.code, trouble.facts))
        elif not isinstance(trouble, Invalid):
            raise
        return refused(form, PAGE, **_page(seat))
    say = paid(payment, "{amount} is paid as a bonus.")
    if payment.provider == CARD:
        return cards.lead_on(payment)
    db.session.commit()
    settled = payment.state == "settled"
    return changed("", f"/workrooms/{room_id}/money" if settled else here, say=say)


def _form(seat: Seated) -> BonusForm:
    form, room = BonusForm(), seat.engagement
    form.amount.currency = room.currency
    agreed = [one for one in work.of(db.session(), room.id) if one.state != "cancelled"]
    form.milestone.offer([("", "The work as a whole"), *((one.id, one.title) for one in agreed)])
    form.method.offer(methods(room.currency))
    if request.method == "GET":
        form.milestone.data = request.args.get("milestone", "")
    return form


def _page(seat: Seated) -> dict[str, Any]:
    return {
        "room": seat.engagement,
        "freelancer": db.session().get_one(Person, seat.other_id).name,
        "may": bonus.can_pay(seat.engagement, seat.person_id),
    }
