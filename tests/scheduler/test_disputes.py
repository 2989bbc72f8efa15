"""RULES, Dispute, Review clock, Dormancy: what the board does by itself while money is disputed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.escrow import audit
from app.escrow.disputes import offers, opening
from app.scheduler.chores import CHORES
from tests import disputes, rooms
from tests.scheduler.chores import Bag, names, tick
from tests.scheduler.test_clocks import CLOCK, CLOCKS, room_with, run, state, times
from tests.stories import NOON, later

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REMINDER, OVERDUE = "dispute_reminder", "dispute_overdue"
EVERY = (*(one for one in CHORES if one.name == "answers to disputes"), *CLOCKS)


def in_dispute(session: Any) -> Any:
    """Alice disputed 40 dollars on Monday noon; Bob has until Monday night, New York time."""
    room = disputes.funded(session)
    room.dispute_id = disputes.opened(room, 4000).id
    session.commit()
    return room


def test_who_is_to_answer_is_reminded_a_working_day_before_and_both_hear_when_it_is_late(
    session: Any,
) -> None:
    in_dispute(session)
    friday = datetime(2026, 11, 6, 14, tzinfo=UTC)  # nine o'clock in New York
    late = datetime(2026, 11, 10, 5, tzinfo=UTC)  # midnight there
    found = run(session, NOON, friday - HOUR, 12 * HOUR, EVERY)
    found += run(session, friday - HOUR, friday + HOUR, HOUR, EVERY)
    found += run(session, friday + DAY, late - HOUR, 12 * HOUR, EVERY)
    found += run(session, late - HOUR, late + HOUR, HOUR, EVERY)
    assert [at for at, name in found if name == REMINDER] == [friday]
    assert [at for at, name in found if name == OVERDUE] == [late, late]


def test_nobody_is_reminded_of_what_was_answered(session: Any) -> None:
    room = disputes.funded(session)
    disputes.answered(room, 4000)
    session.commit()
    found = run(session, NOON, NOON + 9 * DAY, DAY, EVERY)
    assert not times(found, REMINDER) and not times(found, OVERDUE)


def test_after_downtime_only_the_newest_is_said(session: Any) -> None:
    in_dispute(session)
    bag = Bag()
    tick(session, NOON + 30 * DAY, bag)
    assert bag.notices.count(OVERDUE) == 2 and REMINDER not in bag.notices


@pytest.mark.parametrize("days", [4.5, 9])
def test_each_is_said_once_however_often_it_is_looked_at(session: Any, days: float) -> None:
    in_dispute(session)
    for _ in range(3):
        tick(session, NOON + days * DAY)
    said = names(session)
    assert (said.count(REMINDER), said.count(OVERDUE)) == ((1, 0) if days < 5 else (0, 2))


def test_the_review_clock_never_acts_on_a_milestone_in_dispute_and_restarts_in_full(
    session: Any,
) -> None:
    room = room_with(session, 6)
    dispute = disputes.opened(room, 2500, by=room.freelancer, at=later(1))
    session.commit()
    found = run(session, NOON, NOON + 20 * DAY, 2 * DAY)
    assert not times(found, CLOCK) and state(session, room) == "waiting"
    offers.accept(session, dispute, 2500, by=room.client, at=NOON + 20 * DAY)
    session.commit()
    found = run(session, NOON + 20 * DAY, NOON + 26 * DAY, DAY)
    assert times(found, CLOCK) == [22 * 24, 24 * 24, 25 * 24]
    assert times(found, "released") == [26 * 24]
    assert (state(session, room), room.balance(room.freelancer)) == ("approved", 7500)
    assert audit.audit(session) == []


def test_a_notice_from_before_the_dispute_releases_nothing_after_it(session: Any) -> None:
    room = room_with(session, 2)
    run(session, NOON, NOON + 1.5 * DAY, DAY / 2)
    dispute = disputes.opened(room, 2500, at=NOON + 1.5 * DAY)
    opening.withdraw(session, dispute, by=room.client, at=NOON + 10 * DAY)
    session.commit()
    run(session, NOON + 10 * DAY, NOON + 11.9 * DAY, DAY / 2)
    assert state(session, room) == "waiting"
    run(session, NOON + 11.9 * DAY, NOON + 12.1 * DAY)
    assert state(session, room) == "approved"


def test_money_does_not_go_back_by_silence_while_some_is_in_dispute(session: Any) -> None:
    room = disputes.funded(session)
    rooms.pays(room, room.milestones[1])
    disputes.opened(room, 4000)
    session.commit()
    found = run(session, NOON, NOON + 105 * DAY, 7 * DAY)
    assert not times(found, "dormancy_warning") and not times(found, "dormant")
    assert room.held(room.milestones[1]) == 7500
