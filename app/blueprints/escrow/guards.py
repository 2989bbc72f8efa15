"""Milestones, submissions and payments through the viewer's seat: strangers meet 404."""

from __future__ import annotations

from flask import abort

from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.escrow import payments, work
from app.escrow.disputes import record
from app.escrow.disputes.models import Dispute
from app.escrow.milestones import asks, submissions
from app.escrow.models import Milestone, MoneyAsk, Payment, Submission
from app.escrow.papers import invoices
from app.escrow.papers.models import Invoice
from app.extensions import db


def at_milestone(milestone_id: str) -> tuple[Seated, Milestone]:
    """The milestone, and the seat that leads to it."""
    milestone = work.load(db.session(), milestone_id)
    return seated(milestone.engagement_id), milestone


def at_submission(submission_id: str) -> tuple[Seated, Submission, Milestone]:
    """The submission, its milestone, and the seat that leads to it."""
    submission, milestone = submissions.load(db.session(), submission_id)
    return seated(milestone.engagement_id), submission, milestone


def at_ask(ask_id: str) -> tuple[Seated, MoneyAsk, Milestone]:
    """The ask for money back, its milestone, and the seat that leads to it."""
    ask = asks.load(db.session(), ask_id)
    return seated(ask.engagement_id), ask, work.load(db.session(), ask.milestone_id)


def at_dispute(dispute_id: str) -> tuple[Seated, Dispute, Milestone]:
    """The dispute, its milestone, and the seat that leads to it."""
    dispute = record.load(db.session(), dispute_id)
    return seated(dispute.engagement_id), dispute, work.load(db.session(), dispute.milestone_id)


def at_payment(payment_id: str) -> tuple[Seated, Payment]:
    """The payment, and the seat that leads to it."""
    payment = payments.load(db.session(), payment_id)
    return seated(payment.engagement_id), payment


def at_invoice(invoice_id: str) -> tuple[Seated, Invoice]:
    """The invoice, and the seat that leads to it."""
    invoice = invoices.load(db.session(), invoice_id)
    return seated(invoice.engagement_id), invoice


def only(seat: Seated, side: str) -> None:
    """403 where the viewer sees the page and the act is the other side's."""
    if seat.side != side:
        abort(403)
