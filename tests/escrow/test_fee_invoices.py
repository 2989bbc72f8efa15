"""Issue 3, points 7 and 10: the statement of fees, the board's invoices, and taking fees out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.escrow import accounts, audit
from app.escrow.office import taking_out
from app.escrow.papers import fee_invoices, fees
from app.escrow.papers.models import FeeInvoice
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people import board
from app.people.models import Board
from app.terms import negotiation
from tests import rooms
from tests.people import carol
from tests.rooms import Room
from tests.stories import NOON, post_job, propose

BEGINS = datetime(2026, 11, 1, tzinfo=UTC)
ENDS = datetime(2026, 12, 1, tzinfo=UTC)
AFTER = datetime(2026, 12, 2, 12, tzinfo=UTC)


def charge(room: Room, billing: str = "1 Main Street\nBerlin\nDE 123") -> None:
    board.charge(
        room.session, rate=5000, minimum_minor=0, tax_rate=19000, tax_words="VAT",
        billing=billing, by=room.operator, at=NOON,
    )  # fmt: skip


@pytest.fixture
def room(session: Session) -> Room:
    """The board keeps 5 %; two milestones of $75 were released."""
    found = rooms.negotiated(session)
    charge(found)
    revision = negotiation.send(session, found.engagement, by=found.client, at=NOON)
    negotiation.accept(session, revision, by=found.freelancer, at=NOON)
    for milestone in found.milestones[:2]:
        rooms.through(found, milestone)
    found.freelancer.billing = "1 Harbour Street\nLisbon"
    return found


def issue(room: Room, *, at: datetime = AFTER, **changes: Any) -> list[FeeInvoice]:
    by = changes.get("by", room.operator)
    return fee_invoices.issue(room.session, "2026-11", BEGINS, ENDS, by=by, at=at)


def carols(room: Room) -> Room:
    """Carol works for Alice, too; one milestone of hers is released."""
    from app.terms import selection

    session, worker = room.session, carol(room.session)
    job = post_job(session, room.client, title="A sign")
    proposal = propose(session, job, worker)
    engagement = selection.select(session, proposal, by=room.client, at=NOON)
    found = Room(session, engagement, room.client, worker, room.operator)
    revision = negotiation.send(session, engagement, by=room.client, at=NOON)
    negotiation.accept(session, revision, by=worker, at=NOON)
    rooms.through(found, found.milestones[0])
    return found


def test_the_statement_of_a_month_says_what_was_kept_of_which_release(room: Room) -> None:
    rows = fees.of_month(room.session, BEGINS, ENDS)
    assert [(row.milestone, row.released_minor, row.fee_minor, row.net_minor) for row in rows] == [
        ("6 concepts", 7500, 375, 7125), ("Start fee deposit", 7500, 375, 7125),
    ]  # fmt: skip
    (total,) = fees.sums(room.session, BEGINS, ENDS)
    assert (total.count, total.released_minor, total.fee_minor) == (2, 15000, 750)
    assert (total.opening_minor, total.taken_minor, total.closing_minor) == (0, 0, 750)
    assert fees.of_month(room.session, ENDS, ENDS + timedelta(days=31)) == []
    first = fees.of_month(room.session, BEGINS, ENDS, limit=1)
    assert fees.of_month(room.session, BEGINS, ENDS, before=first[0].seq) == rows[1:]


def test_one_invoice_for_each_freelancer_of_the_month_with_gapless_numbers(room: Room) -> None:
    carols(room)
    made = issue(room)
    assert sorted((one.number, one.total_minor) for one in made) in (
        [(1, 375), (2, 750)], [(1, 750), (2, 375)],
    )  # fmt: skip
    bobs = next(one for one in made if one.freelancer_id == room.freelancer.id)
    assert (bobs.net_minor, bobs.tax_minor, bobs.tax_words) == (630, 120, "VAT")
    assert bobs.seller == "Acme board\n1 Main Street\nBerlin\nDE 123"
    assert bobs.buyer == "Bob Okafor\n1 Harbour Street\nLisbon"
    lines = fee_invoices.lines(room.session, bobs)
    assert [(line.title, line.released_minor, line.amount_minor) for line in lines] == [
        ("Start fee deposit", 7500, 375), ("6 concepts", 7500, 375),
    ]  # fmt: skip
    with pytest.raises(WrongState, match=r"fee_invoice\.nothing"):
        issue(room)


def test_a_credit_note_takes_the_next_number_and_frees_the_fees(room: Room) -> None:
    (invoice,) = issue(room)
    note = fee_invoices.reverse(room.session, invoice, by=room.operator, at=AFTER)
    assert (note.number, note.total_minor, note.reverses_id) == (2, -750, invoice.id)
    for one in (invoice, note):
        with pytest.raises(WrongState, match=r"invoice\.reversed"):
            fee_invoices.reverse(room.session, one, by=room.operator, at=AFTER)
    assert [one.number for one in issue(room)] == [3]


def test_a_month_is_invoiced_when_it_is_over_and_the_board_has_an_address(room: Room) -> None:
    assert not fee_invoices.can_issue(room.session, BEGINS, ENDS, at=NOON)
    with pytest.raises(WrongState, match=r"fee_invoice\.month_open"):
        issue(room, at=NOON)
    charge(room, billing=" ")
    with pytest.raises(Refused, match=r"fee_invoice\.no_address"):
        issue(room)


def test_only_whoever_keeps_the_money_writes_invoices_and_takes_fees_out(room: Room) -> None:
    for person in (room.client, room.freelancer):
        with pytest.raises(NotFound):
            issue(room, by=person)
        with pytest.raises(NotFound):
            taking_out.take_out(room.session, 1, "USD", by=person, at=AFTER)
    (invoice,) = issue(room)
    assert fee_invoices.load(room.session, invoice.id, room.freelancer) is invoice
    with pytest.raises(NotFound):
        fee_invoices.load(room.session, invoice.id, room.client)
    with pytest.raises(NotFound):
        fee_invoices.reverse(room.session, invoice, by=room.freelancer, at=AFTER)


def test_fees_leave_by_the_bank_and_never_more_than_is_there(room: Room) -> None:
    taking_out.take_out(room.session, 500, "USD", by=room.operator, at=AFTER)
    assert (room.stands(accounts.fees()), room.stands(accounts.bank("bank"))) == (250, -14500)
    for amount, code in ((251, "too_much"), (0, "nothing"), (-1, "nothing")):
        with pytest.raises(Invalid, match=f"fees.{code}"):
            taking_out.take_out(room.session, amount, "USD", by=room.operator, at=AFTER)
    with pytest.raises(Invalid):
        taking_out.take_out(room.session, 1, "EUR", by=room.operator, at=AFTER)
    (december,) = fees.sums(room.session, ENDS, ENDS + timedelta(days=31))
    assert (december.opening_minor, december.taken_minor, december.closing_minor) == (750, 500, 250)
    assert audit.audit(room.session) == []


def test_the_audit_says_where_a_fee_is_not_what_was_agreed(room: Room) -> None:
    assert audit.audit(room.session) == []
    room.engagement.fee_rate = 6000
    room.session.flush()
    assert len([one for one in audit.audit(room.session) if "was agreed" in one]) == 2


def test_changing_the_boards_currency_clears_the_minimum(room: Room) -> None:
    row = room.session.get_one(Board, 1)
    row.fee_minimum_minor = 100
    board.describe(
        room.session, name=row.name, zone=row.zone, currency="JPY", contact_email="",
        bank_account="", open_joining=False, privacy="", conditions="", by=room.operator, at=NOON,
    )  # fmt: skip
    assert (row.fee_rate, row.fee_minimum_minor) == (5000, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fee_invoices SET total_minor = 1, net_minor = 1, tax_minor = 0",
        "DELETE FROM fee_invoices",
        "UPDATE fee_invoice_lines SET amount_minor = 1",
        "DELETE FROM fee_invoice_lines",
    ],
)
def test_the_database_refuses_to_change_a_fee_invoice(room: Room, statement: str) -> None:
    issue(room)
    with pytest.raises(DBAPIError, match=r"never changes|append-only"):
        room.session.execute(text(statement))


@pytest.mark.parametrize("taken", [0, 1])
def test_the_books_as_beancount_hold_fees_as_income(room: Room, taken: int) -> None:
    from app.escrow.papers import beancount

    if taken:
        taking_out.take_out(room.session, 500, "USD", by=room.operator, at=AFTER)
    written = "".join(beancount.export(room.session, "Acme"))
    loader = pytest.importorskip("beancount.loader")
    entries, errors, _ = loader.load_string(written)
    assert errors == [] and entries
    stands = "-2.50" if taken else "-7.50"
    assert f"balance Income:Fees  {stands} ~ 0 USD" in written
