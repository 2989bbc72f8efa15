"""From escrow to the freelancer: the one way in which a release, whole or in part, moves money."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement import fees
from app.engagement.models import Engagement
from app.escrow import accounts, ledger, work
from app.escrow.accounts import AccountName
from app.escrow.balance import CLOSED
from app.escrow.models import Milestone


def fee(session: Session, engagement: Engagement, milestone: Milestone, amount_minor: int) -> int:
    """What the board keeps of a further `amount_minor` released for a milestone, in minor units."""
    agreed = fees.named(engagement)
    return agreed.of_part(amount_minor, work.released(session, milestone)) if agreed else 0


def still(session: Session, engagement: Engagement, milestone: Milestone) -> int:
    """What the board would keep of all that a milestone still owes; nothing of a closed one."""
    agreed = fees.named(engagement)
    if not agreed or milestone.state in CLOSED:
        return 0
    owed = work.owed(session, milestone)
    return agreed.of_part(owed, work.released(session, milestone))


def facts(
    session: Session, engagement: Engagement, milestone: Milestone, amount_minor: int
) -> dict[str, object]:
    """What the event of a release says of its money: `amount_minor` left escrow, `fee_minor` of

    it is the board's (unsaid where there is none), `net_minor` the freelancer's.
    """
    said: dict[str, object] = {"amount_minor": amount_minor, "currency": engagement.currency}
    kept = fee(session, engagement, milestone, amount_minor)
    return said | ({"fee_minor": kept, "net_minor": amount_minor - kept} if kept else {})


def earn(
    session: Session,
    engagement: Engagement,
    milestone: Milestone,
    amount_minor: int,
    *,
    key: str,
    event_id: int,
    at: datetime,
    source: AccountName | None = None,
) -> None:
    """Move `amount_minor` minor units of what is held for a milestone to the freelancer's balance,

    less the board's fee, which is a transfer of its own.

    Args:
        source: where it stands, where that is not what is held: what a dispute froze.
        key: begins with `release:`, by which `work.released` knows it; unique for the fact.

    Raises Refused as `ledger.transfer` does.
    """
    kept = fee(session, engagement, milestone, amount_minor)
    shares = (
        (accounts.balance(engagement.freelancer_id), amount_minor - kept, key),
        (accounts.fees(), kept, f"{key}:fee"),
    )
    for target, share, its_key in shares:
        if share or amount_minor <= 0:  # the ledger refuses an amount that is none
            ledger.transfer(
                session,
                source=source or accounts.held(milestone.id),
                target=target,
                currency=engagement.currency,
                amount_minor=share,
                key=its_key,
                event_id=event_id,
                at=at,
            )
