"""One prompt for each ISO week, on the freelancer's day at 15:00 in their zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.workroom import weeks

FRIDAY = 4
BEGAN = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_nothing_is_due_before_the_first_funding():
    assert weeks.due(None, FRIDAY, "UTC", BEGAN) is None


def test_the_prompt_comes_on_the_report_day_at_three():
    before = datetime(2026, 11, 6, 14, 59, tzinfo=UTC)
    assert weeks.due(BEGAN, FRIDAY, "UTC", before) is None
    asked = datetime(2026, 11, 6, 15, tzinfo=UTC)
    assert weeks.due(BEGAN, FRIDAY, "UTC", asked) == ("2026-W45", asked)


def test_three_o_clock_is_the_freelancers():
    asked = datetime(2026, 11, 6, 6, tzinfo=UTC)
    assert weeks.due(BEGAN, FRIDAY, "Asia/Tokyo", asked) == ("2026-W45", asked)


def test_after_downtime_only_the_newest_week_is_due():
    found = weeks.due(BEGAN, FRIDAY, "UTC", datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert found == ("2026-W48", datetime(2026, 11, 27, 15, tzinfo=UTC))


def test_work_that_began_after_the_report_day_reports_the_week_after():
    began = datetime(2026, 11, 6, 16, tzinfo=UTC)
    assert weeks.due(began, FRIDAY, "UTC", datetime(2026, 11, 8, tzinfo=UTC)) is None


def test_the_week_of_new_year_is_the_iso_week():
    found = weeks.due(BEGAN, FRIDAY, "UTC", datetime(2027, 1, 2, 9, tzinfo=UTC))
    assert found is not None
    assert found[0] == "2026-W53"


def test_the_next_prompt_is_said_beforehand():
    assert weeks.next_due(FRIDAY, "UTC", BEGAN) == date(2026, 11, 6)
    asked = datetime(2026, 11, 6, 15, tzinfo=UTC)
    assert weeks.next_due(FRIDAY, "UTC", asked) == date(2026, 11, 13)


def test_a_week_that_does_not_exist_is_none():
    assert weeks.monday("2026-W54") is None
    assert weeks.monday("2026-47") is None
    assert weeks.monday("9999-W52") == date(9999, 12, 27)
