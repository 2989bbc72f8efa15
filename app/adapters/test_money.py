"""Test money: a provider that always pays, at once. Offered in demo mode only, and marked there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.escrow import payments
from app.escrow.incoming import settling
from app.escrow.models import Payment
from app.people.models import Person
from app.settings import Settings

NAME = "test"


def offered(settings: Settings) -> bool:
    """Whether this board plays with test money. Every page of such a board says so."""
    return settings.demo


def arrive(session: Session, payment: Payment, *, by: Person, at: datetime) -> None:
    """Let an open payment of test money arrive."""
    if payment.provider == NAME and payment.state in payments.OPEN:
        settling.settle_test_money(session, payment, by=by, at=at)
