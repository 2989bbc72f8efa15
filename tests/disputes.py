"""A dispute, opened and led on in the board's own verbs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.escrow import accounts
from app.escrow.disputes import opening, ruling
from app.escrow.disputes.models import Dispute
from app.escrow.models import Milestone
from app.people.models import Person
from tests.rooms import Room, agreed, pays
from tests.stories import LOGO, NOON, later


def funded(session: Session, *, currency: str = "USD", amount: int = 7500) -> Room:
    """A room whose first milestone (of `amount`) is in escrow."""
    from dataclasses import replace

    lines = (replace(LOGO[0], amount_minor=amount), *LOGO[1:])
    room = agreed(session, currency=currency, lines=lines)
    pays(room, room.milestones[0])
    return room


def opened(
    room: Room,
    amount_minor: int,
    *,
    by: Person | None = None,
    milestone: Milestone | None = None,
    at: datetime = NOON,
) -> Dispute:
    """Alice (or `by`) disputes a part of the first milestone's money."""
    return opening.open_dispute(
        room.session, milestone or room.milestones[0], amount_minor,
        reason="It is not what we agreed.", by=by or room.client, at=at,
    )  # fmt: skip


def answered(room: Room, amount_minor: int, *, by: Person | None = None) -> Dispute:
    """Opened, and answered an hour later by the other one."""
    dispute = opened(room, amount_minor, by=by)
    other = room.freelancer if dispute.by_id == room.client.id else room.client
    opening.answer(room.session, dispute, words="I see it differently.", by=other, at=later(1))
    return dispute


def called(room: Room, amount_minor: int) -> Dispute:
    """Answered; Alice called the arbiter, and Olga took it on."""
    dispute = answered(room, amount_minor)
    ruling.call(room.session, dispute, by=room.client, at=later(2))
    ruling.take_on(room.session, dispute, by=room.operator, at=later(3))
    return dispute


def frozen(room: Room, dispute: Dispute) -> int:
    """What stands on the dispute's own account."""
    return room.stands(accounts.disputed(dispute.id, dispute.milestone_id))
