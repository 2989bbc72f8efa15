"""Offers to and fro: each side's newest stands, the two come nearer, and either may be accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.seats import CLIENT
from app.escrow.disputes import record, splitting
from app.escrow.disputes.models import Dispute, DisputeOffer
from app.kernel.errors import Invalid, WrongState
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Standing:
    """What each side would agree to now, as the freelancer's part in minor units.

    Before its first offer the client offers nothing, and the freelancer asks for everything.
    The client's is always the smaller one.
    """

    client_minor: int
    freelancer_minor: int

    def of(self, side: str) -> int:
        """What this side stands for."""
        return self.client_minor if side == CLIENT else self.freelancer_minor


def standing(session: Session, dispute: Dispute) -> Standing:
    """The newest offers of the two."""
    rows = session.execute(
        select(DisputeOffer.side, DisputeOffer.to_freelancer_minor)
        .where(DisputeOffer.dispute_id == dispute.id)
        .order_by(DisputeOffer.number)
    )
    newest: dict[str, int] = {side: minor for side, minor in rows}  # noqa: C416 (the type)
    return Standing(newest.get("client", 0), newest.get("freelancer", dispute.amount_minor))


def of(session: Session, dispute: Dispute) -> list[DisputeOffer]:
    """Every offer, oldest first."""
    return list(
        session.scalars(
            select(DisputeOffer)
            .where(DisputeOffer.dispute_id == dispute.id)
            .order_by(DisputeOffer.number)
        )
    )


def can_offer(session: Session, dispute: Dispute, at: datetime) -> bool:
    """Either side, once it was answered (or was not in time), while there is room between them."""
    now = standing(session, dispute)
    return record.can_talk(dispute, at) and now.freelancer_minor - now.client_minor > 1


def offer(
    session: Session, dispute: Dispute, to_freelancer_minor: int, *, by: Person, at: datetime
) -> DisputeOffer:
    """Offer a split: that much to the freelancer, the rest back to the client.

    An offer is nearer to the other side than one's last (decision 0061); as much as the other
    asks for is accepting. Raises NotFound for strangers; WrongState `dispute.over`,
    `dispute.too_early`; Invalid `dispute.offer_range` (field amount).
    """
    side = record.side_of(session, dispute, by)
    record.must_live(session, dispute)
    if not record.can_talk(dispute, at):
        raise WrongState("dispute.too_early", until=dispute.answer_due_at)
    now = standing(session, dispute)
    if not now.client_minor < to_freelancer_minor < now.freelancer_minor:
        raise Invalid(
            "dispute.offer_range", field="amount", currency=dispute.currency,
            least_minor=now.client_minor, most_minor=now.freelancer_minor,
        )  # fmt: skip
    last = session.scalar(
        select(func.max(DisputeOffer.number)).where(DisputeOffer.dispute_id == dispute.id)
    )
    made = DisputeOffer(
        dispute_id=dispute.id, number=(last or 0) + 1, side=side, by_id=by.id,
        to_freelancer_minor=to_freelancer_minor, at=at,
    )  # fmt: skip
    session.add(made)
    dispute.turn = record.other(side)
    session.flush()
    record.tell(
        session, dispute, "dispute.offered", by=by, at=at, to_freelancer_minor=to_freelancer_minor,
        to_client_minor=dispute.amount_minor - to_freelancer_minor,
    )  # fmt: skip
    return made


def can_accept(session: Session, dispute: Dispute, person: Person, at: datetime) -> bool:
    """Who did not open it may accept at any time; who did, once offers may be made."""
    side = record.side_of(session, dispute, person)
    return dispute.closed_at is None and (side != dispute.side or record.can_talk(dispute, at))


def accept(
    session: Session, dispute: Dispute, shown_minor: int, *, by: Person, at: datetime
) -> None:
    """Agree to what the other side stands for, which settles it at once.

    Args:
        shown_minor: the freelancer's part that this person was shown.

    Raises NotFound for strangers; WrongState `dispute.over`, `dispute.too_early`,
    `dispute.offer_changed`.
    """
    side = record.side_of(session, dispute, by)
    record.must_live(session, dispute)
    if not can_accept(session, dispute, by, at):
        raise WrongState("dispute.too_early", until=dispute.answer_due_at)
    theirs = standing(session, dispute).of(record.other(side))
    if theirs != shown_minor:
        raise WrongState("dispute.offer_changed")
    splitting.split(session, dispute, theirs, "settled", by=by, at=at, how="accepted")
