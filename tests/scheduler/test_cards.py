"""The chores of card payments: the wheel asks, and once a day everything is reckoned."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.escrow.cards import errands
from app.escrow.cards.models import CardNotice
from app.scheduler import cards as chore
from app.scheduler.work import Work
from tests.cards import CardRoom, card_room
from tests.stories import NOON, later
from tests.stripe_stand_in import BUSY, StandIn


def work(cards: CardRoom, at: Any) -> Work:
    nobody: Any = None
    return Work(cards.session, at, nobody, nobody, nobody, cards.desk)


def test_the_wheel_takes_up_a_payment_whose_page_nobody_made(session: Any, stripe: StandIn) -> None:
    cards = card_room(session, stripe)
    payment = cards.begins(cards.room.milestones[0])
    assert chore.turn(work(cards, later(1))) == 1
    assert payment.state == "pending"


def test_the_reckoning_is_made_once_a_day_and_again_where_stripe_was_silent(
    session: Any, stripe: StandIn
) -> None:
    cards = card_room(session, stripe)
    stripe.pay(cards.opens(cards.begins(cards.room.milestones[0])))
    stripe.posts()  # and nobody heard them
    stripe.faults = [BUSY]
    assert chore.reconcile(work(cards, NOON)) == 0
    assert chore.reconcile(work(cards, NOON)) == 1
    assert cards.room.held(cards.room.milestones[0]) == 7500
    asked = len(stripe.asked)
    assert chore.reconcile(work(cards, later(1))) == 0 and len(stripe.asked) == asked
    assert chore.reconcile(work(cards, NOON + timedelta(days=1))) == 1


def test_after_weeks_of_downtime_the_reckoning_looks_back_as_far(
    session: Any, stripe: StandIn
) -> None:
    cards = card_room(session, stripe)
    chore.reconcile(work(cards, NOON))
    stripe.pay(cards.opens(cards.begins(cards.room.milestones[0])))
    stripe.events[-1]["created"] = int((NOON + timedelta(days=1)).timestamp())
    stripe.posts()
    late = work(cards, NOON + timedelta(days=20))
    chore.reconcile(late)
    assert session.get(CardNotice, stripe.events[-1]["id"]) is not None


def test_a_board_without_cards_has_nothing_to_do(session: Any) -> None:
    nobody: Any = None
    idle = Work(session, NOON, nobody, nobody, nobody)
    assert chore.turn(idle) == chore.reconcile(idle) == 0
    assert errands.due(session, NOON) == {"checkout": [], "refund": [], "payout": []}
