"""What pages and chores read of the terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement import seats
from app.engagement.models import Engagement
from app.engagement.seats import Seated
from app.escrow import under_way
from app.kernel.errors import NotFound
from app.people.models import Person
from app.terms.models import Line, Revision

WARNING = timedelta(days=2)
"""How long before it lapses a revision's two sides are warned (RULES, Terms)."""


def waiting(session: Session, engagement_id: str) -> Revision | None:
    """The proposed revision; there is at most one."""
    return session.scalars(
        select(Revision).where(
            Revision.engagement_id == engagement_id, Revision.state == "proposed"
        )
    ).one_or_none()


def in_force(session: Session, engagement_id: str) -> Revision | None:
    """The last revision that both accepted."""
    return session.scalars(
        select(Revision).where(
            Revision.engagement_id == engagement_id, Revision.state == "accepted"
        )
    ).one_or_none()


def newest(session: Session, engagement_id: str) -> Revision | None:
    """The revision with the highest number, whatever became of it."""
    return session.scalars(
        select(Revision)
        .where(Revision.engagement_id == engagement_id, Revision.number.is_not(None))
        .order_by(Revision.number.desc())
        .limit(1)
    ).one_or_none()


def draft_of(session: Session, engagement_id: str, person_id: str) -> Revision | None:
    """A person's own draft; nobody else ever sees it."""
    return session.scalars(
        select(Revision).where(
            Revision.engagement_id == engagement_id,
            Revision.author_id == person_id,
            Revision.state == "draft",
        )
    ).one_or_none()


def lines(session: Session, revision_id: str) -> list[Line]:
    """A revision's lines in order."""
    return list(
        session.scalars(select(Line).where(Line.revision_id == revision_id).order_by(Line.position))
    )


def visible(session: Session, person_id: str, revision_id: str) -> tuple[Seated, Revision]:
    """A numbered revision (or one's own draft) through one's seat. Raises NotFound otherwise."""
    revision = session.get(Revision, revision_id)
    if revision is None:
        raise NotFound(f"revision {revision_id}")
    seat = seats.load(session, person_id, revision.engagement_id)
    if revision.state == "draft":
        raise NotFound(f"revision {revision_id}")
    return seat, revision


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A line of “Every revision”. `decided_name` is empty while it waits, or lapsed."""

    id: str
    number: int
    state: str
    author_id: str
    author_name: str
    note: str
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class TermsPage:
    """All that the terms page shows, but for the talk and the room's frame."""

    revisions: tuple[RevisionRow, ...]
    waiting: Revision | None
    waiting_lines: tuple[Line, ...]
    in_force: Revision | None
    in_force_lines: tuple[Line, ...]
    draft: Revision | None
    draft_lines: tuple[Line, ...]
    pays: bool
    """Whether money is under way."""

    @property
    def newest_id(self) -> str:
        """The id that an act on this page names as seen; empty before the first revision."""
        return self.revisions[0].id if self.revisions else ""


def terms_page(session: Session, engagement: Engagement, person_id: str) -> TermsPage:
    """The page's revisions and lines in three queries, whatever their number."""
    found = session.execute(
        select(Revision, Person.name, under_way.exists(engagement.id))
        .join(Person, Person.id == Revision.author_id)
        .where(Revision.engagement_id == engagement.id)
        .order_by(Revision.number.desc())
    ).all()
    wait = next((r for r, *_ in found if r.state == "proposed"), None)
    force = next((r for r, *_ in found if r.state == "accepted"), None)
    own = next((r for r, *_ in found if r.state == "draft" and r.author_id == person_id), None)
    by_revision = _lines_of(session, [r.id for r in (wait, force, own) if r])
    return TermsPage(
        revisions=tuple(_row(r, name) for r, name, _ in found if r.number is not None),
        waiting=wait,
        waiting_lines=tuple(by_revision.get(wait.id, ())) if wait else (),
        in_force=force,
        in_force_lines=tuple(by_revision.get(force.id, ())) if force else (),
        draft=own,
        draft_lines=tuple(by_revision.get(own.id, ())) if own else (),
        pays=any(pays for *_, pays in found),
    )


def _lines_of(session: Session, revision_ids: Sequence[str]) -> dict[str, list[Line]]:
    out: dict[str, list[Line]] = {}
    rows = session.scalars(
        select(Line).where(Line.revision_id.in_(revision_ids)).order_by(Line.position)
    )
    for line in rows:
        out.setdefault(line.revision_id, []).append(line)
    return out


def _row(revision: Revision, author_name: str) -> RevisionRow:
    return RevisionRow(
        id=revision.id,
        number=revision.number or 0,
        state=revision.state,
        author_id=revision.author_id,
        author_name=author_name,
        note=revision.note,
        reason=revision.reason,
        proposed_at=revision.proposed_at or revision.created_at,
        decided_at=revision.decided_at,
        decided_by=revision.decided_by,
    )


def to_lapse(session: Session, at: datetime) -> Sequence[Revision]:
    """Proposed revisions whose 14 days are over."""
    return session.scalars(
        select(Revision).where(Revision.state == "proposed", Revision.lapses_at <= at)
    ).all()


def to_warn(session: Session, at: datetime) -> Sequence[Revision]:
    """Proposed revisions that lapse within two days."""
    return session.scalars(
        select(Revision).where(
            Revision.state == "proposed",
            Revision.lapses_at > at,
            Revision.lapses_at <= at + WARNING,
        )
    ).all()


@dataclass(frozen=True, slots=True)
class Unsent:
    """An engagement whose client is asked for terms, and since when."""

    engagement_id: str
    client_id: str
    since: datetime


def unsent_first_terms(session: Session) -> list[Unsent]:
    """Engagements still negotiated in which nothing waits: the client should send terms.

    `since` is Select, or when the last revision came to nothing.
    """
    wait = (
        select(Revision.id)
        .where(Revision.engagement_id == Engagement.id, Revision.state == "proposed")
        .exists()
    )
    last = (
        select(func.max(Revision.decided_at))
        .where(Revision.engagement_id == Engagement.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Engagement.id, Engagement.client_id, Engagement.created_at, last)
        .where(Engagement.state == "negotiating", ~wait)
        .order_by(Engagement.id)
    )
    return [Unsent(row[0], row[1], row[3] or row[2]) for row in rows]
