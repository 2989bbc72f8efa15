"""The money line: what accepting a revision would do to what is in escrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, reads, work
from app.escrow.models import Account, Milestone
from app.terms.models import Line


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Minor units. `next_position` and `next_title` are of the milestone that needs money next;

    position 0 where none does. `prefund` is the first milestone that these terms add or raise
    and that is not paid for yet: what the client may put money in for while they wait.
    """

    refund_minor: int
    needed_minor: int
    next_position: int
    next_title: str
    next_milestone_id: str
    prefunded_minor: int
    prefund_id: str
    prefund_title: str


def if_accepted(
    session: Session, engagement: Engagement, revision_id: str, lines: Sequence[Line]
) -> MoneyLine:
    """What accepting would send back, and what it would then need next.

    Sent back is what is held above the new amounts, and all that is held for milestones which
    the lines no longer have. Needed is what raised milestones lack that hold money already, or
    else the whole of the first that holds none.
    """
    known = {
        one.id: one
        for one in session.scalars(
            select(Milestone).where(Milestone.engagement_id == engagement.id)
        )
    }
    held, put_in = _balances(session, engagement, revision_id, list(known))
    done = reads.spoken_for(session, list(known))
    refund = needed = 0
    upcoming: Line | None = None
    raised: Line | None = None
    for line in lines:
        milestone = known.get(line.milestone_id or "")
        if milestone is not None and milestone.state in work.CLOSED:
            continue
        there = held.get(line.milestone_id or "", 0)
        owed = max(0, line.amount_minor - done.get(line.milestone_id or "", 0))
        refund += max(0, there - owed)
        lacks = owed - there - put_in.get(line.milestone_id or "", 0)
        if lacks <= 0:
            continue
        if raised is None and line.amount_minor > _agreed(milestone):
            raised = line
        if there:
            needed += lacks
        if upcoming is None:
            upcoming = line
            needed += 0 if there else lacks
    kept = {line.milestone_id for line in lines}
    refund += sum(amount for milestone_id, amount in held.items() if milestone_id not in kept)
    return MoneyLine(
        refund_minor=refund,
        needed_minor=needed,
        next_position=upcoming.position if upcoming else 0,
        next_title=upcoming.title if upcoming else "",
        next_milestone_id=(upcoming.milestone_id or "") if upcoming else "",
        prefunded_minor=sum(put_in.values()),
        prefund_id=(raised.milestone_id or "") if raised else "",
        prefund_title=raised.title if raised else "",
    )


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
