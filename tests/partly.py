"""Every way in which a milestone comes to hold some but not all of its amount."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from app.escrow.incoming import chargebacks, confirming, funding, prefunding
from app.escrow.milestones import part
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Payment
from app.jobs.proposing import LineDraft
from app.terms import negotiation, reads
from app.terms.models import Revision
from tests import rooms
from tests.rooms import Room
from tests.stories import NOON, rewrite

TWO = (LineDraft("Drafts", "", None, 10000), LineDraft("Prints", "", None, 10000))
"""Two milestones of $100.00; the first is the one that comes to be partly funded."""


def raise_to(room: Room, amount: int, *, at: datetime = NOON, rolls: bool = False) -> Revision:
    """Both agree on another amount for the first milestone (and drop the second, to roll it)."""
    change = {1: {"amount_minor": amount}}
    drop = (2,) if rolls else ()
    draft = rewrite(room.session, room.engagement, room.client, change=change, drop=drop, at=at)
    draft.rolls = rolls
    revision = negotiation.send(room.session, room.engagement, by=room.client, at=at)
    negotiation.accept(room.session, revision, by=room.freelancer, at=at)
    return revision


def _raised(room: Room) -> None:
    rooms.pays(room, room.milestones[0])
    raise_to(room, 15000)


def _short(room: Room) -> None:
    rooms.pays(room, room.milestones[0], received=9000)


def _several(room: Room) -> None:
    """One payment for both, the second first, of which too little comes."""
    both = [room.milestones[1], room.milestones[0]]
    payment = funding.start(
        room.session, room.engagement, both, provider="bank", by=room.client, at=NOON
    )
    _arrives(room, payment, 13000)


def _charged_back(room: Room) -> None:
    payment = rooms.pays(room, room.milestones[0])
    chargebacks.charge_back(
        room.session, payment, 4000, reason="The bank says so.", by=room.operator, at=NOON
    )


def _prefunded(room: Room) -> None:
    """A raise, of which only some was put in before it was accepted."""
    rooms.pays(room, room.milestones[0])
    rewrite(room.session, room.engagement, room.client, change={1: {"amount_minor": 15000}})
    revision = negotiation.send(room.session, room.engagement, by=room.client, at=NOON)
    line = reads.lines(room.session, revision.id)[0]
    wanted = PlannedLine(line.milestone_id or "", 1, line.title, "", None, line.amount_minor)
    payment = prefunding.start(
        room.session, room.engagement, [wanted], revision_id=revision.id, provider="bank",
        by=room.client, at=NOON,
    )  # fmt: skip
    _arrives(room, payment, 2000)
    negotiation.accept(room.session, revision, by=room.freelancer, at=NOON)


def _part_released(room: Room) -> None:
    """Some of it is the freelancer's already, and then its amount rises."""
    rooms.pays(room, room.milestones[0])
    submission = rooms.submits(room, room.milestones[0])
    part.release_part(
        room.session, submission, 3000, rest="keep", reason="More.", by=room.client, at=NOON
    )
    raise_to(room, 15000)


def _rolled(room: Room) -> None:
    """What the second held is used for it, and is not enough."""
    rooms.pays(room, room.milestones[1], received=4000)
    raise_to(room, 15000, rolls=True)


def _arrives(room: Room, payment: Payment, received: int) -> None:
    confirming.confirm(room.session, payment, received_minor=received, by=room.operator, at=NOON)


WAYS: dict[str, tuple[Callable[[Room], None], int, int, int]] = {
    "a raise after funding": (_raised, 10000, 10000, 15000),
    "a transfer that is short": (_short, 9000, 9000, 10000),
    "part of a payment for several": (_several, 3000, 3000, 10000),
    "a chargeback of some": (_charged_back, 6000, 6000, 10000),
    "a prefund of some": (_prefunded, 12000, 12000, 15000),
    "a part released, then a raise": (_part_released, 7000, 10000, 15000),
    "unused escrow of another": (_rolled, 4000, 4000, 15000),
}
"""How it comes about; and then what is held, what of it all is funded, and of how much."""
