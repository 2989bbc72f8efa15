"""A payment that terms or a counter make moot while its money is on the way (RULES, Milestones)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit, under_way
from app.escrow.bank import todo
from app.escrow.incoming import confirming, funding, prefunding
from app.escrow.models import Milestone, Payment, Refund
from app.kernel.errors import NotFound, Refused, WrongState
from app.mail import deciding, notices
from app.mail.models import Letter
from app.people.models import Person
from app.scheduler import reminders
from app.terms import ending, negotiation, reads
from app.terms.models import Revision
from tests.people import mallory
from tests.rooms import Room, agreed, negotiated
from tests.stories import NOON, later, rewrite


def starts(room: Room, *places: int, hours: float = 0) -> Payment:
    wanted = [room.milestones[place] for place in places]
    return funding.start(
        room.session, room.engagement, wanted, provider="bank", by=room.client, at=later(hours)
    )


def terms(room: Room, change: dict[int, Any], *, by: Person | None = None) -> Revision:
    """Terms with other amounts by position (None deletes it), sent by the client."""
    by = by or room.client
    amounts = {n: {"amount_minor": a} for n, a in change.items() if a is not None}
    drop = [n for n, a in change.items() if a is None]
    rewrite(room.session, room.engagement, by, change=amounts, drop=drop)
    return negotiation.send(room.session, room.engagement, by=by, at=later(1))


def agrees(room: Room, change: dict[int, Any]) -> None:
    revision = terms(room, change)
    negotiation.accept(room.session, revision, by=room.freelancer, at=later(2))


def prefunds(room: Room, revision: Revision, place: int = 0) -> Payment:
    lines = [
        negotiation.planned(reads.lines(room.session, revision.id)[place]),
    ]
    return prefunding.start(
        room.session, room.engagement, lines, revision_id=revision.id, provider="bank",
        by=room.client, at=later(1.5),
    )  # fmt: skip


def arrives(room: Room, payment: Payment, received: int | None = None) -> None:
    amount = payment.amount_minor if received is None else received
    confirming.confirm(room.session, payment, received_minor=amount, by=room.operator, at=later(9))
    assert audit.audit(room.session) == []


def letters(session: Session, name: str) -> list[dict[str, Any]]:
    notices.tell(session, later(3), 500)
    found = select(Letter).where(Letter.notice == name).order_by(Letter.created_at, Letter.id)
    return [{"to": one.person_id, **json.loads(one.facts)} for one in session.scalars(found)]


CHANGES = {"reduce": 5000, "raise": 12000, "delete": None}


@pytest.mark.parametrize("how", CHANGES)
def test_terms_that_ask_for_another_sum_tell_the_payer(session: Session, how: str) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    agrees(room, {1: CHANGES[how]})
    assert (payment.state, payment.may_arrive) == ("cancelled", True)
    (told,) = letters(session, "payment_superseded")
    assert told["to"] == room.client.id
    assert (told["amount_minor"], told["reference"]) == (7500, payment.reference)
    assert told["button"] == f"/payments/{payment.id}"
    into = {"reduce": 5000, "raise": 7500, "delete": 0}[how]
    assert (told["escrow_minor"], told["rest_minor"]) == (into, 7500 - into)
    assert told["asked_minor"] == {"raise": 4500}.get(how, 0)


@pytest.mark.parametrize("how", ["countered", "declined", "withdrawn", "lapsed", "ended"])
def test_a_prefund_under_way_whose_terms_come_to_nothing_is_told_to_the_payer(
    session: Session, how: str
) -> None:
    room = negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    payment = prefunds(room, revision)
    if how == "countered":
        terms(room, {1: 9000}, by=room.freelancer)
    elif how == "declined":
        negotiation.decline(session, revision, by=room.freelancer, at=later(2), reason="No.")
    elif how == "withdrawn":
        negotiation.withdraw(session, revision, by=room.client, at=later(2))
    elif how == "lapsed":
        assert negotiation.lapse(session, revision, at=later(days=15))
    else:
        ending.end(session, room.engagement, by=room.freelancer, at=later(2))
    assert payment.may_arrive and payment.superseded_why == how
    (told,) = letters(session, "payment_superseded")
    assert (told["to"], told["goes_back"]) == (room.client.id, True)
    assert told["because"] and "{" not in told["because"]
    arrives(room, payment)
    (refund,) = session.scalars(select(Refund))
    assert (refund.amount_minor, refund.payment_id, refund.why) == (7500, payment.id, "late")


def test_the_end_of_an_engagement_makes_a_payment_moot(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    ending.end(session, room.engagement, by=room.freelancer, at=later(2))
    assert payment.may_arrive
    assert [one["because"] for one in letters(session, "payment_superseded")] == [
        "The engagement, or this part of it, has ended."
    ]
    arrives(room, payment)
    assert room.balance(room.client) == 7500


def test_other_money_for_the_same_makes_a_payment_moot(session: Session) -> None:
    room = agreed(session)
    first = starts(room, 0)
    funding.cancel(session, first, by=room.client, at=later())
    second = starts(room, 0, hours=2)
    arrives(room, first)
    assert second.may_arrive and second.superseded_why == "paid"
    arrives(room, second)
    assert (room.held(room.milestones[0]), room.balance(room.client)) == (7500, 7500)


def test_who_cancels_a_payment_is_not_told_and_asked_again(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    funding.cancel(session, payment, by=room.client, at=later())
    assert not payment.may_arrive and not letters(session, "payment_superseded")
    assert starts(room, 0).amount_minor == 7500


def test_nobody_is_asked_twice_before_the_payer_says_that_it_was_not_sent(
    session: Session,
) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    agrees(room, {1: 5000})
    first = room.milestones[0]
    assert under_way.asked(session, first) == 0
    assert not funding.can_fund(session, first, room.engagement, room.client.id)
    with pytest.raises(WrongState, match=r"funding\.under_way"):
        starts(room, 0)
    funding.say_not_sent(session, payment, by=room.client, at=later(4))
    assert starts(room, 0).amount_minor == 5000


def test_more_than_is_under_way_asks_for_the_difference_only(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    agrees(room, {1: 12000})
    rest = starts(room, 0, hours=3)
    assert rest.amount_minor == 4500
    arrives(room, payment)
    assert rest.state == "pending", "it is asked for still"
    arrives(room, rest)
    assert (room.held(room.milestones[0]), room.balance(room.client)) == (12000, 0)


def test_the_rest_is_asked_for_with_the_whole_when_the_first_was_not_sent(
    session: Session,
) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    agrees(room, {1: 12000})
    rest = starts(room, 0, hours=3)
    funding.say_not_sent(session, payment, by=room.client, at=later(4))
    assert rest.may_arrive, "it asked for another sum than is needed now"
    assert starts(room, 0, hours=5).amount_minor == 12000 - 4500


def test_one_payment_of_several_covers_those_that_still_need_it(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0, 1)
    agrees(room, {1: None})
    kept = next(one for one in room.milestones if one.state == "planned")
    assert payment.may_arrive and under_way.asked(session, kept) == 0
    arrives(room, payment)
    assert (room.held(kept), room.balance(room.client)) == (7500, 7500)


def test_a_prefund_asks_for_what_is_not_under_way_for_the_terms_in_force(
    session: Session,
) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    revision = terms(room, {1: 12000})
    prefund = prefunds(room, revision)
    assert prefund.amount_minor == 4500
    arrives(room, prefund)
    negotiation.accept(session, revision, by=room.freelancer, at=later(2))
    assert payment.state == "pending", "with what was put in it asks for all that lacks"
    arrives(room, payment)
    assert (room.held(room.milestones[0]), room.balance(room.client)) == (12000, 0)


def test_a_late_prefund_stays_where_agreed_terms_need_it_and_the_rest_goes_back(
    session: Session,
) -> None:
    """The counter was accepted: nobody pays for the same milestone twice."""
    room = negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    payment = prefunds(room, revision)
    counter = terms(room, {1: 6000}, by=room.freelancer)
    negotiation.accept(session, counter, by=room.client, at=later(3))
    first = room.milestones[0]
    assert under_way.asked(session, first) == 0
    arrives(room, payment)
    assert (room.held(first), first.state, room.balance(room.client)) == (6000, "funded", 0)
    (refund,) = session.scalars(select(Refund))
    assert (refund.amount_minor, refund.payment_id) == (1500, payment.id)


def test_saying_so_belongs_to_the_client_and_is_said_once(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    with pytest.raises(WrongState, match=r"payment\.not_under_way"):
        funding.say_not_sent(session, payment, by=room.client, at=later())
    agrees(room, {1: 5000})
    with pytest.raises(Refused, match=r"funding\.not_yours"):
        funding.say_not_sent(session, payment, by=room.freelancer, at=later(3))
    with pytest.raises(NotFound):
        funding.say_not_sent(session, payment, by=mallory(session), at=later(3))
    funding.say_not_sent(session, payment, by=room.client, at=later(3))
    with pytest.raises(WrongState, match=r"payment\.not_under_way"):
        funding.say_not_sent(session, payment, by=room.client, at=later(3))


def test_what_was_not_sent_and_comes_all_the_same_is_not_lost(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    agrees(room, {1: 5000})
    funding.say_not_sent(session, payment, by=room.client, at=later(3))
    again = starts(room, 0, hours=4)
    arrives(room, payment)
    assert (room.held(room.milestones[0]), room.balance(room.client)) == (5000, 2500)
    assert again.may_arrive and under_way.asked(session, room.milestones[0]) == 0


def test_no_reminder_and_no_letter_asks_for_what_is_under_way(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    agrees(room, {1: 5000})
    first = room.milestones[0]
    assert deciding.moved_on(session, deciding.of_milestone(first)) == "coming"
    waits = reminders.Waiting(
        "milestone", first.id, room.engagement.id, room.client.id, "UTC", NOON
    )
    assert not reminders.still_waits(session, waits)
    funding.say_not_sent(session, payment, by=room.client, at=later(3))
    assert reminders.still_waits(session, waits)
    assert first.fundable_at == later(3), "reminders begin anew"


def test_the_letter_that_asks_for_money_names_only_what_is_not_under_way(
    session: Session,
) -> None:
    room = agreed(session)
    starts(room, 0, 1)
    agrees(room, {1: None, 2: 20000})
    (asks,) = [one for one in letters(session, "please_fund") if one["milestone"] == "6 concepts"]
    assert (asks["amount_minor"], asks["coming_minor"]) == (5000, 15000)


def test_the_operator_finds_what_may_still_arrive(session: Session) -> None:
    room = agreed(session)
    payment = starts(room, 0)
    gone = starts(room, 1)
    funding.cancel(session, gone, by=room.client, at=later())
    agrees(room, {1: 5000})
    assert [(row.id, row.state) for row in todo.payments(session)] == [(payment.id, "may_arrive")]
    piece = payment.reference[3:8].replace("-", " ").lower()
    for typed in (payment.reference, piece, payment.reference.replace("-", "")[:7]):
        assert payment.id in {row.id for row in todo.payments(session, typed=typed)}, typed
    for typed in ("75", "75.00", "$75.00", "75,00", "75.-", "USD 75"):
        found = {row.id for row in todo.payments(session, typed=typed)}
        assert found == {payment.id, gone.id}, typed
    for typed in ("76", "7500", "%", "_", "MP", "'; --", "\x00", "９９"):
        assert not todo.payments(session, typed=typed), typed


def test_milestones_of_another_room_are_none_of_its_money(session: Session) -> None:
    room = agreed(session)
    starts(room, 0)
    agrees(room, {1: 5000})
    other = agreed(session)
    assert all(
        under_way.asked(session, one) == one.amount_minor
        for one in session.scalars(
            select(Milestone).where(Milestone.engagement_id == other.engagement.id)
        )
    )


@pytest.mark.parametrize(
    ("received", "escrow", "balance", "missing"),
    [(7500, 7500, 0, False), (9000, 7500, 1500, False), (7000, 7000, 0, True)],
)
def test_the_letter_of_what_came_says_where_it_went(
    session: Session, received: int, escrow: int, balance: int, missing: bool
) -> None:
    room = agreed(session)
    arrives(room, starts(room, 0), received)
    (told,) = letters(session, "payment_confirmed")
    found = [told[name] for name in ("in_escrow_minor", "to_balance_minor", "back_minor")]
    assert (found, told["still_missing"]) == ([escrow, balance, 0], missing)
    assert (room.held(room.milestones[0]), room.balance(room.client)) == (escrow, balance)


@pytest.mark.parametrize(("agreed_minor", "escrow"), [(None, 0), (5000, 5000)])
def test_the_letter_of_a_late_prefund_says_what_goes_back(
    session: Session, agreed_minor: int | None, escrow: int
) -> None:
    room = negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    payment = prefunds(room, revision)
    if agreed_minor is None:
        negotiation.decline(session, revision, by=room.freelancer, at=later(2), reason="No.")
    else:
        counter = terms(room, {1: agreed_minor}, by=room.freelancer)
        negotiation.accept(session, counter, by=room.client, at=later(2))
    arrives(room, payment)
    (told,) = letters(session, "payment_confirmed")
    found = [told[name] for name in ("in_escrow_minor", "to_balance_minor", "back_minor")]
    assert found == [escrow, 0, 7500 - escrow]
    assert sum(one.amount_minor for one in session.scalars(select(Refund))) == 7500 - escrow
