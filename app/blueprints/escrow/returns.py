"""Money that did not arrive, came back, or was charged back: what the operator says of it."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp
from app.blueprints.escrow.forms import ChargebackForm, ReturnForm
from app.blueprints.escrow.preparations import PREPARED
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.proving import proved
from app.escrow import payments
from app.escrow.bank import placing, taking_back
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import chargebacks
from app.escrow.models import Payment, Payout, Refund
from app.escrow.outgoing import payouts, returned
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.mail.wording import words

PAGE, CHARGED = "escrow/return.html", "escrow/charge_back.html"


@bp.get("/board/refunds/<refund_id>/return")
@money_only
def show_refund_return(refund_id: str) -> str:
    """What becomes of a refund that found no way back."""
    return render_template(PAGE, form=ReturnForm(), thing=_refund(refund_id), what="refund")


@bp.post("/board/refunds/<refund_id>/return")
@money_only
@proved
def return_refund(refund_id: str) -> Response:
    """It could not be sent back: the client's balance has it."""
    refund, form = _refund(refund_id), ReturnForm()
    if not form.validate():
        return refused(form, PAGE, thing=refund, what="refund")
    done = returned.refund(db.session(), refund, reason=form.reason.data, by=me(), at=clock.now())
    return _done(refund, done)


@bp.get("/board/payouts/<payout_id>/return")
@money_only
def show_payout_return(payout_id: str) -> str:
    """What becomes of a payout that did not arrive."""
    payout = payouts.load(db.session(), payout_id)
    return render_template(PAGE, form=ReturnForm(), thing=payout, what="payout")


@bp.post("/board/payouts/<payout_id>/return")
@money_only
@proved
def return_payout(payout_id: str) -> Response:
    """It did not arrive: the freelancer's balance has it again."""
    payout, form = payouts.load(db.session(), payout_id), ReturnForm()
    if not form.validate():
        return refused(form, PAGE, thing=payout, what="payout")
    done = returned.payout(db.session(), payout, reason=form.reason.data, by=me(), at=clock.now())
    return _done(payout, done)


@bp.get("/board/payments/<payment_id>/chargeback")
@money_only
def show_chargeback(payment_id: str) -> str:
    """How much, and why; what then happens."""
    payment = payments.load(db.session(), payment_id)
    rest, line = chargebacks.rest(db.session(), payment), _line()
    form = _form(payment)
    form.amount.data = rest
    if line:
        form.amount.data = min(rest, abs(line.amount_minor))
        day = formats().day(line.value_on)
        form.reason.data = f"The payer’s bank took the money back on {day}."
    return render_template(CHARGED, form=form, payment=payment, rest=rest, line=line)


@bp.post("/board/payments/<payment_id>/chargeback")
@money_only
@proved
def charge_back(payment_id: str) -> Response:
    """The payer's bank took this much back."""
    session = db.session()
    payment, line = payments.load(session, payment_id), _line()
    form, rest = _form(payment), chargebacks.rest(session, payment)
    try:
        if not form.validate():
            raise Invalid("form", field="")
        made = _charge_back(payment, line, form)
    except Invalid as trouble:
        if trouble.field:
            form.blame(trouble.field, words(trouble.code, trouble.facts))
        return refused(form, CHARGED, payment=payment, rest=rest, line=line)
    amount = formats().money(form.amount.data, payment.currency)
    session.commit()
    say = f"{amount} of {payment.reference} is charged back."
    back_to = "/board/statements" if line else "/board/money"
    return changed("", back_to, say=say if made else PREPARED)


def _line() -> BankEntry | None:
    """The line of a bank statement that shows it, where the page was opened from there."""
    line_id = request.args.get("line", "")
    return placing.load(db.session(), line_id, me()) if line_id else None


def _charge_back(payment: Payment, line: BankEntry | None, form: ChargebackForm) -> bool:
    """Book it, and the line with it. False: a second person confirms it."""
    session, amount, reason = db.session(), form.amount.data, form.reason.data
    if line is not None:
        return taking_back.charge_back(
            session, line, payment, amount, reason=reason, by=me(), at=clock.now()
        )
    made = chargebacks.charge_back(session, payment, amount, reason=reason, by=me(), at=clock.now())
    return made is not None


def _refund(refund_id: str) -> Refund:
    found = db.session.get(Refund, refund_id)
    if found is None:
        raise NotFound("refund")
    return found


def _form(payment: Payment) -> ChargebackForm:
    form = ChargebackForm()
    form.amount.currency = payment.currency
    return form


def _done(thing: Refund | Payout, done: bool) -> Response:
    amount = formats().money(thing.amount_minor, thing.currency)
    db.session.commit()
    say = f"{amount} is on a balance again; its person is told."
    return changed("", "/board/money", say=say if done else PREPARED)
