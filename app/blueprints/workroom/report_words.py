"""What the page of status reports shows, in words that are ready for the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.blueprints.locale import WEEKDAYS, Formats, formats
from app.blueprints.marks import mark_of
from app.engagement.seats import Seated
from app.escrow.balance import is_late
from app.kernel import clock
from app.kernel.text import excerpt
from app.people.models import Person
from app.workroom import reads, reports, weeks
from app.workroom.reads import Reached, ReportRow


@dataclass(frozen=True, slots=True)
class Against:
    """A milestone against its date, as a row of the table."""

    title: str
    href: str
    planned: str
    progress: str
    really: str


def hours_text(minutes: int) -> str:
    """Hours as people write them.

    >>> hours_text(840), hours_text(450), hours_text(0)
    ('14', '7.5', '0')
    """
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def overview(session: Session, seat: Seated, before: str) -> dict[str, Any]:
    """Everything on the page but the frame; a constant number of queries."""
    shows = formats()
    engagement = seat.engagement
    found = reads.reports(session, engagement.id, before, reads.PAGE + 1)
    total, hours = reads.hours(session, engagement.id)
    freelancer = session.get_one(Person, engagement.freelancer_id)
    reached = reads.reached(session, engagement.id)
    filed = {week for week, _ in hours}
    return {
        "rows": [_against(one, engagement.zone, shows) for one in reached],
        "reports": [_written(row, shows) for row in found[: reads.PAGE]],
        "older": found[reads.PAGE - 1].week if len(found) > reads.PAGE else "",
        "total": hours_text(total),
        "hours": [(weeks.number(week), hours_text(minutes)) for week, minutes in hours],
        "weekday": WEEKDAY_WORDS[freelancer.report_weekday % 7],
        "who": "You report" if not seat.is_client else f"{freelancer.name} reports",
        "may_file": not seat.is_client
        and reports.can_file(session, engagement, seat.person_id, at=shows.now),
        "next_day": _next(session, seat, freelancer, filed, shows),
    }  # fmt: skip


WEEKDAY_WORDS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def last_words(found: tuple[str, bool, str, int] | None) -> dict[str, Any] | None:
    """The newest report in one line, for the overview."""
    if found is None:
        return None
    week, quiet, done, minutes = found
    return {
        "week": weeks.number(week),
        "hours": hours_text(minutes),
        "words": "Nothing this week." if quiet else excerpt(done, 160),
        "quiet": quiet,
    }


def _against(one: Reached, zone: str, shows: Formats) -> Against:
    if one.state in ("released", "approved"):
        really = shows.day(one.closed_at)
    elif one.state == "planned" and one.amount_minor:
        really = mark_of(one.status).word.lower()
    else:
        really = "submitted" if one.state == "submitted" else "under way"
        end = clock.end_of_day(one.due, zone) if one.due else shows.now
        if one.due and is_late(shows.now, end, one.amount_minor, one.funded_at):
            really += f", {(clock.day_in(shows.now, zone) - one.due).days} days late"
    return Against(
        one.title, f"/milestones/{one.id}", shows.day(one.due), f"{one.percent} %", really
    )


def _written(row: ReportRow, shows: Formats) -> dict[str, Any]:
    return {
        "id": row.id,
        "week": weeks.number(row.week),
        "hours": hours_text(row.minutes),
        "quiet": row.quiet_week,
        "parts": [
            (label, text)
            for label, text in (
                ("Done this week", row.done),
                ("Next week", row.next),
                ("Blockers", row.blockers),
            )
            if text
        ],
        "progress": row.progress,
        "by": f"{row.author_name}, {shows.when(row.at)}",
    }


def _next(
    session: Session, seat: Seated, freelancer: Person, filed: set[str], shows: Formats
) -> str:
    """The day of the next prompt in words, or nothing when no more is asked for."""
    if seat.engagement.state != "active" or reports.began(session, seat.engagement) is None:
        return ""
    day = weeks.next_due(freelancer.report_weekday, freelancer.zone, shows.now)
    if clock.iso_week(day) in filed:
        day = weeks.next_due(freelancer.report_weekday, freelancer.zone, shows.now + 7 * clock.DAY)
    return f"{WEEKDAYS[day.weekday()]} {shows.day(day)}"
