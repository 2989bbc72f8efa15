"""What the pages of reports and files ask: small frozen rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.escrow import sums
from app.escrow.balance import Balanced
from app.escrow.models import Milestone
from app.people.models import Person
from app.workroom.models import Progress, StatusReport

PAGE = 10
"""How many reports a page shows before older ones are asked for."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One status report, with progress by milestone: (title, percent)."""

    id: str
    week: str
    author_name: str
    quiet_week: bool
    done: str
    minutes: int
    next: str
    blockers: str
    at: datetime
    progress: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reached(Balanced):
    """A milestone against its date: how far it was at the newest report that names it."""

    id: str
    title: str
    due: date | None
    amount_minor: int
    state: str
    funded_at: datetime | None
    closed_at: datetime | None
    percent: int
    held_minor: int
    released_minor: int
    gone_back_minor: int
    disputed_minor: int


_REPORTS = (
    select(
        StatusReport.id, StatusReport.week, Person.name, StatusReport.quiet_week,
        StatusReport.done, StatusReport.minutes, StatusReport.next, StatusReport.blockers,
        StatusReport.at,
    )
    .join(Person, Person.id == StatusReport.author_id)
    .where(
        StatusReport.engagement_id == bindparam("engagement"),
        StatusReport.week < bindparam("before"),
    )
    .order_by(StatusReport.week.desc())
    .limit(bindparam("most"))
)  # fmt: skip
_LAST = (
    select(
        StatusReport.week, StatusReport.quiet_week, StatusReport.done, StatusReport.minutes,
        StatusReport.at,
    )
    .where(StatusReport.engagement_id == bindparam("engagement"))
    .order_by(StatusReport.week.desc())
    .limit(1)
)  # fmt: skip
_HOURS = (
    select(StatusReport.week, StatusReport.minutes)
    .where(StatusReport.engagement_id == bindparam("engagement"))
    .order_by(StatusReport.week.desc())
    .limit(12)
)
_TOTAL = select(func.coalesce(func.sum(StatusReport.minutes), 0)).where(
    StatusReport.engagement_id == bindparam("engagement")
)


def reports(
    session: Session, engagement_id: str, before: str = "", limit: int = PAGE
) -> list[ReportRow]:
    """Reports, newest week first, before a week; two queries."""
    given = {"engagement": engagement_id, "before": before or "9999-W99", "most": limit}
    rows = session.execute(_REPORTS, given).all()
    reached: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    if rows:
        found = session.execute(
            select(Progress.report_id, Milestone.title, Progress.percent)
            .join(Milestone, Milestone.id == Progress.milestone_id)
            .where(Progress.report_id.in_([row.id for row in rows]))
            .order_by(Milestone.position, Milestone.id)
        )
        for report_id, title, percent in found:
            reached[report_id].append((title, percent))
    return [ReportRow(*row, tuple(reached[row.id])) for row in rows]


def last_report(session: Session, engagement_id: str) -> tuple[str, bool, str, int] | None:
    """(week, quiet, done, minutes) of the newest report, for the overview; one query."""
    row = session.connection().execute(_LAST, {"engagement": engagement_id}).one_or_none()
    return (row.week, row.quiet_week, row.done, row.minutes) if row else None


def hours(session: Session, engagement_id: str) -> tuple[int, list[tuple[str, int]]]:
    """All minutes, and (week, minutes) of the newest twelve reports, oldest first."""
    given = {"engagement": engagement_id}
    total = session.scalar(_TOTAL, given) or 0
    rows = session.execute(_HOURS, given).all()
    return total, [(week, minutes) for week, minutes in reversed(rows)]


def reached(session: Session, engagement_id: str) -> list[Reached]:
    """The agreed milestones in order, each with its newest progress; one query."""
    newest = (
        select(func.max(StatusReport.week))
        .join(Progress, Progress.report_id == StatusReport.id)
        .where(Progress.milestone_id == Milestone.id)
        .correlate(Milestone)
        .scalar_subquery()
    )
    percent = (
        select(Progress.percent)
        .join(StatusReport, StatusReport.id == Progress.report_id)
        .where(Progress.milestone_id == Milestone.id, StatusReport.week == newest)
        .correlate(Milestone)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Milestone.id, Milestone.title, Milestone.due, Milestone.amount_minor, Milestone.state,
            Milestone.funded_at, Milestone.closed_at, func.coalesce(percent, 0).label("percent"),
            sums.HELD.label("held"), sums.RELEASED.label("released"),
            sums.GONE_BACK.label("back"), sums.FROZEN.label("frozen"),
        )
        .where(
            Milestone.engagement_id == engagement_id,
            Milestone.state.not_in(("proposed", "cancelled")),
        )
        .order_by(Milestone.position, Milestone.id)
    )  # fmt: skip
    return [
        Reached(
            id=row.id,
            title=row.title,
            due=row.due,
            amount_minor=row.amount_minor,
            state=row.state,
            funded_at=row.funded_at,
            closed_at=row.closed_at,
            percent=100 if row.state in ("released", "approved") else row.percent,
            held_minor=int(row.held),
            released_minor=int(row.released),
            gone_back_minor=int(row.back),
            disputed_minor=int(row.frozen),
        )
        for row in rows
    ]
