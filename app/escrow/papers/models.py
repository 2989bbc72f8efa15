"""Papers that are kept as they were on the day: invoices and credit notes, of freelancers and

of the board.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, TextLine, TextLines, UTCTime, new_id


class Paper:
    """What every invoice says: from whom, to whom, how much; the total holds the tax."""

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    seller: Mapped[str] = mapped_column(TextLines)
    buyer: Mapped[str] = mapped_column(TextLines)
    currency: Mapped[str] = mapped_column(Text)
    net_minor: Mapped[int] = mapped_column(Minor)
    tax_minor: Mapped[int] = mapped_column(Minor)
    total_minor: Mapped[int] = mapped_column(Minor)
    tax_rate: Mapped[int] = mapped_column(Integer)
    tax_words: Mapped[str] = mapped_column(TextLine)
    issued_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UTCTime)


def _adds_up() -> tuple[CheckConstraint, CheckConstraint]:
    """What the database asks of every invoice; each table has constraints of its own."""
    return (
        CheckConstraint("net_minor + tax_minor = total_minor", name="sums"),
        CheckConstraint("(reverses_id IS NULL) = (total_minor > 0)", name="credit_is_negative"),
    )


class Invoice(Paper, Base):
    """A freelancer's invoice to a client, or the credit note that reverses one; never changed.

    Numbers count 1, 2, 3… for each freelancer, without gaps. Everything that it says is kept as it
    was that day. The total holds the tax; a credit note's amounts are below zero.
    """

    __tablename__ = "invoices"
    __table_args__ = (UniqueConstraint("freelancer_id", "number"), *_adds_up())

    freelancer_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int] = mapped_column(Integer)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"), unique=True)
    title: Mapped[str] = mapped_column(TextLine)


class InvoiceLine(Base):
    """One release on an invoice: the event that released it, and what it was called then."""

    __tablename__ = "invoice_lines"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    event_id: Mapped[int] = mapped_column(Integer, index=True)
    milestone_id: Mapped[str] = mapped_column(ForeignKey("milestones.id"))
    title: Mapped[str] = mapped_column(TextLine)
    released_on: Mapped[date] = mapped_column(Date)
    amount_minor: Mapped[int] = mapped_column(Minor)


class FeeInvoice(Paper, Base):
    """The board's invoice to a freelancer for the fees of a month, or the credit note that

    reverses one; never changed. Numbers count 1, 2, 3… without gaps. The total holds the tax.
    """

    __tablename__ = "fee_invoices"
    __table_args__ = _adds_up()

    number: Mapped[int] = mapped_column(Integer, unique=True)
    freelancer_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("fee_invoices.id"), unique=True)
    month: Mapped[str] = mapped_column(Text, index=True)


class FeeInvoiceLine(Base):
    """One fee on an invoice of the board: the transfer that took it, and what it was for."""

    __tablename__ = "fee_invoice_lines"

    invoice_id: Mapped[str] = mapped_column(ForeignKey("fee_invoices.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    transfer_seq: Mapped[int] = mapped_column(ForeignKey("transfers.seq"), index=True)
    job: Mapped[str] = mapped_column(TextLine)
    title: Mapped[str] = mapped_column(TextLine)
    released_on: Mapped[date] = mapped_column(Date)
    released_minor: Mapped[int] = mapped_column(Minor)
    amount_minor: Mapped[int] = mapped_column(Minor)
