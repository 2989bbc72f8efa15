"""What Stripe keeps for itself is the board's cost: the books say what really stands there."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from app.escrow import accounts
from app.escrow.cards import costs, round
from app.escrow.milestones import release
from app.escrow.models import Transfer
from app.escrow.office import tasks
from app.escrow.outgoing import payouts
from app.escrow.papers import beancount, fees, statements
from app.escrow.provider import CARD, Cost
from tests.cards import CardRoom
from tests.stories import NOON, later
from tests.stripe_stand_in import BUSY

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FEE = 7500 * 29 // 1000 + 30


def reckons(cards: CardRoom, at: datetime = NOON) -> None:
    round.reconcile(cards.session, cards.desk, at, LONG_AGO)


def there(cards: CardRoom) -> int:
    """What really stands at Stripe."""
    return sum(one["net"] for one in cards.stripe.of("balance_transaction"))


def stands(cards: CardRoom, account: str) -> int:
    return cards.balances().get(account, 0)


def transfers(cards: CardRoom) -> int:
    return cards.session.scalar(select(func.count()).select_from(Transfer)) or 0


def test_what_stripe_keeps_of_a_charge_is_booked_once(cards: CardRoom) -> None:
    cards.pays(cards.room.milestones[0])
    reckons(cards)
    assert stands(cards, "loss") == -FEE
    assert stands(cards, "bank:stripe") == -(7500 - FEE) == -there(cards)
    assert cards.room.held(cards.room.milestones[0]) == 7500
    before = transfers(cards)
    reckons(cards, later(1))
    assert transfers(cards) == before


def test_the_books_say_what_stands_at_stripe_whatever_happened_there(cards: CardRoom) -> None:
    room, (first, second, *_) = cards.room, cards.room.milestones
    cards.pays(first)
    charge = cards.pays(second)
    release.release_without_submission(cards.session, first, by=room.client, at=NOON)
    room.freelancer.card_account = "acct_connected1"
    payouts.ask(cards.session, room.freelancer, 7500, "USD", at=NOON, provider=CARD)
    cards.session.commit()
    cards.turns()
    cards.stripe.reverse_transfer(cards.stripe.of("transfer")[0]["id"], 1000)
    cards.stripe.refund_by_hand(charge, 500)
    lost, won = cards.stripe.dispute(charge, 1000), cards.stripe.dispute(charge, 2000)
    cards.stripe.decide(lost, won=False)
    cards.hears(at=later(1))
    reckons(cards, later(1))
    assert stands(cards, "bank:stripe") == -there(cards)
    assert stands(cards, "loss") == -(2 * 1500 + sum(
        one["fee"] for one in cards.stripe.of("balance_transaction") if one["type"] == "charge"
    ))  # fmt: skip
    cards.stripe.decide(won, won=True)
    cards.hears(at=later(2))
    reckons(cards, later(2))
    assert stands(cards, "bank:stripe") == -there(cards)


def test_the_rest_of_the_account_is_none_of_the_boards(cards: CardRoom) -> None:
    cards.pays(cards.room.milestones[0])
    reckons(cards)
    before = transfers(cards)
    asked = {"amount": "500", "currency": "usd", "destination": "acct_connected1"}
    other = cards.stripe.make_transfer(asked)
    foreign = cards.stripe.new("charge", "ch", payment_intent="pi_other", amount=900)
    for source in (other, foreign):
        cards.stripe._settles(source, 500, "usd", 44)
    reckons(cards, later(1))
    assert transfers(cards) == before


def test_in_another_currency_it_is_left_out_and_said_once(cards: CardRoom) -> None:
    cards.stripe.settles = "eur"
    for milestone in cards.room.milestones[:2]:
        cards.pays(milestone)
    reckons(cards)
    assert stands(cards, "loss") == 0
    (task,) = tasks.waiting(cards.session)
    assert (task.kind, task.told) == ("card.costs", {"paid": "USD", "settled": "EUR"})
    tasks.close(cards.session, task, by=cards.room.operator, at=NOON, note="Every month.")
    cards.session.commit()
    reckons(cards, later(1))
    assert tasks.waiting(cards.session) == []


def test_a_figure_that_we_cannot_write_is_left_out_too(cards: CardRoom) -> None:
    charge = cards.pays(cards.room.milestones[0])
    before = transfers(cards)
    costs.book(cards.session, Cost("txn_1", charge, "USD", None), at=NOON)
    assert transfers(cards) == before
    assert [one.kind for one in tasks.waiting(cards.session)] == ["card.costs"]


def test_a_silence_about_it_stops_nothing_and_is_made_up_for(cards: CardRoom) -> None:
    cards.pays(cards.room.milestones[0])
    cards.stripe.faults = [None, BUSY]  # the events are listed, the movements are not
    reckons(cards)
    assert stands(cards, "loss") == 0
    reckons(cards, later(24))
    assert stands(cards, "loss") == -FEE


def test_it_is_read_from_before_the_last_on_and_a_month_back_at_most(cards: CardRoom) -> None:
    assert costs._since(cards.session, NOON) == NOON - costs.MONTH
    charge = cards.pays(cards.room.milestones[0])
    costs.book(cards.session, Cost("txn_1", charge, "USD", 5), at=NOON)
    assert costs._since(cards.session, later(24)) == NOON - costs.AGAIN
    assert costs._since(cards.session, NOON + 2 * costs.MONTH) == NOON + costs.MONTH


def test_statements_and_the_boards_fees_know_nothing_of_it_and_beancount_does(
    cards: CardRoom,
) -> None:
    room = cards.room
    cards.pays(room.milestones[0])
    before = statements.of_engagement(cards.session, room.engagement.id)
    reckons(cards)
    assert statements.of_engagement(cards.session, room.engagement.id) == before
    assert fees.standing(cards.session) == []
    text = "".join(beancount.export(cards.session, "Books"))
    assert '"Kept by the card provider"' in text
    amount = f"{FEE / 100:.2f}"
    assert f"  Expenses:Loss  {amount} USD\n  Assets:Bank:STRIPE  -{amount} USD\n" in text
    assert room.stands(accounts.loss()) == -FEE
