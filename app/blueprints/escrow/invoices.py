"""Invoices of the freelancer for what was released; a credit note takes one back."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.escrow import bp, papers
from app.blueprints.escrow.forms import InvoiceForm
from app.blueprints.escrow.guards import at_invoice, only
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.escrow.papers import invoices
from app.escrow.papers.models import Invoice
from app.extensions import db
from app.kernel import clock, money
from app.kernel.errors import Invalid, Refused
from app.mail.wording import words
from app.people.models import Person

PAGE = "escrow/new_invoice.html"


@bp.get("/workrooms/<room_id>/invoices/new")
@signed_in
def new_invoice(room_id: str) -> str:
    """Choose releases; see what the invoice will say."""
    seat = seated(room_id)
    only(seat, "freelancer")
    return render_template(PAGE, form=_form(seat), **_page(seat))


@bp.post("/workrooms/<room_id>/invoices")
@signed_in
def issue_invoice(room_id: str) -> AnyResponse:
    """Write the invoice with the next number."""
    seat = seated(room_id)
    only(seat, "freelancer")
    form = _form(seat)
    try:
        if not form.validate():
            raise Invalid("form", field="")
        chosen = {int(one) for one in form.releases.data or ()}
        invoice = invoices.issue(db.session(), seat.engagement, chosen, by=me(), at=clock.now())
    except Refused as trouble:
        if not isinstance(trouble, Invalid) and trouble.code != "invoice.no_address":
            raise
        if trouble.code != "form":
            form.blame("releases", words(trouble.code, trouble.facts))
        return refused(form, PAGE, **_page(seat))
    db.session.commit()
    say = f"Invoice no. {invoice.number} is issued, and the client is told."
    return changed("", f"/invoices/{invoice.id}", say=say)


@bp.get("/invoices/<invoice_id>")
@signed_in
def show_invoice(invoice_id: str) -> str:
    """The invoice as it was issued."""
    seat, invoice = at_invoice(invoice_id)
    may_reverse = invoices.can_reverse(db.session(), invoice, seat.person_id)
    return render_template(
        "escrow/invoice.html", may_reverse=may_reverse, **frame(seat, "money"), **_shown(invoice)
    )


@bp.get("/invoices/<invoice_id>.pdf")
@signed_in
def print_invoice(invoice_id: str) -> Response:
    """The invoice as a PDF."""
    _, invoice = at_invoice(invoice_id)
    return papers.pdf(_file(invoice), "escrow/paper_invoice.html", **_shown(invoice))


@bp.get("/invoices/<invoice_id>.csv")
@signed_in
def download_invoice(invoice_id: str) -> Response:
    """The lines of the invoice as a table for a spreadsheet, and below them the sums."""
    _, invoice = at_invoice(invoice_id)
    head = (invoice.number, invoice.issued_on.isoformat(), "credit note" if _credit(invoice) else
            "invoice")  # fmt: skip
    rows: list[tuple[object, ...]] = [
        (*head, line.title, line.released_on.isoformat(), _plain(line.amount_minor, invoice))
        for line in invoices.lines(db.session(), invoice)
    ]
    tax = f"Tax, {money.percent(invoice.tax_rate)} %"
    sums = (("Net", invoice.net_minor), (tax, invoice.tax_minor), ("Total", invoice.total_minor))
    rows += [(*head, label, "", _plain(minor, invoice)) for label, minor in sums]
    header = ("No.", "Issued", "Kind", "What", "Released", "Amount", "Currency")
    return papers.table(_file(invoice), header, ((*row, invoice.currency) for row in rows))


@bp.post("/invoices/<invoice_id>/reversal")
@signed_in
def reverse_invoice(invoice_id: str) -> AnyResponse:
    """Take an invoice back by a credit note."""
    seat, invoice = at_invoice(invoice_id)
    only(seat, "freelancer")
    note = invoices.reverse(db.session(), invoice, by=me(), at=clock.now())
    db.session.commit()
    say = f"Credit note no. {note.number} takes invoice no. {invoice.number} back."
    return changed("", f"/invoices/{note.id}", say=say)


def _credit(invoice: Invoice) -> bool:
    return invoice.reverses_id is not None


def _plain(amount_minor: int, invoice: Invoice) -> papers.Figure:
    return papers.Figure(money.plain(amount_minor, invoice.currency))


def _file(invoice: Invoice) -> str:
    return f"{'credit-note' if _credit(invoice) else 'invoice'}-{invoice.number}"


def _form(seat: Seated) -> InvoiceForm:
    form, show = InvoiceForm(), formats()
    rows = invoices.to_invoice(db.session(), seat.engagement)
    form.releases.choices = [
        (
            str(row.event_id),
            f"{row.title}, {show.money(row.amount_minor, seat.engagement.currency)}, "
            f"released {show.day(row.at)}",
        )
        for row in rows
    ]
    if form.releases.data is None:
        form.releases.data = [str(row.event_id) for row in rows]
    return form


def _page(seat: Seated) -> dict[str, Any]:
    session, person = db.session(), me()
    client = session.get_one(Person, seat.other_id)
    return {
        "engagement": seat.engagement,
        "seller": person,
        "buyer": client,
        "rate": money.percent(person.tax_rate),
        **frame(seat, "money"),
    }


def _shown(invoice: Invoice) -> dict[str, Any]:
    session = db.session()
    kind = "Credit note" if _credit(invoice) else "Invoice"
    reverses = session.get(Invoice, invoice.reverses_id) if invoice.reverses_id else None
    return {
        "invoice": invoice,
        "lines": invoices.lines(session, invoice),
        "kind": kind,
        "reverses": reverses,
        "reversal": invoices.reversal_of(session, invoice),
        "rate": money.percent(invoice.tax_rate),
        "title": f"{kind} no. {invoice.number}",
    }
