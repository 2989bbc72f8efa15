"""The money line: what accepting a revision would do to what is in escrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement import fees
from app.engagement.fees import Fee
from app.engagement.models import Engagement
from app.escrow import accounts, reads
from app.escrow.balance import CLOSED
from app.escrow.models import Account, Milestone
from app.terms.models import Line, Revision


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Minor units. `rolled_minor` becomes free, and stays in escrow for other milestones.

    `next_position` and `next_title` are of the milestone that needs money next; position 0 where
    none does. `prefund` is the first milestone that these terms add or raise and that is not paid
    for yet: what the client may put money in for while they wait.
    `lacks` is what each milestone would lack, and `needs` what `needed_minor` counts of it.
    """

    refund_minor: int
    rolled_minor: int
    needed_minor: int
    next_position: int
    next_title: str
    next_milestone_id: str
    prefunded_minor: int
    prefund_id: str
    prefund_title: str
    lacks: Mapping[str, int] = field(default_factory=dict)
    needs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """What the board keeps under a revision, and what is the freelancer's of its total."""

    fee: Fee
    total_minor: int
    net_minor: int


def fee_line(revision: Revision, lines: Sequence[Line]) -> FeeLine | None:
    """The fee that a revision names, where it names one."""
    fee = fees.named(revision)
    amounts = [line.amount_minor for line in lines]
    return FeeLine(fee, sum(amounts), fee.net(amounts)) if fee else None


def if_accepted(
    session: Session,
    engagement: Engagement,
    revision_id: str,
    lines: Sequence[Line],
    *,
    rolls: bool = False,
) -> MoneyLine:
    """What accepting would send back, and what it would then need next.

    Sent back is what is held and put in above the new amounts, and all that is held for milestones
    which the lines no longer have. Needed is what milestones lack that hold some money already,
    and the whole of the first that asks for money, if it holds none. Where the terms say so
    (`rolls`), what becomes free fills what lacks, in the order of the lines, before it goes back.
    """
    known = {
        one.id: one
        for one in session.scalars(
            select(Milestone).where(Milestone.engagement_id == engagement.id)
        )
    }
    held, put_in = _balances(session, engagement, revision_id, list(known))
    done = reads.spoken_for(session, list(known))
    named = {line.milestone_id for line in lines}
    free = sum(amount for milestone_id, amount in held.items() if milestone_id not in named)
    too_much = rolled = 0
    lacking: dict[str, int] = {}
    needs: dict[str, int] = {}
    upcoming: Line | None = None
    raised: Line | None = None
    stay = [line for line in lines if not _closed(known, line)]
    owed = {
        line.milestone_id: max(0, line.amount_minor - done.get(line.milestone_id or "", 0))
        for line in stay
    }
    free += sum(max(0, held.get(one or "", 0) - minor) for one, minor in owed.items())
    for line in stay:
        there = held.get(line.milestone_id or "", 0)
        put = put_in.get(line.milestone_id or "", 0)
        lacks = owed[line.milestone_id] - there - put
        too_much += min(put, max(0, -lacks))
        if lacks <= 0:
            continue
        onto = min(lacks, free - rolled) if rolls else 0
        rolled, lacks = rolled + onto, lacks - onto
        adds = line.amount_minor > _agreed(known.get(line.milestone_id or ""))
        raised = raised or (line if lacks and adds else None)
        lacking[line.milestone_id or ""] = lacks
        if lacks and (there or put or onto or upcoming is None):
            needs[line.milestone_id or ""] = lacks
        upcoming = upcoming or (line if lacks else None)
    return MoneyLine(
        refund_minor=free - rolled + too_much,
        rolled_minor=rolled,
        needed_minor=sum(needs.values()),
        next_position=upcoming.position if upcoming else 0,
        next_title=upcoming.title if upcoming else "",
        next_milestone_id=(upcoming.milestone_id or "") if upcoming else "",
        prefunded_minor=sum(put_in.values()),
        prefund_id=(raised.milestone_id or "") if raised else "",
        prefund_title=raised.title if raised else "",
        lacks=lacking,
        needs=needs,
    )


def _closed(known: Mapping[str, Milestone], line: Line) -> bool:
    milestone = known.get(line.milestone_id or "")
    return milestone is not None and milestone.state in CLOSED


def _agreed(milestone: Milestone | None) -> int:
    """The amount in force; nothing for what is only proposed."""
    return 0 if milestone is None or milestone.state == "proposed" else milestone.amount_minor


def _balances(
    session: Session, engagement: Engagement, revision_id: str, milestone_ids: Sequence[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """What is held, and what is put in for this revision, by milestone: one query."""
    held_names = {accounts.held(one).name: one for one in milestone_ids}
    put_names = {accounts.prefunded(revision_id, one).name: one for one in milestone_ids}
    rows = session.execute(
        select(Account.name, Account.balance).where(
            Account.name.in_([*held_names, *put_names]),
            Account.currency == engagement.currency,
            Account.balance > 0,
        )
    ).all()
    held = {held_names[name]: amount for name, amount in rows if name in held_names}
    put_in = {put_names[name]: amount for name, amount in rows if name in put_names}
    return held, put_in
