"""A transfer in several parts under one reference: each further part tops the payment up."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit, payments, work
from app.escrow.bank import matching, placing, seconding, todo
from app.escrow.incoming import bonus, chargebacks, confirming, prefunding, topping_up
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Payment, Refund
from app.escrow.office import preparing
from app.kernel.errors import WrongState
from app.people import board
from app.terms import ending, negotiation, reads
from app.terms.models import Revision
from tests import rooms
from tests.escrow.bank_lines import (
    DAY,
    asked,
    books,
    confirms,
    entry,
    imports,
    line,
    room_of,
    shown,
)
from tests.people import mallory
from tests.rooms import Room
from tests.stories import NOON, later, rewrite

FIRST, SECOND = 60_000, 40_010


@pytest.fixture
def room(session: Session) -> Room:
    return room_of(session)


def test_the_second_part_is_matched_as_the_rest_once_the_first_is_confirmed(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, FIRST))
    assert shown(room) == [(FIRST, "short")]
    books(room, entry(room, FIRST), payment.reference)
    assert work.missing(room.session, room.milestones[0]) == SECOND
    imports(room, line(payment.reference, SECOND))
    (row,) = matching.new(room.session, room.operator)
    assert (row.verdict, row.code, row.asked_minor, row.is_rest) == (
        "matched", payment.reference, SECOND, True,
    )  # fmt: skip
    assert confirms(room, row.entry) == 1
    assert room.held(room.milestones[0]) == FIRST + SECOND
    assert room.milestones[0].state == "funded" and room.balance(room.client) == 0


def test_both_parts_of_one_statement_are_matched_and_confirmed_in_one_go(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, FIRST), line(payment.reference, SECOND))
    assert shown(room) == [(SECOND, "matched"), (FIRST, "matched")]
    assert confirms(room, entry(room, FIRST), entry(room, SECOND)) == 2
    assert room.held(room.milestones[0]) == FIRST + SECOND and shown(room) == []


@pytest.mark.parametrize("first", [FIRST, SECOND])
def test_one_part_may_be_left_out_and_tops_up_later(room: Room, first: int) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, FIRST), line(payment.reference, SECOND))
    assert confirms(room, entry(room, first)) == 1
    other = FIRST + SECOND - first
    assert shown(room) == [(other, "matched")] and room.held(room.milestones[0]) == first
    assert confirms(room, entry(room, other)) == 1
    assert room.held(room.milestones[0]) == FIRST + SECOND


@pytest.mark.parametrize("order", list(itertools.permutations((10_000, 20_010, 30_000, 40_000))))
def test_any_number_of_parts_in_any_order_makes_the_sum_once(
    session: Session, order: tuple[int, ...]
) -> None:
    room = room_of(session)
    payment = asked(room)
    for amount in order:
        imports(room, line(payment.reference, amount))
        books(room, entry(room, amount), payment.reference)
    assert room.held(room.milestones[0]) == 100_010 and room.balance(room.client) == 0
    every = session.scalars(select(Payment).where(Payment.tops_up_id == payment.id)).all()
    assert sorted(one.reference for one in every) == [
        f"{payment.reference}/{number}" for number in (2, 3, 4)
    ]
    assert topping_up.rest(session, payment) == 0


def test_more_than_the_rest_is_the_clients_balance_and_less_waits_on(room: Room) -> None:
    payment = asked(room)
    imports(room, *(line(payment.reference, amount) for amount in (FIRST, 30_000, 20_000)))
    assert {verdict for _, verdict in shown(room)} == {"short"}
    books(room, entry(room, FIRST), payment.reference)
    books(room, entry(room, 30_000), payment.reference)
    assert shown(room) == [(20_000, "over")]
    books(room, entry(room, 20_000), payment.reference)
    assert room.held(room.milestones[0]) == 100_010
    assert room.balance(room.client) == 9_990


def test_a_third_transfer_after_the_whole_came_is_settled_and_moves_nothing(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, FIRST), line(payment.reference, SECOND))
    confirms(room, entry(room, FIRST), entry(room, SECOND))
    imports(room, line(payment.reference, 40_000))
    assert shown(room) == [(40_000, "settled")]
    with pytest.raises(WrongState, match=r"payment\.settled"):
        books(room, entry(room, 40_000), payment.reference)


def test_the_part_that_was_confirmed_by_hand_is_not_taken_for_the_rest(session: Session) -> None:
    room = room_of(session, 100_000)
    payment = asked(room)
    confirming.confirm(session, payment, received_minor=50_000, by=room.operator, at=NOON)
    imports(room, line(payment.reference, 50_000))
    assert shown(room) == [(50_000, "by_hand")]
    assert confirms(room, entry(room, 50_000)) == 0
    books(room, entry(room, 50_000), payment.reference)  # it is the rest, somebody says
    assert room.held(room.milestones[0]) == 100_000


def test_the_rest_that_came_in_another_way_is_the_clients_balance(room: Room) -> None:
    payment = asked(room)
    confirming.confirm(room.session, payment, received_minor=FIRST, by=room.operator, at=NOON)
    again = asked(room)
    assert again.id != payment.id and again.amount_minor == SECOND
    confirming.confirm(room.session, again, received_minor=SECOND, by=room.operator, at=NOON)
    imports(room, line(payment.reference, SECOND))
    assert shown(room) == [(SECOND, "filled")]
    assert confirms(room, entry(room, SECOND)) == 0
    books(room, entry(room, SECOND), payment.reference)
    assert room.held(room.milestones[0]) == FIRST + SECOND
    assert room.balance(room.client) == SECOND


def test_the_rest_cancels_the_payment_that_was_begun_for_it(room: Room) -> None:
    payment = asked(room)
    confirming.confirm(room.session, payment, received_minor=FIRST, by=room.operator, at=NOON)
    again = asked(room)
    imports(room, line(payment.reference, SECOND))
    assert confirms(room, entry(room, SECOND)) == 1
    assert (
        again.state == "cancelled"
        and payments.open_payment(room.session, room.milestones[0].id) is None
    )
    assert room.held(room.milestones[0]) == FIRST + SECOND and room.balance(room.client) == 0


def test_a_refund_goes_back_to_the_account_of_each_part(room: Room) -> None:
    payment = asked(room)
    imports(
        room, line(payment.reference, FIRST, other_account="NL91ABNA0417164300"),
        line(payment.reference, SECOND, other_account="NL02RABO0123456789"),
    )  # fmt: skip
    confirms(room, entry(room, FIRST), entry(room, SECOND))
    ending.end(room.session, room.engagement, reason="Enough.", by=room.freelancer, at=later())
    back = {
        (room.session.get_one(Payment, one.payment_id).from_account, one.amount_minor)
        for one in room.session.scalars(select(Refund))
    }
    assert back == {("NL91ABNA0417164300", FIRST), ("NL02RABO0123456789", SECOND)}
    assert audit.audit(room.session) == []


@pytest.mark.parametrize(("first", "added"), [(99_600, 0), (99_999, 0)])
def test_the_board_adds_nothing_where_the_rest_is_on_the_statement_already(
    room: Room, first: int, added: int
) -> None:
    board.set_limits(
        room.session, tolerance_minor=500, two_operator_minor=None, by=room.operator, at=NOON
    )
    payment = asked(room)
    imports(room, line(payment.reference, first), line(payment.reference, 100_010 - first))
    assert confirms(room, entry(room, first)) == 1
    assert confirms(room, entry(room, 100_010 - first)) == 1
    assert room.held(room.milestones[0]) == 100_010
    assert sum(part.covered_minor for part in payments.parts(room.session, payment)) == added


def test_a_rest_that_is_short_within_the_tolerance_funds_in_full(room: Room) -> None:
    board.set_limits(
        room.session, tolerance_minor=500, two_operator_minor=None, by=room.operator, at=NOON
    )
    payment = asked(room)
    imports(room, line(payment.reference, FIRST), line(payment.reference, SECOND - 300))
    books(room, entry(room, FIRST), payment.reference)
    assert shown(room) == [(SECOND - 300, "near")]
    books(room, entry(room, SECOND - 300), payment.reference)
    assert room.held(room.milestones[0]) == 100_010
    assert topping_up.rest(room.session, payment) == 0


def test_parts_together_count_for_the_limit_of_two_people(room: Room) -> None:
    second = mallory(room.session)
    second.is_bookkeeper = True
    board.set_limits(
        room.session, tolerance_minor=0, two_operator_minor=70_000, by=room.operator, at=NOON
    )
    payment = asked(room)
    next_day = line(payment.reference, SECOND, value_on=DAY + timedelta(days=1))
    imports(room, line(payment.reference, FIRST), next_day)
    assert confirms(room, entry(room, FIRST), entry(room, SECOND)) == 1
    assert room.held(room.milestones[0]) == FIRST
    assert shown(room) == [(SECOND, "prepared")]
    ((prepared, _name),) = preparing.waiting(room.session)
    seconding.second(room.session, prepared, by=second, at=later())
    assert room.held(room.milestones[0]) == FIRST + SECOND and shown(room) == []
    assert audit.audit(room.session) == []


def test_a_part_in_suspense_can_be_assigned_as_the_rest(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, FIRST), line("no reference", SECOND))
    books(room, entry(room, FIRST), payment.reference)
    placing.hold(room.session, entry(room, SECOND), by=room.operator, at=later())
    books(room, entry(room, SECOND), payment.reference)
    assert room.held(room.milestones[0]) == FIRST + SECOND


def test_a_part_can_be_charged_back_by_itself(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, FIRST), line(payment.reference, SECOND))
    confirms(room, entry(room, FIRST), entry(room, SECOND))
    part = room.session.scalars(select(Payment).where(Payment.tops_up_id == payment.id)).one()
    chargebacks.charge_back(
        room.session, part, part.received_minor or 0, reason="Recalled", by=room.operator,
        at=later(),
    )  # fmt: skip
    assert room.held(room.milestones[0]) in (FIRST, SECOND)
    assert audit.audit(room.session) == []


def prefunded(room: Room) -> tuple[Revision, Payment]:
    """A raise of the first milestone by 1,000.10 that waits, and the payment begun for it."""
    amount = room.milestones[0].amount_minor + 100_010
    rewrite(room.session, room.engagement, room.client, change={1: {"amount_minor": amount}})
    revision = negotiation.send(room.session, room.engagement, by=room.client, at=NOON)
    line_ = reads.lines(room.session, revision.id)[0]
    planned = PlannedLine(line_.milestone_id or "", 1, line_.title, "", line_.due, amount)
    payment = prefunding.start(
        room.session, room.engagement, [planned], revision_id=revision.id, provider="bank",
        by=room.client, at=NOON,
    )  # fmt: skip
    return revision, payment


def test_both_parts_of_a_prefund_are_put_in_for_the_revision_and_kept_by_it(
    session: Session,
) -> None:
    room = rooms.agreed(session, currency="EUR")
    rooms.pays(room, room.milestones[0])
    revision, payment = prefunded(room)
    rest = payment.amount_minor - FIRST
    imports(room, line(payment.reference, FIRST))
    books(room, entry(room, FIRST), payment.reference)
    imports(room, line(payment.reference, rest))
    assert shown(room) == [(rest, "matched")] and confirms(room, entry(room, rest)) == 1
    assert rooms.prefunded(session, revision) == payment.amount_minor
    negotiation.accept(session, revision, by=room.freelancer, at=later())
    assert room.held(room.milestones[0]) == room.milestones[0].amount_minor
    assert audit.audit(session) == []


def test_the_rest_of_a_prefund_that_came_to_nothing_goes_straight_back(session: Session) -> None:
    room = rooms.agreed(session, currency="EUR")
    rooms.pays(room, room.milestones[0])
    revision, payment = prefunded(room)
    rest = payment.amount_minor - FIRST
    imports(room, line(payment.reference, FIRST))
    books(room, entry(room, FIRST), payment.reference)
    negotiation.decline(session, revision, reason="No.", by=room.freelancer, at=later())
    imports(room, line(payment.reference, rest, other_account="NL02RABO0123456789"))
    books(room, entry(room, rest), payment.reference)
    back = session.scalars(select(Refund).order_by(Refund.amount_minor)).all()
    assert sorted(one.amount_minor for one in back) == sorted((FIRST, rest))
    assert room.held(room.milestones[0]) == 7500 and room.balance(room.client) == 0


def test_the_rest_of_a_bonus_is_the_freelancers(session: Session) -> None:
    room = rooms.agreed(session, currency="EUR")
    payment = bonus.start(
        session, room.engagement, 10_000, provider="bank", by=room.client, at=NOON
    )
    imports(room, line(payment.reference, 6_000), line(payment.reference, 4_000))
    assert confirms(room, entry(room, 6_000), entry(room, 4_000)) == 2
    assert room.balance(room.freelancer) == 10_000


def by_hand(room: Room, payment: Payment, amount_minor: int, shown_minor: int, **more: Any) -> Any:
    """The operator types a further part in."""
    return confirming.top_up(
        room.session, payment, confirming.Receipt(DAY, "Ana Ruiz", "NL91ABNA0417164300", "B-2"),
        received_minor=amount_minor, shown_minor=shown_minor, by=more.get("by", room.operator),
        at=later(),
    )  # fmt: skip


def test_the_rest_is_confirmed_by_hand_and_a_part_typed_twice_counts_once(room: Room) -> None:
    payment = asked(room)
    confirming.confirm(room.session, payment, received_minor=FIRST, by=room.operator, at=NOON)
    (row,) = todo.payments(room.session)
    assert (row.reference, row.state, row.rest_minor) == (payment.reference, "settled", SECOND)
    assert by_hand(room, payment, 20_000, SECOND)
    with pytest.raises(WrongState, match=r"payment\.rest_changed"):
        by_hand(room, payment, 20_000, SECOND)  # another tab shows what was missing before
    (row,) = todo.payments(room.session)
    assert row.rest_minor == SECOND - 20_000
    part = by_hand(room, payment, 20_010, 20_010)
    assert (part.reference, part.from_account) == (f"{payment.reference}/3", "NL91ABNA0417164300")
    assert room.held(room.milestones[0]) == FIRST + SECOND and audit.audit(room.session) == []
    assert todo.payments(room.session) == []
    with pytest.raises(WrongState, match=r"payment\.settled"):
        by_hand(room, payment, 1, SECOND)


def test_what_terms_need_no_more_is_no_longer_missing(room: Room) -> None:
    payment = asked(room)
    confirming.confirm(room.session, payment, received_minor=FIRST, by=room.operator, at=NOON)
    rooms.pays(room, room.milestones[0])
    assert todo.payments(room.session) == []
    (row,) = todo.payments(room.session, payment.reference)
    assert row.rest_minor == SECOND  # found by its reference, should it come after all


def test_a_rest_above_the_limit_waits_for_a_second_person(room: Room) -> None:
    session = room.session
    keeper = mallory(session)
    keeper.is_bookkeeper = True
    payment = asked(room)
    confirming.confirm(room.session, payment, received_minor=FIRST, by=room.operator, at=NOON)
    board.set_limits(
        session, tolerance_minor=0, two_operator_minor=80_000, by=room.operator, at=NOON
    )
    assert by_hand(room, payment, SECOND, SECOND) is None
    ((waits, _name),) = preparing.waiting(session)
    seconding.second(session, waits, by=keeper, at=later())
    assert room.held(room.milestones[0]) == FIRST + SECOND and audit.audit(session) == []
    part = session.scalars(select(Payment).where(Payment.tops_up_id == payment.id)).one()
    assert (part.paid_by, part.value_on, part.bank_reference) == ("Ana Ruiz", DAY, "B-2")
