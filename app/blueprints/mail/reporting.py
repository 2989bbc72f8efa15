"""The weekly report by link: the same form as on the page, without signing in."""

from __future__ import annotations

from typing import Any

from app.blueprints.mail.opened import Opened
from app.blueprints.workroom.forms import ReportForm, report_form
from app.engagement.models import Engagement
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.people.models import Person
from app.workroom import reads, reports, weeks

PAGE = "links/report.html"


def load(seen: Opened) -> tuple[Engagement, str]:
    """The workroom and the ISO week that the link is bound to."""
    engagement_id, _, week = seen.link.object_id.partition(":")
    return db.session().get_one(Engagement, engagement_id), week


def form_for(room: Engagement) -> ReportForm:
    """The form, with a field for the progress of each open milestone."""
    return report_form(reads.reached(db.session(), room.id))


def shown(seen: Opened) -> dict[str, Any]:
    """The form for that week."""
    room, week = load(seen)
    return {
        "room": room,
        "week": weeks.number(week),
        "monday": weeks.monday(week),
        "client": db.session().get_one(Person, room.client_id).name,
        "form": form_for(room),
        "instead": f"/workrooms/{room.id}/reports",
    }


def act(seen: Opened, what: str) -> str:
    """File the report, or say that nothing was done. Returns the outcome."""
    room, week = load(seen)
    session, at, form = db.session(), clock.now(), form_for(room)
    if what == "quiet":
        reports.file(session, room, week=week, quiet_week=True, by=seen.person, at=at, way="link")
        return "reported"
    if not form.validate():
        raise Invalid("link.form", field="done", form=form)
    try:
        reports.file(
            session, room, week=week, done=form.done.data or "", minutes=form.hours.data or 0,
            next=form.next.data or "", blockers=form.blockers.data or "",
            progress=form.progress(), by=seen.person, at=at, way="link",
        )  # fmt: skip
    except Invalid as trouble:
        trouble.facts["form"] = form
        raise
    return "reported"
