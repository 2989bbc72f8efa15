"""RULES: a board fee is taken from releases as a transfer of its own, shown before acceptance."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.fees import Fee
from app.escrow import accounts, reads, work
from app.escrow.audit import audit
from app.escrow.disputes import offers, opening
from app.escrow.milestones import part, release
from app.escrow.models import Account, Transfer
from app.jobs.proposing import LineDraft
from app.kernel.events import Event
from app.kernel.money import WHOLE
from app.people import board
from app.terms import negotiation
from tests import rooms
from tests.rooms import Room
from tests.stories import LOGO, NOON, later, rewrite

AMOUNTS = st.integers(0, 10**13)
FEES = st.builds(Fee, st.integers(0, WHOLE), st.integers(0, 10**6))


def charges(room: Room, rate: int, minimum_minor: int = 0) -> None:
    board.charge(
        room.session, rate=rate, minimum_minor=minimum_minor, tax_rate=0, tax_words="",
        billing="Acme, Berlin", by=room.operator, at=NOON,
    )  # fmt: skip


def agreed(
    session: Session,
    rate: int = 5000,
    minimum_minor: int = 100,
    *,
    lines: tuple[LineDraft, ...] = LOGO,
    currency: str = "USD",
) -> Room:
    """Terms that were sent and accepted while the board charged this."""
    room = rooms.negotiated(session, lines=lines, currency=currency)
    charges(room, rate, minimum_minor)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    return room


def kept(room: Room) -> int:
    return room.stands(accounts.fees())


def of_releases(room: Room) -> list[tuple[str, str, int]]:
    rows = room.session.execute(
        select(Transfer.key, Account.kind, Transfer.amount)
        .join(Account, Account.id == Transfer.to_id)
        .where(Transfer.key.startswith("release:"))
        .order_by(Transfer.seq)
    )
    return [(key, kind, amount) for key, kind, amount in rows]


def test_a_release_is_two_transfers_of_one_event_that_sum_to_what_was_held(
    session: Session,
) -> None:
    room = agreed(session)
    rooms.through(room, room.milestones[0])
    first, second = of_releases(room)
    assert first[1:] == ("balance", 7125)
    assert second == (f"{first[0]}:fee", "fees", 375)
    assert work.released(session, room.milestones[0]) == 7500
    assert room.balance(room.freelancer) == 7125
    events = select(Transfer.event_id).where(Transfer.key.startswith("release:")).distinct()
    assert len(session.scalars(events).all()) == 1
    assert audit(session) == []


def test_the_history_says_what_left_escrow_what_the_board_kept_and_what_is_left(
    session: Session,
) -> None:
    room = agreed(session)
    rooms.through(room, room.milestones[0])
    event = session.scalars(select(Event).where(Event.kind == "milestone.released")).one()
    assert (event.told["amount_minor"], event.told["fee_minor"]) == (7500, 375)
    assert event.told["net_minor"] == 7125
    figures = reads.money(session, room.engagement.id)
    assert (figures.released_minor, figures.fees_minor, figures.earned_minor) == (7500, 375, 7125)


def test_what_a_dispute_gives_the_freelancer_is_less_the_fee_and_says_so(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    rooms.pays(room, first)
    dispute = opening.open_dispute(session, first, 4000, reason="Thin.", by=room.client, at=NOON)
    opening.answer(session, dispute, words="No.", by=room.freelancer, at=NOON)
    offers.accept(session, dispute, 4000, by=room.client, at=NOON)
    event = session.scalars(select(Event).where(Event.kind == "dispute.settled")).one()
    assert (event.told["to_freelancer_minor"], event.told["fee_minor"]) == (4000, 200)
    assert (room.balance(room.freelancer), kept(room)) == (3800, 200)
    assert audit(session) == []


def test_a_board_without_a_fee_moves_all_to_the_freelancer(session: Session) -> None:
    room = rooms.agreed(session)
    rooms.through(room, room.milestones[0])
    assert [kind for _, kind, _ in of_releases(room)] == ["balance"]
    assert (room.balance(room.freelancer), kept(room)) == (7500, 0)


def test_a_fee_of_all_of_it_leaves_nothing_to_move_to_the_freelancer(session: Session) -> None:
    room = agreed(session, WHOLE)
    rooms.through(room, room.milestones[0])
    assert [kind for _, kind, _ in of_releases(room)] == ["fees"]
    assert audit(session) == []


def test_the_fee_is_fixed_at_the_first_agreement_whatever_the_board_asks_later(
    session: Session,
) -> None:
    room = agreed(session)
    charges(room, 20000, 5000)
    rewrite(session, room.engagement, room.client, change={2: {"amount_minor": 9000}})
    change = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    assert (change.fee_rate, change.fee_minimum_minor) == (5000, 100)
    negotiation.accept(session, change, by=room.freelancer, at=NOON)
    rooms.through(room, room.milestones[0])
    assert kept(room) == 375


def test_what_waits_keeps_the_fee_that_it_was_shown_with(session: Session) -> None:
    room = rooms.negotiated(session)
    charges(room, 5000)
    waiting = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    charges(room, 20000)
    assert "board keeps 5 % of each milestone released, at least 0" in waiting.canonical
    negotiation.accept(session, waiting, by=room.freelancer, at=NOON)
    assert room.engagement.fee_rate == 5000


def test_a_counter_proposal_carries_what_the_board_asks_when_it_is_sent(session: Session) -> None:
    room = rooms.negotiated(session)
    negotiation.send(session, room.engagement, by=room.client, at=NOON)
    charges(room, 5000)
    rewrite(session, room.engagement, room.freelancer, change={1: {"title": "Deposit"}})
    counter = negotiation.send(session, room.engagement, by=room.freelancer, at=NOON)
    assert counter.fee_rate == 5000
    negotiation.accept(session, counter, by=room.client, at=NOON)
    assert room.engagement.fee_rate == 5000


def test_terms_without_a_fee_say_nothing_of_one_so_that_old_digests_stand(session: Session) -> None:
    room = rooms.negotiated(session)
    sent = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    assert "board keeps" not in sent.canonical


def test_the_minimum_does_not_apply_to_work_in_another_currency(session: Session) -> None:
    line = (LineDraft("Sign", "", None, 1000),)
    room = agreed(session, 1000, 500, lines=line, currency="JPY")
    rooms.through(room, room.milestones[0])
    assert (kept(room), room.balance(room.freelancer)) == (10, 990)


@pytest.mark.parametrize(
    ("amount", "fee"),
    [(2500, 125), (2000, 100), (1999, 100), (100, 100), (99, 99), (1, 1), (2010, 101), (2009, 100)],
)
def test_the_minimum_is_never_more_than_what_is_released(
    session: Session, amount: int, fee: int
) -> None:
    room = agreed(session, lines=(LineDraft("All", "", None, amount),))
    rooms.through(room, room.milestones[0])
    assert (kept(room), room.balance(room.freelancer)) == (fee, amount - fee)
    assert audit(session) == []


@pytest.mark.parametrize("parts", [(900,), (60, 40, 1000), (1, 1, 1), (3000, 2000, 2499)])
def test_parts_cost_in_all_what_one_release_would_have(
    session: Session, parts: tuple[int, ...]
) -> None:
    room = agreed(session)
    rooms.pays(room, room.milestones[0])
    for hour, amount in enumerate(parts):
        submission = rooms.submits(room, room.milestones[0], at=later(hour))
        part.release_part(
            session, submission, amount, rest="keep", reason="More.", by=room.client,
            at=later(hour),
        )  # fmt: skip
        paid = sum(parts[: hour + 1])
        assert kept(room) == Fee(5000, 100).of(paid)
        assert room.balance(room.freelancer) == paid - kept(room)
    last = rooms.submits(room, room.milestones[0], at=later(9))
    release.approve(session, last, by=room.client, at=later(9))
    assert (kept(room), room.balance(room.freelancer)) == (375, 7125)
    assert audit(session) == []


def test_a_bonus_and_what_goes_back_cost_nothing(session: Session) -> None:
    from app.escrow.incoming import bonus, confirming
    from app.terms import ending

    room = agreed(session)
    rooms.pays(room, room.milestones[0])
    extra = bonus.start(session, room.engagement, 2000, provider="bank", by=room.client, at=NOON)
    confirming.confirm(session, extra, received_minor=2000, by=room.operator, at=NOON)
    ending.end(session, room.engagement, by=room.freelancer, at=NOON)
    assert (kept(room), room.balance(room.freelancer)) == (0, 2000)
    assert audit(session) == []


@pytest.mark.parametrize(
    ("currency", "amount", "fee"),
    [("JPY", 333, 11), ("USD", 33333, 1100), ("BHD", 333333, 11000)],
)
def test_fees_that_do_not_divide_are_rounded_half_up_and_sums_stay_exact(
    session: Session, currency: str, amount: int, fee: int
) -> None:
    line = (LineDraft("A third", "", None, amount),)
    room = agreed(session, 3300, 0, lines=line, currency=currency)
    rooms.through(room, room.milestones[0])
    assert (kept(room), room.balance(room.freelancer)) == (fee, amount - fee)
    assert audit(session) == []


@given(fee=FEES, amount=AMOUNTS)
def test_a_fee_is_the_share_rounded_half_up_at_least_the_minimum_at_most_all(
    fee: Fee, amount: int
) -> None:
    share = (Decimal(amount) * fee.rate / WHOLE).quantize(Decimal(1), ROUND_HALF_UP)
    assert fee.of(amount) == min(amount, max(int(share), fee.minimum_minor))


@given(fee=FEES, parts=st.lists(st.integers(1, 10**9), max_size=8))
def test_no_part_costs_more_than_itself_and_all_sum_to_one_release(
    fee: Fee, parts: list[int]
) -> None:
    done = total = 0
    for amount in parts:
        its = fee.of_part(amount, done)
        assert 0 <= its <= amount
        done, total = done + amount, total + its
    assert total == fee.of(done)
