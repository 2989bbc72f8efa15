"""Payments: balances, what is under way, and paying for a milestone of any job."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from sqlalchemy import and_, or_, select
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp, cards
from app.blueprints.escrow import under_way as superseded
from app.blueprints.escrow.forms import JobForm, PayForm, PayoutForm
from app.blueprints.escrow.funding import MOVED_ON, SAY_AT_METHOD, address, asked, described
from app.blueprints.escrow.guards import at_milestone, only
from app.blueprints.escrow.paying import finish, methods, open_for, sums_shown, sums_text
from app.blueprints.escrow.statement_pages import this_month
from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.htmx import changed, refused
from app.blueprints.providers import card_provider
from app.blueprints.workroom.guards import seated
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import reads, under_way
from app.escrow.incoming import funding
from app.escrow.models import Payment, PaymentPart, Payout
from app.escrow.outgoing import waits
from app.escrow.papers import fee_invoices, statements
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Refused
from app.mail.wording import words
from app.people import payout_accounts
from app.people.models import Person

ROWS = 30
NEWEST = 20
_PAID = (
    select(
        Payment.settled_at, Payment.reference, Payment.received_minor, Payment.currency,
        Engagement.id.label("room_id"), Engagement.title,
    )
    .join(Engagement, Engagement.id == Payment.engagement_id)
    .where(Payment.state == "settled")
    .order_by(Payment.settled_at.desc(), Payment.id)
    .limit(NEWEST)
)  # fmt: skip
CHOOSE, PAY = "escrow/choose_job.html", "escrow/pay.html"


@bp.get("/payments")
@signed_in
def show_payments() -> str:
    """Balances with their statements, payments that wait, payouts."""
    return render_template("escrow/payments.html", **page())


@bp.get("/payments/new")
@signed_in
def new_payment() -> str:
    """Choose a job; then its milestone and how to pay."""
    jobs = reads.payable(db.session(), the_viewer().id)
    chosen = request.args.get("job", "")
    if chosen:
        seat = seated(chosen)
        only(seat, "client")
        return render_template(PAY, form=_form(seat), **_of(seat))
    form = JobForm()
    form.job.choices = jobs
    return render_template(CHOOSE, form=form, jobs=jobs, here="payments")


@bp.post("/payments")
@signed_in
def make_payment() -> Response:
    """Fund the milestone that was chosen."""
    seat = seated(request.form.get("job", ""))
    only(seat, "client")
    form = _form(seat)
    if not form.validate():
        return refused(form, PAY, **_of(seat))
    _, milestone = at_milestone(form.milestone.data)
    if milestone.engagement_id != seat.engagement.id:
        abort(404)
    already = open_for(milestone.id)
    try:
        payment = already or funding.start(
            db.session(), seat.engagement, [milestone], provider=form.method.data,
            comment=form.comment.data, shown=sums_shown(), by=me(), at=clock.now(),
        )  # fmt: skip
    except Refused as trouble:
        if trouble.code in MOVED_ON:
            db.session.rollback()
            return changed("", address(milestone), say=words(trouble.code, trouble.facts))
        if trouble.code not in SAY_AT_METHOD:
            raise
        form.blame("method", words(trouble.code, trouble.facts))
        return refused(form, PAY, **_of(seat))
    say = "A payment for this is under way already." if already else finish(payment)
    if payment.provider == CARD and not already:
        return cards.lead_on(payment)
    db.session.commit()
    settled = payment.state == "settled"
    back = f"/workrooms/{seat.engagement.id}" if settled else address(milestone)
    return changed("", back, say=say)


def _of(seat: Seated) -> dict[str, Any]:
    room = seat.engagement
    return {"room": room, "here": "payments", "coming": superseded.outcomes(room)}


def _form(seat: Seated) -> PayForm:
    form, currency = PayForm(), seat.engagement.currency
    rows = asked(seat.engagement)
    form.milestone.choices = [(row.id, described(row, currency)) for row in rows]
    if rows and not form.milestone.data:
        form.milestone.data = rows[0].id
    form.method.choices = methods(currency)
    form.also.choices = []
    form.sums_shown = sums_text({row.id: row.lacks_minor for row in rows})
    return form


def page(refused_form: PayoutForm | None = None, currency: str = "") -> dict[str, Any]:
    """The context of the page; a payout form that was refused stands at its currency."""
    session, person, at = db.session(), me(), clock.now()
    balances = []
    for row in reads.balances(session, person.id):
        form = refused_form if row.currency == currency and refused_form else None
        balances.append((row, form or payout_form(row.currency, row.amount_minor)))
    payouts = select(Payout).where(Payout.person_id == person.id)
    return {
        "here": "payments",
        "balances": balances,
        "statements": _statements(person.id),
        "month": this_month(),
        "open": _open(person.id),
        "paid": session.execute(_PAID.where(Payment.payer_id == person.id)).all(),
        "payouts": list(session.scalars(payouts.order_by(Payout.started_at.desc()).limit(NEWEST))),
        "fee_invoices": fee_invoices.of_person(session, person.id),
        "account": person.payout_account,
        "waits_until": payout_accounts.ends_at(person, at),
        "ending": payout_accounts.ending,
        "waiting": waits.waiting(session, at, person_id=person.id),
        "holder": person.payout_holder,
        "by_card": _by_card(person, [row.currency for row, _ in balances]),
        "hires": person.hires,
    }


def _by_card(person: Person, currencies: list[str]) -> list[str]:
    """The currencies that are paid out to the person's account at the card provider."""
    provider = card_provider()
    if provider is None or not person.card_account:
        return []
    return [one for one in currencies if provider.offers(one)]


def payout_form(currency: str, amount_minor: int = 0) -> PayoutForm:
    """The form for one currency, filled with the whole balance; ids differ by currency."""
    form = PayoutForm(prefix=currency)
    form.amount.currency = currency
    if request.method == "GET":
        form.amount.data = amount_minor
    return form


def _statements(person_id: str) -> list[tuple[str, list[Any], str]]:
    """The newest movements on every balance that ever was, and where older ones are."""
    session, found = db.session(), []
    asked, before = request.args.get("currency", ""), request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0
    for currency in reads.balance_currencies(session, person_id):
        rows = statements.of_balance(
            session, person_id, currency, before=start if currency == asked else 0, limit=ROWS + 1
        )
        more = f"/payments?currency={currency}&before={rows[ROWS - 1].seq}" if rows[ROWS:] else ""
        if rows:
            found.append((currency, rows[:ROWS], more))
    return found


def _open(person_id: str) -> list[Any]:
    """The viewer's payments that wait for the bank, with the milestone that leads there; and those

    that terms made moot, and that may still arrive.
    """
    rows = db.session().execute(
        select(Payment, Engagement.title, PaymentPart.milestone_id)
        .join(Engagement, Engagement.id == Payment.engagement_id)
        .outerjoin(
            PaymentPart,
            and_(PaymentPart.payment_id == Payment.id, PaymentPart.position == 1),
        )
        .where(
            Payment.payer_id == person_id,
            or_(Payment.state.in_(under_way.OPEN), under_way.superseded()),
        )
        .order_by(Payment.started_at)
    )
    return list(rows)
