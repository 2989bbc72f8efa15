"""Above the limit no charge-back, return, or payout by the card provider is one person's alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.escrow import accounts, audit
from app.escrow.bank import importing, matching, placing, seconding, todo
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import chargebacks
from app.escrow.milestones import release
from app.escrow.models import Payout
from app.escrow.office import preparing, taking_out, tasks
from app.escrow.office.models import Preparation
from app.escrow.outgoing import payouts, returned
from app.escrow.provider import CARD
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people import board
from app.people.models import Board, Person
from tests import rooms
from tests.cards import CardRoom
from tests.people import mallory, olga
from tests.rooms import Room
from tests.stories import NOON, later

LIMIT = 7400


def keeps_two(room: Room, limit_minor: int | None = LIMIT) -> Person:
    """Olga the operator, Mallory the bookkeeper, and a limit."""
    second = mallory(room.session)
    second.is_bookkeeper = True
    board.set_limits(
        room.session, tolerance_minor=0, two_operator_minor=limit_minor, by=room.operator, at=NOON
    )
    return second


def second_of(room: Room) -> Person:
    return mallory(room.session)


@pytest.fixture
def room(session: Any) -> Room:
    """The first milestone funded before there was a limit; a limit of $74.00 since."""
    found = rooms.agreed(session)
    rooms.pays(found, found.milestones[0])
    keeps_two(found)
    return found


@pytest.fixture
def cards(cards: CardRoom) -> CardRoom:
    """$75.00 by card on the freelancer's balance."""
    cards.earns()
    return cards


def the_one(session: Any) -> Preparation:
    found: Preparation = session.scalars(
        select(Preparation).where(Preparation.state == "waiting")
    ).one()
    return found


def charges_back(room: Room, amount: int, by: Person) -> object:
    payment = room.session.scalars(select(chargebacks.Payment)).one()
    return chargebacks.charge_back(
        room.session, payment, amount, reason="Recall", by=by, at=later(1)
    )


def paid_out(room: Room, *, sent: bool = True) -> Payout:
    """All of the first milestone, asked for, and sent by both."""
    release.release_without_submission(
        room.session, room.milestones[0], by=room.client, at=later(1)
    )
    payout = payouts.ask(room.session, room.freelancer, 7500, "USD", at=later(2))
    for person in (room.operator, second_of(room)) if sent else ():
        payouts.settle(room.session, payout, by=person, at=later(3))
    return payout


def test_a_charge_back_above_the_limit_is_booked_by_the_second(room: Room) -> None:
    first = room.milestones[0]
    assert charges_back(room, 7500, room.operator) is None
    assert (room.held(first), first.state) == (7500, "funded")
    with pytest.raises(Refused, match="yourself"):
        charges_back(room, 7500, room.operator)
    with pytest.raises(Refused, match="differs"):
        charges_back(room, 100, second_of(room))
    seconding.second(room.session, the_one(room.session), by=second_of(room), at=later(2))
    assert (room.held(first), first.state) == (0, "planned")
    assert [one.kind for one in tasks.waiting(room.session)] == ["chargeback"]
    assert audit.audit(room.session) == []


def test_small_charge_backs_of_one_payment_count_together(room: Room) -> None:
    assert charges_back(room, LIMIT, room.operator) is not None
    assert charges_back(room, 100, room.operator) is None
    assert room.held(room.milestones[0]) == 100
    assert charges_back(room, 100, second_of(room)) is not None
    assert room.held(room.milestones[0]) == 0


def test_what_the_provider_reports_waits_for_nobody(cards: CardRoom) -> None:
    keeps_two(cards.room, 0)
    cards.session.commit()
    cards.stripe.dispute(cards.stripe.of("payment_intent")[0]["id"], 7500)
    cards.hears(at=later(1))
    assert cards.balances()["loss"] == -7500
    assert preparing.waiting(cards.session) == []


@pytest.mark.parametrize("sent", [True, False])
def test_a_payout_that_did_not_arrive_is_a_balance_again_when_two_say_so(
    room: Room, sent: bool
) -> None:
    payout = paid_out(room, sent=sent)
    state = payout.state
    words: Any = {"reason": "No such account", "at": later(4)}
    assert not returned.payout(room.session, payout, by=room.operator, **words)
    assert (payout.state, room.balance(room.freelancer)) == (state, 0)
    seconding.second(room.session, the_one(room.session), by=second_of(room), at=later(5))
    assert (payout.state, room.balance(room.freelancer)) == ("failed", 7500)
    assert audit.audit(room.session) == []


def test_a_refund_that_did_not_arrive_is_a_balance_when_two_say_so(room: Room) -> None:
    from app.escrow import work
    from app.escrow.outgoing import refunds

    first = room.milestones[0]
    (refund,) = refunds.refund(
        room.session, room.engagement, first, 7500, source=accounts.held(first.id), why="ended",
        by=room.client, at=later(1),
    )  # fmt: skip
    work.settle_state(room.session, first, at=later(1))
    words: Any = {"reason": "Closed", "at": later(2)}
    assert not returned.refund(room.session, refund, by=second_of(room), **words)
    assert room.balance(room.client) == 0
    assert returned.refund(room.session, refund, by=room.operator, **words)
    assert (refund.state, room.balance(room.client)) == ("failed", 7500)
    assert audit.audit(room.session) == []


def test_sending_drops_a_prepared_return_and_a_return_drops_a_prepared_sending(
    room: Room,
) -> None:
    payout = paid_out(room, sent=False)
    back: Any = {"reason": "Closed", "by": room.operator, "at": later(4)}
    returned.payout(room.session, payout, **back)
    payouts.settle(room.session, payout, by=room.operator, at=later(4))
    assert len(preparing.waiting(room.session)) == 2
    payouts.settle(room.session, payout, by=second_of(room), at=later(5))
    assert preparing.waiting(room.session) == []
    with pytest.raises(WrongState, match="decided"):
        seconding.second(
            room.session, room.session.scalars(
                select(Preparation).where(Preparation.act == "payout_return")
            ).one(), by=second_of(room), at=later(5),
        )  # fmt: skip
    assert payout.state == "settled"


def test_a_line_that_shows_money_back_waits_for_the_second_with_it(room: Room) -> None:
    payout = paid_out(room)
    line = Line(NOON.date(), "USD", 7500, name="Bank", text=payout.code)
    importing.keep(
        room.session, [Statement("CSV", "", (line,))], file_name="a.csv", by=room.operator, at=NOON
    )
    entry = room.session.scalars(select(BankEntry)).one()
    assert not placing.book(room.session, entry, payout.code, by=room.operator, at=later(4))

    def verdict(by: Person) -> str:
        return matching.judged(room.session, by, [entry])[0].verdict

    assert (entry.state, verdict(room.operator), verdict(second_of(room))) == (
        "new", "prepared", "returned",
    )  # fmt: skip
    seconding.second(room.session, the_one(room.session), by=second_of(room), at=later(5))
    assert (entry.state, payout.state) == ("booked", "failed")
    assert audit.audit(room.session) == []


def test_money_leaves_suspense_when_two_say_so(room: Room) -> None:
    line = Line(NOON.date(), "USD", 9000, name="Who", text="?")
    importing.keep(
        room.session, [Statement("CSV", "", (line,))], file_name="a.csv", by=room.operator, at=NOON
    )
    entry = room.session.scalars(select(BankEntry)).one()
    placing.hold(room.session, entry, by=room.operator, at=NOON)
    with pytest.raises(NotFound):
        placing.send_back(room.session, entry, note="", by=room.client, at=NOON)
    assert not placing.send_back(room.session, entry, note="wire", by=room.operator, at=NOON)
    assert room.stands(accounts.suspense()) == 9000
    seconding.second(room.session, the_one(room.session), by=second_of(room), at=later(1))
    assert (entry.state, entry.note, room.stands(accounts.suspense())) == ("sent_back", "wire", 0)
    assert audit.audit(room.session) == []


def with_fees(session: Any, limit_minor: int) -> Room:
    """$7.50 of fees in USD that are here, and a limit."""
    board.charge(
        session, rate=10_000, minimum_minor=0, tax_rate=0, tax_words="", billing="",
        by=olga(session), at=NOON,
    )  # fmt: skip
    found = rooms.agreed(session)
    rooms.pays(found, found.milestones[0])
    release.release_without_submission(session, found.milestones[0], by=found.client, at=NOON)
    keeps_two(found, limit_minor)
    return found


def test_fees_are_taken_out_when_two_say_so(session: Any) -> None:
    found = with_fees(session, 100)
    assert not taking_out.take_out(session, 101, "USD", by=found.operator, at=later(1))
    before = found.stands(accounts.fees())
    seconding.second(session, the_one(session), by=second_of(found), at=later(1))
    assert before - found.stands(accounts.fees()) == 101
    with pytest.raises(Invalid):
        taking_out.take_out(session, 10**6, "USD", by=found.operator, at=later(1))


def test_fees_that_are_taken_out_on_one_day_count_together(session: Any) -> None:
    found = with_fees(session, 100)
    session.get_one(Board, 1).zone = "Europe/Berlin"  # one hour before UTC, in November
    evening = NOON.replace(hour=22, minute=30)
    assert taking_out.take_out(session, 60, "USD", by=found.operator, at=NOON)
    assert taking_out.take_out(session, 40, "USD", by=second_of(found), at=evening)
    assert not taking_out.take_out(session, 1, "USD", by=found.operator, at=evening)
    assert found.stands(accounts.fees()) == 750 - 100
    with pytest.raises(Refused, match="differs"):  # what is prepared is not gone around, either
        taking_out.take_out(session, 2, "USD", by=second_of(found), at=evening)
    preparing.cancel(session, the_one(session), by=found.operator, at=evening)
    midnight = evening.replace(hour=23, minute=0)
    assert taking_out.take_out(session, 100, "USD", by=found.operator, at=midnight)
    assert not taking_out.take_out(session, 1, "USD", by=found.operator, at=later(20))
    assert audit.audit(session) == []


def test_without_a_limit_any_of_the_fees_are_taken_out_by_one(session: Any) -> None:
    found = with_fees(session, 100)
    session.get_one(Board, 1).two_operator_minor = None
    assert taking_out.take_out(session, 500, "USD", by=found.operator, at=NOON)
    assert taking_out.take_out(session, 250, "USD", by=found.operator, at=NOON)


def asks(cards: CardRoom, amount: int = 7500) -> Payout:
    payout = payouts.ask(
        cards.session, cards.room.freelancer, amount, "USD", at=NOON, provider=CARD
    )
    cards.session.commit()
    return payout


def lets(cards: CardRoom, payout: Payout, by: Person) -> bool:
    done = payouts.let_leave(cards.session, payout, by=by, at=NOON)
    cards.session.commit()
    return done


def test_a_payout_to_a_connected_account_leaves_when_two_let_it(cards: CardRoom) -> None:
    keeps_two(cards.room)
    payout = asks(cards)
    cards.turns()
    assert (payout.state, cards.stripe.of("transfer")) == ("pending", [])
    assert [row.id for row in todo.payouts(cards.session, at=NOON)] == [payout.id]
    assert not lets(cards, payout, cards.room.operator)
    with pytest.raises(Refused, match="yourself"):
        lets(cards, payout, cards.room.operator)
    cards.turns()
    assert cards.stripe.of("transfer") == []
    seconding.second(cards.session, the_one(cards.session), by=second_of(cards.room), at=later(1))
    cards.session.commit()
    cards.turns(at=later(1))
    assert (payout.state, len(cards.stripe.of("transfer"))) == ("settled", 1)
    assert payout.confirmed_by == second_of(cards.room).id
    assert todo.payouts(cards.session, at=NOON) == []
    assert audit.audit(cards.session) == []


def test_at_the_limit_it_leaves_by_itself(cards: CardRoom) -> None:
    keeps_two(cards.room, 7500)
    payout = asks(cards)
    with pytest.raises(WrongState, match="by_provider"):
        lets(cards, payout, cards.room.operator)
    cards.turns()
    assert payout.state == "settled"


def test_whose_payout_it_is_does_not_let_it_leave(cards: CardRoom) -> None:
    keeps_two(cards.room)
    payout = asks(cards)
    cards.room.freelancer.is_bookkeeper = True
    with pytest.raises(Refused, match="own"):
        lets(cards, payout, cards.room.freelancer)
    with pytest.raises(NotFound):
        lets(cards, payout, cards.room.client)


def test_one_that_waits_is_taken_back_or_refused_and_then_never_leaves(cards: CardRoom) -> None:
    keeps_two(cards.room)
    payout = asks(cards)
    lets(cards, payout, cards.room.operator)
    payouts.cancel(cards.session, payout, by=cards.room.freelancer, at=later(1))
    again = asks(cards)
    words: Any = {"reason": "Not yours", "at": later(2)}
    assert not returned.payout(cards.session, again, by=cards.room.operator, **words)
    assert returned.payout(cards.session, again, by=second_of(cards.room), **words)
    cards.session.commit()
    cards.turns(at=later(3))
    assert cards.stripe.of("transfer") == []
    assert cards.room.balance(cards.room.freelancer) == 7500
    assert preparing.waiting(cards.session) == []
    assert audit.audit(cards.session) == []


def limit_to(limit_minor: int | None) -> Callable[[CardRoom], None]:
    def change(cards: CardRoom) -> None:
        cards.session.get_one(Board, 1).two_operator_minor = limit_minor
        cards.session.commit()

    return change


def test_one_that_was_prepared_stays_so_when_the_limit_is_lifted(cards: CardRoom) -> None:
    keeps_two(cards.room)
    payout = asks(cards)
    lets(cards, payout, cards.room.operator)
    limit_to(None)(cards)
    cards.turns()
    assert cards.stripe.of("transfer") == []
    preparing.cancel(cards.session, the_one(cards.session), by=cards.room.operator, at=later(1))
    cards.session.commit()
    cards.turns(at=later(1))
    assert payout.state == "settled"


def test_what_stripe_was_asked_for_is_asked_for_again_whatever_the_limit_is(
    cards: CardRoom,
) -> None:
    from tests.stripe_stand_in import LOST

    keeps_two(cards.room, None)
    payout = asks(cards)
    cards.stripe.faults = [LOST]
    cards.turns()
    limit_to(0)(cards)
    assert todo.payouts(cards.session, at=NOON) == []
    cards.turns(at=later(0) + timedelta(hours=2))
    assert (payout.state, len(cards.stripe.of("transfer"))) == ("settled", 1)


def test_a_held_payout_keeps_no_other_from_leaving(cards: CardRoom) -> None:
    keeps_two(cards.room, 5000)
    held, free = asks(cards, 5001), asks(cards, 2000)
    cards.turns()
    assert (held.state, free.state) == ("pending", "settled")
