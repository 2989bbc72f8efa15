"""Tasks: one for each thing, closed by whoever looks after it, kept with its history."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.escrow.office import tasks
from app.kernel.errors import NotFound, WrongState
from app.kernel.events import Event, verify_stream
from app.mail.task_words import TASKS, task_words
from tests.people import alice, bob, mallory, olga
from tests.stories import NOON, later

SUBJECT = ("payout", "7k4d")
FACTS = {"amount_minor": 7500, "currency": "USD", "code": "MO-1", "person": "Bob"}


def test_one_task_is_open_for_each_thing(session: Any) -> None:
    first = tasks.raise_task(session, "payout.failed", subject=SUBJECT, facts=FACTS, at=NOON)
    again = tasks.raise_task(session, "payout.failed", subject=SUBJECT, facts={}, at=later(1))
    assert again is first and len(tasks.waiting(session)) == 1
    tasks.raise_task(session, "refund.failed", subject=SUBJECT, facts=FACTS, at=NOON)
    assert len(tasks.waiting(session)) == 2
    tasks.close(session, first, by=olga(session), at=later(2), note="Asked him.")
    newer = tasks.raise_task(session, "payout.failed", subject=SUBJECT, facts=FACTS, at=later(3))
    assert newer is not first and len(tasks.waiting(session)) == 2


def test_only_who_sees_all_money_closes_a_task_and_only_once(session: Any) -> None:
    task = tasks.raise_task(session, "payout.failed", subject=SUBJECT, facts=FACTS, at=NOON)
    for stranger in (alice(session), bob(session), mallory(session)):
        with pytest.raises(NotFound):
            tasks.close(session, task, by=stranger, at=NOON)
        with pytest.raises(NotFound):
            tasks.load(session, task.id, stranger)
    tasks.close(session, task, by=olga(session), at=later(1), note="Asked him.")
    with pytest.raises(WrongState):
        tasks.close(session, task, by=olga(session), at=later(2))
    ((closed, name),) = tasks.closed(session)
    assert (closed.note, name) == ("Asked him.", "Olga Brandt")


def test_the_history_keeps_who_closed_it_and_no_names(session: Any) -> None:
    task = tasks.raise_task(session, "payout.failed", subject=SUBJECT, facts=FACTS, at=NOON)
    tasks.close(session, task, by=olga(session), at=later(1), note="Asked him.")
    rows = session.scalars(select(Event).where(Event.subject_kind == "task").order_by(Event.id))
    raised, closed = rows.all()
    assert (raised.kind, raised.actor_id) == ("task.raised", None)
    assert (closed.kind, closed.actor_id) == ("task.closed", olga(session).id)
    assert closed.words == "Asked him."
    assert "Bob" not in raised.facts
    assert verify_stream(session, "board") == []


def test_what_settles_itself_is_not_closed_by_a_word(session: Any) -> None:
    for kind in tasks.BY_THEMSELVES:
        task = tasks.raise_task(session, kind, subject=SUBJECT, facts={}, at=NOON)
        with pytest.raises(WrongState):
            tasks.close(session, task, by=olga(session), at=later(1))
        tasks.settle(session, kind, SUBJECT, by=None, at=later(1))
        assert task.state == "closed"


@pytest.mark.any_database
def test_every_kind_of_task_is_worded() -> None:
    assert set(TASKS) == set(tasks.KINDS)
    for kind in TASKS:
        title, todo, href = task_words(kind, FACTS)
        assert title and todo.endswith(".") and href.startswith("/board")
