"""Issue 3, point 2: the money line shows beforehand exactly what then happens, for any change."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import audit, payments, under_way, work
from app.escrow.incoming import confirming, funding, prefunding
from app.escrow.milestones import part, submissions
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Account, Milestone, Transfer
from app.jobs.proposing import LineDraft
from app.kernel.errors import Refused
from app.terms import figures, negotiation, reads, revisions
from app.terms.figures import MoneyLine
from app.terms.models import Revision
from app.terms.revisions import DraftLine
from tests import rooms
from tests.rooms import Room
from tests.stories import NOON, later

ROUNDS = 12
"""How many changes each room goes through."""


def in_escrow(room: Room) -> int:
    """All that stands for the engagement's milestones, put in for waiting terms or agreed."""
    total = room.session.scalar(
        select(func.sum(Account.balance))
        .join(Milestone, Milestone.id == Account.owner_id)
        .where(
            Account.kind.in_(("held", "prefunded")),
            Milestone.engagement_id == room.engagement.id,
        )
    )
    return int(total or 0)


def moves_on(room: Room, dice: random.Random) -> None:
    """Some of the milestones are funded (in full, short, or more), submitted, released in part."""
    session = room.session
    for milestone in room.milestones:
        lacks = under_way.asked(session, milestone)
        if lacks and dice.random() < 0.4:
            rooms.pays(room, milestone, received=dice.choice((lacks, lacks, lacks // 2 or 1)))
        elif lacks and dice.random() < 0.2 and not payments.open_payment(session, milestone.id):
            funding.start(
                session, room.engagement, [milestone], provider="bank", by=room.client, at=NOON
            )
        if milestone.state == "funded" and dice.random() < 0.5:
            submission = rooms.submits(room, milestone)
            held = room.held(milestone)
            if held > 1 and dice.random() < 0.5:
                part.release_part(
                    session, submission, dice.randint(1, held - 1), rest="keep", reason="More.",
                    by=room.client, at=NOON,
                )  # fmt: skip
            elif dice.random() < 0.3:
                submissions.request_changes(
                    session, submission, reason="no", by=room.client, at=NOON
                )


def any_change(table: list[DraftLine], dice: random.Random) -> list[DraftLine]:
    """Reduce, raise, delete, split, merge, reorder, add: one to four of them."""
    lines = list(table)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(lines)) if lines else 0
        what = dice.choice(("amount", "amount", "delete", "split", "merge", "reorder", "add"))
        if what == "add" or not lines:
            lines.insert(place, DraftLine("New", "", None, dice.randint(0, 9000)))
        elif what == "amount":
            amount = dice.choice((0, dice.randint(0, 20000), lines[place].amount_minor // 2))
            lines[place] = replace(lines[place], amount_minor=amount)
        elif what == "delete" and len(lines) > 1:
            del lines[place]
        elif what == "split":
            half = lines[place].amount_minor // 2
            lines[place] = replace(lines[place], amount_minor=lines[place].amount_minor - half)
            lines.insert(place + 1, DraftLine("The other half", "", None, half))
        elif what == "merge" and len(lines) > 1:
            gone = lines.pop(place)
            into = dice.randrange(len(lines))
            total = lines[into].amount_minor + gone.amount_minor
            lines[into] = replace(lines[into], amount_minor=total)
        else:
            dice.shuffle(lines)
    return lines


def proposes(room: Room, dice: random.Random) -> Revision | None:
    """One of the two sends such a change; None where the rules refuse it."""
    by = dice.choice((room.client, room.freelancer))
    draft = revisions.draft(room.session, room.engagement, by=by, at=NOON)
    table = [revisions.as_draft(line) for line in reads.lines(room.session, draft.id)]
    changed = any_change(table, dice)
    revisions.save_draft(
        room.session, draft, changed, review_days=None, rolls=dice.random() < 0.5, note="", at=NOON
    )
    try:
        return negotiation.send(room.session, room.engagement, by=by, at=NOON)
    except Refused as refusal:
        assert refusal.code in ("terms.same", "terms.below_released"), refusal.code
        revisions.discard(room.session, draft)
        return None


def prefunds(room: Room, revision: Revision, dice: random.Random) -> None:
    """The client puts in some of what its own revision wants; sometimes less comes."""
    lines = [
        PlannedLine(o.milestone_id or "", o.position, o.title, "", o.due, o.amount_minor)
        for o in reads.lines(room.session, revision.id)
    ]
    wanted = prefunding.wanted(room.session, room.engagement, revision.id, lines)
    for line in lines:
        if line.milestone_id in wanted and dice.random() < 0.4:
            payment = prefunding.start(
                room.session, room.engagement, [line], revision_id=revision.id, provider="bank",
                by=room.client, at=NOON,
            )  # fmt: skip
            minor = dice.choice((payment.amount_minor, payment.amount_minor // 2 or 1))
            if dice.random() < 0.8:
                confirming.confirm(
                    room.session, payment, received_minor=minor, by=room.operator, at=NOON
                )


def said(room: Room, revision: Revision) -> MoneyLine:
    lines = reads.lines(room.session, revision.id)
    return figures.if_accepted(
        room.session, room.engagement, revision.id, lines, rolls=revision.rolls
    )


def rolled(room: Room) -> int:
    """What ever went from one milestone to another."""
    total = room.session.scalar(
        select(func.sum(Transfer.amount)).where(Transfer.key.startswith("roll:"))
    )
    return int(total or 0)


def lacking(room: Room) -> tuple[int, str]:
    """What is needed now, and the title of the first that asks, worked out from the milestones."""
    needed, first = 0, ""
    for one in room.milestones:
        lacks = work.missing(room.session, one)
        if lacks and (room.held(one) or not first):
            needed += lacks
        first = first or (one.title if lacks else "")
    return needed, first


@pytest.mark.parametrize("seed", range(4))
def test_any_change_does_to_the_money_what_its_money_line_said(session: Session, seed: int) -> None:
    dice = random.Random(seed)
    lines = tuple(LineDraft(f"Part {n}", "", None, dice.randint(0, 9000)) for n in range(4))
    room = rooms.agreed(session, lines=lines)
    accepted = 0
    for _ in range(ROUNDS):
        if room.engagement.state != "active":
            break
        moves_on(room, dice)
        revision = proposes(room, dice)
        if revision is None:
            continue
        if revision.author_id == room.client.id:
            prefunds(room, revision, dice)
        line, before, moved = said(room, revision), in_escrow(room), rolled(room)
        assert revision.rolls or not line.rolled_minor
        other = room.freelancer if revision.author_id == room.client.id else room.client
        negotiation.accept(session, revision, by=other, at=later())
        accepted += 1
        assert before - in_escrow(room) == line.refund_minor, "sent back"
        assert rolled(room) - moved == line.rolled_minor, "used for other milestones"
        assert lacking(room) == (line.needed_minor, line.next_title), "needed, and by which"
        for one in room.milestones:
            assert room.held(one) <= work.owed(session, one), "never more than it owes"
            assert one.state != "cancelled" or not room.held(one)
        assert audit.audit(session) == []
    assert accepted or room.engagement.state != "active"
