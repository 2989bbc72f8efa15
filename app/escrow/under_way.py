"""Money that may still come, and what of the milestones' needs it covers.

A payment is under way while it is open. One that terms made moot while its money may be on the
way is *superseded*: nobody waits for it, it may still arrive, and what it would bring is not asked
for again before its payer says that it was not sent (decision 0106).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.escrow import work
from app.escrow.models import Milestone, Payment, PaymentPart
from app.escrow.provider import CARD

OPEN = ("started", "pending")
AGREED = ("planned", "funded", "submitted")
"""States of a milestone that takes money."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A payment whose money may still come; `milestone_ids` in the order in which they are filled.

    `revision_id` is set where it is a prefund of terms that wait, or came to nothing.
    """

    id: str
    reference: str
    provider: str
    currency: str
    amount_minor: int
    started_at: datetime
    superseded: bool
    revision_id: str
    milestone_ids: tuple[str, ...]


def superseded() -> ColumnElement[bool]:
    """A payment that nobody waits for and that may still arrive, as a condition."""
    return and_(
        Payment.state == "cancelled",
        Payment.superseded_at.is_not(None),
        Payment.not_sent_at.is_(None),
    )


def exists(engagement_id: str) -> ColumnElement[bool]:
    """Whether a room has a payment under way, superseded ones too, as a part of a statement."""
    mine = select(Payment.id).where(
        Payment.engagement_id == engagement_id,
        Payment.bonus.is_(False),
        or_(Payment.state.in_(OPEN), superseded()),
    )
    return mine.exists()


def in_rooms(
    session: Session, engagement_ids: Iterable[str], *, open_ones: bool = False
) -> dict[str, list[Coming]]:
    """The superseded payments of each engagement, oldest first; one query.

    Args:
        open_ones: take the open ones, too, after them: what those ask for is asked for beyond
            these (never a bonus: no milestone waits for it).
    """
    which = superseded()
    if open_ones:
        which = or_(which, and_(Payment.state.in_(OPEN), Payment.bonus.is_(False)))
    rows = session.execute(
        select(Payment, PaymentPart.milestone_id)
        .join(PaymentPart, PaymentPart.payment_id == Payment.id)
        .where(Payment.engagement_id.in_(list(engagement_ids)), which)
        .order_by(Payment.started_at, Payment.id, PaymentPart.position)
    )
    parts: dict[str, list[str]] = {}
    payments: dict[str, Payment] = {}
    for payment, milestone_id in rows:
        payments[payment.id] = payment
        parts.setdefault(payment.id, []).append(milestone_id)
    found: dict[str, list[Coming]] = {}
    for one in sorted(payments.values(), key=lambda one: one.state in OPEN):
        found.setdefault(one.engagement_id, []).append(_coming(one, tuple(parts[one.id])))
    return found


def in_room(session: Session, engagement_id: str, *, open_ones: bool = False) -> list[Coming]:
    """The same for one engagement."""
    return in_rooms(session, [engagement_id], open_ones=open_ones).get(engagement_id, [])


def covered(lacks: Mapping[str, int], coming: Iterable[Coming]) -> dict[str, int]:
    """What of each milestone's need money under way would fill, as `settling` fills it.

    >>> covered({"a": 60, "b": 100}, [])
    {}
    """
    found: dict[str, int] = {}
    for one in coming:
        rest = one.amount_minor
        for milestone_id in one.milestone_ids:
            takes = min(rest, lacks.get(milestone_id, 0) - found.get(milestone_id, 0))
            if takes > 0:
                found[milestone_id] = found.get(milestone_id, 0) + takes
                rest -= takes
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a payment under way would do if it arrived: `escrow_minor` of it is needed, and

    `rest_minor` is not. `goes_back`: the rest goes to where it came from, not to the balance.
    """

    coming: Coming
    escrow_minor: int
    rest_minor: int
    goes_back: bool


def outcomes(
    lacks: Mapping[str, int], coming: Iterable[Coming], *, accepted: str = ""
) -> list[Outcome]:
    """What becomes of each, one after the other, of needs of so much by milestone.

    Args:
        accepted: the waiting terms that `lacks` takes for accepted; their prefunds are as the
            payments of any agreed milestone.
    """
    found: list[Outcome] = []
    left = dict(lacks)
    for one in coming:
        fills = covered(left, [one])
        left |= {milestone_id: left[milestone_id] - minor for milestone_id, minor in fills.items()}
        escrow = sum(fills.values())
        back = one.provider == CARD or one.revision_id not in ("", accepted)
        found.append(Outcome(one, escrow, one.amount_minor - escrow, back))
    return found


def outcome(session: Session, payment: Payment) -> Outcome | None:
    """What becomes of one payment under way if it arrives now; None where none of it is."""
    coming = in_room(session, payment.engagement_id, open_ones=True)
    found = outcomes(lacks_of(session, coming), coming)
    return next((one for one in found if one.coming.id == payment.id), None)


def asked(session: Session, milestone: Milestone) -> int:
    """What its client is asked for: what it lacks beyond what superseded payments may bring."""
    lacks = work.missing(session, milestone)
    coming = in_room(session, milestone.engagement_id) if lacks else []
    if not coming:
        return lacks
    return lacks - covered(lacks_of(session, coming), coming).get(milestone.id, 0)


def announced(session: Session, milestone_ids: Iterable[str]) -> dict[str, int]:
    """What payments under way were announced for, by milestone: what agreed terms wait for, and

    what is superseded. Not the prefunds of terms that still wait.
    """
    mine = or_(superseded(), and_(Payment.state.in_(OPEN), Payment.revision_id.is_(None)))
    rows = session.execute(
        select(PaymentPart.milestone_id, func.sum(PaymentPart.amount_minor))
        .join(Payment, Payment.id == PaymentPart.payment_id)
        .where(PaymentPart.milestone_id.in_(list(milestone_ids)), mine)
        .group_by(PaymentPart.milestone_id)
    )
    return {one: int(total) for one, total in rows}


def lacks_of(session: Session, coming: Iterable[Coming]) -> dict[str, int]:
    """What the agreed milestones of these payments lack."""
    ids = {one for payment in coming for one in payment.milestone_ids}
    rows = session.scalars(select(Milestone).where(Milestone.id.in_(ids)))
    return {one.id: work.missing(session, one) for one in rows if one.state in AGREED}


def _coming(payment: Payment, milestone_ids: tuple[str, ...]) -> Coming:
    return Coming(
        payment.id, payment.reference, payment.provider, payment.currency, payment.amount_minor,
        payment.started_at, payment.state not in OPEN, payment.revision_id or "", milestone_ids,
    )  # fmt: skip
