"""Every night the books are audited, and what is long over is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app.escrow import ledger
from app.escrow.bank import importing, placing
from app.escrow.bank.lines import Line, Statement
from app.escrow.office import checks, tasks
from app.people import throttle
from app.people.models import Throttle
from tests import rooms
from tests.scheduler.chores import Bag, tick
from tests.stories import NOON

NIGHT = datetime(2026, 11, 3, 3, 5, tzinfo=UTC)
DAY = timedelta(days=1)


def told(bag: Bag) -> str:
    (parcel,) = [one for one in bag.parcels if one.notice == "ledger_checked"]
    from email import message_from_bytes, policy

    post = message_from_bytes(parcel.data, policy=policy.default)
    body = post.get_body(("plain",))
    assert body is not None
    return f"{post['Subject']}\n{body.get_content()}"


def test_the_letter_of_a_good_night_is_short_and_says_head_and_totals(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    session.commit()
    bag = Bag()
    tick(session, NIGHT, bag)
    seq, digest = ledger.head(session)
    said = told(bag)
    assert f"The ledger holds: transfer {seq}" in said and digest in said
    assert "In escrow: $75.00" in said
    found = checks.last(session)
    assert found is not None
    assert (found.night, found.seq, found.hash, found.troubles) == ("2026-11-03", seq, digest, 0)
    assert tasks.waiting(session) == []


def test_a_board_where_nothing_ever_moved_sends_no_letter_of_it(session: Any) -> None:
    rooms.agreed(session)
    session.commit()
    bag = Bag()
    tick(session, NIGHT, bag)
    assert "ledger_checked" not in bag.notices
    assert checks.last(session) is not None


def test_trouble_is_loud_and_a_task_until_a_night_finds_none(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    first = room.milestones[0]
    first.amount_minor = 9999
    session.commit()
    bag = Bag()
    tick(session, NIGHT, bag)
    assert "The ledger does not hold" in told(bag) and "9999" in told(bag)
    assert [task.kind for task in tasks.waiting(session)] == ["audit.failed"]
    session.execute(text("UPDATE milestones SET amount_minor = 7500 WHERE amount_minor = 9999"))
    session.commit()
    bag = Bag()
    tick(session, NIGHT + DAY, bag)
    assert "The ledger holds" in told(bag)
    assert tasks.waiting(session) == []
    ((task, name),) = tasks.closed(session)
    assert (task.kind, name) == ("audit.failed", "")


@pytest.mark.parametrize("end", ["sent back", "waits"])
def test_money_in_suspense_for_three_days_is_a_task_once(session: Any, end: str) -> None:
    room = rooms.agreed(session)
    line = Line(NOON.date(), "USD", 7500, name="Ana", text="rent")
    importing.keep(
        session, [Statement("CSV", "", (line,))], file_name="a.csv", by=room.operator, at=NOON
    )
    from sqlalchemy import select

    from app.escrow.bank.models import BankEntry

    entry = session.scalars(select(BankEntry)).one()
    placing.hold(session, entry, by=room.operator, at=NOON)
    session.commit()
    tick(session, NOON + 2 * DAY)
    assert tasks.waiting(session) == []
    bag = Bag()
    for hours in (0, 1, 30):
        tick(session, NOON + 3 * DAY + timedelta(hours=hours), bag)
    assert [task.kind for task in tasks.waiting(session)] == ["suspense.old"]
    assert bag.notices.count("task_raised") == 1
    if end == "sent back":
        placing.send_back(session, entry, note="", by=room.operator, at=NOON + 5 * DAY)
        assert tasks.waiting(session) == []


def test_counts_of_failed_sign_ins_are_forgotten_within_a_day(session: Any) -> None:
    throttle.count(session, throttle.guesses("a@example.org", "203.0.113.9"), NOON)
    session.commit()
    tick(session, NOON)
    assert len(session.scalars(select(Throttle)).all()) == 3, "while they may still count"
    tick(session, NOON + DAY)
    assert session.scalars(select(Throttle)).all() == []
