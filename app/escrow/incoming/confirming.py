"""Somebody who sees the bank says what came: the one door from a bank's line into escrow."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.incoming import settling
from app.escrow.models import Payment
from app.escrow.office import authority, covers, preparing
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
    entry_id: str = "",
) -> bool:
    """The operator or bookkeeper saw this much arrive (minor units) for a payment.

    False: it is above the board's limit, and waits for a second person (`preparing`). `entry_id`
    is the bank's line that says so, if one does.

    Too little leaves the milestone waiting for the rest; too much is the client's balance. Money
    for a cancelled payment is taken all the same, and the payment begun in its place is cancelled:
    nothing waits for what has come by now. Raises NotFound, Refused `money.own.not_yours`,
    WrongState `payment.settled`, Invalid `payment.nothing_received`, and what
    `preparing.in_force` raises.
    """
    engagement = session.get_one(Engagement, payment.engagement_id)
    own = authority.confirm(session, by, (engagement.client_id, engagement.freelancer_id))
    if received_minor <= 0:
        raise Invalid("payment.nothing_received", field="received")
    if payment.state == "settled" or payment.provider != "bank":
        raise WrongState("payment.settled", reference=payment.reference)
    typed = {
        "value_on": value_on.isoformat() if value_on else "", "paid_by": paid_by,
        "from_account": from_account, "bank_reference": bank_reference, "entry": entry_id,
        "received_minor": received_minor, "reference": payment.reference,
    }  # fmt: skip
    if not preparing.in_force(
        session, "payment", payment.id, same=str(received_minor),
        amount_minor=received_minor + covers.shortage(session, payment, received_minor),
        currency=payment.currency, facts=typed, stream=engagement.stream, by=by, at=at,
    ):  # fmt: skip
        return False
    payment.value_on, payment.paid_by = value_on, paid_by
    payment.from_account, payment.bank_reference = from_account, bank_reference
    payment.confirmed_by = by.id
    settling.settle(session, payment, engagement, received_minor, by=by, at=at, own=own)
    return True
