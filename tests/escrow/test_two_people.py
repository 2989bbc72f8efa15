"""Above the board's limit two people confirm the same; one alone moves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.escrow import accounts, audit
from app.escrow.bank import exporting, importing, matching, placing, seconding
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import confirming, funding
from app.escrow.models import Payment
from app.escrow.office import limits, preparing, tasks
from app.escrow.office.models import Preparation
from app.escrow.outgoing import payouts, refunds, returned
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.kernel.events import Event
from app.people import accounts as people
from app.people import board
from app.people.models import Board, Person
from tests import rooms
from tests.people import carol, mallory
from tests.rooms import Room
from tests.stories import NOON, later

LIMIT = 7400


@pytest.fixture
def room(session: Any) -> Room:
    """Olga the operator, Mallory the bookkeeper, and a limit of $74.00."""
    found = rooms.agreed(session)
    mallory(session).is_bookkeeper = True
    board.set_limits(
        session, tolerance_minor=0, two_operator_minor=LIMIT, by=found.operator, at=NOON
    )
    return found


def second_of(room: Room) -> Person:
    return mallory(room.session)


def starts(room: Room) -> Payment:
    return funding.start(
        room.session, room.engagement, [room.milestones[0]], provider="bank", by=room.client,
        at=NOON,
    )  # fmt: skip


def confirms(room: Room, payment: Payment, by: Person, received: int = 7500) -> bool:
    return confirming.confirm(
        room.session, payment, received_minor=received, paid_by="Ana", from_account="US1", by=by,
        at=later(1),
    )  # fmt: skip


def through(room: Room) -> None:
    """The first milestone funded, by both, and released."""
    payment = starts(room)
    assert not confirms(room, payment, room.operator)
    assert confirms(room, payment, second_of(room))
    from app.escrow.milestones import release

    release.release_without_submission(
        room.session, room.milestones[0], by=room.client, at=later(2)
    )


def the_one(session: Any) -> Preparation:
    found: Preparation = session.scalars(
        select(Preparation).where(Preparation.state == "waiting")
    ).one()
    return found


def test_money_above_the_limit_is_only_prepared_by_the_first(room: Room) -> None:
    payment = starts(room)
    assert not confirms(room, payment, room.operator)
    assert (payment.state, room.held(room.milestones[0])) == ("pending", 0)
    assert [task.kind for task in tasks.waiting(room.session)] == ["second.needed"]
    with pytest.raises(Refused, match="yourself"):
        confirms(room, payment, room.operator)
    assert confirms(room, payment, second_of(room))
    assert (payment.state, room.held(room.milestones[0])) == ("settled", 7500)
    assert payment.confirmed_by == second_of(room).id
    assert tasks.waiting(room.session) == []
    assert audit.audit(room.session) == []


def test_both_are_in_the_history(room: Room) -> None:
    payment = starts(room)
    confirms(room, payment, room.operator)
    confirms(room, payment, second_of(room))
    rows = room.session.scalars(
        select(Event).where(Event.subject_id == payment.id).order_by(Event.id)
    )
    assert [(one.kind, one.actor_id) for one in rows][1:] == [
        ("preparation.made", room.operator.id),
        ("preparation.seconded", second_of(room).id),
        ("payment.confirmed", second_of(room).id),
    ]


def test_at_the_limit_one_is_enough(room: Room) -> None:
    assert confirms(room, starts(room), room.operator, received=LIMIT)


def test_the_second_confirms_the_same_amount(room: Room) -> None:
    payment = starts(room)
    confirms(room, payment, room.operator)
    with pytest.raises(Refused, match="differs"):
        confirms(room, payment, second_of(room), received=7600)
    with pytest.raises(Refused, match="differs"):
        confirms(room, payment, second_of(room), received=100)
    assert payment.state == "pending"


@pytest.mark.parametrize("who", ["first", "second"])
def test_either_may_cancel_what_was_prepared(room: Room, who: str) -> None:
    payment = starts(room)
    confirms(room, payment, room.operator)
    prepared = the_one(room.session)
    by = room.operator if who == "first" else second_of(room)
    with pytest.raises(NotFound):
        preparing.cancel(room.session, prepared, by=room.client, at=later(2))
    preparing.cancel(room.session, prepared, by=by, at=later(2))
    with pytest.raises(WrongState):
        preparing.cancel(room.session, prepared, by=by, at=later(2))
    assert tasks.waiting(room.session) == []
    assert not confirms(room, payment, second_of(room))
    assert confirms(room, payment, room.operator)


def test_the_second_confirms_with_everything_that_the_first_typed(room: Room) -> None:
    payment = starts(room)
    confirms(room, payment, room.operator)
    prepared = the_one(room.session)
    with pytest.raises(Refused, match="yourself"):
        seconding.second(room.session, prepared, by=room.operator, at=later(2))
    seconding.second(room.session, prepared, by=second_of(room), at=later(2))
    assert (payment.paid_by, payment.from_account) == ("Ana", "US1")
    assert room.held(room.milestones[0]) == 7500
    with pytest.raises(WrongState):
        seconding.second(room.session, prepared, by=second_of(room), at=later(3))


def test_a_party_is_no_second_person(room: Room) -> None:
    payment = starts(room)
    room.freelancer.is_bookkeeper = True
    confirms(room, payment, room.operator)
    with pytest.raises(Refused, match="own"):
        confirms(room, payment, room.freelancer)
    with pytest.raises(NotFound):
        confirms(room, payment, carol(room.session))


def test_payouts_and_refunds_need_two_as_well(room: Room) -> None:
    through(room)
    payout = payouts.ask(room.session, room.freelancer, 7500, "USD", at=later(3))
    assert not payouts.settle(room.session, payout, by=room.operator, at=later(4))
    assert payout.state == "pending"
    assert payouts.settle(room.session, payout, by=second_of(room), at=later(4))
    second = room.milestones[1]
    payment = funding.start(
        room.session, room.engagement, [second], provider="bank", by=room.client, at=later(4)
    )
    confirms(room, payment, room.operator)
    confirms(room, payment, second_of(room))
    (refund,) = refunds.refund(
        room.session, room.engagement, second, 7500, source=accounts.held(second.id), why="ended",
        by=room.client, at=later(5),
    )  # fmt: skip
    from app.escrow import work

    work.settle_state(room.session, second, at=later(5))
    assert not refunds.settle(room.session, refund, by=second_of(room), at=later(6))
    seconding.second(room.session, the_one(room.session), by=room.operator, at=later(6))
    assert refund.state == "settled"
    assert audit.audit(room.session) == []


def test_what_is_taken_back_or_comes_back_is_not_prepared_any_more(room: Room) -> None:
    through(room)
    payout = payouts.ask(room.session, room.freelancer, 7500, "USD", at=later(3))
    payouts.settle(room.session, payout, by=room.operator, at=later(4))
    payouts.cancel(room.session, payout, by=room.freelancer, at=later(5))
    assert preparing.waiting(room.session) == [] and tasks.waiting(room.session) == []
    again = payouts.ask(room.session, room.freelancer, 7500, "USD", at=later(6))
    payouts.settle(room.session, again, by=room.operator, at=later(7))
    for person in (room.operator, second_of(room)):
        returned.payout(room.session, again, reason="No", by=person, at=later(8))
    assert preparing.waiting(room.session) == []
    assert audit.audit(room.session) == []


def entry(room: Room, amount: int, text: str) -> BankEntry:
    line = Line(NOON.date(), "USD", amount, name="Ana", text=text)
    importing.keep(
        room.session, [Statement("CSV", "", (line,))], file_name="a.csv", by=room.operator, at=NOON
    )
    return room.session.scalars(select(BankEntry).where(BankEntry.text == text)).one()


def verdict(room: Room, found: BankEntry, by: Person) -> str:
    return matching.judged(room.session, by, [found])[0].verdict


def test_a_line_of_a_statement_waits_for_the_second_too(room: Room) -> None:
    payment = starts(room)
    line = entry(room, 7500, payment.reference)
    done = placing.confirm_matched(room.session, [line.id], by=room.operator, at=later(1))
    assert (done, line.state, payment.state) == ([], "new", "pending")
    assert verdict(room, line, room.operator) == "prepared"
    assert verdict(room, line, second_of(room)) == "matched"
    done = placing.confirm_matched(room.session, [line.id], by=second_of(room), at=later(2))
    assert (done, line.state, payment.state) == ([line], "booked", "settled")
    assert audit.audit(room.session) == []


def test_the_second_confirms_the_line_with_the_payment(room: Room) -> None:
    payment = starts(room)
    line = entry(room, 7500, payment.reference)
    placing.hold(room.session, line, by=room.operator, at=later(1))
    assert not placing.book(room.session, line, payment.reference, by=room.operator, at=later(1))
    seconding.second(room.session, the_one(room.session), by=second_of(room), at=later(2))
    assert (line.state, line.settled_id, payment.state) == ("booked", payment.id, "settled")
    assert room.stands(accounts.suspense()) == 0
    assert audit.audit(room.session) == []


def test_a_file_for_the_bank_needs_two_who_ask_for_the_same(room: Room) -> None:
    through(room)
    room.freelancer.payout_account = "12345"
    for amount in (4000, 3500):
        payouts.ask(room.session, room.freelancer, amount, "USD", at=later(3))

    def makes(by: Person) -> exporting.BankExport | None:
        rows = exporting.ready(room.session, exporting.CSV, by, lambda _account: "", at=NOON)
        return exporting.make(
            room.session, exporting.CSV, rows, lambda _id: "x", by=by, at=later(4)
        )

    assert makes(room.operator) is None
    with pytest.raises(Refused, match="yourself"):
        makes(room.operator)
    with pytest.raises(Refused, match="export"):
        seconding.second(room.session, the_one(room.session), by=second_of(room), at=later(4))
    made = makes(second_of(room))
    assert made is not None and made.count == 2


def test_an_amount_in_another_currency_is_measured_by_the_same_number(session: Any) -> None:
    rooms.agreed(session)
    session.get_one(Board, 1).two_operator_minor = 100_00
    session.flush()
    for currency, below, above in (
        ("EUR", 100_00, 100_01), ("JPY", 100, 101), ("BHD", 100_000, 100_001),
    ):  # fmt: skip
        assert not preparing.needs_two(session, below, currency)
        assert preparing.needs_two(session, above, currency)


def test_a_limit_needs_two_people_and_keeps_them(session: Any) -> None:
    found = rooms.agreed(session)
    with pytest.raises(Invalid, match="two_needed"):
        board.set_limits(
            session, tolerance_minor=0, two_operator_minor=1, by=found.operator, at=NOON
        )
    keeper = mallory(session)
    keeper.is_bookkeeper = True
    session.flush()
    board.set_limits(session, tolerance_minor=0, two_operator_minor=1, by=found.operator, at=NOON)
    with pytest.raises(Refused, match="two_needed"):
        people.set_powers(
            session, keeper, operator=False, bookkeeper=False, by=found.operator, at=NOON
        )
    people.set_powers(session, keeper, operator=True, bookkeeper=False, by=found.operator, at=NOON)
    board.set_limits(
        session, tolerance_minor=0, two_operator_minor=None, by=found.operator, at=NOON
    )
    people.set_powers(session, keeper, operator=False, bookkeeper=False, by=found.operator, at=NOON)


def test_what_the_board_would_add_counts_towards_the_limit(room: Room) -> None:
    board.set_limits(
        room.session, tolerance_minor=7499, two_operator_minor=LIMIT, by=room.operator, at=NOON
    )
    assert not confirms(room, starts(room), room.operator, received=1)


def test_one_alone_cannot_lift_the_limit(room: Room) -> None:
    def change(by: Person, minor: int | None) -> bool:
        return limits.change(
            room.session, tolerance_minor=0, two_operator_minor=minor, by=by, at=later(1)
        )

    assert change(room.operator, LIMIT - 1)
    for minor in (LIMIT, None):
        assert not change(room.operator, minor)
        with pytest.raises(Refused, match="yourself"):
            change(room.operator, minor)
        assert room.session.get_one(Board, 1).two_operator_minor == LIMIT - 1
        prepared = the_one(room.session)
        preparing.cancel(room.session, prepared, by=room.operator, at=later(2))
    assert not change(room.operator, None)
    seconding.second(room.session, the_one(room.session), by=second_of(room), at=later(3))
    assert room.session.get_one(Board, 1).two_operator_minor is None
