"""Issue 3, point 10: statements of a room, a balance and a month, paged without adding up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger
from app.escrow.outgoing import payouts
from app.escrow.papers import months, receipts, statements
from app.kernel import events
from app.kernel.errors import NotFound
from tests import rooms
from tests.rooms import Room
from tests.stories import NOON, later

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def room(session: Session) -> Room:
    """Three milestones paid, two released in November and one in December."""
    found = rooms.agreed(session)
    first, second, third = found.milestones[:3]
    rooms.through(found, first)
    rooms.through(found, second, at=later(2))
    rooms.pays(found, third, received=9000, at=later(3))
    from app.escrow.milestones import release

    release.release_without_submission(session, third, by=found.client, at=later(days=40))
    return found


def test_pages_of_a_room_are_the_whole_statement_in_pieces(room: Room) -> None:
    session, engagement = room.session, room.engagement
    whole = statements.of_engagement(session, engagement.id)
    found: list[Any] = []
    before = 0
    while rows := statements.page_of_engagement(session, engagement.id, before=before, limit=2):
        found += rows
        before = rows[-1].seq
    assert found == whole[::-1]
    assert found[0].after_minor == 0


def test_pages_of_a_balance_are_the_whole_statement_in_pieces(room: Room) -> None:
    session, bob = room.session, room.freelancer
    payouts.ask(session, bob, 5000, "USD", at=later(days=41))
    whole = statements.of_balance(session, bob.id, "USD", limit=None)
    assert [row.after_minor for row in whole] == [17500, 22500, 15000, 7500]
    found: list[Any] = []
    before = 0
    while rows := statements.of_balance(session, bob.id, "USD", before=before, limit=1):
        found += rows
        before = rows[-1].seq
    assert found == whole


def test_a_month_begins_where_the_one_before_ended(room: Room) -> None:
    session, bob = room.session, room.freelancer
    november = months.of_person(session, bob.id, *NOVEMBER)
    december = months.of_person(session, bob.id, *DECEMBER)
    assert [(one.of, one.opening_minor, one.closing_minor) for one in november] == [
        ("USD", 0, 15000),
        (room.engagement.id, 0, 7500),
    ]
    assert [(one.opening_minor, one.closing_minor) for one in december] == [
        (15000, 22500),
        (7500, 0),
    ]
    rows = [row.seq for section in (*november, *december) for row in section.rows]
    everything = statements.of_engagement(session, room.engagement.id)
    assert {row.seq for row in everything} == set(rows)


def test_a_month_is_paged_within_each_of_its_parts(room: Room) -> None:
    session, alice = room.session, room.client
    whole = months.of_person(session, alice.id, *NOVEMBER)
    for section in whole:
        first = next(
            one for one in months.of_person(session, alice.id, *NOVEMBER, limit=1)
            if one.of == section.of
        )  # fmt: skip
        found, more = list(first.rows), first.more
        while more:
            (one,) = months.of_person(
                session, alice.id, *NOVEMBER, only=section.of, before=more, limit=1
            )
            found, more = found + one.rows, one.more
        assert found == section.rows


def test_a_stranger_has_nothing_of_it_in_their_month(room: Room) -> None:
    from tests.people import mallory

    assert months.of_person(room.session, mallory(room.session).id, *NOVEMBER) == []


def test_every_row_leads_to_a_receipt_that_holds_it(room: Room) -> None:
    session = room.session
    for row in statements.of_engagement(session, room.engagement.id):
        number = int(row.receipt.rpartition("/")[2])
        found = receipts.load(session, room.engagement.stream, number)
        assert row.seq in [one.seq for one in found.moved]
        assert row.receipt == f"/workrooms/{room.engagement.id}/receipts/{number}"


def test_a_payment_of_more_than_was_needed_is_one_receipt(room: Room) -> None:
    rows = statements.of_engagement(room.session, room.engagement.id)
    surplus = next(row for row in rows if "beyond" in row.what)
    number = int(surplus.receipt.rpartition("/")[2])
    found = receipts.load(room.session, room.engagement.stream, number)
    assert found.amount_minor == 9000
    assert [one.amount_minor for one in found.moved] == [7500, 1500]


def test_what_moved_nothing_has_no_receipt(room: Room) -> None:
    for number in (0, 1, 10_000, 2**40):
        with pytest.raises(NotFound):
            receipts.load(room.session, room.engagement.stream, number)


def test_verify_finds_a_posting_that_was_bent(room: Room) -> None:
    session = room.session
    assert ledger.verify(session) == []
    where = " ON postings" if session.get_bind().dialect.name == "postgresql" else ""
    session.execute(text(f"DROP TRIGGER milepost_postings_no_update{where}"))
    session.execute(text("UPDATE postings SET balance = balance + 1 WHERE seq = 2"))
    assert "transfer 2 was not posted as it moved" in ledger.verify(session)


def test_no_page_adds_up_what_came_before_it(session: Session) -> None:
    """The database is asked for as many rows at the end of a long statement as at its beginning.

    SQLite counts its steps: a page that added up, or sorted, what came before would take more.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    told = events.record(session, "person:p1", "test", by=None, at=NOON, subject=("test", "1"))
    for number in range(1500):
        ledger.transfer(
            session, source=accounts.bank("bank"), target=accounts.balance("p1"), currency="USD",
            amount_minor=1, key=f"key:{number}", event_id=told.id, at=NOON,
        )  # fmt: skip
    deep, new = (steps(session, before) for before in (60, 0))
    assert deep <= new * 1.2


def steps(session: Session, before: int) -> int:
    """How much SQLite does for one page, in its own instructions."""
    raw: Any = session.connection().connection.driver_connection
    count = 0

    def counted() -> int:
        nonlocal count
        count += 1
        return 0

    raw.set_progress_handler(counted, 1)
    try:
        rows = statements.of_balance(session, "p1", "USD", before=before)
    finally:
        raw.set_progress_handler(None, 0)
    assert len(rows) == 50
    assert rows[-1].after_minor == rows[-1].seq
    return count
