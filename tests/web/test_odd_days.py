"""Days at the ends of the calendar: today is normal, a past day warns, none breaks anything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.kernel import clock
from tests.demo_board import DATABASE, Demo, demo
from tests.web.bad_input import FIRST_ROW, filled, form_of, put

__all__ = ["demo"]

FAR, EARLY = "9999-12-31", "0001-01-01"
AKA = ("Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Asia/Kathmandu")


def send(demo: Demo, due: str, to: str = "") -> Any:
    """Ana sends terms (or presses a button of the table) with another first due date."""
    path = f"/workrooms/{demo.room(DATABASE)}/terms"
    ana = demo.browser("ana")
    form = form_of(ana.get(path + "?change"), path)
    assert form is not None
    pairs = [pair for pair in put(filled(form), "m-1-due", due) if pair[0] != "once"]
    return ana.post(path + to, data=dict(pairs))


def decline(demo: Demo) -> None:
    """Mei declines what Ana sent, so that Ana may send again."""
    revision = demo.revision("proposed", DATABASE)
    data = {"reason": "Another day, please."}
    assert (
        demo.browser("mei").post(f"/revisions/{revision}/declination", data=data).status_code == 303
    )


def test_a_past_day_warns_and_is_accepted(demo: Demo) -> None:
    yesterday = (datetime.now(UTC).date() - timedelta(days=2)).isoformat()
    warned = send(demo, yesterday, "/rows")
    assert warned.status_code == 200 and "This day is past." in warned.text
    assert send(demo, yesterday).status_code == 303
    decline(demo)


def test_today_is_a_normal_day(demo: Demo) -> None:
    today = clock.day_in(clock.now(), "Europe/Madrid").isoformat()
    assert "This day is past." not in send(demo, today, "/rows").text
    assert send(demo, today).status_code == 303
    decline(demo)


@pytest.mark.parametrize("due", [FAR, EARLY])
def test_the_ends_of_the_calendar_break_no_page(demo: Demo, due: str) -> None:
    from app.people.models import Person

    assert send(demo, due).status_code == 303
    job = demo.job("Menu")
    edited = demo.browser("ben").post(
        f"/proposals/{demo.proposal('ben', 'Menu')}/edit",
        data=FIRST_ROW | {"m-1-due": due, "delivery_on": due, "letter": "Yes."},
    )
    assert edited.status_code == 303
    posted = demo.browser("ana").post(
        "/jobs/new",
        data={"title": "Far", "currency": "USD", "audience": "everyone", "closes_on": FAR},
    )
    assert posted.status_code == 303
    room, revision = demo.room(DATABASE), demo.revision("proposed", DATABASE)
    pages = (
        "/", "/jobs", "/workrooms", f"/jobs/{job}", f"/jobs/{job}/proposals", posted.location,
        f"/jobs/{demo.job('Far')}/edit", f"/proposals/{demo.proposal('ben', 'Menu')}",
        *(f"/workrooms/{room}{tab}" for tab in ("", "/terms", "/reports", "/money", "/history")),
        f"/revisions/{revision}", f"/milestones/{demo.milestone(1, DATABASE)}",
    )  # fmt: skip
    for zone in AKA[:2]:
        with demo.story() as session:
            for name in ("ana", "mei"):
                session.get_one(Person, demo.person(name)).zone = zone
        for page in pages:
            assert demo.browser("ana").get(page).status_code == 200, (zone, page)
    accepted = demo.browser("mei").post(f"/revisions/{revision}/acceptance")
    assert accepted.status_code == 303
    for name in ("ana", "mei"):
        for page in ("/", "/workrooms", *pages[-7:-1]):
            assert demo.browser(name).get(page).status_code == 200, (name, page)


def test_chores_run_though_days_are_at_the_ends_of_the_calendar(
    demo: Demo,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from app.scheduler import clockwork

    assert send(demo, FAR).status_code == 303
    revision = demo.revision("proposed", DATABASE)
    assert demo.browser("mei").post(f"/revisions/{revision}/acceptance").status_code == 303
    clockwork.tick(demo.app, clock.now() + timedelta(days=1))
    assert "failed" not in caplog.text


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("zone", AKA)
def test_no_zone_moves_a_day_off_the_calendar(day: date, zone: str) -> None:
    found = clock.end_of_day(day, zone)
    assert found.tzinfo is not None
    for at in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), found):
        assert clock.day_in(at, zone).year in (1, 9999)


@pytest.mark.parametrize("where", ["reports?before=9999-W52", "reports?before=0001-W01",
                                   "reports/new?week=9999-W52", "reports/new?week=0001-W01",
                                   "reports/new?week=9999-W53"])  # fmt: skip
def test_a_week_at_the_end_of_the_calendar_is_answered(
    demo: Demo,
    where: str,
) -> None:
    ben = demo.browser("ben")
    assert ben.get(f"/workrooms/{demo.room()}/{where}").status_code == 200
