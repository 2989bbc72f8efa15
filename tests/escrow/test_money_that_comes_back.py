"""Refunds and payouts that do not arrive, charge-backs, and payments that are a little short."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.escrow import accounts, audit
from app.escrow.bank import importing, placing
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.disputes import opening
from app.escrow.incoming import chargebacks, funding
from app.escrow.milestones import release
from app.escrow.models import Milestone, Payment, PaymentPart, Refund
from app.escrow.office import tasks
from app.escrow.outgoing import payouts, refunds, returned
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.mail import notices
from app.mail.models import Letter
from app.people.models import Board
from app.terms import negotiation
from tests import rooms
from tests.escrow.test_terms_move_money import prefunds
from tests.people import mallory
from tests.rooms import Room
from tests.stories import NOON, later


def refunded(room: Room, milestone: Milestone, amount: int) -> list[Refund]:
    made = refunds.refund(
        room.session, room.engagement, milestone, amount, source=accounts.held(milestone.id),
        why="ended", by=room.client, at=later(1),
    )  # fmt: skip
    from app.escrow import work

    work.settle_state(room.session, milestone, at=later(1))
    return made


def letters(session: Any) -> list[tuple[str, str]]:
    notices.tell(session, later(9), limit=1000)
    rows = session.scalars(select(Letter))
    return sorted((row.notice, row.to_address.partition("@")[0]) for row in rows)


def open_tasks(session: Any) -> list[str]:
    return [task.kind for task in tasks.waiting(session)]


def tolerates(session: Any, minor: int) -> None:
    session.get_one(Board, 1).tolerance_minor = minor
    session.flush()


def test_what_the_source_cannot_take_back_is_the_clients_balance_and_a_task(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    rooms.pays(room, first)
    (refund,) = refunded(room, first, 7500)
    assert room.stands(accounts.refund_in_transit("bank")) == 7500
    returned.refund(session, refund, reason="Account closed", by=room.operator, at=later(2))
    assert (refund.state, room.balance(room.client)) == ("failed", 7500)
    assert room.stands(accounts.refund_in_transit("bank")) == 0
    assert open_tasks(session) == ["refund.failed"]
    assert ("refund_failed", "alice") in letters(session)
    assert audit.audit(session) == []
    with pytest.raises(WrongState):
        returned.refund(session, refund, reason="again", by=room.operator, at=later(3))
    with pytest.raises(WrongState):
        refunds.settle(session, refund, by=room.operator, at=later(3))


def test_a_refund_over_two_payments_may_fail_in_part(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    older = rooms.pays(room, first, received=3000)
    newer = rooms.pays(room, first, at=later(1))
    made = refunded(room, first, 6000)
    assert [(one.payment_id, one.amount_minor) for one in made] == [
        (newer.id, 4500), (older.id, 1500),
    ]  # fmt: skip
    returned.refund(session, made[0], reason="Closed", by=room.operator, at=later(2))
    refunds.settle(session, made[1], by=room.operator, at=later(2))
    assert (room.balance(room.client), room.held(first)) == (4500, 1500)
    (last,) = refunded(room, first, 1500)
    assert (last.payment_id, last.amount_minor) == (older.id, 1500)
    assert audit.audit(session) == []


def test_a_refund_that_was_sent_can_still_come_back(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    (refund,) = refunded(room, room.milestones[0], 7500)
    refunds.settle(session, refund, by=room.operator, at=later(2))
    returned.refund(session, refund, reason="Returned", by=room.operator, at=later(3))
    assert room.balance(room.client) == 7500
    assert room.stands(accounts.bank("bank")) == -7500
    assert audit.audit(session) == []


@pytest.mark.parametrize("sent", [True, False])
def test_a_payout_that_came_back_is_on_the_balance_again(session: Any, sent: bool) -> None:
    room = rooms.agreed(session)
    rooms.through(room, room.milestones[0])
    payout = payouts.ask(session, room.freelancer, 7500, "USD", at=NOON)
    if sent:
        payouts.settle(session, payout, by=room.operator, at=later(1))
    returned.payout(session, payout, reason="No such account", by=room.operator, at=later(2))
    assert (payout.state, room.balance(room.freelancer)) == ("failed", 7500)
    assert open_tasks(session) == ["payout.failed"]
    assert ("payout_failed", "bob") in letters(session)
    assert audit.audit(session) == []


def test_only_who_sees_all_money_says_that_it_came_back_and_says_why(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.through(room, room.milestones[0])
    payment = rooms.pays(room, room.milestones[1])
    payout = payouts.ask(session, room.freelancer, 7500, "USD", at=NOON)
    for stranger in (room.freelancer, room.client, mallory(session)):
        with pytest.raises(NotFound):
            returned.payout(session, payout, reason="x", by=stranger, at=NOON)
        with pytest.raises(NotFound):
            chargebacks.charge_back(session, payment, 1, reason="x", by=stranger, at=NOON)
    with pytest.raises(Invalid):
        returned.payout(session, payout, reason=" ", by=room.operator, at=NOON)
    room.freelancer.is_bookkeeper = True
    with pytest.raises(Refused):
        chargebacks.charge_back(session, payment, 1, reason="x", by=room.freelancer, at=NOON)


def line(room: Room, amount: int, text: str) -> BankEntry:
    made = Line(NOON.date(), "USD", amount, text=text)
    importing.keep(
        room.session, [Statement("CSV", "", (made,))], file_name="a.csv", by=room.operator, at=NOON
    )
    return room.session.scalars(select(BankEntry).where(BankEntry.text == text)).one()


def test_a_line_that_shows_a_payout_coming_back_puts_it_on_the_balance(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.through(room, room.milestones[0])
    payout = payouts.ask(session, room.freelancer, 7500, "USD", at=NOON)
    back = line(room, 7500, f"RETURN {payout.code}")
    with pytest.raises(Invalid):
        placing.book(session, back, payout.code, by=room.operator, at=later(1))
    session.refresh(back)
    out = line(room, -7500, f"OUT {payout.code}")
    placing.book(session, out, payout.code, by=room.operator, at=later(1))
    placing.hold(session, back, by=room.operator, at=later(2))
    placing.book(session, back, payout.code, by=room.operator, at=later(3))
    assert (payout.state, back.state, room.balance(room.freelancer)) == ("failed", "booked", 7500)
    assert room.stands(accounts.suspense()) == 0
    assert audit.audit(session) == []


def test_a_charge_back_takes_what_is_held_and_the_milestone_is_not_funded_any_more(
    session: Any,
) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    payment = rooms.pays(room, first)
    chargebacks.charge_back(session, payment, 2500, reason="Recall", by=room.operator, at=later(1))
    assert (first.state, room.held(first)) == ("planned", 5000)
    assert {("charged_back", "alice"), ("charged_back", "bob")} <= set(letters(session))
    assert open_tasks(session) == ["chargeback"]
    assert audit.audit(session) == []
    rooms.pays(room, first, at=later(2))
    assert (first.state, room.held(first)) == ("funded", 7500)
    made = refunded(room, first, 7500)
    assert [one.amount_minor for one in made] == [2500, 5000]
    assert audit.audit(session) == []


def test_a_charge_back_of_what_was_released_takes_the_clients_balance_and_then_the_boards_money(
    session: Any,
) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    payment = rooms.pays(room, first, received=9000)
    release.release_without_submission(session, first, by=room.client, at=later(1))
    assert (room.balance(room.client), room.balance(room.freelancer)) == (1500, 7500)
    chargebacks.charge_back(session, payment, 9000, reason="Fraud", by=room.operator, at=later(2))
    assert (room.balance(room.client), room.balance(room.freelancer)) == (0, 7500)
    assert room.stands(accounts.loss()) == -7500
    assert (first.state, chargebacks.rest(session, payment)) == ("released", 0)
    assert audit.audit(session) == []
    with pytest.raises(WrongState):
        chargebacks.charge_back(session, payment, 1, reason="x", by=room.operator, at=later(3))


def test_a_dispute_about_money_that_the_bank_took_back_is_over(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    payment = rooms.pays(room, first)
    dispute = opening.open_dispute(
        session, first, 5000, reason="Thin.", by=room.client, at=later(1)
    )
    chargebacks.charge_back(session, payment, 2500, reason="Recall", by=room.operator, at=later(2))
    assert (dispute.state, room.held(first)) == ("open", 0)
    chargebacks.charge_back(session, payment, 1000, reason="Recall", by=room.operator, at=later(3))
    assert (dispute.state, room.held(first)) == ("withdrawn", 4000)
    assert room.stands(accounts.loss()) == 0
    assert ("dispute_withdrawn", "bob") in letters(session)
    assert audit.audit(session) == []


def test_a_submitted_milestone_stays_submitted_and_waits_for_its_money(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    payment = rooms.pays(room, first)
    submission = rooms.submits(room, first)
    chargebacks.charge_back(session, payment, 7500, reason="Recall", by=room.operator, at=later(1))
    assert first.state == "submitted"
    with pytest.raises(WrongState):
        release.approve(session, submission, by=room.client, at=later(2))
    rooms.pays(room, first, at=later(3))
    release.approve(session, submission, by=room.client, at=later(4))
    assert room.balance(room.freelancer) == 7500
    assert audit.audit(session) == []


def test_a_charge_back_meets_a_refund_that_nobody_has_sent_yet(session: Any) -> None:
    room = rooms.agreed(session)
    payment = rooms.pays(room, room.milestones[0])
    (refund,) = refunded(room, room.milestones[0], 7500)
    chargebacks.charge_back(session, payment, 7500, reason="Recall", by=room.operator, at=later(2))
    assert refund.state == "settled"
    assert room.stands(accounts.refund_in_transit("bank")) == 0
    assert room.stands(accounts.loss()) == 0
    assert audit.audit(session) == []


def test_a_charge_back_of_a_prefund_takes_what_was_put_in(session: Any) -> None:
    room = rooms.negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    wanted = prefunds(room, revision, 1)
    (part,) = session.scalars(select(PaymentPart).where(PaymentPart.payment_id == wanted.id))
    chargebacks.charge_back(session, wanted, 5000, reason="Recall", by=room.operator, at=later(1))
    assert room.stands(accounts.prefunded(revision.id, part.milestone_id)) == 2500
    negotiation.decline(session, revision, by=room.freelancer, at=later(2), reason="No.")
    assert [one.amount_minor for one in session.scalars(select(Refund))] == [2500]
    assert audit.audit(session) == []


@pytest.mark.parametrize(("short", "state"), [(0, "funded"), (5, "funded"), (6, "planned")])
def test_a_payment_that_is_short_by_at_most_the_tolerance_funds_in_full(
    session: Any, short: int, state: str
) -> None:
    room = rooms.agreed(session)
    tolerates(session, 5)
    first = room.milestones[0]
    rooms.pays(room, first, received=7500 - short)
    assert first.state == state
    cost = short if state == "funded" else 0
    assert room.stands(accounts.loss()) == -cost
    assert room.held(first) == 7500 - short + cost
    assert audit.audit(session) == []


def test_the_tolerance_is_for_the_boards_own_currency(session: Any) -> None:
    room = rooms.agreed(session, currency="EUR")
    tolerates(session, 500)
    rooms.pays(room, room.milestones[0], received=7400)
    assert room.milestones[0].state == "planned"


def test_what_the_board_added_goes_back_to_the_board(session: Any) -> None:
    room = rooms.agreed(session)
    tolerates(session, 5)
    first = room.milestones[0]
    rooms.pays(room, first, received=7496)
    (refund,) = refunded(room, first, 7500)
    assert refund.amount_minor == 7496
    assert (room.stands(accounts.loss()), room.balance(room.client)) == (0, 0)
    assert audit.audit(session) == []


def test_over_several_milestones_only_the_last_is_short(session: Any) -> None:
    room = rooms.agreed(session)
    tolerates(session, 5)
    wanted = room.milestones[:2]
    payment = funding.start(
        session, room.engagement, wanted, provider="bank", by=room.client, at=NOON
    )
    from app.escrow.incoming import confirming

    confirming.confirm(session, payment, received_minor=14995, by=room.operator, at=NOON)
    assert [one.state for one in wanted] == ["funded", "funded"]
    parts = session.scalars(select(PaymentPart).order_by(PaymentPart.position)).all()
    assert [(one.filled_minor, one.covered_minor) for one in parts] == [(7500, 0), (7495, 5)]
    assert audit.audit(session) == []


def test_the_audit_sees_a_charge_back_that_moved_nothing(session: Any) -> None:
    room = rooms.agreed(session)
    payment = rooms.pays(room, room.milestones[0])
    made = chargebacks.charge_back(
        session, payment, 100, reason="Recall", by=room.operator, at=later(1)
    )
    made.amount_minor = 200
    session.flush()
    assert audit.audit(session) == [f"charge-back {made.id} of 200 moved 100"]
    assert isinstance(session.get(Payment, payment.id), Payment)
