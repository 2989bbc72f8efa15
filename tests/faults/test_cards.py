"""Notices in any order, answers of any kind: the books end the same, and nothing is done twice.

./milepost torture tries a thousand orders and five hundred mixes.
"""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.escrow import audit
from app.escrow.cards import booking, round
from app.escrow.milestones import release
from app.escrow.models import Transfer
from app.escrow.office.models import Task
from app.escrow.outgoing import payouts
from app.escrow.provider import CARD
from app.kernel.writing import begin_writing
from tests import databases, rooms
from tests.cards import card_room, standing_in
from tests.faults import card_mixes
from tests.faults.card_mixes import mixes
from tests.faults.card_orders import orders
from tests.stories import NOON


def test_three_copies_of_what_stripe_says_in_any_order_end_in_the_same_books(
    database_url: str,
) -> None:
    assert orders(100, database_url, seed=7) == []


def test_lost_replies_resets_429_and_500_end_in_one_charge_one_refund_one_transfer(
    database_url: str,
) -> None:
    assert mixes(8, database_url, seed=7) == []


def test_four_processes_that_ask_at_once_make_one_refund_and_one_transfer(
    database_url: str,
) -> None:
    with standing_in() as stripe, databases.opened(database_url) as session:
        begin_writing(session)
        cards = card_room(session, stripe)
        room, (first, second) = cards.room, cards.room.milestones[:2]
        cards.pays(first, second)
        release.approve(session, rooms.submits(room, first), by=room.client, at=NOON)
        room.freelancer.card_account = "acct_connected1"
        payouts.ask(session, room.freelancer, 7500, "USD", at=NOON, provider=CARD)
        card_mixes.sends_back(cards, second.id, NOON)
        session.commit()
        begun = threading.Barrier(4)

        def asks() -> int:
            with databases.opened(database_url) as own:
                begun.wait()
                minutes = (NOON + timedelta(minutes=one) for one in range(5))
                return sum(round.turn(own, cards.desk, minute) for minute in minutes)

        with ThreadPoolExecutor(4) as pool:
            assert sum(one.result() for one in [pool.submit(asks) for _ in range(4)])
        session.rollback()
        session.expire_all()
        assert [len(stripe.of(kind)) for kind in ("refund", "transfer")] == [1, 1]
        assert stripe.asked.count("POST /v1/refunds") == 1
        assert cards.balances() == {} and audit.audit(session) == []


def test_a_hundred_wrong_amounts_currencies_and_references_credit_nothing(session: Any) -> None:
    chance = random.Random(7)
    with standing_in() as stripe:
        cards = card_room(session, stripe)
        page = cards.opens(cards.begins(cards.room.milestones[0]))
        other = cards.begins(cards.room.milestones[1]).reference
        stripe.pay(page)
        right = cards.desk.provider.look(page)
        assert right is not None and right.amount_minor == 7500
        for number in range(100):
            wrong = chance.choice((
                replace(right, amount_minor=chance.choice((None, 0, 1, 7499, 7501, 750000))),
                replace(right, currency=chance.choice(("EUR", "JPY", "BHD", "", "XXX"))),
                replace(right, reference=chance.choice(("", other, "MP-0000-0000", "x" * 200))),
                replace(right, checkout_id=f"cs_test_other_{number}"),
            ))  # fmt: skip
            booking.book(session, wrong, at=NOON)
        assert session.scalar(select(func.count()).select_from(Transfer)) == 0
        assert session.scalar(select(func.count()).where(Task.kind == "card.unplaced")) > 0
        booking.book(session, right, at=NOON)
        assert cards.room.held(cards.room.milestones[0]) == 7500
        assert audit.audit(session) == []
