"""Somebody who sees the bank says what came: the one door from a bank's line into escrow."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import authority, funding, settling
from app.escrow.models import Milestone, Payment
from app.kernel.errors import Invalid, WrongState
from app.people.models import Person


def confirm(
    session: Session,
    payment: Payment,
    *,
    received_minor: int,
    by: Person,
    at: datetime,
    value_on: date | None = None,
    paid_by: str = "",
    from_account: str = "",
    bank_reference: str = "",
) -> None:
    """The operator or bookkeeper saw this much arrive (minor units) for a payment.

    Too little leaves the milestone waiting for the rest; too much is the client's balance. Money
    for a cancelled payment is taken all the same, and the payment begun in its place is cancelled:
    nothing waits for what has come by now. Raises NotFound, Refused `money.own.not_yours`,
    WrongState `payment.settled`, Invalid `payment.nothing_received`.
    """
    engagement = session.get_one(Engagement, payment.engagement_id)
    own = authority.confirm(session, by, (engagement.client_id, engagement.freelancer_id))
    if received_minor <= 0:
        raise Invalid("payment.nothing_received", field="received")
    if payment.state == "settled" or payment.provider != "bank":
        raise WrongState("payment.settled", reference=payment.reference)
    payment.value_on, payment.paid_by = value_on, paid_by
    payment.from_account, payment.bank_reference = from_account, bank_reference
    payment.confirmed_by = by.id
    settling.settle(session, payment, engagement, received_minor, by=by, at=at, own=own)
    for part in settling.parts(session, payment):
        milestone = session.get_one(Milestone, part.milestone_id)
        funding.drop_stale(session, milestone, engagement, by=by, at=at)
