"""Drafts: the one version of the terms that its author may still change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.engagement import seats
from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.milestones import touching
from app.escrow.milestones.touching import Every
from app.escrow.models import Milestone
from app.jobs.models import ProposalLine
from app.kernel.errors import WrongState
from app.people.models import Person
from app.terms import reads
from app.terms.models import Line, Revision

LOCKED = ("released", "approved")
"""States of a milestone whose line never changes again (RULES, Terms)."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line of a draft. Without a milestone it is new; amounts in minor units."""

    title: str
    description: str
    due: date | None
    amount_minor: int
    milestone_id: str | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a new draft begins with, and the revision that it was taken from (if any)."""

    lines: tuple[DraftLine, ...]
    review_days: int | None
    revision_id: str | None
    rolls: bool = False


def draft(session: Session, engagement: Engagement, *, by: Person, at: datetime) -> Revision:
    """A person's own draft, made from what stands now where there is none.

    Raises NotFound for strangers.
    """
    seat = seats.load(session, by.id, engagement.id)
    found = reads.draft_of(session, engagement.id, by.id)
    if found is not None:
        return found
    start = basis(session, engagement, seat.side)
    revision = Revision(
        engagement_id=engagement.id,
        state="draft",
        author_id=by.id,
        author_side=seat.side,
        currency=engagement.currency,
        review_days=start.review_days,
        rolls=start.rolls,
        answers_id=start.revision_id,
        created_at=at,
        saved_at=at,
    )
    session.add(revision)
    session.flush()
    _write(session, revision, start.lines)
    return revision


def basis(session: Session, engagement: Engagement, side: str) -> Basis:
    """What a new draft begins with: what waits; one's own that came to nothing; what is in force;

    the last one at all; the proposal. Closed milestones read as they were closed, and those that

    were paid more meanwhile than these lines leave them, as they were agreed.
    """
    last = reads.newest(session, engagement.id)
    force = reads.in_force(session, engagement.id)
    start = last
    if last is not None and force is not None and last.state != "proposed":
        failed = last.state in ("declined", "withdrawn", "lapsed")
        start = last if failed and last.author_side == side else force
    if start is None:
        found = session.scalars(
            select(ProposalLine)
            .where(ProposalLine.proposal_id == engagement.proposal_id)
            .order_by(ProposalLine.position)
        )
        lines = [DraftLine(o.title, o.description, o.due, o.amount_minor) for o in found]
        return Basis(tuple(lines), None, None)
    lines = [as_draft(line) for line in reads.lines(session, start.id)]
    kept = with_locked(session, engagement.id, lines, rebase=True)
    rolls = start.rolls and start.state != "accepted"  # what is in force moved its money
    return Basis(tuple(kept), start.review_days, start.id, rolls)


def save_draft(
    session: Session,
    revision: Revision,
    lines: Sequence[DraftLine],
    *,
    review_days: int | None,
    rolls: bool = False,
    note: str,
    at: datetime,
) -> None:
    """Write a draft's table anew. What is closed or in dispute is put back as it stands."""
    _still_draft(revision)
    revision.review_days, revision.rolls, revision.note = review_days, rolls, note
    revision.typed, revision.saved_at = "", at
    _write(session, revision, with_locked(session, revision.engagement_id, lines))


def keep_typed(session: Session, revision: Revision, typed: str, *, at: datetime) -> None:
    """Keep a draft as somebody typed it on the page, half a number included."""
    _still_draft(revision)
    revision.typed, revision.saved_at = typed, at
    session.flush()


def discard(session: Session, revision: Revision) -> None:
    """Throw a draft away; the next one begins from what stands now."""
    _still_draft(revision)
    session.execute(delete(Line).where(Line.revision_id == revision.id))
    session.delete(revision)
    session.flush()


def discard_all(session: Session, engagement: Engagement) -> None:
    """Throw away both sides' drafts, because what they began from is no longer true."""
    for revision in session.scalars(
        select(Revision).where(Revision.engagement_id == engagement.id, Revision.state == "draft")
    ).all():
        discard(session, revision)


def as_draft(line: Line) -> DraftLine:
    """A line as a draft holds it."""
    return DraftLine(line.title, line.description, line.due, line.amount_minor, line.milestone_id)


def locked(session: Session, engagement_id: str) -> list[Milestone]:
    """The milestones whose lines cannot change: closed ones never again, and not while some of

    their money is in dispute. In order.
    """
    return _locked(work.every(session, engagement_id))


def with_locked(
    session: Session, engagement_id: str, lines: Sequence[DraftLine], *, rebase: bool = False
) -> list[DraftLine]:
    """The table with every closed or disputed milestone in it, worded as it stands.

    A line whose milestone was cancelled, is another room's, or stands there twice, becomes new.

    Args:
        rebase: put back, too, what was paid more meanwhile than these lines leave it.
    """
    every = work.every(session, engagement_id)
    states = {one.id: one for one, _ in every}
    fixed = {one.id for one in _locked(every)}
    if rebase:
        fixed |= {one.id for one, _ in touching.taken_away(every, lines)}
    out: list[DraftLine] = []
    seen: set[str] = set()
    for line in lines:
        milestone = states.get(line.milestone_id or "")
        if milestone is None or milestone.state == "cancelled" or milestone.id in seen:
            out.append(DraftLine(line.title, line.description, line.due, line.amount_minor))
            continue
        seen.add(milestone.id)
        out.append(_closed_line(milestone) if milestone.id in fixed else line)
    left_out = [m for m in states.values() if m.id in fixed and m.id not in seen]
    for milestone in sorted(left_out, key=lambda one: one.position):
        out.insert(max(0, min(milestone.position - 1, len(out))), _closed_line(milestone))
    return out


def _locked(every: Every) -> list[Milestone]:
    return [one for one, now in every if now.disputed_minor or one.state in LOCKED]


def _closed_line(milestone: Milestone) -> DraftLine:
    return DraftLine(
        milestone.title,
        milestone.description,
        milestone.due,
        milestone.amount_minor,
        milestone.id,
    )


def _write(session: Session, revision: Revision, lines: Sequence[DraftLine]) -> None:
    session.execute(delete(Line).where(Line.revision_id == revision.id))
    session.add_all(
        Line(
            revision_id=revision.id,
            milestone_id=line.milestone_id,
            position=position,
            title=line.title,
            description=line.description,
            due=line.due,
            amount_minor=line.amount_minor,
        )
        for position, line in enumerate(lines, start=1)
    )
    session.flush()


def _still_draft(revision: Revision) -> None:
    if revision.state != "draft":
        raise WrongState("terms.changed", number=revision.number)
