"""Somebody who sees the bank says what came: the one door from a bank's line into escrow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.incoming import settling, topping_up
from app.escrow.models import Payment
from app.escrow.office import authority, covers, preparing
from app.kernel.errors import Invalid, WrongState
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the bank says of money that came. `entry_id` is its line of a statement, if one is."""

    value_on: date | None = None
    paid_by: str = ""
    from_account: str = ""
    bank_reference: str = ""
    entry_id: str = ""


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
    more_follows: bool = False,
) -> bool:
    """The operator or bookkeeper saw this much arrive (minor units) for a payment.

    False: it is above the board's limit, and waits for a second person (`preparing`). `entry_id`
    is the bank's line that says so, if one does; `more_follows` where other lines of the bank show
    the rest already.

    Too little leaves the milestone waiting for the rest; too much is the client's balance. Money
    for a cancelled payment is taken all the same, and the payment begun in its place is cancelled:
    nothing waits for what has come by now. Raises NotFound, Refused `money.own.not_yours`,
    WrongState `payment.settled`, Invalid `payment.nothing_received`, and what
    `preparing.in_force` raises.
    """
    engagement, own = _asked(session, payment, received_minor, by)
    if payment.state == "settled" or payment.provider != "bank":
        raise WrongState("payment.settled", reference=payment.reference)
    receipt = Receipt(value_on, paid_by, from_account, bank_reference, entry_id)
    added = 0 if more_follows else covers.shortage(session, payment, received_minor)
    if not _in_force(session, payment, received_minor, received_minor + added, receipt, by, at):
        return False
    _book(
        session, payment, engagement, received_minor, receipt,
        by=by, at=at, own=own, more_follows=more_follows,
    )  # fmt: skip
    return True


def top_up(
    session: Session,
    payment: Payment,
    receipt: Receipt,
    *,
    received_minor: int,
    by: Person,
    at: datetime,
    more_follows: bool = False,
    shown_minor: int = 0,
) -> Payment | None:
    """A further part came under the reference of a payment that brought too little.

    It is booked as a payment of its own, so that a refund goes back to the account that this part
    came from. `shown_minor` is what was missing when somebody typed this by hand: the same part
    typed twice must not count twice. None: it waits for a second person; all parts together count
    for the limit. Raises what `confirm` raises; WrongState `payment.settled` where nothing of the
    payment is missing, `payment.rest_changed` where it is not what was shown.
    """
    engagement, own = _asked(session, payment, received_minor, by)
    rest = topping_up.rest(session, payment)
    if rest <= 0:
        raise WrongState("payment.settled", reference=payment.reference)
    if shown_minor not in (0, rest):
        raise WrongState("payment.rest_changed", reference=payment.reference)
    added = 0 if more_follows else covers.shortage_of(session, payment, rest - received_minor)
    whole = payment.amount_minor - rest + received_minor + added
    if not _in_force(session, payment, received_minor, whole, receipt, by, at, shown_minor):
        return None
    part = topping_up.begin(session, payment, rest, at=at)
    _book(
        session, part, engagement, received_minor, receipt,
        by=by, at=at, own=own, more_follows=more_follows,
    )  # fmt: skip
    return part


def _asked(
    session: Session, payment: Payment, received_minor: int, by: Person
) -> tuple[Engagement, bool]:
    """The engagement, and whether the board's only operator confirms for their own."""
    engagement = session.get_one(Engagement, payment.engagement_id)
    own = authority.confirm(session, by, (engagement.client_id, engagement.freelancer_id))
    if received_minor <= 0:
        raise Invalid("payment.nothing_received", field="received")
    return engagement, own


def _in_force(
    session: Session,
    payment: Payment,
    received_minor: int,
    whole_minor: int,
    receipt: Receipt,
    by: Person,
    at: datetime,
    rest_minor: int = 0,
) -> bool:
    typed = {
        "value_on": receipt.value_on.isoformat() if receipt.value_on else "",
        "paid_by": receipt.paid_by, "from_account": receipt.from_account,
        "bank_reference": receipt.bank_reference, "entry": receipt.entry_id,
        "received_minor": received_minor, "reference": payment.reference, "rest_minor": rest_minor,
    }  # fmt: skip
    engagement = session.get_one(Engagement, payment.engagement_id)
    return preparing.in_force(
        session, "payment", payment.id, same=str(received_minor), amount_minor=whole_minor,
        currency=payment.currency, facts=typed, stream=engagement.stream, by=by, at=at,
    )  # fmt: skip


def _book(
    session: Session,
    payment: Payment,
    engagement: Engagement,
    received_minor: int,
    receipt: Receipt,
    *,
    by: Person,
    at: datetime,
    own: bool,
    more_follows: bool,
) -> None:
    payment.value_on, payment.paid_by = receipt.value_on, receipt.paid_by
    payment.from_account, payment.bank_reference = receipt.from_account, receipt.bank_reference
    payment.confirmed_by = by.id
    settling.settle(
        session, payment, engagement, received_minor,
        by=by, at=at, own=own, more_follows=more_follows,
    )  # fmt: skip
