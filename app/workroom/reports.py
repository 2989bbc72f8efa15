"""Status reports: the freelancer is asked once a week, and files one report a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.models import Milestone
from app.kernel import clock, events
from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.text import LONGEST
from app.people.models import Person
from app.workroom import weeks
from app.workroom.models import Progress, StatusReport

AFTERWARDS = timedelta(days=7)
"""How long after the end a last report can still be filed."""
MOST_MINUTES = 168 * 60


@dataclass(frozen=True, slots=True)
class Due:
    """A report that an engagement's freelancer owes: its week, and when they were to be asked."""

    engagement_id: str
    freelancer_id: str
    week: str
    asked_at: datetime


def began(session: Session, engagement: Engagement) -> datetime | None:
    """When the work began: the first funding, or the agreement where a checkpoint comes first."""
    rows = session.execute(
        select(Milestone.amount_minor, Milestone.first_funded_at)
        .where(
            Milestone.engagement_id == engagement.id,
            Milestone.state.not_in(("proposed", "cancelled")),
        )
        .order_by(Milestone.position, Milestone.id)
    ).all()
    if rows and rows[0].amount_minor == 0:
        return engagement.activated_at
    return min((row.first_funded_at for row in rows if row.first_funded_at), default=None)


def can_file(session: Session, engagement: Engagement, person_id: str, *, at: datetime) -> bool:
    """Whether this person may report on this engagement now."""
    return not _why_not(session, engagement, person_id, at)


def file(
    session: Session,
    engagement: Engagement,
    *,
    week: str,
    done: str = "",
    minutes: int = 0,
    next: str = "",
    blockers: str = "",
    progress: Mapping[str, int] | None = None,
    quiet_week: bool = False,
    by: Person,
    at: datetime,
    way: str = "page",
) -> StatusReport:
    """File the report of one ISO week (`2026-W47`), or say that nothing was done in it.

    Args:
        minutes: the time spent, up to a whole week.
        progress: percent done by milestone id; ids of other engagements are not found.

    Raises Refused: `report.not_yours`, `report.not_begun`, `report.over`, `report.already`;
    Invalid where a field does not fit.
    """
    why_not = _why_not(session, engagement, by.id, at)
    if why_not:
        raise Refused(why_not)
    _check(engagement, week, by, at, minutes, done, next, blockers, quiet_week)
    if _filed(session, engagement.id, week):
        raise Refused("report.already", week=weeks.number(week))
    report = StatusReport(
        engagement_id=engagement.id,
        week=week,
        author_id=by.id,
        quiet_week=quiet_week,
        done="" if quiet_week else done.strip(),
        minutes=0 if quiet_week else minutes,
        next=next.strip(),
        blockers=blockers.strip(),
        at=at,
    )
    session.add(report)
    session.flush()
    _keep_progress(session, engagement, report, progress or {})
    events.record(
        session,
        engagement.stream,
        "report.filed",
        by=by.id,
        at=at,
        subject=("report", report.id),
        facts={
            "engagement": engagement.id,
            "week": week,
            "minutes": report.minutes,
            "quiet": quiet_week,
            "way": way,
        },
    )
    return report


def to_ask(session: Session, *, at: datetime) -> list[Due]:
    """Every report that is due at `at` and not filed: the newest week only, so no floods."""
    reported = (
        select(func.max(StatusReport.week))
        .where(StatusReport.engagement_id == Engagement.id)
        .correlate(Engagement)
        .scalar_subquery()
    )
    living = session.execute(
        select(
            Engagement.id, Engagement.activated_at, Person.id, Person.zone, Person.report_weekday,
            reported,
        )
        .join(Person, Person.id == Engagement.freelancer_id)
        .where(Engagement.state == "active")
        .order_by(Engagement.id)
    ).all()  # fmt: skip
    beginnings = _beginnings(session)
    found: list[Due] = []
    for engagement_id, activated_at, person_id, zone, weekday, last in living:
        checkpoint, funded_at = beginnings.get(engagement_id, (False, None))
        due = weeks.due(activated_at if checkpoint else funded_at, weekday, zone, at)
        if due and (last is None or last < due[0]):
            found.append(Due(engagement_id, person_id, *due))
    return found


def ask(
    session: Session, engagement: Engagement, week: str, *, at: datetime, nudge: bool = False
) -> bool:
    """Ask for the report of a week (or once more); False, and nothing, when it was filed."""
    if engagement.state != "active" or _filed(session, engagement.id, week):
        return False
    events.record(
        session,
        engagement.stream,
        "report.nudged" if nudge else "report.asked",
        by=None,
        at=at,
        subject=("engagement", engagement.id),
        facts={"week": week, "engagement": engagement.id},
    )
    return True


def _why_not(session: Session, engagement: Engagement, person_id: str, at: datetime) -> str:
    """The code of the refusal, or nothing. Strangers do not find the engagement at all."""
    if person_id == engagement.client_id:
        return "report.not_yours"
    if person_id != engagement.freelancer_id:
        raise NotFound("report")
    if engagement.closed_at is not None and at > engagement.closed_at + AFTERWARDS:
        return "report.over"
    beginning = began(session, engagement)
    return "report.not_begun" if beginning is None or beginning > at else ""


def _check(
    engagement: Engagement, week: str, by: Person, at: datetime, minutes: int, done: str,
    next: str, blockers: str, quiet_week: bool,
) -> None:  # fmt: skip
    monday = weeks.monday(week)
    started = engagement.activated_at or engagement.created_at
    first = clock.day_in(started, by.zone) - timedelta(days=7)
    if monday is None or monday > clock.day_in(at, by.zone) or monday < first:
        raise Invalid("report.week", field="week")
    if not 0 <= minutes <= MOST_MINUTES:
        raise Invalid("report.hours", field="hours")
    if not quiet_week and not done.strip():
        raise Invalid("report.empty", field="done")
    for name, text in (("done", done), ("next", next), ("blockers", blockers)):
        if len(text) > LONGEST:
            raise Invalid("text.too_long", field=name, most=LONGEST)


def _filed(session: Session, engagement_id: str, week: str) -> bool:
    return (
        session.scalar(
            select(StatusReport.id).where(
                StatusReport.engagement_id == engagement_id, StatusReport.week == week
            )
        )
        is not None
    )


def _keep_progress(
    session: Session, engagement: Engagement, report: StatusReport, progress: Mapping[str, int]
) -> None:
    known = set(
        session.scalars(select(Milestone.id).where(Milestone.engagement_id == engagement.id))
    )
    for milestone_id, percent in progress.items():
        if milestone_id not in known:
            raise NotFound(f"milestone {milestone_id}")
        if not 0 <= percent <= 100:
            raise Invalid("report.percent", field="progress")
        session.add(Progress(report_id=report.id, milestone_id=milestone_id, percent=percent))
    session.flush()


def _beginnings(session: Session) -> dict[str, tuple[bool, datetime | None]]:
    """By living engagement: whether a checkpoint comes first, and the first funding."""
    rows = session.execute(
        select(Milestone.engagement_id, Milestone.amount_minor, Milestone.first_funded_at)
        .join(Engagement, Engagement.id == Milestone.engagement_id)
        .where(
            Engagement.state == "active", Milestone.state.not_in(("proposed", "cancelled"))
        )
        .order_by(Milestone.engagement_id, Milestone.position, Milestone.id)
    )  # fmt: skip
    by_engagement: defaultdict[str, list[tuple[int, datetime | None]]] = defaultdict(list)
    for engagement_id, amount, funded_at in rows:
        by_engagement[engagement_id].append((amount, funded_at))
    return {
        engagement_id: (
            posts[0][0] == 0,
            min((funded for _, funded in posts if funded), default=None),
        )
        for engagement_id, posts in by_engagement.items()
    }
