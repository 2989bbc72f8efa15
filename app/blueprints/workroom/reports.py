"""Status reports: all of them, the form for a week, and “nothing this week” in one press."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.workroom import bp
from app.blueprints.workroom.forms import ReportForm, report_form
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.blueprints.workroom.report_words import hours_text, overview
from app.engagement.seats import Seated
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words
from app.people.models import Person
from app.workroom import reads, reports, weeks


@bp.get("/workrooms/<room_id>/reports")
@signed_in
def show_reports(room_id: str) -> str:
    """All reports, the milestones against their dates, and the hours."""
    seat = seated(room_id)
    before = request.args.get("before", "")
    shown = overview(db.session(), seat, before if weeks.monday(before) else "")
    return render_template("workroom/reports.html", **frame(seat, "reports"), **shown)


@bp.get("/workrooms/<room_id>/reports/new")
@signed_in
def new_report(room_id: str) -> str:
    """The form for one week: the one that is asked for, or the present one."""
    seat = seated(room_id)
    if seat.is_client:
        abort(403)
    form = report_form(reads.reached(db.session(), room_id))
    return render_template("workroom/report_new.html", form=form, **_page(seat, _week(seat)))


@bp.post("/workrooms/<room_id>/reports")
@signed_in
def file_report(room_id: str) -> AnyResponse:
    """File it, or say that nothing was done in that week."""
    seat = seated(room_id)
    if seat.is_client:
        abort(403)
    quiet = request.form.get("quiet", "")
    week = quiet if weeks.monday(quiet) else request.form.get("week", "")
    form = report_form(reads.reached(db.session(), room_id))
    if not quiet and not form.validate():
        return _again(seat, week, form)
    try:
        _file(seat, week, form, quiet=bool(quiet))
    except Invalid as trouble:
        form.blame(trouble.field, words(trouble.code, trouble.facts))
        return _again(seat, week, form)
    db.session.commit()
    say = f"The status report for week {weeks.number(week)} is sent."
    return changed("", f"/workrooms/{room_id}/reports", say=say)


def _file(seat: Seated, week: str, form: ReportForm, *, quiet: bool) -> None:
    given: dict[str, Any] = {}
    if not quiet:
        given = {
            "done": form.done.data,
            "minutes": form.hours.data,
            "next": form.next.data,
            "blockers": form.blockers.data,
            "progress": form.progress(),
        }
    reports.file(
        db.session(), seat.engagement, week=week, quiet_week=quiet,
        by=db.session().get_one(Person, the_viewer().id), at=clock.now(), **given,
    )  # fmt: skip


def _week(seat: Seated) -> str:
    """The week asked for in the address; otherwise the one that is due, or the present one."""
    asked = request.args.get("week", "")
    if weeks.monday(asked):
        return asked
    shows = formats()
    due = weeks.due(
        reports.began(db.session(), seat.engagement), the_viewer().report_weekday,
        the_viewer().zone, shows.now,
    )  # fmt: skip
    last = reads.last_report(db.session(), seat.engagement.id)
    if due and (last is None or last[0] < due[0]):
        return due[0]
    return clock.iso_week(shows.today)


def _page(seat: Seated, week: str) -> dict[str, Any]:
    found = reads.hours(db.session(), seat.engagement.id)[1]
    monday = weeks.monday(week)
    return {
        "room_id": seat.engagement.id,
        "title": seat.engagement.title,
        "week": week,
        "number": weeks.number(week) if monday else "?",
        "monday": formats().day(monday),
        "done": week in {one for one, _ in found},
        "filed": [(weeks.number(one), hours_text(minutes)) for one, minutes in found[-3:]],
    }


def _again(seat: Seated, week: str, form: ReportForm) -> Response:
    return refused(form, "workroom/report_new.html", **_page(seat, week))
