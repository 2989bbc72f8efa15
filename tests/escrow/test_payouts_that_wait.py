"""A payout to a changed account waits for 48 hours, whoever would send it (decision 0101)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.adapters import bank
from app.escrow import audit
from app.escrow.bank import exporting, importing, placing, todo
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.cards import waiting as at_the_provider
from app.escrow.models import Payout
from app.escrow.office.models import Preparation
from app.escrow.outgoing import payouts, returned, waits
from app.escrow.provider import CARD
from app.kernel.errors import WrongState
from app.kernel.events import Event
from app.people import accounts, board, payout_accounts
from app.people.models import Person
from tests import rooms
from tests.cards import CardRoom
from tests.people import carol
from tests.rooms import Room
from tests.stories import NOON, later
from tests.stripe_stand_in.server import LOST

A, B = "Bob Okafor\nES91 2100 0418 4502 0005 1332", "Bob Okafor\nDE89 3704 0044 0532 0130 00"
UNTIL = NOON + payout_accounts.LASTS
ALMOST = UNTIL - timedelta(seconds=1)


@pytest.fixture
def room(session: Any) -> Room:
    found = rooms.agreed(session, currency="EUR")
    rooms.through(found, found.milestones[0])
    sets(found, A, at=NOON - timedelta(days=30))
    return found


def sets(
    room: Room, account: str, *, card: str = "", holder: str = "", at: datetime = NOON
) -> None:
    accounts.set_money(
        room.session, room.freelancer, payout_account=account, payout_holder=holder,
        card_account=card, billing="", at=at,
    )  # fmt: skip


def asks(room: Room, amount: int = 1000, *, at: datetime = NOON) -> Payout:
    return payouts.ask(room.session, room.freelancer, amount, "EUR", at=at)


def two_people(room: Room) -> Person:
    """From now on two confirm whatever leaves; the second one."""
    second = carol(room.session)
    accounts.set_powers(
        room.session, second, operator=False, bookkeeper=True, by=room.operator, at=NOON
    )
    board.set_limits(
        room.session, tolerance_minor=0, two_operator_minor=1, by=room.operator, at=NOON
    )
    return second


def ready(room: Room, at: datetime) -> list[str]:
    rows = exporting.ready(room.session, exporting.SEPA, room.operator, bank.iban_in, at=at)
    return [row.account for row in rows]


def test_neither_the_mark_nor_a_file_sends_it_before_its_time(room: Room) -> None:
    sets(room, B)
    payout = asks(room)
    for at in (NOON, ALMOST, NOON - timedelta(days=3)):
        with pytest.raises(WrongState, match=r"payout\.waits"):
            payouts.settle(room.session, payout, by=room.operator, at=at)
        assert ready(room, at) == []
    assert [row.waits_until for row in todo.payouts(room.session, at=ALMOST)] == [UNTIL]
    assert [row.waits_until for row in todo.payouts(room.session, at=UNTIL)] == [None]
    assert ready(room, UNTIL) == ["DE89370400440532013000"]
    assert payouts.settle(room.session, payout, by=room.operator, at=UNTIL)
    assert payout.to_account == B
    assert audit.audit(room.session) == []


def test_a_file_that_was_listed_before_the_change_does_not_send_it_after(room: Room) -> None:
    room.freelancer.payout_account = ""
    payout = asks(room)
    room.freelancer.payout_account = A
    rows = exporting.ready(room.session, exporting.SEPA, room.operator, bank.iban_in, at=NOON)
    assert [row.id for row in rows] == [payout.id]
    sets(room, B)
    with pytest.raises(WrongState, match=r"payout\.waits"):
        exporting.make(
            room.session, exporting.SEPA, rows, lambda _id: "", by=room.operator, at=NOON
        )


def test_one_that_was_requested_before_the_change_keeps_its_account_and_goes(room: Room) -> None:
    payout = asks(room)
    sets(room, B)
    assert ready(room, NOON) == ["ES9121000418450200051332"]
    assert payouts.settle(room.session, payout, by=room.operator, at=NOON)
    assert payout.to_account == A


def test_undoing_the_change_ends_the_wait_and_the_money_goes_to_the_former_account(
    room: Room,
) -> None:
    sets(room, B)
    payout = asks(room)
    payout_accounts.undo(room.session, room.freelancer, at=later(1))
    assert waits.until(room.session, payout, later(1)) is None
    assert ready(room, later(1)) == ["ES9121000418450200051332"]
    assert payouts.settle(room.session, payout, by=room.operator, at=later(1))
    assert payout.to_account == A


def test_undone_the_holders_name_is_the_former_one_too(room: Room) -> None:
    sets(room, A, holder="Robert Okafor", at=later(-1))
    sets(room, A, holder="Eve Thief")
    payout = asks(room)
    assert waits.until(room.session, payout, NOON) == UNTIL
    assert ready(room, NOON) == []
    payout_accounts.undo(room.session, room.freelancer, at=NOON)
    assert payouts.settle(room.session, payout, by=room.operator, at=NOON)
    assert (payout.to_account, payout.to_holder) == (A, "Robert Okafor")


@pytest.mark.parametrize("steps", [("",), ("", "Eve Thief"), ("Eve Thief",)])
def test_another_holder_waits_however_the_name_came_there(
    room: Room, steps: tuple[str, ...]
) -> None:
    sets(room, A, holder="Robert Okafor", at=later(-1))
    for holder in steps:
        sets(room, A, holder=holder)
    payout = asks(room)
    assert payout.to_account == ""
    with pytest.raises(WrongState, match=r"payout\.waits"):
        payouts.settle(room.session, payout, by=room.operator, at=ALMOST)
    assert ready(room, ALMOST) == []
    assert payouts.settle(room.session, payout, by=room.operator, at=UNTIL)
    assert payout.to_holder == steps[-1]


def test_a_second_change_makes_it_wait_from_then_on_and_go_there(room: Room) -> None:
    sets(room, B)
    payout = asks(room)
    other = "Bob Okafor\nGB33 BUKB 2020 1555 5555 55"
    sets(room, other, at=ALMOST)
    assert waits.until(room.session, payout, UNTIL) == ALMOST + payout_accounts.LASTS
    assert waits.account_of(room.session, payout) == other


def test_the_first_account_of_all_makes_nothing_wait(session: Any) -> None:
    room = rooms.agreed(session, currency="EUR")
    rooms.through(room, room.milestones[0])
    before = asks(room, 100)
    sets(room, B)
    for payout in (before, asks(room, 200)):
        assert payouts.settle(session, payout, by=room.operator, at=NOON)


def test_without_an_account_and_with_another_one_later_it_waits(room: Room) -> None:
    sets(room, "", at=later(-20))
    payout = asks(room, at=later(-15))
    sets(room, B)
    assert waits.until(room.session, payout, NOON) == UNTIL


def test_whoever_waits_may_take_it_back_and_the_operator_may_leave_it(room: Room) -> None:
    sets(room, B)
    payout = asks(room)
    payouts.cancel(room.session, payout, by=room.freelancer, at=NOON)
    assert waits.waiting(room.session, NOON) == {}
    again = asks(room)
    assert returned.payout(room.session, again, reason="Not his.", by=room.operator, at=NOON)
    assert again.state == "failed" and audit.audit(room.session) == []


def test_two_people_cannot_send_it_either(room: Room) -> None:
    second = two_people(room)
    sets(room, B)
    payout = asks(room)
    for person in (room.operator, second):
        with pytest.raises(WrongState, match=r"payout\.waits"):
            payouts.settle(room.session, payout, by=person, at=NOON)
    assert room.session.scalars(select(Preparation)).all() == []


def test_the_second_person_sends_it_where_the_first_saw_it_go(room: Room) -> None:
    second = two_people(room)
    sets(room, B)
    payout = asks(room)
    assert not payouts.settle(room.session, payout, by=room.operator, at=UNTIL)
    sets(room, "Eve\nGB82 WEST 1234 5698 7654 32", at=UNTIL)
    assert payouts.settle(room.session, payout, by=second, at=UNTIL + timedelta(days=9))
    assert payout.to_account == B


def test_a_statement_that_shows_that_it_left_is_believed(room: Room) -> None:
    """The books say what happened: a line of the bank is no act of the operator's."""
    sets(room, B)
    payout = asks(room)
    line = Line(NOON.date(), "EUR", -1000, name="Bob", text=payout.code)
    importing.keep(
        room.session, [Statement("CSV", "", (line,))], file_name="a.csv", by=room.operator, at=NOON
    )
    entry = room.session.scalars(select(BankEntry)).one()
    placing.book(room.session, entry, payout.code, by=room.operator, at=NOON)
    assert payout.state == "settled"


def test_the_event_says_until_when(room: Room) -> None:
    sets(room, B)
    asks(room)
    asked = select(Event).where(Event.kind == "payout.asked").order_by(Event.id.desc())
    event = room.session.scalars(asked.limit(1)).one()
    assert event.told["until"] == UNTIL.isoformat()


def with_card(cards: CardRoom) -> Payout:
    """Bob changed his account at Stripe just now, and requested a payout."""
    cards.earns()
    cards.stripe.accounts.add("acct_another22")
    sets(cards.room, "", card="acct_another22")
    payout = payouts.ask(cards.session, cards.room.freelancer, 7000, "USD", at=NOON, provider=CARD)
    cards.session.commit()
    return payout


def test_stripe_is_not_asked_before_its_time(cards: CardRoom) -> None:
    payout = with_card(cards)
    cards.turns()
    cards.turns(at=ALMOST)
    assert (payout.state, cards.stripe.of("transfer")) == ("pending", [])
    shown = todo.payouts(cards.session, at=ALMOST)
    assert [(row.id, row.waits_until) for row in shown] == [(payout.id, UNTIL)]
    assert at_the_provider.waiting(cards.session, at=ALMOST).calls == ()
    with pytest.raises(WrongState):
        payouts.let_leave(cards.session, payout, by=cards.room.operator, at=ALMOST)
    cards.session.rollback()
    cards.turns(at=UNTIL)
    assert payout.state == "settled" and payout.to_account == "acct_another22"
    assert cards.stripe.of("transfer")[0]["destination"] == "acct_another22"


def test_undone_it_goes_to_the_former_account_at_stripe(cards: CardRoom) -> None:
    payout = with_card(cards)
    payout_accounts.undo(cards.session, cards.room.freelancer, at=NOON)
    cards.session.commit()
    cards.turns()
    assert cards.stripe.of("transfer")[0]["destination"] == "acct_connected1"
    assert payout.state == "settled"


def test_what_stripe_was_asked_for_once_keeps_its_account(cards: CardRoom) -> None:
    payout = with_card(cards)
    cards.stripe.faults = [LOST]
    cards.turns(at=UNTIL)
    assert payout.state == "pending"
    sets(cards.room, "", card="acct_connected1", at=UNTIL)
    cards.session.commit()
    cards.turns(at=UNTIL + timedelta(hours=1))
    sent = cards.stripe.of("transfer")
    assert [one["destination"] for one in sent] == ["acct_another22"]
    assert payout.state == "settled" and payout.to_account == "acct_another22"


def test_without_an_account_at_stripe_nothing_is_asked_and_it_can_be_left(
    cards: CardRoom,
) -> None:
    cards.earns()
    cards.room.freelancer.card_account = ""
    sets(cards.room, A, at=NOON - timedelta(days=30))
    sets(cards.room, A, card="acct_evil99999")
    payout = payouts.ask(cards.session, cards.room.freelancer, 7000, "USD", at=NOON, provider=CARD)
    payout_accounts.undo(cards.session, cards.room.freelancer, at=NOON)
    cards.session.commit()
    cards.turns(at=later(5))
    assert cards.stripe.of("transfer") == [] and payout.state == "pending"
    assert [row.account for row in todo.payouts(cards.session, at=NOON)] == [""]
    assert returned.payout(
        cards.session, payout, reason="No account.", by=cards.room.operator, at=NOON
    )
    cards.session.commit()
