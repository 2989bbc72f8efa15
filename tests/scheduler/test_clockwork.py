"""The wheels turn, are pushed when the clock steps, and stop when they are told to."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.mail.models import Letter
from app.scheduler import clockwork
from tests import rooms


def wait_for(what: Any, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def test_letters_leave_soon_after_the_start_and_it_stops_at_once(
    app: Any, story: Any, settings: Any
) -> None:
    with story() as session:
        rooms.negotiated(session)
    running = clockwork.start(app)
    try:
        assert wait_for(lambda: len(list(settings.letters_dir.glob("*.eml"))) >= 2)
    finally:
        began = time.monotonic()
        running.stop()
    assert time.monotonic() - began < 5
    with story() as session:
        found = session.execute(select(Letter.notice, Letter.state, Letter.error)).all()
        assert {state for name, state, _ in found if name in ("proposal", "selected")} == {"sent"}


def test_a_wheel_that_stands_still_is_pushed(app: Any) -> None:
    running = clockwork.Clockwork(app)
    letters, *_others = running._wheels
    made = letters.turned_at  # before the first turn, which may be over at once
    running.start()
    try:
        assert wait_for(lambda: letters.turned_at > made and not letters.turning)
        # As after the clock stepped back by a day: the next turn seems to be far off.
        running._scheduler.modify_job("letters", next_run_time=datetime.now(UTC) + timedelta(1))
        letters.turned_at = stood = time.monotonic() - 1000
        running.push()
        assert wait_for(lambda: letters.turned_at > stood and not letters.late)
        job = running._scheduler.get_job("letters")
        assert wait_for(
            lambda: (
                running._scheduler.get_job("letters").next_run_time
                < datetime.now(UTC) + timedelta(minutes=1)
            )
        ), job
    finally:
        running.stop()


def test_one_chore_that_fails_does_not_stop_the_others(app: Any, story: Any) -> None:
    from app.scheduler.chores import LETTERS, Chore

    def broken(_work: Any) -> int:
        raise RuntimeError("on purpose")

    with story() as session:
        rooms.negotiated(session)
    assert clockwork.tick(app, None, (Chore("broken", 1, broken), LETTERS)) == 2
