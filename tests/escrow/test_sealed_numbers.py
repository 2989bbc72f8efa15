"""RULES, Dispute: sealed numbers; if they overlap the midpoint settles it at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit
from app.escrow.disputes import offers, sealed
from app.escrow.disputes.models import Dispute, SealedNumber
from app.escrow.models import Refund
from app.kernel.errors import Invalid, NotFound, WrongState
from app.kernel.events import Event
from app.mail import notices
from app.mail.models import Letter
from tests.disputes import answered, called, funded, opened
from tests.people import mallory
from tests.rooms import Room
from tests.stories import later

DAY = timedelta(days=1)


def both(room: Room, dispute: Dispute, most: int, least: int, *, client_first: bool = True) -> bool:
    """Alice would pay `most`, Bob would take `least`."""
    pairs = [(room.client, most), (room.freelancer, least)]
    met = [
        sealed.enter(room.session, dispute, number, by=by, at=later(2))
        for by, number in (pairs if client_first else pairs[::-1])
    ]
    assert not met[0]
    return met[1]


@pytest.mark.parametrize("currency", ["JPY", "EUR", "BHD"])
@pytest.mark.parametrize("client_first", [True, False])
@pytest.mark.parametrize(
    ("most", "least", "middle"),
    [(3000, 1000, 2000), (3001, 1000, 2000), (1000, 1000, 1000), (4001, 0, 2000), (0, 0, 0)],
)
def test_numbers_that_overlap_settle_at_the_midpoint_and_the_odd_unit_goes_back(
    session: Session, currency: str, client_first: bool, most: int, least: int, middle: int
) -> None:
    room = funded(session, currency=currency, amount=7501)
    dispute = answered(room, 4001)
    assert both(room, dispute, most, least, client_first=client_first)
    assert (dispute.state, dispute.awarded_minor) == ("settled", middle)
    back = sum(one.amount_minor for one in session.scalars(select(Refund)))
    assert (room.balance(room.freelancer), back) == (middle, 4001 - middle)
    assert audit.audit(session) == []


def test_numbers_that_do_not_meet_are_forgotten_and_nothing_else_is_told(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    assert not both(room, dispute, 1000, 1001)
    assert [one.number_minor for one in session.scalars(select(SealedNumber))] == [None, None]
    told = session.scalars(select(Event).where(Event.kind == "dispute.not_met")).one()
    assert set(told.told) == {"milestone", "title", "disputed_minor", "currency"}
    assert (dispute.state, room.balance(room.freelancer)) == ("answered", 0)


def test_a_number_that_was_forgotten_does_not_meet_a_later_one(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    both(room, dispute, 3000, 3500)
    assert not sealed.enter(session, dispute, 2000, by=room.freelancer, at=later(2) + DAY)
    assert dispute.state == "answered"
    assert sealed.enter(session, dispute, 2500, by=room.client, at=later(2) + DAY)
    assert dispute.awarded_minor == 2250


def test_a_number_is_entered_once_a_day_each(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    sealed.enter(session, dispute, 1000, by=room.client, at=later(2))
    with pytest.raises(WrongState, match=r"dispute\.number_again"):
        sealed.enter(session, dispute, 1500, by=room.client, at=later(2) + DAY - DAY / 1000)
    sealed.enter(session, dispute, 1500, by=room.client, at=later(2) + DAY)
    assert sealed.enter(session, dispute, 1400, by=room.freelancer, at=later(2) + DAY)
    assert dispute.awarded_minor == 1450


def test_a_number_lies_between_the_open_offers(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    offers.offer(session, dispute, 1000, by=room.client, at=later(2))
    offers.offer(session, dispute, 3000, by=room.freelancer, at=later(2))
    for number in (-1, 0, 999, 3001, 4000):
        for by in (room.client, room.freelancer):
            with pytest.raises(Invalid, match=r"dispute\.number_range"):
                sealed.enter(session, dispute, number, by=by, at=later(3))


def test_nobody_pays_more_than_the_other_asks_for_by_then(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    sealed.enter(session, dispute, 3800, by=room.client, at=later(2))
    offers.offer(session, dispute, 2000, by=room.freelancer, at=later(3))
    assert sealed.enter(session, dispute, 1000, by=room.freelancer, at=later(4))
    assert dispute.awarded_minor == 1500


def test_it_is_too_early_before_the_answer_and_too_late_after_the_end(session: Session) -> None:
    room = funded(session)
    dispute = opened(room, 4000)
    with pytest.raises(WrongState, match=r"dispute\.too_early"):
        sealed.enter(session, dispute, 1, by=room.client, at=dispute.answer_due_at)
    with pytest.raises(NotFound):
        sealed.enter(session, dispute, 1, by=mallory(session), at=dispute.answer_due_at)
    offers.accept(session, dispute, 0, by=room.freelancer, at=later(1))
    with pytest.raises(WrongState, match=r"dispute\.over"):
        sealed.enter(session, dispute, 1, by=room.client, at=later(2))


def test_numbers_may_still_meet_while_the_arbiter_thinks(session: Session) -> None:
    room = funded(session)
    dispute = called(room, 4000)
    assert both(room, dispute, 2000, 2000)
    assert dispute.awarded_minor == 2000


def test_no_event_and_no_letter_holds_a_sealed_number_before_they_meet(session: Session) -> None:
    room = funded(session, amount=700_000)
    dispute = answered(room, 500_000)
    sealed.enter(session, dispute, 123_457, by=room.client, at=later(2))
    _nowhere(session, "123457", "1,234.57", "1234.57")
    sealed.enter(session, dispute, 234_568, by=room.freelancer, at=later(2))
    _nowhere(session, "123457", "1,234.57", "234568", "2,345.68")


def _nowhere(session: Session, *signs: str) -> None:
    while notices.tell(session, later(3)):
        pass
    for event in session.scalars(select(Event)):
        assert not any(sign in f"{event.facts} {event.words}" for sign in signs), event.kind
    letters = session.scalars(select(Letter)).all()
    assert {"dispute_number"} <= {one.notice for one in letters}
    for letter in letters:
        kept = " ".join(str(getattr(letter, column.key)) for column in Letter.__table__.columns)
        assert not any(sign in kept for sign in signs), letter.notice
