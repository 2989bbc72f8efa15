"""One writer at a time: what a verb has read cannot change under it, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.kernel import once
from app.kernel.events import StreamHead
from app.kernel.writing import writing
from tests import databases

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def count_up(url: str, times: int) -> None:
    with databases.opened(url) as session:
        for _ in range(times):
            with writing(session):
                head = session.get(StreamHead, "counter")
                assert head is not None
                head.number += 1
            session.expire_all()


def test_eight_threads_lose_no_update(database_url: str) -> None:
    with databases.opened(database_url) as session, writing(session):
        session.add(StreamHead(stream="counter", number=0, hash=""))
    threads = [threading.Thread(target=count_up, args=(database_url, 25)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with databases.opened(database_url) as session:
        head = session.get(StreamHead, "counter")
        assert head is not None and head.number == 200


def test_a_failed_unit_of_work_leaves_nothing(database_url: str) -> None:
    with databases.opened(database_url) as session:
        try:
            with writing(session):
                session.add(StreamHead(stream="half", number=1, hash=""))
                session.flush()
                raise RuntimeError("the power went")
        except RuntimeError:
            pass
        assert session.get(StreamHead, "half") is None


def test_a_form_is_spent_once_and_remembers_where_it_led(session: Session) -> None:
    assert once.spend(session, "key", at=NOON) is None
    once.remember(session, "key", "/jobs/1")
    session.expire_all()
    earlier = once.spend(session, "key", at=NOON)
    assert earlier is not None and earlier.led_to == "/jobs/1"


def test_spent_forms_are_forgotten_after_a_fortnight(session: Session) -> None:
    once.spend(session, "old", at=NOON)
    once.spend(session, "new", at=NOON + timedelta(days=10))
    once.forget(session, at=NOON + timedelta(days=15))
    session.expire_all()
    assert session.get(once.SpentForm, "old") is None
    assert session.get(once.SpentForm, "new") is not None
