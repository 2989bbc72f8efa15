"""Status reports: asked weekly, filed once a week, by the freelancer alone."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.kernel.errors import Invalid, NotFound, Refused
from app.kernel.events import Event
from app.terms import ending
from app.workroom import reads, reports
from tests.partly import raise_to
from tests.people import mallory
from tests.rooms import agreed, pays, through
from tests.stories import LOGO, later

FRIDAY = later(3, days=4)
"""15:00 UTC of Friday, 6 November: the report day, in Lisbon."""


@pytest.fixture
def room(session):
    room = agreed(session)
    pays(room, room.milestones[0], at=later(1))
    return room


def filed(room, **changes):
    facts = {"week": "2026-W45", "done": "Six sketches.", "minutes": 540} | changes
    at = facts.pop("at", FRIDAY)
    by = facts.pop("by", room.freelancer)
    return reports.file(room.session, room.engagement, by=by, at=at, **facts)


def test_a_report_is_due_on_the_report_day_after_the_first_funding(room):
    assert reports.to_ask(room.session, at=later(2, days=4)) == []
    (due,) = reports.to_ask(room.session, at=FRIDAY)
    assert (due.engagement_id, due.week, due.asked_at) == (room.engagement.id, "2026-W45", FRIDAY)


def test_before_the_first_funding_nothing_is_asked(session):
    agreed(session)
    assert reports.to_ask(session, at=FRIDAY) == []


def test_a_report_filed_before_the_prompt_suppresses_it(room):
    filed(room, at=later(2, days=3))
    assert reports.to_ask(room.session, at=FRIDAY) == []
    assert not reports.ask(room.session, room.engagement, "2026-W45", at=FRIDAY)


def test_asking_is_an_event_that_is_told(room):
    assert reports.ask(room.session, room.engagement, "2026-W45", at=FRIDAY)
    assert reports.ask(room.session, room.engagement, "2026-W45", at=FRIDAY, nudge=True)
    kinds = room.session.scalars(select(Event.kind).where(Event.kind.startswith("report."))).all()
    assert kinds == ["report.asked", "report.nudged"]


def test_a_week_has_one_report(room):
    filed(room)
    with pytest.raises(Refused, match=r"report.already"):
        filed(room)


def test_nothing_this_week_is_one_press(room):
    report = filed(room, done="", quiet_week=True)
    assert (report.quiet_week, report.minutes) == (True, 0)
    event = room.session.scalars(select(Event).where(Event.kind == "report.filed")).one()
    assert json.loads(event.facts)["quiet"] is True


def test_hours_and_progress_are_seen_over_time(room):
    first = room.milestones[0]
    filed(room, progress={first.id: 60})
    filed(room, week="2026-W46", minutes=90, progress={first.id: 80}, at=later(days=11))
    assert reads.hours(room.session, room.engagement.id) == (
        630,
        [("2026-W45", 540), ("2026-W46", 90)],
    )
    assert reads.reached(room.session, room.engagement.id)[0].percent == 80
    newest = reads.reports(room.session, room.engagement.id)[0]
    assert (newest.week, newest.progress) == ("2026-W46", (("Start fee deposit", 80),))


def test_a_released_milestone_is_done(room):
    through(room, room.milestones[1], at=later(2))
    assert reads.reached(room.session, room.engagement.id)[1].percent == 100


def test_only_the_freelancer_reports(room):
    with pytest.raises(Refused, match=r"report.not_yours"):
        filed(room, by=room.client)
    with pytest.raises(NotFound):
        filed(room, by=mallory(room.session))


def test_before_the_first_funding_no_report_is_taken(session):
    with pytest.raises(Refused, match=r"report.not_begun"):
        filed(agreed(session))


@pytest.mark.parametrize("week", ["2026-W43", "2026-W47", "2026-W99", "soon", ""])
def test_a_week_outside_the_work_is_refused(room, week):
    with pytest.raises(Invalid, match=r"report.week"):
        filed(room, week=week)


@pytest.mark.parametrize(
    ("field", "value"),
    [("done", "  "), ("minutes", -1), ("minutes", 168 * 60 + 1), ("next", "x" * 20_001)],
)
def test_a_field_that_does_not_fit_is_refused(room, field, value):
    with pytest.raises(Invalid):
        filed(room, **{field: value})


def test_progress_of_another_engagements_milestone_is_not_found(room):
    with pytest.raises(NotFound):
        filed(room, progress={"elsewhere": 50})


def test_after_the_end_nothing_is_asked(session):
    room = agreed(session)
    ending.end(session, room.engagement, by=room.client, at=later(1), reason="No budget.")
    assert reports.to_ask(session, at=FRIDAY) == []


def test_reports_begin_with_the_first_money_and_go_on_while_some_is_missing(
    session,
):
    room = agreed(session, lines=LOGO[1:2])
    assert reports.began(session, room.engagement) is None
    pays(room, room.milestones[0], received=5000, at=later())
    assert reports.began(session, room.engagement) == later()
    pays(room, room.milestones[0], at=later(2))
    raise_to(room, 9000, at=later(3))
    assert room.milestones[0].funded_at is None, "lateness counts from when all is there again"
    assert reports.began(session, room.engagement) == later()
