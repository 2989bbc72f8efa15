"""Receipts: what one act moved, as a small page and as a PDF."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from app.blueprints.escrow import bp, papers
from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement.models import Engagement
from app.escrow.models import Payment, Payout, Refund
from app.escrow.papers import receipts
from app.escrow.papers.receipts import Receipt
from app.extensions import db
from app.people.models import Person

HEADINGS = {
    "payment.confirmed": "Receipt for a payment",
    "milestone.released": "Receipt for a release",
    "milestone.part_released": "Receipt for a release in part",
    "dispute.opened": "Receipt for a sum frozen by a dispute",
    "dispute.withdrawn": "Receipt for a sum free again",
    "dispute.settled": "Receipt for a release after a dispute",
    "dispute.ruled": "Receipt for a release after a dispute",
    "bonus.paid": "Receipt for a bonus",
    "money.rolled": "Receipt for a move from one milestone to another",
    "money.refunded": "Receipt for a refund",
    "surplus.sent_back": "Receipt for a refund",
    "refund.settled": "Receipt for a refund",
    "refund.failed": "Receipt for a refund that did not arrive",
    "payout.failed": "Receipt for a payout that did not arrive",
    "payout.reversed": "Receipt for a payout that was taken back",
    "payment.charged_back": "Receipt for money that was charged back",
    "payout.asked": "Receipt for a payout that was asked for",
    "payout.settled": "Receipt for a payout",
}
METHODS = {
    "bank": "Bank transfer",
    "test": "Test money (nothing here is real)",
    "balance": "The client’s balance",
    "stripe": "Card (Stripe)",
}
WHY = {
    "terms": "Agreed terms need less",
    "declined": "The terms were declined",
    "countered": "The terms were answered with others",
    "withdrawn": "The terms were withdrawn",
    "lapsed": "The terms lapsed",
    "ended": "The engagement ended",
    "asked_back": "It was asked back",
    "late": "It came after the terms had come to nothing",
    "surplus": "It was not needed",
    "dormant": "Nothing happened for 90 days",
    "dispute": "A dispute ended so",
}
Details = list[tuple[str, str]]


@bp.get("/workrooms/<room_id>/receipts/<int:number>")
@signed_in
def show_receipt(room_id: str, number: int) -> str:
    """The receipt of one act in a workroom."""
    seat = seated(room_id)
    found = receipts.load(db.session(), seat.engagement.stream, number)
    return render_template(
        "escrow/receipt.html",
        **_shown(found, seat.engagement),
        address=f"/workrooms/{room_id}/receipts/{number}",
        back=f"/workrooms/{room_id}/money",
        **frame(seat, "money"),
    )


@bp.get("/workrooms/<room_id>/receipts/<int:number>.pdf")
@signed_in
def print_receipt(room_id: str, number: int) -> Response:
    """The same as a PDF."""
    room = seated(room_id).engagement
    found = receipts.load(db.session(), room.stream, number)
    return papers.pdf(f"receipt-{found.number}", "escrow/paper_receipt.html", **_shown(found, room))


@bp.get("/payments/receipts/<int:number>")
@signed_in
def show_own_receipt(number: int) -> str:
    """The receipt of one act on the viewer's own balance."""
    found = receipts.load(db.session(), f"person:{the_viewer().id}", number)
    return render_template(
        "escrow/own_receipt.html",
        **_shown(found),
        address=f"/payments/receipts/{number}",
        back="/payments",
        here="payments",
    )


@bp.get("/payments/receipts/<int:number>.pdf")
@signed_in
def print_own_receipt(number: int) -> Response:
    """The same as a PDF."""
    found = receipts.load(db.session(), f"person:{the_viewer().id}", number)
    return papers.pdf(f"receipt-{found.number}", "escrow/paper_receipt.html", **_shown(found))


def _shown(found: Receipt, room: Engagement | None = None) -> dict[str, Any]:
    details: Details = [("Receipt no.", found.number)]
    if room is not None:
        details += _parties(room)
    details += _about(found)
    heading = HEADINGS.get(found.kind, "Receipt")
    return {"receipt": found, "heading": heading, "details": details, "title": heading}


def _parties(room: Engagement) -> Details:
    session = db.session()
    client = session.get_one(Person, room.client_id)
    freelancer = session.get_one(Person, room.freelancer_id)
    return [("Job", room.title), ("Client", client.name), ("Freelancer", freelancer.name)]


def _about(found: Receipt) -> Details:
    match found.about:
        case Payment() as payment:
            details = [("Reference", payment.reference), ("Method", _method(payment.provider))]
            if payment.payer_id == the_viewer().id:  # whose account it was is theirs to see
                on = payment.value_on.isoformat() if payment.value_on else ""
                details += [("Value date", on), ("Paid by", payment.paid_by)]
                details += [("Account", payment.from_account)]
                details += [("Bank reference", payment.bank_reference)]
        case Refund() as refund:
            details = [("Why", WHY.get(refund.why, refund.why)), ("To", _method(refund.provider))]
        case Payout() as payout:
            to = payout.to_account or "not written down"
            details = [("Paid to", the_viewer().name), ("Account", to)]
        case _:
            details = []
    return [(label, words) for label, words in details if words]


def _method(provider: str) -> str:
    return METHODS.get(provider, provider.replace("_", " ").capitalize())
