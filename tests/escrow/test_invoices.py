"""Issue 3, point 10: invoices with gapless numbers, never changed, reversed by credit notes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.escrow.papers import invoices, keeping
from app.escrow.papers.models import Invoice
from app.jobs.proposing import LineDraft
from app.kernel.errors import Invalid, Refused, WrongState
from tests import rooms
from tests.rooms import Room
from tests.stories import NOON, later


@pytest.fixture
def room(session: Session) -> Room:
    """Two milestones are released; Bob has an address and 19 % tax."""
    found = rooms.agreed(session)
    for milestone in found.milestones[:2]:
        rooms.through(found, milestone)
    found.freelancer.billing = "1 Harbour Street\nLisbon\nPT 123"
    found.freelancer.tax_rate, found.freelancer.tax_words = 19000, "VAT"
    found.client.billing = "2 Mill Lane\nNew York"
    return found


def open_ids(room: Room) -> list[int]:
    return [one.event_id for one in invoices.to_invoice(room.session, room.engagement)]


def issue(room: Room, ids: list[int] | None = None) -> Invoice:
    chosen = open_ids(room) if ids is None else ids
    return invoices.issue(room.session, room.engagement, chosen, by=room.freelancer, at=later(1))


def test_an_invoice_says_what_was_released_with_both_addresses_and_the_tax(room: Room) -> None:
    invoice = issue(room)
    assert (invoice.number, invoice.total_minor) == (1, 15000)
    assert (invoice.net_minor, invoice.tax_minor, invoice.tax_words) == (12605, 2395, "VAT")
    assert invoice.seller == "Bob Okafor\n1 Harbour Street\nLisbon\nPT 123"
    assert invoice.buyer == "Alice Ruiz\n2 Mill Lane\nNew York"
    lines = invoices.lines(room.session, invoice)
    assert [line.title for line in lines] == ["Start fee deposit", "6 concepts"]
    assert not invoices.can_issue(room.session, room.engagement, room.freelancer.id)


def test_what_is_changed_later_does_not_change_the_invoice(room: Room) -> None:
    invoice = issue(room)
    room.freelancer.billing, room.freelancer.tax_rate = "Elsewhere", 0
    room.session.flush()
    room.session.refresh(invoice)
    assert "Harbour" in invoice.seller
    assert invoice.tax_rate == 19000


def test_numbers_count_without_gaps_over_all_rooms_of_a_freelancer(room: Room) -> None:
    from tests.people import carol

    first, second = open_ids(room)
    assert issue(room, [first]).number == 1
    with pytest.raises(WrongState):
        issue(room, [first])
    with pytest.raises(Invalid):
        issue(room, [])
    note = invoices.reverse(
        room.session, room.session.get_one(Invoice, _by_number(room, 1)),
        by=room.freelancer, at=later(2),
    )  # fmt: skip
    assert note.number == 2
    assert issue(room, [second]).number == 3
    other = rooms_of(room, carol(room.session))
    other.freelancer.billing = "Tokyo"
    assert issue(other).number == 1


def rooms_of(room: Room, freelancer: object) -> Room:
    from app.escrow import work
    from app.people.models import Person
    from tests import stories

    assert isinstance(freelancer, Person)
    lines = (LineDraft("All", "", None, 30000),)
    engagement = stories.agreed(room.session, room.client, freelancer, lines=lines)
    stories.released(room.session, work.of(room.session, engagement.id)[0])
    return Room(room.session, engagement, room.client, freelancer, room.operator)


def _by_number(room: Room, number: int) -> str:
    rows = invoices.of_engagement(room.session, room.engagement.id)
    return next(one.id for one in rows if one.number == number)


def test_a_credit_note_reverses_exactly_and_frees_the_releases(room: Room) -> None:
    invoice = issue(room)
    note = invoices.reverse(room.session, invoice, by=room.freelancer, at=later(2))
    assert note.reverses_id == invoice.id
    assert note.total_minor == -15000
    assert note.net_minor + note.tax_minor == note.total_minor
    assert sum(line.amount_minor for line in invoices.lines(room.session, note)) == -15000
    for one in (invoice, note):
        with pytest.raises(WrongState):
            invoices.reverse(room.session, one, by=room.freelancer, at=later(3))
    assert len(open_ids(room)) == 2
    assert issue(room).number == 3


def test_only_the_freelancer_invoices_and_only_with_an_address(room: Room) -> None:
    ids = open_ids(room)
    with pytest.raises(Refused, match=r"invoice\.not_yours"):
        invoices.issue(room.session, room.engagement, ids, by=room.client, at=NOON)
    room.freelancer.billing = " "
    with pytest.raises(Refused, match=r"invoice\.no_address"):
        issue(room)
    room.freelancer.billing = "Lisbon"
    invoice = issue(room)
    with pytest.raises(Refused, match=r"invoice\.not_yours"):
        invoices.reverse(room.session, invoice, by=room.client, at=NOON)


def test_what_is_not_released_is_not_invoiced(session: Session) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    assert invoices.to_invoice(session, room.engagement) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices SET number = 7",
        "UPDATE invoices SET buyer = 'Somebody else'",
        "UPDATE invoice_lines SET amount_minor = 1",
        "DELETE FROM invoice_lines",
        "DELETE FROM invoices",
        "INSERT INTO invoices SELECT * FROM invoices WHERE number = 1 "
        "ON CONFLICT (id) DO UPDATE SET buyer = 'Somebody else'",
    ],
)
def test_the_database_refuses_to_change_an_invoice(room: Room, statement: str) -> None:
    issue(room)
    room.session.commit()
    with pytest.raises(DBAPIError):
        room.session.execute(text(statement))
    room.session.rollback()


@pytest.mark.parametrize("table", ["invoices", "invoice_lines"])
def test_sqlite_refuses_to_replace_an_invoice_with_its_guards_turned_down(
    room: Room, table: str
) -> None:
    issue(room)
    room.session.commit()
    if room.session.get_bind().dialect.name == "sqlite":
        room.session.execute(text("PRAGMA recursive_triggers=OFF"))
        room.session.rollback()
        with pytest.raises(DBAPIError):
            room.session.execute(text(f"REPLACE INTO {table} SELECT * FROM {table}"))
        room.session.rollback()


@given(st.integers(1, 10**13), st.integers(0, 100_000))
def test_tax_within_a_total_is_exact_to_half_a_minor_unit(total: int, rate: int) -> None:
    from fractions import Fraction

    tax = keeping.tax_within(total, rate)
    exact = Fraction(total * rate, 100_000 + rate)
    assert 0 <= tax <= total
    assert -Fraction(1, 2) < tax - exact <= Fraction(1, 2)
