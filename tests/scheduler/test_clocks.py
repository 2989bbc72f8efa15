"""RULES, Review clock and Dormancy; and asks that nobody answers. Exactly once, announced first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.escrow import audit
from app.escrow.incoming import chargebacks
from app.escrow.milestones import asking_back, submissions
from app.escrow.models import Milestone, MoneyAsk, Payment, Refund, Submission
from app.kernel.events import Event
from app.mail.models import Letter
from app.scheduler.chores import CHORES, LETTERS, Chore
from app.scheduler.models import ChoreDone
from app.talk import messages
from app.talk.models import Conversation
from app.terms import negotiation
from tests import rooms
from tests.scheduler.chores import Bag, folder, tick
from tests.stories import LOGO, NOON, rewrite

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CLOCK = "review_clock"
ALL = (*CHORES, LETTERS)
CLOCKS = tuple(
    one
    for one in ALL
    if one.name in ("review reminders", "review clock", "money asked back", "dormancy", "letters")
)


def room_with(session: Any, days: int | None, lines: Any = LOGO) -> Any:
    """A submitted milestone at NOON, under terms with these review days."""
    room = rooms.negotiated(session, lines=lines)
    rewrite(session, room.engagement, room.client, review_days=days)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    if room.milestones[0].amount_minor:
        rooms.pays(room, room.milestones[0])
    room.submission_id = rooms.submits(room, room.milestones[0]).id
    session.commit()
    return room


def run(
    session: Any,
    since: datetime,
    until: datetime,
    step: timedelta = 4 * HOUR,
    chores: tuple[Chore, ...] = CLOCKS,
) -> list[Any]:
    """(when, notice) of all that leaves, looking every four hours, and at the last moment."""
    found, at = list[Any](), since
    while True:
        bag = Bag()
        tick(session, at, bag, chores)
        found += [(at, name) for name in bag.notices]
        if at >= until:
            return found
        at = min(at + step, until)


def times(found: list[Any], notice: str) -> list[float]:
    return [(at - NOON) / HOUR for at, name in found if name == notice]


def state(session: Any, room: Any) -> str:
    return str(session.get_one(Submission, room.submission_id).state)


def test_notices_come_at_a_third_two_thirds_and_24_hours_before_then_it_releases(
    session: Any,
) -> None:
    room = room_with(session, 6)
    found = run(session, NOON, NOON + 6 * DAY)
    assert times(found, CLOCK) == [48, 96, 120]
    assert times(found, "clock_released") == [144]
    assert times(found, "released") == [144]
    assert not times(found, "review_reminder"), "the clock's own notices are enough"
    assert state(session, room) == "approved"
    assert room.balance(room.freelancer) == 7500
    told = session.scalars(select(Event).where(Event.kind == "milestone.released")).one()
    assert (told.actor_id, told.told["way"]) == (None, "clock")
    assert audit.audit(session) == []


def test_for_one_review_day_only_the_last_notice_comes(session: Any) -> None:
    room_with(session, 1)
    found = run(session, NOON, NOON + DAY)
    assert times(found, CLOCK) == [0]
    assert times(found, "released") == [24]


def test_without_review_days_nothing_is_ever_released_by_itself(session: Any) -> None:
    room = room_with(session, None)
    found = run(session, NOON, NOON + 40 * DAY, DAY)
    assert not times(found, CLOCK)
    assert state(session, room) == "waiting"


def test_a_notice_in_a_folder_is_no_notice(session: Any, tmp_path: Any) -> None:
    room = room_with(session, 2)
    for hours in range(0, 24 * 10, 12):
        tick(session, NOON + hours * HOUR, folder(tmp_path))
    assert state(session, room) == "waiting"


def test_a_notice_that_failed_is_no_notice(session: Any) -> None:
    room = room_with(session, 2)
    run(session, NOON, NOON + DAY)
    letter = session.scalars(select(Letter).where(Letter.key.endswith(":3"))).one()
    letter.state, letter.carrier = "failed", ""
    session.commit()
    run(session, NOON + 2 * DAY, NOON + 5 * DAY)
    assert state(session, room) == "waiting"


def test_after_downtime_the_notice_goes_first_and_the_release_a_day_later(session: Any) -> None:
    room = room_with(session, 3)
    back = NOON + 20 * DAY
    found = run(session, back, back + DAY - HOUR)
    assert times(found, CLOCK) == [480], "of several that were missed only the newest comes"
    assert state(session, room) == "waiting"
    run(session, back + DAY, back + DAY)
    assert state(session, room) == "approved"


def test_a_request_for_changes_stops_the_clock_and_a_resubmission_restarts_it(
    session: Any,
) -> None:
    room = room_with(session, 3)
    run(session, NOON, NOON + 2 * DAY)
    submission = session.get_one(Submission, room.submission_id)
    submissions.request_changes(
        session, submission, reason="Wider", by=room.client, at=NOON + 2 * DAY
    )
    session.commit()
    run(session, NOON + 2 * DAY, NOON + 4 * DAY)
    again = rooms.submits(room, room.milestones[0], at=NOON + 4 * DAY)
    session.commit()
    found = run(session, NOON + 4 * DAY, NOON + 7 * DAY)
    assert times(found, CLOCK) == [96 + 24, 96 + 48]
    assert session.get_one(Submission, again.id).state == "approved"
    assert session.get_one(Submission, again.id).decided_at == NOON + 7 * DAY


def test_other_review_days_are_announced_anew(session: Any) -> None:
    room = room_with(session, 2)
    run(session, NOON, NOON + DAY)
    rewrite(session, room.engagement, room.client, review_days=4)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON + DAY)
    negotiation.accept(session, revision, by=room.freelancer, at=NOON + DAY)
    session.commit()
    found = run(session, NOON + DAY + 4 * HOUR, NOON + 4 * DAY)
    assert times(found, CLOCK)[-1] == 72
    assert times(found, "released") == [96]


def test_nothing_is_released_while_money_lacks(session: Any) -> None:
    room = room_with(session, 2)
    rewrite(
        session, room.engagement, room.client, change={1: {"amount_minor": 9000}}, review_days=2
    )
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    session.commit()
    assert not times(run(session, NOON, NOON + 6 * DAY), CLOCK)
    assert state(session, room) == "waiting"


def raised(session: Any, room: Any, at: datetime, days: int | None = 3) -> None:
    change = {1: {"amount_minor": 9000}}
    rewrite(session, room.engagement, room.client, change=change, review_days=days)
    revision = negotiation.send(session, room.engagement, by=room.client, at=at)
    negotiation.accept(session, revision, by=room.freelancer, at=at)
    session.commit()


def test_a_raise_stops_the_clock_and_it_restarts_in_full_when_the_whole_is_there(
    session: Any,
) -> None:
    room = room_with(session, 3)
    found = run(session, NOON, NOON + 2 * DAY)
    assert times(found, CLOCK) == [24, 48], "the last notice has gone already"
    raised(session, room, NOON + 2 * DAY)
    assert not times(run(session, NOON + 2 * DAY, NOON + 6 * DAY), CLOCK)
    assert state(session, room) == "waiting"
    rooms.pays(room, room.milestones[0], at=NOON + 6 * DAY)
    session.commit()
    found = run(session, NOON + 6 * DAY, NOON + 9 * DAY)
    assert times(found, CLOCK) == [(6 + 1) * 24, (6 + 2) * 24], "announced anew"
    assert times(found, "released") == [(6 + 3) * 24]
    assert room.balance(room.freelancer) == 9000
    assert audit.audit(session) == []


def test_the_clock_of_work_that_is_submitted_while_partly_funded_starts_with_the_missing_sum(
    session: Any,
) -> None:
    room = rooms.negotiated(session)
    rewrite(session, room.engagement, room.client, review_days=3)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    first = room.milestones[0]
    rooms.pays(room, first, received=5000)
    room.submission_id = rooms.submits(room, first).id
    session.commit()
    found = run(session, NOON, NOON + 5 * DAY, chores=ALL)
    assert not times(found, CLOCK) and not times(found, "review_reminder")
    assert len(times(found, "funding_reminder")) == 2, "of what is missing, after 1 and 3 days"
    rooms.pays(room, first, at=NOON + 5 * DAY)
    session.commit()
    found = run(session, NOON + 5 * DAY, NOON + 8 * DAY, chores=ALL)
    assert times(found, CLOCK) == [6 * 24, 7 * 24]
    assert times(found, "released") == [8 * 24]


def test_a_chargeback_and_the_money_that_comes_again_restart_it_at_the_same_amount(
    session: Any,
) -> None:
    room = room_with(session, 3)
    run(session, NOON, NOON + 2 * DAY)
    payment = session.scalars(select(Payment)).one()
    chargebacks.charge_back(
        session, payment, 2500, reason="So.", by=room.operator, at=NOON + 2 * DAY
    )
    session.commit()
    run(session, NOON + 2 * DAY, NOON + 4 * DAY)
    rooms.pays(room, room.milestones[0], at=NOON + 4 * DAY)
    session.commit()
    found = run(session, NOON + 4 * DAY, NOON + 7 * DAY - HOUR)
    assert times(found, CLOCK) == [5 * 24, 6 * 24]
    assert state(session, room) == "waiting"
    run(session, NOON + 7 * DAY, NOON + 7 * DAY)
    assert state(session, room) == "approved"


def test_without_review_days_reminders_to_review_begin_when_the_whole_is_there(
    session: Any,
) -> None:
    room = room_with(session, None)
    raised(session, room, NOON + HOUR, days=None)
    found = run(session, NOON + 2 * HOUR, NOON + 10 * DAY, chores=ALL)
    assert not times(found, "review_reminder")
    rooms.pays(room, room.milestones[0], at=NOON + 10 * DAY)
    session.commit()
    found = run(session, NOON + 10 * DAY, NOON + 25 * DAY, chores=ALL)
    assert len(times(found, "review_reminder")) == 3
    assert not times(found, "funding_reminder")


# -- asks that nobody answers ------------------------------------------------------------


def asked(session: Any) -> Any:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    asking_back.ask(
        session, room.engagement, room.milestones[:1], reason="Plans", by=room.client, at=NOON
    )
    session.commit()
    return room


def test_the_freelancer_is_told_reminded_and_silence_sends_it_back(session: Any) -> None:
    asked(session)
    found = run(session, NOON, NOON + 7 * DAY)
    assert times(found, "money_asked") == [0]
    assert times(found, "ask_reminder") == [24 * 5]
    assert times(found, "ask_granted") == [24 * 7]
    assert times(found, "refund_started") == [24 * 7]
    assert session.scalars(select(MoneyAsk.state)).one() == "granted"
    assert session.scalars(select(Refund.amount_minor)).one() == 7500
    run(session, NOON + 7 * DAY, NOON + 9 * DAY)
    assert len(session.scalars(select(Refund)).all()) == 1


def test_after_downtime_the_reminder_goes_first(session: Any) -> None:
    asked(session)
    back = NOON + 30 * DAY
    assert times(run(session, back, back + DAY - HOUR), "ask_reminder") == [24 * 30]
    assert session.scalars(select(MoneyAsk.state)).one() == "waiting"
    tick(session, back + DAY)
    assert session.scalars(select(MoneyAsk.state)).one() == "granted"


# -- dormancy ----------------------------------------------------------------------------


def quiet(session: Any) -> Any:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    session.commit()
    return room


def test_letters_at_76_and_83_days_and_at_90_the_money_goes_back(session: Any) -> None:
    room = quiet(session)
    found = run(session, NOON + DAY, NOON + 92 * DAY, DAY, ALL)
    assert times(found, "dormancy_warning") == [76 * 24] * 2 + [83 * 24] * 2
    assert times(found, "dormant") == [90 * 24] * 2
    assert session.scalars(select(Refund.why)).one() == "dormant"
    assert session.get_one(Milestone, room.milestones[0].id).state == "planned"
    assert audit.audit(session) == []


def test_a_word_keeps_the_money_there(session: Any) -> None:
    room = quiet(session)
    run(session, NOON + 76 * DAY, NOON + 84 * DAY, DAY)
    talk = session.get_one(Conversation, room.engagement.conversation_id)
    messages.post(
        session, talk, "Still here.", by=room.freelancer, at=NOON + 85 * DAY,
        stream=room.engagement.stream,
    )  # fmt: skip
    session.commit()
    run(session, NOON + 85 * DAY, NOON + 160 * DAY, DAY)
    assert session.scalars(select(Refund)).all() == []


def test_never_with_a_submission_open(session: Any) -> None:
    room = quiet(session)
    rooms.submits(room, room.milestones[0])
    session.commit()
    found = run(session, NOON + 76 * DAY, NOON + 120 * DAY, DAY)
    assert not times(found, "dormancy_warning")
    assert session.scalars(select(Refund)).all() == []


def test_after_a_year_of_downtime_a_letter_goes_a_week_before_the_money(session: Any) -> None:
    quiet(session)
    back = NOON + 365 * DAY
    found = run(session, back, back + 7 * DAY - HOUR, 6 * HOUR)
    assert times(found, "dormancy_warning") == [365 * 24] * 2
    assert session.scalars(select(Refund)).all() == []
    tick(session, back + 7 * DAY)
    assert len(session.scalars(select(Refund)).all()) == 1


@pytest.mark.parametrize("chore", ["review_release", "ask_silence", "dormancy"])
def test_each_happens_once_however_often_it_is_looked_at(session: Any, chore: str) -> None:
    make, when = {
        "review_release": (lambda: room_with(session, 1), NOON + DAY),
        "ask_silence": (lambda: asked(session), NOON + 7 * DAY),
        "dormancy": (lambda: quiet(session), NOON + 90 * DAY),
    }[chore]
    make()
    run(session, NOON, when + DAY, 12 * HOUR)
    marks = session.scalars(select(ChoreDone).where(ChoreDone.chore == chore)).all()
    assert len(marks) == 1
    for _ in range(3):
        tick(session, when + 2 * DAY)
    assert audit.audit(session) == []
    assert len(session.scalars(select(ChoreDone).where(ChoreDone.chore == chore)).all()) == 1


def test_what_is_partly_funded_goes_back_as_what_is_funded_and_is_announced(
    session: Any,
) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0], received=5000)
    session.commit()
    found = run(session, NOON + DAY, NOON + 92 * DAY, DAY, ALL)
    assert times(found, "dormancy_warning") == [76 * 24] * 2 + [83 * 24] * 2
    assert times(found, "dormant") == [90 * 24] * 2
    assert session.scalars(select(Refund.amount_minor)).one() == 5000
    assert audit.audit(session) == []


def test_never_with_partly_funded_work_submitted(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0], received=5000)
    rooms.submits(room, room.milestones[0])
    session.commit()
    found = run(session, NOON + 76 * DAY, NOON + 120 * DAY, DAY)
    assert not times(found, "dormancy_warning")
    assert session.scalars(select(Refund)).all() == []
