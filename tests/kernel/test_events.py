"""History is append-only and chained; words can be erased and the chain stays whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.events import Event, StreamHead, Untold

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def tell(session: Session, times: int = 3) -> list[Event]:
    return [
        events.record(
            session, "engagement:x", "thing.happened", by="ana", at=NOON,
            subject=("thing", str(count)), facts={"b": 2, "a": count}, words="Because.",
        )
        for count in range(times)
    ]  # fmt: skip


def test_events_count_without_gaps_and_chain(session: Session) -> None:
    first, second, third = tell(session)
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert first.previous_hash == events.GENESIS and third.previous_hash == second.hash
    assert events.verify_stream(session, "engagement:x") == []


def test_the_head_is_the_rooms_version(session: Session) -> None:
    last = tell(session)[-1]
    head = session.get(StreamHead, "engagement:x")
    assert head is not None and (head.number, head.hash) == (3, last.hash)


def test_an_event_waits_to_be_told_unless_nobody_need_hear_of_it(session: Session) -> None:
    told = tell(session, 1)[0]
    events.record(
        session, "board", "chore.done", by=None, at=NOON, subject=("chore", "x"), tell=False
    )
    assert session.scalars(select(Untold.event_id)).all() == [told.id]


def test_words_can_be_erased_and_the_chain_stays_whole(session: Session) -> None:
    told = tell(session)[1]
    session.execute(update(Event).where(Event.id == told.id).values(words=None, words_salt=None))
    session.expire_all()
    assert events.verify_stream(session, "engagement:x") == []


@pytest.mark.parametrize(
    "change", [{"facts": "{}"}, {"kind": "other"}, {"words": "Not so."}, {"hash": "0" * 64}]
)
def test_the_database_refuses_to_change_an_event(session: Session, change: dict[str, str]) -> None:
    told = tell(session)[1]
    with pytest.raises(DatabaseError, match="events never change"):
        session.execute(update(Event).where(Event.id == told.id).values(**change))


def test_the_database_refuses_to_delete_an_event(session: Session) -> None:
    tell(session)
    session.execute(delete(Untold))
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(delete(Event).where(Event.number == 3))


def test_a_forged_event_is_found(session: Session) -> None:
    tell(session)
    session.add(
        Event(
            stream="engagement:x", number=4, kind="money.invented", at=NOON, actor_id=None,
            subject_kind="thing", subject_id="9", facts="{}", previous_hash="f" * 64, hash="e" * 64,
        )
    )  # fmt: skip
    session.flush()
    assert events.verify_stream(session, "engagement:x") == [
        "engagement:x: event 4 does not fit its chain",
        "engagement:x: its head does not match its last event",
    ]
