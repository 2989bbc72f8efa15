"""The operator's and the bookkeeper's money: confirm what came, send refunds and payouts."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.blueprints.escrow import bp
from app.blueprints.escrow.exports import of_the_bank
from app.blueprints.escrow.forms import ReceiptForm
from app.blueprints.escrow.preparations import PREPARED, prepared_acts
from app.blueprints.escrow.tasks import waiting_tasks
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.providers import card_provider
from app.blueprints.proving import proved
from app.escrow import ledger, payments, references
from app.escrow.bank import placing, searching, todo
from app.escrow.cards import waiting
from app.escrow.incoming import confirming
from app.escrow.models import Payment, Refund
from app.escrow.office import authority, checks
from app.escrow.outgoing import payouts, refunds
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound

PAGE = "escrow/board_money.html"


@bp.get("/board/money")
@money_only
def show_board_money() -> str:
    """What waits, oldest first; or payments by a reference or an amount."""
    return render_template(PAGE, here="board", part="money", **waiting_money())


@bp.post("/board/payments/<payment_id>/receipt")
@money_only
@proved
def confirm_received(payment_id: str) -> Response:
    """This much came for a payment."""
    session = db.session()
    payment = payments.load(session, payment_id)
    form = receipt_form(payment.id, payment.currency)
    if not form.validate():
        return refused(form, PAGE, here="board", part="money", **waiting_money(form, payment))
    done = _confirm(session, payment, form)
    session.commit()
    amount = formats().money(form.received.data, payment.currency)
    say = f"{amount} is confirmed for {payment.reference}."
    return changed("", "/board/money", say=say if done else PREPARED)


def _confirm(session: Session, payment: Payment, form: ReceiptForm) -> bool:
    """It came: the payment, or (where the page said so) a further part of it."""
    receipt = confirming.Receipt(
        form.value_on.data, form.paid_by.data, form.from_account.data, form.bank_reference.data
    )
    received, person, at = form.received.data, me(), clock.now()
    if rest := form.rest.data:
        part = confirming.top_up(
            session, payment, receipt, received_minor=received, by=person, at=at, shown_minor=rest
        )
        return part is not None
    return confirming.confirm(
        session, payment, received_minor=received, value_on=receipt.value_on,
        paid_by=receipt.paid_by, from_account=receipt.from_account,
        bank_reference=receipt.bank_reference, by=person, at=at,
    )  # fmt: skip


@bp.post("/board/refunds/<refund_id>/sending")
@money_only
@proved
def send_refund(refund_id: str) -> Response:
    """A refund was sent from the bank."""
    session = db.session()
    refund = session.get(Refund, refund_id)
    if refund is None:
        raise NotFound("refund")
    done = refunds.settle(session, refund, by=me(), at=clock.now())
    session.commit()
    return changed("", "/board/money", say="The refund is marked as sent." if done else PREPARED)


@bp.post("/board/payouts/<payout_id>/sending")
@money_only
@proved
def send_payout(payout_id: str) -> Response:
    """A payout was sent from the bank."""
    session = db.session()
    payout = payouts.load(session, payout_id)
    done = payouts.settle(session, payout, by=me(), at=clock.now())
    session.commit()
    return changed("", "/board/money", say="The payout is marked as paid." if done else PREPARED)


@bp.post("/board/payouts/<payout_id>/leaving")
@money_only
@proved
def let_payout_leave(payout_id: str) -> Response:
    """A payout above the limit may leave by the card provider, as far as this person says."""
    session = db.session()
    payout = payouts.load(session, payout_id)
    done = payouts.let_leave(session, payout, by=me(), at=clock.now())
    session.commit()
    say = "Both of you let it leave: Stripe is asked for it now."
    return changed("", "/board/money", say=say if done else PREPARED)


def receipt_form(
    payment_id: str, currency: str, amount_minor: int = 0, rest_minor: int = 0
) -> ReceiptForm:
    """The form of one payment, or of its rest; its names and ids hold the payment's."""
    form = ReceiptForm(prefix=f"p{payment_id}")  # an HTML id begins with a letter
    form.received.currency = currency
    if request.method == "GET":
        form.received.data, form.value_on.data = rest_minor or amount_minor, formats().today
        form.rest.data = rest_minor
    return form


def waiting_money(wrong: ReceiptForm | None = None, of: Payment | None = None) -> dict[str, Any]:
    """Payments to confirm, refunds and payouts to send; for /board and /board/money."""
    session, person, at = db.session(), me(), clock.now()
    typed = request.args.get("reference", "")[: searching.MOST]
    asked = references.tidy(typed) or (of.reference if of else "")
    found = todo.payments(session, asked, typed)
    unknown = bool(typed) and not found
    found = todo.payments(session) if unknown else found
    rows = []
    for row in found:
        form = wrong if of and wrong and row.id == of.id else None
        form = form or receipt_form(row.id, row.currency, row.amount_minor, row.rest_minor)
        rows.append((row, form, authority.may_confirm(session, person, row.parties)))
    return (
        of_the_bank()
        | prepared_acts()
        | {
            "bank_lines": placing.waiting(session),
            "cards": waiting.waiting(session, at=at) if card_provider() else None,
            "tasks": waiting_tasks(),
            "audited": checks.last(session),
            "head": ledger.head(session),
            "out": todo.out(session, references.all_in(typed, references.OUT)),
            "payments": rows,
            "refunds": _may(todo.refunds(session)),
            "payouts": _may(todo.payouts(session, at=at)),
            "asked": typed,
            "found": not unknown or bool(references.all_in(typed, references.OUT)),
        }
    )


def _may(rows: list[todo.TodoRow]) -> list[tuple[todo.TodoRow, bool]]:
    session, person = db.session(), me()
    return [(row, authority.may_confirm(session, person, row.parties)) for row in rows]
