"""RULES, step 8 and “Milestones and money”: money in."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.escrow import audit, reads, references
from app.escrow.bank import todo
from app.escrow.incoming import confirming, funding
from app.escrow.models import Payment
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people.models import Person
from tests.people import mallory
from tests.rooms import agreed, negotiated, pays
from tests.stories import NOON, later


def test_the_client_is_asked_for_the_first_milestone_when_terms_are_agreed(
    session: Session,
) -> None:
    room = agreed(session)
    asked = [one.fundable_at for one in room.milestones]
    assert asked == [NOON, None, None, None, None]


def test_a_payment_waits_until_the_operator_confirms_it(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    payment = funding.start(
        session, room.engagement, [first], provider="bank", comment="PO 7", by=room.client, at=NOON
    )
    assert (payment.state, room.held(first), first.state) == ("pending", 0, "planned")
    assert references.tidy(f"rcvd {payment.reference.replace('-', ' ')} x") == payment.reference
    confirming.confirm(
        session, payment, received_minor=7500, by=room.operator, at=later(),
        value_on=date(2026, 11, 3), paid_by="A. Ruiz", from_account="US12", bank_reference="77",
    )  # fmt: skip
    assert (payment.state, room.held(first), first.state) == ("settled", 7500, "funded")
    assert first.funded_at == later()
    assert audit.audit(session) == []


def test_there_is_one_open_payment_for_a_milestone(session: Session) -> None:
    room = agreed(session)
    first, second = room.milestones[:2]
    opened = [
        funding.start(session, room.engagement, wanted, provider="bank", by=room.client, at=NOON)
        for wanted in ([first], [first], [second, first])
    ]
    assert len({payment.id for payment in opened}) == 1


def test_several_milestones_are_filled_in_the_order_shown(session: Session) -> None:
    room = agreed(session)
    first, second, third = room.milestones[:3]
    payment = funding.start(
        session, room.engagement, [first, second, third], provider="bank", by=room.client, at=NOON
    )
    confirming.confirm(session, payment, received_minor=9000, by=room.operator, at=NOON)
    assert [room.held(one) for one in (first, second, third)] == [7500, 1500, 0]
    assert [one.state for one in (first, second, third)] == ["funded", "planned", "planned"]


def test_a_short_payment_leaves_the_milestone_waiting_for_the_rest(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first, received=5000)
    assert (room.held(first), first.state) == (5000, "planned")
    rest = pays(room, first)
    assert (rest.amount_minor, room.held(first), first.state) == (2500, 7500, "funded")


def test_a_surplus_is_the_clients_balance_and_can_be_spent(session: Session) -> None:
    room = agreed(session)
    first, second = room.milestones[:2]
    pays(room, first, received=7500 + 8000)
    assert room.balance(room.client) == 8000
    paid = funding.start(
        session, room.engagement, [second], provider="balance", by=room.client, at=NOON
    )
    assert (paid.state, room.held(second), room.balance(room.client)) == ("settled", 7500, 500)
    with pytest.raises(Refused, match=r"funding\.balance_short"):
        funding.start(
            session, room.engagement, [room.milestones[2]], provider="balance", by=room.client,
            at=NOON,
        )  # fmt: skip
    assert audit.audit(session) == []


def test_a_payment_is_confirmed_once(session: Session) -> None:
    room = agreed(session)
    payment = pays(room, room.milestones[0])
    with pytest.raises(WrongState, match=r"payment\.settled"):
        confirming.confirm(session, payment, received_minor=7500, by=room.operator, at=NOON)
    assert room.held(room.milestones[0]) == 7500


def test_money_for_a_cancelled_payment_is_still_taken(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    late = funding.start(
        session, room.engagement, [first], provider="bank", by=room.client, at=NOON
    )
    funding.cancel(session, late, by=room.client, at=NOON)
    pays(room, first)
    assert todo.payments(session) == []
    assert [row.state for row in todo.payments(session, late.reference)] == ["cancelled"]
    confirming.confirm(session, late, received_minor=7500, by=room.operator, at=NOON)
    assert (room.held(first), room.balance(room.client)) == (7500, 7500)


def test_nothing_received_confirms_nothing(session: Session) -> None:
    room = agreed(session)
    payment = funding.start(
        session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOON
    )
    with pytest.raises(Invalid):
        confirming.confirm(session, payment, received_minor=0, by=room.operator, at=NOON)


def test_only_the_client_funds_and_only_agreed_milestones(session: Session) -> None:
    room = agreed(session)
    with pytest.raises(Refused, match="not_yours"):
        funding.start(
            session, room.engagement, room.milestones[:1], provider="bank", by=room.freelancer,
            at=NOON,
        )  # fmt: skip
    pays(room, room.milestones[0])
    with pytest.raises(WrongState, match=r"funding\.not_needed"):
        funding.start(
            session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOON
        )


def test_nothing_is_funded_before_terms_are_agreed(session: Session) -> None:
    room = negotiated(session)
    with pytest.raises(Refused, match=r"funding\.not_agreed"):
        funding.start(session, room.engagement, [], provider="bank", by=room.client, at=NOON)


def confirmed(session: Session, payment: Payment, by: Person) -> None:
    confirming.confirm(session, payment, received_minor=7500, by=by, at=NOON)


def test_only_operator_and_bookkeeper_confirm_and_never_a_party(session: Session) -> None:
    room = agreed(session)
    payment = funding.start(
        session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOON
    )
    with pytest.raises(NotFound):
        confirmed(session, payment, mallory(session))
    room.client.is_operator = True
    session.flush()
    with pytest.raises(Refused, match=r"money\.own\.not_yours"):
        confirmed(session, payment, room.client)
    bookkeeper = mallory(session)
    bookkeeper.is_bookkeeper = True
    confirmed(session, payment, bookkeeper)
    assert payment.confirmed_by == bookkeeper.id


def test_a_single_operator_may_confirm_their_own_and_it_is_marked(session: Session) -> None:
    from sqlalchemy import select

    from app.kernel.events import Event

    room = agreed(session)
    room.operator.is_operator = False
    room.client.is_operator = True
    session.flush()
    payment = funding.start(
        session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOON
    )
    confirmed(session, payment, room.client)
    event = session.scalars(select(Event).where(Event.kind == "payment.confirmed")).one()
    assert event.told["own"] is True


def test_pages_read_what_the_ledger_says(session: Session) -> None:
    room = agreed(session)
    pays(room, room.milestones[0])
    funding.start(
        session, room.engagement, room.milestones[1:2], provider="bank", by=room.client, at=NOON
    )
    money = reads.money(session, room.engagement.id)
    assert (money.held_minor, money.released_minor, money.to_fund_minor) == (7500, 0, 32500)
    rows = reads.milestones(session, room.engagement.id)
    assert [row.state for row in rows] == ["funded"] + ["planned"] * 4
    assert rows[0].held_minor == 7500 and rows[1].payment_id and not rows[2].payment_id


def test_the_other_side_is_told_when_the_only_operator_confirms_their_own(
    session: Session,
) -> None:
    from sqlalchemy import select

    from app.mail import notices
    from app.mail.models import Letter

    room = agreed(session)
    room.operator.is_operator, room.client.is_operator = False, True
    payment = funding.start(
        session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOON
    )
    confirming.confirm(session, payment, received_minor=100, by=room.client, at=NOON)
    notices.tell(session, NOON, 500)
    told = select(Letter.person_id).where(Letter.notice == "own_confirmed")
    assert session.scalars(told).all() == [room.freelancer.id]
