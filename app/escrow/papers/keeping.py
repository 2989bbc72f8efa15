"""What all invoices have in common: kept as they were that day, and taken back as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.escrow.papers.models import FeeInvoice, FeeInvoiceLine, Invoice, InvoiceLine
from app.kernel.base import Minor
from app.kernel.money import WHOLE

Row = TypeVar("Row", Invoice, FeeInvoice, InvoiceLine, FeeInvoiceLine)
OWN = ("id", "invoice_id")
"""What no copy of a row takes over."""


def tax_within(total_minor: int, rate: int) -> int:
    """The tax that a total holds, rounded half up to a whole minor unit.

    >>> tax_within(11900, 19000), tax_within(7500, 0), tax_within(100, 7700)
    (1900, 0, 7)
    """
    whole = WHOLE + rate
    return (2 * total_minor * rate + whole) // (2 * whole)


def address(name: str, billing: str) -> str:
    """A seller or a buyer, as a paper names them."""
    return "\n".join(filter(None, (name, billing.strip())))


def opposite(row: Row, **new: Any) -> Row:
    """A copy of an invoice or of a line with every amount below zero, for a credit note."""
    columns = inspect(type(row)).columns
    kept = {one.key: getattr(row, one.key) for one in columns if one.key not in (*OWN, *new)}
    amounts = {one.key: -kept[one.key] for one in columns if isinstance(one.type, Minor)}
    return type(row)(**kept | amounts | new)


def keep(
    session: Session,
    invoice: Invoice | FeeInvoice,
    lines: Iterable[InvoiceLine | FeeInvoiceLine],
) -> None:
    """Write an invoice and its lines; from now on the database refuses to change them."""
    session.add(invoice)
    session.flush()
    for line in lines:
        line.invoice_id = invoice.id
        session.add(line)
    session.flush()
