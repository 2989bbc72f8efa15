"""Invoices of the board to its freelancers for its fees."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.escrow import bp, month_words, papers
from app.blueprints.escrow.fees import PAGE, around, page
from app.blueprints.guards import me, money_only, signed_in
from app.blueprints.htmx import changed
from app.escrow.papers import fee_invoices
from app.escrow.papers.models import FeeInvoice
from app.extensions import db
from app.kernel import clock, money
from app.kernel.errors import Refused
from app.mail.wording import words


@bp.post("/board/fees/<month>/invoices")
@money_only
def issue_fee_invoices(month: str) -> AnyResponse:
    """Write a month's invoices, one for each freelancer and currency."""
    try:
        made = fee_invoices.issue(
            db.session(), month, *around(month), by=me(), at=clock.now()
        )  # fmt: skip
    except Refused as trouble:
        if trouble.code != "fee_invoice.no_address":
            raise
        db.session.rollback()
        return Response(render_template(PAGE, trouble=words(trouble.code), **page(month)), 409)
    db.session.commit()
    what = "invoice is" if len(made) == 1 else "invoices are"
    return changed("", f"/board/fees/{month}", say=f"{len(made)} fee {what} written and sent.")


@bp.get("/board/fee-invoices/<fee_invoice_id>")
@signed_in
def show_fee_invoice(fee_invoice_id: str) -> str:
    """The invoice as it was written."""
    invoice = _load(fee_invoice_id)
    return render_template(
        "escrow/fee_invoice.html",
        here="payments" if invoice.freelancer_id == me().id else "board",
        may_reverse=fee_invoices.can_reverse(db.session(), invoice, me()),
        **_shown(invoice),
    )


@bp.get("/board/fee-invoices/<fee_invoice_id>.pdf")
@signed_in
def print_fee_invoice(fee_invoice_id: str) -> Response:
    """The invoice as a PDF."""
    invoice = _load(fee_invoice_id)
    return papers.pdf(_file(invoice), "escrow/paper_fee_invoice.html", **_shown(invoice))


@bp.get("/board/fee-invoices/<fee_invoice_id>.csv")
@signed_in
def download_fee_invoice(fee_invoice_id: str) -> Response:
    """The lines of the invoice as a table for a spreadsheet, and below them the sums."""
    invoice = _load(fee_invoice_id)
    head = (invoice.number, invoice.issued_on.isoformat(), _kind(invoice).lower())
    rows: list[tuple[object, ...]] = [
        (*head, line.job, line.title, line.released_on.isoformat(),
         _plain(line.released_minor, invoice), _plain(line.amount_minor, invoice))
        for line in fee_invoices.lines(db.session(), invoice)
    ]  # fmt: skip
    tax = f"Tax, {money.percent(invoice.tax_rate)} %"
    sums = (("Net", invoice.net_minor), (tax, invoice.tax_minor), ("Total", invoice.total_minor))
    rows += [(*head, "", label, "", "", _plain(minor, invoice)) for label, minor in sums]
    header = (
        "No.", "Issued", "Kind", "Job", "What", "Released on", "Released", "Fee", "Currency",
    )  # fmt: skip
    return papers.table(_file(invoice), header, ((*row, invoice.currency) for row in rows))


@bp.post("/board/fee-invoices/<fee_invoice_id>/reversal")
@money_only
def reverse_fee_invoice(fee_invoice_id: str) -> AnyResponse:
    """Take an invoice back by a credit note."""
    invoice = _load(fee_invoice_id)
    note = fee_invoices.reverse(db.session(), invoice, by=me(), at=clock.now())
    db.session.commit()
    say = f"Credit note no. {note.number} takes fee invoice no. {invoice.number} back."
    return changed("", f"/board/fee-invoices/{note.id}", say=say)


def _load(invoice_id: str) -> FeeInvoice:
    return fee_invoices.load(db.session(), invoice_id, me())


def _kind(invoice: FeeInvoice) -> str:
    return "Credit note" if invoice.reverses_id else "Fee invoice"


def _plain(amount_minor: int, invoice: FeeInvoice) -> papers.Figure:
    return papers.Figure(money.plain(amount_minor, invoice.currency))


def _file(invoice: FeeInvoice) -> str:
    return f"{_kind(invoice).lower().replace(' ', '-')}-of-the-board-{invoice.number}"


def _shown(invoice: FeeInvoice) -> dict[str, Any]:
    session = db.session()
    return {
        "invoice": invoice,
        "lines": fee_invoices.lines(session, invoice),
        "reverses": session.get(FeeInvoice, invoice.reverses_id) if invoice.reverses_id else None,
        "reversal": fee_invoices.reversal_of(session, invoice),
        "rate": money.percent(invoice.tax_rate),
        "month_name": month_words.name(invoice.month),
        "title": f"{_kind(invoice)} no. {invoice.number}",
    }
