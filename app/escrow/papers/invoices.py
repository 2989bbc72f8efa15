"""Invoices of a freelancer to a client for what was released; see docs/decisions/0042.

Numbers count without gaps for each freelancer. An invoice is never changed: a credit note with the
next number reverses it, and then the same releases can be invoiced anew.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.engagement.models import Engagement
from app.escrow.models import Account, Milestone, Transfer
from app.escrow.papers import keeping
from app.escrow.papers.models import Invoice, InvoiceLine
from app.escrow.sums import ESCROW
from app.kernel import clock, events
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.kernel.events import Event
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Open:
    """A release that no invoice stands for; `amount_minor` is what left escrow."""

    event_id: int
    milestone_id: str
    title: str
    at: datetime
    amount_minor: int


def to_invoice(session: Session, engagement: Engagement) -> list[Open]:
    """The releases of an engagement that are not on a standing invoice, oldest first."""
    reversal = aliased(Invoice)
    standing = (
        select(InvoiceLine.event_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(reversal, reversal.reverses_id == Invoice.id)
        .where(Invoice.reverses_id.is_(None), reversal.id.is_(None))
        .where(Invoice.engagement_id == engagement.id)
    )
    query = (
        select(Event.id, Milestone.id, Milestone.title, Event.at, func.sum(Transfer.amount))
        .join(Transfer, Transfer.event_id == Event.id)
        .join(Account, Account.id == Transfer.from_id)
        .join(Milestone, Milestone.id == Account.owner_id)
        .where(
            Event.stream == engagement.stream,
            Account.kind.in_(ESCROW),
            Transfer.key.startswith("release:"),
            Event.id.not_in(standing),
        )
        .group_by(Event.id, Milestone.id, Milestone.title, Event.at)
        .order_by(Event.id)
    )
    return [
        Open(event, one, title, at, int(total))
        for event, one, title, at, total in session.execute(query)
    ]


def can_issue(session: Session, engagement: Engagement, person_id: str) -> bool:
    """The freelancer, while something that was released is on no invoice."""
    return person_id == engagement.freelancer_id and bool(to_invoice(session, engagement))


def issue(
    session: Session,
    engagement: Engagement,
    event_ids: Collection[int],
    *,
    by: Person,
    at: datetime,
) -> Invoice:
    """Write the next invoice for these releases, dated by the freelancer's own day.

    Raises Refused `invoice.not_yours` or `invoice.no_address`, Invalid `invoice.nothing` and
    WrongState `invoice.already`.
    """
    if by.id != engagement.freelancer_id:
        raise Refused("invoice.not_yours")
    if not by.billing.strip():
        raise Refused("invoice.no_address")
    if not event_ids:
        raise Invalid("invoice.nothing", field="releases")
    chosen = [one for one in to_invoice(session, engagement) if one.event_id in event_ids]
    if {one.event_id for one in chosen} != set(event_ids):
        raise WrongState("invoice.already")
    client = session.get_one(Person, engagement.client_id)
    total = sum(one.amount_minor for one in chosen)
    tax = keeping.tax_within(total, by.tax_rate)
    invoice = Invoice(
        freelancer_id=by.id,
        number=_next(session, by.id),
        engagement_id=engagement.id,
        client_id=client.id,
        title=engagement.title,
        seller=keeping.address(by.name, by.billing),
        buyer=keeping.address(client.name, client.billing),
        currency=engagement.currency,
        net_minor=total - tax,
        tax_minor=tax,
        total_minor=total,
        tax_rate=by.tax_rate,
        tax_words=by.tax_words,
        issued_on=clock.day_in(at, by.zone),
        at=at,
    )
    written = [
        InvoiceLine(
            position=position,
            event_id=one.event_id,
            milestone_id=one.milestone_id,
            title=one.title,
            released_on=clock.day_in(one.at, by.zone),
            amount_minor=one.amount_minor,
        )
        for position, one in enumerate(chosen, 1)
    ]
    keeping.keep(session, invoice, written)
    _record(session, engagement, invoice, "invoice.issued", by=by, at=at)
    return invoice


def can_reverse(session: Session, invoice: Invoice, person_id: str) -> bool:
    """The freelancer, once; a credit note itself cannot be reversed."""
    return (
        person_id == invoice.freelancer_id
        and invoice.reverses_id is None
        and reversal_of(session, invoice) is None
    )


def reverse(session: Session, invoice: Invoice, *, by: Person, at: datetime) -> Invoice:
    """Write the credit note that takes an invoice back; returns it.

    Raises Refused `invoice.not_yours`, WrongState `invoice.reversed`.
    """
    if by.id != invoice.freelancer_id:
        raise Refused("invoice.not_yours")
    if not can_reverse(session, invoice, by.id):
        raise WrongState("invoice.reversed", number=invoice.number)
    engagement = session.get_one(Engagement, invoice.engagement_id)
    note = keeping.opposite(
        invoice, number=_next(session, by.id), reverses_id=invoice.id,
        issued_on=clock.day_in(at, by.zone), at=at,
    )  # fmt: skip
    keeping.keep(session, note, [keeping.opposite(line) for line in lines(session, invoice)])
    facts: dict[str, object] = {"reverses": invoice.number}
    _record(session, engagement, note, "invoice.reversed", by=by, at=at, more=facts)
    return note


def load(session: Session, invoice_id: str) -> Invoice:
    """The invoice of that id; ask its engagement's seats before showing it. Raises NotFound."""
    found = session.get(Invoice, invoice_id)
    if found is None:
        raise NotFound(f"invoice {invoice_id}")
    return found


def lines(session: Session, invoice: Invoice) -> list[InvoiceLine]:
    """The lines of an invoice in their order."""
    query = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    return list(session.scalars(query.order_by(InvoiceLine.position)))


def reversal_of(session: Session, invoice: Invoice) -> Invoice | None:
    """The credit note that reverses an invoice, if there is one."""
    return session.scalar(select(Invoice).where(Invoice.reverses_id == invoice.id))


def of_engagement(session: Session, engagement_id: str) -> list[Invoice]:
    """Invoices and credit notes of an engagement, newest first."""
    query = select(Invoice).where(Invoice.engagement_id == engagement_id)
    return list(session.scalars(query.order_by(Invoice.number.desc())))


def _next(session: Session, freelancer_id: str) -> int:
    last = select(func.max(Invoice.number)).where(Invoice.freelancer_id == freelancer_id)
    return (session.scalar(last) or 0) + 1


def _record(
    session: Session,
    engagement: Engagement,
    invoice: Invoice,
    kind: str,
    *,
    by: Person,
    at: datetime,
    more: dict[str, object] | None = None,
) -> None:
    facts: dict[str, object] = {
        "number": invoice.number,
        "amount_minor": abs(invoice.total_minor),
        "currency": invoice.currency,
    }
    events.record(
        session,
        engagement.stream,
        kind,
        by=by.id,
        at=at,
        subject=("invoice", invoice.id),
        facts=facts | (more or {}),
    )
