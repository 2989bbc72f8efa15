"""Fund a milestone (and further ones in the same payment), then wait for the bank."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp, cards, prefunding
from app.blueprints.escrow import under_way as superseded
from app.blueprints.escrow.forms import FundForm
from app.blueprints.escrow.guards import at_milestone, at_payment, only
from app.blueprints.escrow.paying import (
    Asked,
    finish,
    methods,
    open_for,
    sums_shown,
    sums_text,
    waiting,
)
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import payments, reads, under_way
from app.escrow.incoming import funding
from app.escrow.models import Milestone
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Refused
from app.mail.wording import words

PAGE = "escrow/funding.html"
SAY_AT_METHOD = ("funding.balance_short", "funding.amount_changed")
"""Refusals of what can be sent again: the form is shown anew with what was typed."""
MOVED_ON = ("funding.under_way", "funding.not_needed", "funding.not_agreed")
"""Refusals of a page that was kept open: it is shown anew as things stand, and explains."""


@bp.get("/milestones/<milestone_id>/funding")
@signed_in
def show_funding(milestone_id: str) -> str | Response:
    """What to pay, and how; or the payment that is under way already."""
    seat, milestone = at_milestone(milestone_id)
    only(seat, "client")
    revision = request.args.get("revision", "")
    if revision:
        return prefunding.show(seat, milestone, revision)
    return _shown(seat, milestone)


@bp.post("/milestones/<milestone_id>/funding")
@signed_in
def fund(milestone_id: str) -> Response:
    """Begin a payment; test money and the balance pay at once."""
    seat, milestone = at_milestone(milestone_id)
    only(seat, "client")
    revision = request.values.get("revision", "")
    if revision:
        return prefunding.put_in(seat, milestone, revision)
    form = form_for(seat.engagement, milestone)
    if open_for(milestone.id):
        return changed("", address(milestone), say="A payment for this is under way already.")
    if not form.validate():
        return refused(form, PAGE, **_page(seat, milestone))
    also = [db.session().get_one(Milestone, one) for one in form.also.data or ()]
    try:
        payment = funding.start(
            db.session(), seat.engagement, [milestone, *also], provider=form.method.data,
            comment=form.comment.data, shown=sums_shown(), by=me(), at=clock.now(),
        )  # fmt: skip
    except Refused as trouble:
        if trouble.code in MOVED_ON:
            db.session.rollback()
            return changed("", address(milestone), say=words(trouble.code, trouble.facts))
        if trouble.code not in SAY_AT_METHOD:
            raise
        form.blame("method", words(trouble.code, trouble.facts))
        return refused(form, PAGE, **_page(seat, milestone))
    say = finish(payment)
    if payment.provider == CARD:
        return cards.lead_on(payment)
    db.session.commit()
    settled = payment.state == "settled"
    back = f"/workrooms/{seat.engagement.id}" if settled else address(milestone)
    return changed("", back, say=say)


@bp.post("/payments/<payment_id>/cancellation")
@signed_in
def cancel_payment(payment_id: str) -> Response:
    """The client does not send it after all, or has not sent what terms made moot meanwhile.

    Pressed twice, or too late, it changes nothing, and the payment's page says how it stands.
    """
    seat, payment = at_payment(payment_id)
    only(seat, "client")
    here, at = f"/payments/{payment.id}", clock.now()
    if payment.may_arrive:
        funding.say_not_sent(db.session(), payment, by=me(), at=at)
        say = "Nobody waits for it any more. If it arrives after all, it is not lost."
    elif payment.state in payments.OPEN:
        funding.cancel(db.session(), payment, by=me(), at=at)
        here = f"/workrooms/{seat.engagement.id}"
        say = "The payment is cancelled. Money that comes all the same is not lost."
    else:
        return changed("", here, say="This payment was not under way any more.")
    db.session.commit()
    return changed("", here, say=say)


def address(milestone: Milestone) -> str:
    """Where a milestone is funded."""
    return f"/milestones/{milestone.id}/funding"


def asked(engagement: Engagement) -> list[Asked]:
    """The milestones that are asked for money, beyond what is under way, and how much."""
    rows, coming = _rows(engagement)
    return [
        Asked(row.id, row.title, lacks, row.amount_minor, formats().day(row.due))
        for row in rows
        if not row.payment_id and (lacks := row.lacks_minor - coming.get(row.id, 0))
    ]


def _rows(engagement: Engagement) -> tuple[list[reads.MilestoneRow], dict[str, int]]:
    """The agreed milestones, and what of the need of each superseded payments may bring."""
    rows = reads.milestones(db.session(), engagement.id)
    lacks = {row.id: row.lacks_minor for row in rows}
    coming = under_way.in_room(db.session(), engagement.id)
    return rows, under_way.covered(lacks, coming)


def described(row: Asked, currency: str) -> str:
    """A milestone in one line: title, what it lacks, when it is due."""
    amount = formats().money(row.lacks_minor, currency)
    return f"{row.title}, {amount}" + (f", due {row.due}" if row.due else "")


def form_for(engagement: Engagement, milestone: Milestone) -> FundForm:
    """The form, with the other milestones to tick and the methods on offer."""
    form = FundForm()
    currency, rows = engagement.currency, asked(engagement)
    form.also.choices = [
        (row.id, described(row, currency)) for row in rows if row.id != milestone.id
    ]
    form.sums_shown = sums_text({row.id: row.lacks_minor for row in rows})
    form.method.choices = methods(currency)
    return form


def _shown(seat: Seated, milestone: Milestone) -> str:
    payment = open_for(milestone.id)
    if payment is not None and payment.provider == CARD:
        return cards.page(payment, seat.engagement)
    if payment is not None:
        return render_template(
            "escrow/waiting.html", milestone=milestone, room=seat.engagement, **waiting(payment)
        )
    page = _page(seat, milestone)
    moot = superseded.of_milestone(milestone)
    if moot is not None and not page["may"]:
        return superseded.page(moot, seat.engagement)
    return render_template(PAGE, form=form_for(seat.engagement, milestone), **page)


def _page(seat: Seated, milestone: Milestone) -> dict[str, Any]:
    rows, coming = _rows(seat.engagement)
    moot = superseded.outcomes(seat.engagement)
    mine = next((row for row in rows if row.id == milestone.id), None)
    agreed = [row for row in rows if row.state != "cancelled"]
    return {
        "milestone": milestone,
        "room": seat.engagement,
        "freelancer": _name(seat.other_id),
        "row": mine,
        "place": next((n for n, row in enumerate(agreed, 1) if row.id == milestone.id), 0),
        "count": len(agreed),
        "lacks": mine.lacks_minor - coming.get(milestone.id, 0) if mine else 0,
        "under_way_minor": coming.get(milestone.id, 0),
        "coming": moot,
        "whys": superseded.whys(moot),
        "may": funding.can_fund(db.session(), milestone, seat.engagement, seat.person_id),
        "action": address(milestone),
        "revision": None,
    }


def _name(person_id: str) -> str:
    from app.people.models import Person

    return db.session().get_one(Person, person_id).name
