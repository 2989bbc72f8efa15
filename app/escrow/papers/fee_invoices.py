"""Invoices of the board to its freelancers for its fees; see docs/decisions/0071.

One for each freelancer and currency of a month that is over. Like a freelancer's own invoices they
count without gaps and are never changed: a credit note with the next number takes one back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.escrow.models import Transfer
from app.escrow.office import authority
from app.escrow.papers import fees, keeping, statements
from app.escrow.papers.fees import FeeRow
from app.escrow.papers.models import FeeInvoice, FeeInvoiceLine
from app.kernel import clock, events
from app.kernel.errors import NotFound, Refused, WrongState
from app.people.models import Board, Person


def to_issue(session: Session, begins: datetime, ends: datetime) -> list[FeeRow]:
    """The fees between two moments that are on no standing invoice, oldest first."""
    reversal = aliased(FeeInvoice)
    standing = (
        select(FeeInvoiceLine.transfer_seq)
        .join(FeeInvoice, FeeInvoice.id == FeeInvoiceLine.invoice_id)
        .outerjoin(reversal, reversal.reverses_id == FeeInvoice.id)
        .where(FeeInvoice.reverses_id.is_(None), reversal.id.is_(None))
    )
    since, until = statements.first_since(session, begins), statements.first_since(session, ends)
    query = fees.FEES.where(Transfer.seq >= since, Transfer.seq < until)
    found = session.execute(query.where(Transfer.seq.not_in(standing)).order_by(Transfer.seq))
    return fees.as_rows(found)


def can_issue(session: Session, begins: datetime, ends: datetime, *, at: datetime) -> bool:
    """Whether the month is over, and some of its fees are on no invoice."""
    return ends <= at and bool(to_issue(session, begins, ends))


def issue(
    session: Session,
    month: str,
    begins: datetime,
    ends: datetime,
    *,
    by: Person,
    at: datetime,
) -> list[FeeInvoice]:
    """Write a month's invoices (`month` is such as `2026-10`), one a freelancer and currency.

    Raises NotFound for whoever does not keep the money; Refused `fee_invoice.no_address`,
    WrongState `fee_invoice.month_open`, `fee_invoice.nothing`.
    """
    if not authority.sees_all_money(by):
        raise NotFound("fee invoices")
    board = session.get_one(Board, 1)
    if ends > at:
        raise WrongState("fee_invoice.month_open")
    if not board.billing.strip():
        raise Refused("fee_invoice.no_address")
    books: dict[tuple[str, str], list[FeeRow]] = {}
    for row in to_issue(session, begins, ends):
        books.setdefault((row.freelancer_id, row.currency), []).append(row)
    if not books:
        raise WrongState("fee_invoice.nothing")
    return [
        _write(session, board, month, person_id, rows, by=by, at=at)
        for (person_id, _), rows in sorted(books.items())
    ]


def can_reverse(session: Session, invoice: FeeInvoice, by: Person) -> bool:
    """Whoever keeps the money, once; a credit note itself cannot be reversed."""
    return (
        authority.sees_all_money(by)
        and invoice.reverses_id is None
        and reversal_of(session, invoice) is None
    )


def reverse(session: Session, invoice: FeeInvoice, *, by: Person, at: datetime) -> FeeInvoice:
    """Write the credit note that takes an invoice back; returns it.

    Raises NotFound for whoever does not keep the money, WrongState `invoice.reversed`.
    """
    if not authority.sees_all_money(by):
        raise NotFound("fee invoice")
    if not can_reverse(session, invoice, by):
        raise WrongState("invoice.reversed", number=invoice.number)
    note = keeping.opposite(
        invoice, number=_next(session), reverses_id=invoice.id,
        issued_on=clock.day_in(at, session.get_one(Board, 1).zone), at=at,
    )  # fmt: skip
    keeping.keep(session, note, [keeping.opposite(line) for line in lines(session, invoice)])
    facts: dict[str, object] = {"reverses": invoice.number}
    _record(session, note, "fee_invoice.reversed", by=by, at=at, more=facts)
    return note


def load(session: Session, invoice_id: str, by: Person) -> FeeInvoice:
    """The invoice of that id for its freelancer, or whoever keeps the money. Raises NotFound."""
    found = session.get(FeeInvoice, invoice_id)
    if found is None or not (by.id == found.freelancer_id or authority.sees_all_money(by)):
        raise NotFound(f"fee invoice {invoice_id}")
    return found


def lines(session: Session, invoice: FeeInvoice) -> list[FeeInvoiceLine]:
    """The lines of an invoice in their order."""
    query = select(FeeInvoiceLine).where(FeeInvoiceLine.invoice_id == invoice.id)
    return list(session.scalars(query.order_by(FeeInvoiceLine.position)))


def reversal_of(session: Session, invoice: FeeInvoice) -> FeeInvoice | None:
    """The credit note that reverses an invoice, if there is one."""
    return session.scalar(select(FeeInvoice).where(FeeInvoice.reverses_id == invoice.id))


def of_month(session: Session, month: str) -> list[tuple[FeeInvoice, str]]:
    """A month's invoices and credit notes, newest first, with whose they are."""
    rows = session.execute(
        select(FeeInvoice, Person.name)
        .join(Person, Person.id == FeeInvoice.freelancer_id)
        .where(FeeInvoice.month == month)
        .order_by(FeeInvoice.number.desc())
    )
    return [(invoice, name) for invoice, name in rows]


def of_person(session: Session, person_id: str, limit: int = 24) -> list[FeeInvoice]:
    """The newest invoices and credit notes of the board to a freelancer."""
    query = select(FeeInvoice).where(FeeInvoice.freelancer_id == person_id)
    return list(session.scalars(query.order_by(FeeInvoice.number.desc()).limit(limit)))


def _write(
    session: Session,
    board: Board,
    month: str,
    person_id: str,
    rows: list[FeeRow],
    *,
    by: Person,
    at: datetime,
) -> FeeInvoice:
    person = session.get_one(Person, person_id)
    total = sum(row.fee_minor for row in rows)
    tax = keeping.tax_within(total, board.fee_tax_rate)
    invoice = FeeInvoice(
        number=_next(session),
        freelancer_id=person_id,
        month=month,
        seller=keeping.address(board.name, board.billing),
        buyer=keeping.address(person.name, person.billing),
        currency=rows[0].currency,
        net_minor=total - tax,
        tax_minor=tax,
        total_minor=total,
        tax_rate=board.fee_tax_rate,
        tax_words=board.fee_tax_words,
        issued_on=clock.day_in(at, board.zone),
        at=at,
    )
    written = [
        FeeInvoiceLine(
            position=position,
            transfer_seq=row.seq,
            job=row.job,
            title=row.milestone,
            released_on=clock.day_in(row.at, board.zone),
            released_minor=row.released_minor,
            amount_minor=row.fee_minor,
        )
        for position, row in enumerate(rows, 1)
    ]
    keeping.keep(session, invoice, written)
    _record(session, invoice, "fee_invoice.issued", by=by, at=at)
    return invoice


def _next(session: Session) -> int:
    return (session.scalar(select(func.max(FeeInvoice.number))) or 0) + 1


def _record(
    session: Session,
    invoice: FeeInvoice,
    kind: str,
    *,
    by: Person,
    at: datetime,
    more: dict[str, object] | None = None,
) -> None:
    facts: dict[str, object] = {
        "number": invoice.number,
        "month": invoice.month,
        "amount_minor": abs(invoice.total_minor),
        "currency": invoice.currency,
    }
    events.record(
        session,
        f"person:{invoice.freelancer_id}",
        kind,
        by=by.id,
        at=at,
        subject=("fee_invoice", invoice.id),
        facts=facts | (more or {}),
    )
