"""A transfer that is taken back in Stripe's dashboard is the person's balance again, once."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from app.escrow.cards import reversing
from app.escrow.models import Payout
from app.escrow.office import tasks
from app.escrow.outgoing import payouts, returned
from app.escrow.papers import statements
from app.escrow.provider import CARD, Transferred
from app.kernel.errors import WrongState
from app.kernel.events import Event
from app.kernel.writing import begin_writing
from tests.cards import CardRoom
from tests.stories import NOON, later
from tests.stripe_stand_in import LOST


@pytest.fixture
def cards(cards: CardRoom) -> CardRoom:
    """$75.00 by card on the freelancer's balance."""
    cards.earns()
    return cards


def asks(cards: CardRoom) -> Payout:
    payout = payouts.ask(cards.session, cards.room.freelancer, 7500, "USD", at=NOON, provider=CARD)
    cards.session.commit()
    return payout


def transferred(cards: CardRoom) -> tuple[Payout, str]:
    payout = asks(cards)
    cards.turns()
    assert payout.state == "settled"
    return payout, cards.stripe.of("transfer")[0]["id"]


def has(cards: CardRoom) -> int:
    return cards.room.balance(cards.room.freelancer)


def test_a_reversed_transfer_is_the_freelancers_balance_again_with_a_task(cards: CardRoom) -> None:
    payout, transfer = transferred(cards)
    cards.stripe.reverse_transfer(transfer)
    cards.hears(at=later(1))
    assert (payout.state, has(cards)) == ("failed", 7500)
    assert cards.balances() == {
        "bank:stripe": -7500, f"balance:{cards.room.freelancer.id}": 7500
    }  # fmt: skip
    assert [one.kind for one in tasks.waiting(cards.session)] == ["payout.reversed"]
    rows = statements.of_balance(cards.session, cards.room.freelancer.id, "USD")
    assert rows[0].what == "Taken back at the card provider; on the balance"
    again = asks(cards)
    cards.turns(at=later(2))
    assert (again.state, has(cards)) == ("settled", 0)


def test_it_is_booked_once_however_often_it_is_heard(cards: CardRoom) -> None:
    _, transfer = transferred(cards)
    cards.stripe.reverse_transfer(transfer, 1000)
    for posts in (cards.stripe.posts(), cards.stripe.posts(everything=True)):
        cards.receives(posts, at=later(1))
        cards.turns(at=later(1))
    round_again = cards.desk.provider.look(transfer)
    assert isinstance(round_again, Transferred)
    reversing.book(cards.session, round_again, at=later(2))
    told = select(Event.id).where(Event.kind == "payout.reversed")
    assert (has(cards), len(cards.session.scalars(told).all())) == (1000, 1)


def test_parts_are_booked_one_by_one_and_the_last_ends_the_payout(cards: CardRoom) -> None:
    payout, transfer = transferred(cards)
    cards.stripe.reverse_transfer(transfer, 1000)
    cards.hears(at=later(1))
    assert (payout.state, has(cards)) == ("settled", 1000)
    cards.stripe.reverse_transfer(transfer)
    cards.hears(at=later(2))
    assert (payout.state, has(cards)) == ("failed", 7500)
    assert len(tasks.waiting(cards.session)) == 2


def test_what_is_heard_late_or_out_of_order_ends_the_same(cards: CardRoom) -> None:
    payout, transfer = transferred(cards)
    seen: list[Any] = [cards.desk.provider.look(transfer)]
    for amount in (1000, 500, 6000):
        cards.stripe.reverse_transfer(transfer, amount)
        seen.append(cards.desk.provider.look(transfer))
    cards.session.commit()
    for order in permutations(seen):
        begin_writing(cards.session)
        for found in order:
            reversing.book(cards.session, found, at=later(1))
        assert (payout.state, has(cards)) == ("failed", 7500)
        cards.session.rollback()
        cards.session.expire_all()


def test_a_reversal_that_is_heard_before_our_own_answer_settles_both(cards: CardRoom) -> None:
    payout = asks(cards)
    cards.stripe.faults = [LOST]
    cards.turns()
    assert payout.state == "pending"
    cards.stripe.reverse_transfer(cards.stripe.of("transfer")[0]["id"])
    cards.hears(at=later(0))
    cards.turns(at=later(1))
    assert (payout.state, has(cards), len(cards.stripe.of("transfer"))) == ("failed", 7500, 1)


def test_transfers_that_are_none_of_ours_are_passed_over(cards: CardRoom) -> None:
    payout, _ = transferred(cards)
    asked = {"amount": "7500", "currency": "usd", "destination": "acct_connected1"}
    for metadata in ({}, {"payout": "nobody"}, {"payout": payout.id}):
        other = cards.stripe.make_transfer(asked | {"metadata": metadata})
        cards.stripe.reverse_transfer(other["id"])
    cards.hears(at=later(1))
    assert (payout.state, has(cards)) == ("settled", 0)


def test_a_day_later_a_reversal_that_nobody_told_of_is_found(cards: CardRoom) -> None:
    from app.escrow.cards import round

    payout, transfer = transferred(cards)
    cards.stripe.reverse_transfer(transfer)
    round.reconcile(cards.session, cards.desk, later(1), later(-1))
    cards.turns(at=later(1))
    assert (payout.state, has(cards)) == ("failed", 7500)


def test_nobody_books_it_by_hand(cards: CardRoom) -> None:
    payout, _ = transferred(cards)
    with pytest.raises(WrongState, match=r"returned\.by_provider"):
        returned.payout(
            cards.session, payout, reason="Came back", by=cards.room.operator, at=later(1)
        )
