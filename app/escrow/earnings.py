"""From escrow to the freelancer: the one way in which a release, whole or in part, moves money."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, ledger
from app.escrow.accounts import AccountName
from app.escrow.models import Milestone


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
    """Move `amount_minor` minor units of what is held for a milestone to the freelancer's balance.

    Args:
        source: where it stands, where that is not what is held: what a dispute froze.
        key: begins with `release:`, by which `work.released` knows it; unique for the fact.

    Raises Refused as `ledger.transfer` does.
    """
    ledger.transfer(
        session,
        source=source or accounts.held(milestone.id),
        target=accounts.balance(engagement.freelancer_id),
        currency=engagement.currency,
        amount_minor=amount_minor,
        key=key,
        event_id=event_id,
        at=at,
    )
