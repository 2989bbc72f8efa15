"""Chores happen when RULES says, once, and without floods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.engagement.models import Engagement
from app.escrow.incoming import funding
from app.escrow.milestones import submissions
from app.escrow.models import Submission
from app.people.models import Person
from app.scheduler.models import ChoreDone
from app.scheduler.work import step_due
from app.terms import negotiation, reads
from app.terms.models import Revision
from app.workroom import reports
from tests import rooms
from tests.scheduler.chores import Bag, tick
from tests.stories import NOON

DAY = timedelta(days=1)


def committed(session: Any, room: Any) -> Any:
    session.commit()
    tick(session, NOON)  # the letters of the story itself
    return room


def sent(session: Any, at: datetime) -> list[str]:
    bag = Bag()
    tick(session, at, bag)
    return [one for one in bag.notices if one != "ledger_checked"]


def days(session: Any, since: datetime, count: int, *, hours: int = 1) -> dict[int, list[str]]:
    """What leaves on each day, looking every few hours."""
    found: dict[int, list[str]] = {}
    for step in range(count * 24 // hours):
        at = since + timedelta(hours=(step + 1) * hours)
        for name in sent(session, at):
            found.setdefault((at - since).days, []).append(name)
    return found


def test_a_reminder_is_due_at_nine_of_the_readers_day() -> None:
    since = datetime(2026, 11, 2, 12, tzinfo=UTC)
    nine = datetime(2026, 11, 3, 14, tzinfo=UTC)  # 09:00 in New York
    assert step_due(since, (1, 3, 7), "America/New_York", nine - timedelta(seconds=1)) == 0
    assert step_due(since, (1, 3, 7), "America/New_York", nine) == 1
    assert step_due(since, (1, 3, 7), "America/New_York", nine + 30 * DAY) == 7


def test_the_client_is_reminded_to_fund_after_1_3_and_7_days(session: Any) -> None:
    room = committed(session, rooms.agreed(session))
    told = days(session, NOON, 20, hours=4)
    assert [day for day, names in told.items() if "funding_reminder" in names] == [1, 3, 7]
    assert sum(names.count("funding_reminder") for names in told.values()) == 3
    assert room


def test_a_payment_under_way_stops_the_reminders(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    funding.start(session, room.engagement, [first], provider="bank", by=room.client, at=NOON)
    committed(session, room)
    assert "funding_reminder" not in sent(session, NOON + 8 * DAY)


def test_after_a_month_of_downtime_only_the_newest_reminder_comes(session: Any) -> None:
    committed(session, rooms.agreed(session))
    assert sent(session, NOON + 30 * DAY).count("funding_reminder") == 1
    assert "funding_reminder" not in sent(session, NOON + 31 * DAY)


def test_the_client_is_reminded_to_review_after_3_7_and_14_days(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    rooms.submits(room, room.milestones[0])
    committed(session, room)
    told = days(session, NOON, 16, hours=6)
    assert [day for day, names in told.items() if "review_reminder" in names] == [3, 7, 14]


def test_a_decided_submission_is_not_reminded_of(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    submission = rooms.submits(room, room.milestones[0])
    submissions.request_changes(session, submission, reason="Bolder.", by=room.client, at=NOON)
    committed(session, room)
    assert "review_reminder" not in sent(session, NOON + 4 * DAY)
    assert session.get_one(Submission, submission.id).state == "changes_requested"


def test_the_client_is_reminded_to_send_first_terms(session: Any) -> None:
    committed(session, rooms.negotiated(session))
    told = days(session, NOON, 10, hours=6)
    assert [day for day, names in told.items() if "terms_reminder" in names] == [1, 3, 7]


def test_terms_are_reminded_of_warned_about_and_lapse_after_14_days(session: Any) -> None:
    room = rooms.negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    committed(session, room)
    told = days(session, NOON, 16, hours=6)
    by_name = {
        name: [day for day, names in told.items() if name in names]
        for name in ("answer_reminder", "lapse_warning", "lapse_notice", "terms_lapsed")
    }
    assert by_name == {
        "answer_reminder": [1, 3, 7],
        "lapse_warning": [12],
        "lapse_notice": [12],
        "terms_lapsed": [14],
    }
    assert session.get_one(Revision, revision.id).state == "lapsed"
    assert reads.waiting(session, room.engagement.id) is None


class Week:
    """A freelancer in Lisbon whose report day is Friday, at work since Monday 2 November."""

    friday = datetime(2026, 11, 6, 15, tzinfo=UTC)  # Lisbon is on UTC in November

    def __init__(self, session: Any) -> None:
        room = rooms.agreed(session)
        rooms.pays(room, room.milestones[0])
        self.room = committed(session, room)


def test_the_freelancer_is_asked_on_their_day_at_15_and_nudged_after_2_days(session: Any) -> None:
    Week(session)
    assert "report_asked" not in sent(session, Week.friday - timedelta(minutes=1))
    assert sent(session, Week.friday).count("report_asked") == 1
    assert "report_asked" not in sent(session, Week.friday + timedelta(hours=1))
    assert "report_nudged" not in sent(session, Week.friday + 2 * DAY - timedelta(minutes=1))
    assert sent(session, Week.friday + 2 * DAY).count("report_nudged") == 1
    assert "report_nudged" not in sent(session, Week.friday + 3 * DAY)
    assert sent(session, Week.friday + 7 * DAY).count("report_asked") == 1


def test_a_report_that_was_filed_before_suppresses_the_prompt(session: Any) -> None:
    room = Week(session).room
    engagement = session.get_one(Engagement, room.engagement.id)
    by = session.get_one(Person, room.freelancer.id)
    at = Week.friday - DAY
    reports.file(session, engagement, week="2026-W45", done="Sketches", minutes=60, by=by, at=at)
    session.commit()
    assert "report_asked" not in sent(session, Week.friday + DAY)
    assert "report_nudged" not in sent(session, Week.friday + 3 * DAY)


def test_a_board_that_was_down_for_weeks_asks_for_the_latest_week_alone(session: Any) -> None:
    Week(session)
    late = Week.friday + 24 * DAY
    names = sent(session, late)
    assert names.count("report_asked") == 1
    assert "report_nudged" not in names
    assert "report_nudged" not in sent(session, late + timedelta(hours=1))


def test_a_clock_that_steps_back_and_forth_asks_nothing_twice(session: Any) -> None:
    Week(session)
    told: list[str] = []
    for hours in (0, 1, -100, 2, -1, 400, 3, -24, 0):
        told += sent(session, Week.friday + timedelta(hours=hours))
    weeks = session.query(ChoreDone).filter_by(chore="report_prompt").count()
    assert told.count("report_asked") == weeks
    assert told.count("funding_reminder") <= 3


@pytest.mark.parametrize("jump", [timedelta(days=3650), -timedelta(days=30)])
def test_letters_leave_though_the_clock_was_wrong_when_they_were_written(
    session: Any, jump: timedelta
) -> None:
    rooms.negotiated(session, at=NOON + jump if jump > timedelta(0) else NOON)
    session.commit()
    assert set(sent(session, NOON)) >= {"proposal", "selected"}


def test_the_operator_gets_the_ledgers_head_every_day_exactly_once(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    session.commit()
    three = datetime(2026, 11, 3, 3, 5, tzinfo=UTC)
    heads = []
    for day in range(3):
        bag = Bag()
        tick(session, three + day * DAY, bag)
        tick(session, three + day * DAY + timedelta(hours=2), bag)
        heads.append(bag.notices.count("ledger_checked"))
    assert heads == [1, 1, 1]
