"""Card payments: the provider is asked with a key of ours, believed when asked, and booked once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.escrow import accounts, audit, under_way, work
from app.escrow.cards import round
from app.escrow.cards.models import CardCall, CardCheckout, CardNotice
from app.escrow.incoming import chargebacks, prefunding
from app.escrow.milestones import asks, release
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Payment, Refund
from app.escrow.office.models import Task
from app.escrow.outgoing import payouts, returned
from app.escrow.provider import CARD, Forged, Unclear
from app.kernel.errors import WrongState
from app.terms import ending, negotiation
from app.terms import reads as terms_reads
from tests import rooms
from tests.cards import CardRoom, card_room
from tests.stories import LOGO, NOON, later, rewrite
from tests.stripe_stand_in import BROKEN, BUSY, LOST, RESET, STRUCK, StandIn


def tasks_of(cards: CardRoom) -> list[str]:
    return [task.kind for task in cards.session.scalars(select(Task).order_by(Task.raised_at))]


# The way through


def test_a_card_payment_is_in_escrow_when_stripe_says_so_and_not_before(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    payment = cards.begins(first)
    assert payment.state == "started"
    page = cards.opens(payment)
    assert payment.state == "pending"
    cards.turns()
    assert cards.room.held(first) == 0
    cards.stripe.pay(page)
    cards.hears()
    assert (payment.state, first.state, cards.room.held(first)) == ("settled", "funded", 7500)
    assert cards.balances()["bank:stripe"] == -7500


def test_funded_by_card_submitted_approved_and_transferred_to_the_person(cards: CardRoom) -> None:
    room, first = cards.room, cards.room.milestones[0]
    cards.pays(first)
    release.approve(cards.session, rooms.submits(room, first), by=room.client, at=NOON)
    room.freelancer.card_account = "acct_connected1"
    payout = payouts.ask(cards.session, room.freelancer, 7500, "USD", at=NOON, provider=CARD)
    cards.session.commit()
    cards.turns()
    assert payout.state == "settled"
    (transfer,) = cards.stripe.of("transfer")
    assert (transfer["amount"], transfer["destination"]) == (7500, "acct_connected1")
    assert cards.balances() == {}


def test_prefunded_by_card_and_declined_goes_back_to_the_card(
    session: Any, stripe: StandIn
) -> None:
    cards = card_room(session, stripe, agree=False)
    room = cards.room
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    payment = prefunds(cards, revision)
    stripe.pay(cards.opens(payment))
    cards.hears()
    assert sum(cards.balances().values()) == 0 and cards.balances()["bank:stripe"] == -7500
    negotiation.decline(session, revision, reason="Too little.", by=room.freelancer, at=later(1))
    session.commit()
    (refund,) = session.scalars(select(Refund))
    assert (refund.state, cards.balances()["refund_in_transit:stripe"]) == ("pending", 7500)
    cards.hears(at=later(1))
    assert (refund.state, cards.balances()) == ("settled", {})
    (sent,) = stripe.of("refund")
    assert (sent["amount"], sent["metadata"]) == (7500, {"refund": refund.id})
    assert audit.audit(session) == []


def test_a_prefund_that_is_paid_after_the_decline_goes_straight_back(
    session: Any, stripe: StandIn
) -> None:
    cards = card_room(session, stripe, agree=False)
    room = cards.room
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    payment = prefunds(cards, revision)
    page = cards.opens(payment)
    negotiation.decline(session, revision, reason="No.", by=room.freelancer, at=later(1))
    session.commit()
    stripe.pay(page)
    cards.hears(at=later(2), turns=2)
    assert payment.state == "settled"
    assert [(one.why, one.state) for one in session.scalars(select(Refund))] == [
        ("late", "settled")
    ]
    assert cards.balances() == {} and audit.audit(session) == []


def prefunds(cards: CardRoom, revision: Any) -> Payment:
    line = terms_reads.lines(cards.session, revision.id)[0]
    planned = PlannedLine(line.milestone_id or "", 1, line.title, "", line.due, line.amount_minor)
    room = cards.room
    payment = prefunding.start(
        cards.session, room.engagement, [planned], revision_id=revision.id, provider=CARD,
        by=room.client, at=NOON,
    )  # fmt: skip
    cards.session.commit()
    return payment


@pytest.mark.parametrize(("currency", "theirs"), [("JPY", 7500), ("BHD", 7500), ("ISK", 750000)])
def test_amounts_are_right_whatever_decimals_a_currency_has(
    session: Any, stripe: StandIn, currency: str, theirs: int
) -> None:
    cards = card_room(session, stripe, currency=currency)
    cards.pays(cards.room.milestones[0])
    assert stripe.of("checkout.session")[0]["amount_total"] == theirs
    assert cards.room.held(cards.room.milestones[0]) == 7500


# Pages that end, and payments that are cancelled


def test_a_page_that_expires_ends_the_payment_and_another_may_begin(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    payment = cards.begins(first)
    cards.stripe.expire_session(cards.opens(payment))
    cards.hears()
    assert payment.state == "failed"
    cards.pays(first, at=later(1))
    assert first.state == "funded"


def test_a_payment_that_does_not_go_through_is_told_of(cards: CardRoom) -> None:
    payment = cards.begins(cards.room.milestones[0])
    cards.stripe.pay_slowly(cards.opens(payment), works=False)
    cards.hears()
    assert payment.state == "failed" and cards.balances() == {}


def test_a_cancelled_payment_closes_its_page(cards: CardRoom) -> None:
    from app.escrow.incoming import funding

    payment = cards.begins(cards.room.milestones[0])
    page = cards.opens(payment)
    funding.cancel(cards.session, payment, by=cards.room.client, at=NOON)
    cards.session.commit()
    cards.turns()
    assert cards.stripe.get(page)["status"] == "expired"
    assert cards.session.get_one(CardCheckout, payment.id).closed_at is not None


def test_a_page_that_terms_made_moot_is_closed_and_asks_nobody(cards: CardRoom) -> None:
    """Stripe is asked, not the client: what expired unpaid does not arrive any more."""
    room, session = cards.room, cards.session
    payment = cards.begins(room.milestones[0])
    page = cards.opens(payment)
    rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 5000}})
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    session.commit()
    assert payment.may_arrive and under_way.asked(session, room.milestones[0]) == 0
    cards.turns()
    assert cards.stripe.get(page)["status"] == "expired"
    assert not payment.may_arrive
    assert under_way.asked(session, room.milestones[0]) == 5000


def test_a_card_payment_without_a_page_is_simply_cancelled(cards: CardRoom) -> None:
    room, session = cards.room, cards.session
    payment = cards.begins(room.milestones[0])
    ending.end(session, room.engagement, by=room.freelancer, at=NOON)
    assert payment.state == "cancelled" and not payment.may_arrive


def test_an_amount_that_stripe_does_not_take_ends_the_payment(
    session: Any, stripe: StandIn
) -> None:
    from dataclasses import replace

    cards = card_room(session, stripe, lines=(replace(LOGO[0], amount_minor=20),))
    payment = cards.begins(cards.room.milestones[0])
    cards.turns()
    assert payment.state == "started", "the payer's own request comes first"
    cards.turns(at=later(1))
    assert payment.state == "failed"


def test_a_second_payment_for_the_same_need_meets_the_first(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    payment = cards.begins(first)
    assert cards.begins(first).id == payment.id
    page = cards.opens(payment)
    assert cards.opens(payment, at=later(1)) == page
    assert len(cards.stripe.of("checkout.session")) == 1


# What is lost, late, or doubled


@pytest.mark.parametrize("fault", [LOST, RESET, BUSY, BROKEN, STRUCK])
def test_a_page_whose_reply_was_lost_is_found_and_not_made_again(
    cards: CardRoom, fault: str
) -> None:
    payment = cards.begins(cards.room.milestones[0])
    cards.stripe.faults = [fault]
    with pytest.raises(Unclear):
        cards.opens(payment)
    for hour in range(1, 5):
        cards.turns(at=later(hour))
    assert payment.state == "pending"
    assert len(cards.stripe.of("checkout.session")) == 1


@pytest.mark.parametrize("fault", [LOST, RESET, BUSY, BROKEN, STRUCK])
def test_a_refund_whose_reply_was_lost_is_searched_for_before_it_is_tried_again(
    cards: CardRoom, fault: str
) -> None:
    first = cards.room.milestones[0]
    cards.pays(first)
    refunds_all(cards, first)
    cards.stripe.faults = [fault]
    cards.turns()
    before = len(cards.stripe.asked)
    for hour in range(1, 5):
        cards.hears(at=later(hour))
    assert "GET /v1/refunds" in cards.stripe.asked[before:][:1] or fault in (LOST, STRUCK)
    assert len(cards.stripe.of("refund")) == 1
    assert cards.balances() == {}


def test_a_payment_is_booked_although_its_page_was_never_heard_of(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    payment = cards.begins(first)
    cards.stripe.faults = [LOST]
    with pytest.raises(Unclear):
        cards.opens(payment)
    cards.stripe.pay(cards.stripe.of("checkout.session")[0]["id"])
    cards.hears()
    assert first.state == "funded"
    assert cards.session.get_one(CardCheckout, payment.id).charge_id


def test_a_notice_is_kept_once_and_looked_after_once(cards: CardRoom) -> None:
    payment = cards.begins(cards.room.milestones[0])
    cards.stripe.pay(cards.opens(payment))
    posts = cards.stripe.posts()
    cards.receives(posts * 3)
    assert len(list(cards.session.scalars(select(CardNotice)))) == len(posts)
    cards.turns()
    asked = len(cards.stripe.asked)
    cards.receives(posts)
    cards.turns()
    assert len(cards.stripe.asked) == asked


def test_a_missed_notice_is_taken_up_by_the_daily_reckoning(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    charge = cards.pays(first)
    cards.stripe.dispute(charge, 2500)
    cards.stripe.posts()  # and nobody heard them
    round.reconcile(cards.session, cards.desk, later(1), NOON)
    cards.turns(at=later(1))
    assert cards.room.held(first) == 5000 and first.state == "planned"


def test_a_silence_of_a_day_becomes_a_task(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    cards.pays(first)
    refunds_all(cards, first)
    for hour in (0, 1, 26):
        cards.stripe.faults = [BUSY]
        cards.turns(at=later(hour))
    assert tasks_of(cards) == ["card.stuck"]
    cards.hears(at=later(30))
    assert cards.balances() == {}


@pytest.mark.parametrize(
    ("secret", "age_s"), [("whsec_of_somebody_else", 0), ("whsec_stand_in", 301)]
)
def test_what_is_not_signed_by_stripe_just_now_is_refused(
    cards: CardRoom, secret: str, age_s: int
) -> None:
    payment = cards.begins(cards.room.milestones[0])
    cards.stripe.pay(cards.opens(payment))
    body, signature = cards.stripe.signed(cards.stripe.events[-1], secret=secret, age_s=age_s)
    with pytest.raises(Forged):
        cards.desk.provider.read(body, signature)
    body, signature = cards.stripe.signed(cards.stripe.events[-1])
    for wrong in ("", "t=1,v1=", "nonsense", signature[:-1]):
        with pytest.raises(Forged):
            cards.desk.provider.read(body, wrong)
    with pytest.raises(Forged):
        cards.desk.provider.read(body + b" ", signature)


# Money that fits nothing


def test_a_wrong_amount_or_currency_is_not_booked_and_becomes_a_task(cards: CardRoom) -> None:
    one, two = cards.room.milestones[:2]
    cards.stripe.pay(cards.opens(cards.begins(one)), amount=7400)
    cards.stripe.pay(cards.opens(cards.begins(two)), currency="eur")
    cards.hears()
    assert cards.balances() == {}
    assert tasks_of(cards) == ["card.unplaced", "card.unplaced"]


def test_a_page_of_somebody_elses_with_our_reference_is_not_booked(cards: CardRoom) -> None:
    payment = cards.begins(cards.room.milestones[0])
    own = cards.stripe.get(cards.opens(payment))
    forged = dict(own) | {"id": "cs_test_forged", "status": "open"}
    cards.stripe.all["cs_test_forged"] = forged
    cards.stripe.pay("cs_test_forged")
    cards.hears()
    assert cards.balances() == {} and payment.state == "pending"
    assert tasks_of(cards) == ["card.unplaced"]


# Refunds that fail, refunds by hand, chargebacks


def refunds_all(cards: CardRoom, milestone: Any, amount_minor: int = 7500) -> None:
    from app.escrow.outgoing import refunds

    refunds.refund(
        cards.session, cards.room.engagement, milestone, amount_minor,
        source=accounts.held(milestone.id), why="asked_back", by=None, at=NOON,
    )  # fmt: skip
    work.settle_state(cards.session, milestone, at=NOON)
    cards.session.commit()


def test_a_refund_that_fails_later_is_the_clients_balance_and_a_task(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    cards.pays(first)
    refunds_all(cards, first)
    cards.hears()
    cards.stripe.fail_refund(cards.stripe.of("refund")[0]["id"])
    cards.hears(at=later(1))
    assert cards.room.balance(cards.room.client) == 7500
    assert tasks_of(cards) == ["refund.failed"]


def test_nobody_marks_a_card_refund_as_sent_by_hand(cards: CardRoom) -> None:
    from app.escrow.outgoing import refunds

    first = cards.room.milestones[0]
    cards.pays(first)
    refunds_all(cards, first)
    (refund,) = cards.session.scalars(select(Refund))
    with pytest.raises(WrongState, match=r"refund\.by_provider"):
        refunds.settle(cards.session, refund, by=cards.room.operator, at=NOON)


def test_nobody_books_by_hand_what_stripe_reports_by_itself(cards: CardRoom) -> None:
    room, first = cards.room, cards.room.milestones[0]
    cards.pays(first)
    refunds_all(cards, first, 2500)
    payment, refund = (cards.session.scalars(select(one)).one() for one in (Payment, Refund))
    words: Any = {"reason": "A letter came.", "by": room.operator, "at": NOON}
    with pytest.raises(WrongState, match=r"returned\.by_provider"):
        returned.refund(cards.session, refund, **words)
    with pytest.raises(WrongState, match=r"chargeback\.by_provider"):
        chargebacks.charge_back(cards.session, payment, 100, **words)


def test_a_refund_made_in_stripes_dashboard_is_booked_by_itself(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    charge = cards.pays(first)
    cards.stripe.refund_by_hand(charge, 2500)
    cards.hears(at=later(1))
    assert (cards.room.held(first), first.state) == (5000, "planned")


def test_a_refund_by_hand_takes_the_place_of_one_that_was_not_sent_yet(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    charge = cards.pays(first)
    refunds_all(cards, first)
    cards.stripe.refund_by_hand(charge, 7500)
    cards.hears(at=later(1), turns=2)
    assert cards.balances() == {}
    assert len(cards.stripe.of("refund")) == 1


def test_a_chargeback_takes_what_is_in_escrow_and_what_is_gone_is_the_boards_loss(
    cards: CardRoom,
) -> None:
    room, first = cards.room, cards.room.milestones[0]
    charge = cards.pays(first)
    release.approve(cards.session, rooms.submits(room, first), by=room.client, at=NOON)
    cards.session.commit()
    cards.stripe.dispute(charge, 7500)
    cards.hears(at=later(1))
    assert cards.balances() == {"loss": -7500, f"balance:{room.freelancer.id}": 7500}
    assert tasks_of(cards) == ["chargeback"]


def test_a_chargeback_that_is_won_comes_back_to_where_it_is_needed(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    charge = cards.pays(first)
    dispute = cards.stripe.dispute(charge, 7500)
    cards.hears(at=later(1))
    assert (cards.room.held(first), first.state) == (0, "planned")
    cards.stripe.decide(dispute, won=True)
    cards.hears(at=later(2))
    assert (cards.room.held(first), first.state) == (7500, "funded")
    assert cards.balances()["bank:stripe"] == -7500


def test_a_loss_is_made_good_when_the_chargeback_is_won(cards: CardRoom) -> None:
    room, first = cards.room, cards.room.milestones[0]
    charge = cards.pays(first)
    release.approve(cards.session, rooms.submits(room, first), by=room.client, at=NOON)
    cards.session.commit()
    dispute = cards.stripe.dispute(charge, 7500)
    cards.hears(at=later(1))
    cards.stripe.decide(dispute, won=True)
    cards.hears(at=later(2))
    assert "loss" not in cards.balances()


# Payouts


def test_a_payout_to_an_unknown_account_is_a_balance_again(cards: CardRoom) -> None:
    room, first = cards.room, cards.room.milestones[0]
    cards.pays(first)
    release.approve(cards.session, rooms.submits(room, first), by=room.client, at=NOON)
    room.freelancer.card_account = "acct_nobody"
    payout = payouts.ask(cards.session, room.freelancer, 7500, "USD", at=NOON, provider=CARD)
    cards.session.commit()
    cards.turns()
    assert (payout.state, room.balance(room.freelancer)) == ("failed", 7500)
    assert tasks_of(cards) == ["payout.failed"]


def test_a_payout_that_the_provider_was_asked_for_cannot_be_taken_back(cards: CardRoom) -> None:
    room, first = cards.room, cards.room.milestones[0]
    cards.pays(first)
    release.approve(cards.session, rooms.submits(room, first), by=room.client, at=NOON)
    room.freelancer.card_account = "acct_connected1"
    payout = payouts.ask(cards.session, room.freelancer, 7500, "USD", at=NOON, provider=CARD)
    cards.session.commit()
    cards.stripe.faults = [LOST]
    cards.turns()
    with pytest.raises(WrongState, match=r"payout\.leaving"):
        payouts.cancel(cards.session, payout, by=room.freelancer, at=NOON)
    cards.turns(at=later(1))
    assert (payout.state, len(cards.stripe.of("transfer"))) == ("settled", 1)
    assert cards.session.get_one(CardCall, ("payout", payout.id)).tries == 2


def test_money_that_was_charged_back_cannot_be_asked_back_too(cards: CardRoom) -> None:
    first = cards.room.milestones[0]
    charge = cards.pays(first)
    cards.stripe.dispute(charge, 7500)
    cards.hears(at=later(1))
    assert asks.askable(cards.session, cards.room.engagement, cards.room.client.id) == []
