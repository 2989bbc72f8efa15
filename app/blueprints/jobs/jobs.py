"""The list of jobs with its search, and a job's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Response, render_template, request

from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.htmx import conditional
from app.blueprints.jobs import bp
from app.blueprints.jobs.shown import budget_text, job_page
from app.blueprints.locale import formats
from app.extensions import db
from app.jobs import listing, reads
from app.jobs.listing import PAGE, JobQuery, JobRow
from app.kernel import money
from app.kernel.base import stamp
from app.kernel.text import excerpt


@dataclass(frozen=True, slots=True)
class Asked:
    """The search as it was typed, and what is wrong with its budget."""

    search: str = ""
    skill: str = ""
    category: str = ""
    budget: str = ""
    error: str = ""

    def __bool__(self) -> bool:
        return bool(self.search or self.skill or self.category or self.budget)


@bp.get("/jobs")
@signed_in
def list_jobs() -> Response:
    """Open jobs, newest first, and above them what is the reader's own."""
    session, viewer = db.session(), the_viewer()
    asked, query = _asked()
    before = _before(request.args.get("before", ""))
    rows = listing.open_jobs(session, viewer, query, before=before)
    first = not asked and before is None
    own = listing.jobs_of(session, viewer) if first and viewer.hires else []
    invited = listing.invitations_of(session, viewer) if first and viewer.works else []
    proposals = listing.proposals_of(session, viewer) if first and viewer.works else []
    categories = listing.categories(session)
    return conditional(
        (asked, before, rows, own, invited, proposals, categories),
        lambda: render_template(
            "jobs/list.html",
            asked=asked,
            rows=rows[:PAGE],
            more=_more(rows, asked),
            own=own,
            invited=invited,
            proposals=proposals,
            categories=categories,
            budget_text=budget_text,
            excerpt=excerpt,
        ),
    )


@bp.get("/jobs/<job_id>")
@signed_in
def show_job(job_id: str) -> str:
    """A job, for whoever may see it."""
    job = reads.visible_job(db.session(), the_viewer(), job_id)
    return render_template("jobs/job.html", **job_page(job))


def _asked() -> tuple[Asked, JobQuery]:
    """What was typed into the search, and the query that it means."""
    typed = {name: request.args.get(name, "")[:200] for name in Asked.__slots__ if name != "error"}
    typed = {name: value.replace("\0", "").strip() for name, value in typed.items()}
    viewer, budget, error = the_viewer(), None, ""
    if typed["budget"]:
        try:
            budget = money.parse(typed["budget"], viewer.currency, formats().locale)
        except ValueError as trouble:
            error = str(trouble)
    query = JobQuery(
        words=typed["search"],
        skill=typed["skill"],
        category=typed["category"],
        budget_minor=budget,
        currency=viewer.currency if budget is not None else "",
    )
    return Asked(**typed, error=error), query


def _before(text: str) -> tuple[datetime, str] | None:
    """The key of the last job shown, from the address; nonsense is the first page."""
    moment, _, job_id = text.partition("~")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), job_id[:40].replace("\0", "")
    except (ValueError, OverflowError):
        return None


def _more(rows: list[JobRow], asked: Asked) -> str:
    """The address of the next page, where there is one."""
    if len(rows) <= PAGE:
        return ""
    last = rows[PAGE - 1]
    kept = {name: getattr(asked, name) for name in ("search", "skill", "category", "budget")}
    key = f"{stamp(last.opened_at or last.created_at)}~{last.id}"
    return "/jobs?" + urlencode({name: v for name, v in kept.items() if v} | {"before": key})
