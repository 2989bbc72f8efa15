"""RULES, Milestones and money: partial release, and a bonus."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit, reads, work
from app.escrow.incoming import bonus, confirming, funding, settling
from app.escrow.milestones import asks, closing, part, release, submissions
from app.escrow.models import Refund
from app.escrow.papers import invoices, receipts, statements
from app.kernel.errors import Invalid, Refused, WrongState
from app.kernel.events import Event
from app.terms import negotiation
from tests.disputes import opened
from tests.rooms import Room, agreed, negotiated, pays, submits
from tests.stories import NOON, later, rewrite


def released_in_part(session: Session, amount: int = 3000, rest: str = "keep") -> Room:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    part.release_part(
        session, submits(room, first), amount, rest=rest, reason="Half of it is right.",
        by=room.client, at=later(1),
    )  # fmt: skip
    return room


def test_the_client_releases_part_and_keeps_the_rest_for_rework(session: Session) -> None:
    room = released_in_part(session)
    first = room.milestones[0]
    assert (first.state, room.held(first), room.balance(room.freelancer)) == ("funded", 4500, 3000)
    assert work.missing(session, first) == 0
    assert submissions.of(session, first.id)[0].state == "part_released"
    told = session.scalars(select(Event).where(Event.kind == "milestone.part_released")).one()
    assert (told.told["amount_minor"], told.told["rest_minor"]) == (3000, 4500)
    assert told.words == "Half of it is right."
    assert audit.audit(session) == []


def test_the_milestone_stays_open_and_the_next_approval_releases_the_rest(
    session: Session,
) -> None:
    room = released_in_part(session)
    first = room.milestones[0]
    upcoming = release.approve(session, submits(room, first), by=room.client, at=later(2))
    assert (first.state, room.held(first), room.balance(room.freelancer)) == ("released", 0, 7500)
    assert upcoming is not None and upcoming.id == room.milestones[1].id
    assert audit.audit(session) == []
    assert reads.money(session, room.engagement.id).released_minor == 7500


def test_several_parts_and_a_release_without_submission_sum_exactly(session: Session) -> None:
    room = released_in_part(session, 2500)
    first = room.milestones[0]
    part.release_part(
        session, submits(room, first), 2499, rest="keep", reason="x", by=room.client, at=later(2)
    )
    release.release_without_submission(session, first, by=room.client, at=later(3))
    assert room.balance(room.freelancer) == 7500
    assert audit.audit(session) == []


def test_less_than_the_full_amount_in_escrow_is_released_as_a_part(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    submission = submits(room, first)
    rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 10000}})
    revision = negotiation.send(session, room.engagement, by=room.client, at=later(1))
    negotiation.accept(session, revision, by=room.freelancer, at=later(1))
    with pytest.raises(WrongState, match=r"release\.not_full"):
        release.approve(session, submission, by=room.client, at=later(2))
    part.release_part(
        session, submission, 7500, rest="ask_back", reason="All there is", by=room.client,
        at=later(2),
    )  # fmt: skip
    assert (first.state, room.held(first)) == ("planned", 0)
    assert work.missing(session, first) == 2500
    assert asks.waiting(session, first.id) is None, "no rest is left to ask for"
    row = reads.milestones(session, room.engagement.id)[0]
    assert (row.lacks_minor, row.released_minor) == (2500, 7500)
    assert audit.audit(session) == []
    pays(room, first, at=later(3))
    assert (first.state, room.held(first)) == ("funded", 2500)


@pytest.mark.parametrize(
    ("amount", "code"), [(0, "part.nothing"), (7501, "part.too_much"), (7500, "part.all")]
)
def test_a_part_is_more_than_nothing_and_less_than_all(
    session: Session, amount: int, code: str
) -> None:
    room = agreed(session)
    pays(room, room.milestones[0])
    submission = submits(room, room.milestones[0])
    with pytest.raises(Invalid, match=code.replace(".", r"\.")):
        part.release_part(
            session, submission, amount, rest="keep", reason="x", by=room.client, at=NOON
        )
    assert room.held(room.milestones[0]) == 7500


def test_only_the_client_releases_part_and_only_once_a_submission(session: Session) -> None:
    room = released_in_part(session)
    submission = submissions.of(session, room.milestones[0].id)[0]
    for person, trouble in ((room.freelancer, Refused), (room.client, WrongState)):
        with pytest.raises(trouble):
            part.release_part(session, submission, 100, rest="keep", reason="x", by=person, at=NOON)
    assert room.balance(room.freelancer) == 3000


def test_the_rest_may_be_asked_back_and_the_milestone_stays_open(session: Session) -> None:
    room = released_in_part(session, rest="ask_back")
    first = room.milestones[0]
    ask = asks.waiting(session, first.id)
    assert ask is not None and ask.scope == "rest"
    assert room.held(first) == 4500, "the freelancer is asked first"


def test_the_rest_is_not_asked_back_while_some_of_it_is_in_dispute(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    submission = submits(room, first)
    opened(room, 4000)
    with pytest.raises(Invalid, match=r"part\.disputed") as trouble:
        part.release_part(
            session, submission, 1000, rest="ask_back", reason="x", by=room.client, at=later(1)
        )
    assert trouble.value.field == "rest"
    assert (submission.state, room.held(first)) == ("waiting", 3500), "nothing else has happened"
    assert room.balance(room.freelancer) == 0
    part.release_part(
        session, submission, 1000, rest="keep", reason="x", by=room.client, at=later(1)
    )
    assert (room.held(first), room.balance(room.freelancer)) == (2500, 1000)


def test_where_no_rest_is_left_beside_a_dispute_there_is_nothing_to_refuse(
    session: Session,
) -> None:
    room = agreed(session)
    pays(room, room.milestones[0])
    submission = submits(room, room.milestones[0])
    opened(room, 4000)
    part.release_part(
        session, submission, 3500, rest="ask_back", reason="x", by=room.client, at=later(1)
    )
    assert room.balance(room.freelancer) == 3500
    assert asks.waiting(session, room.milestones[0].id) is None


def test_terms_never_go_below_what_was_released(session: Session) -> None:
    room = released_in_part(session)
    for changes in ({"change": {1: {"amount_minor": 2999}}}, {"drop": (1,)}):
        rewrite(session, room.engagement, room.client, **changes)  # type: ignore[arg-type]
        with pytest.raises(Refused, match=r"terms\.below_released"):
            negotiation.send(session, room.engagement, by=room.client, at=later(2))


def test_terms_that_were_sent_before_the_part_was_released_cannot_take_it_away(
    session: Session,
) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    rewrite(session, room.engagement, room.freelancer, change={1: {"amount_minor": 2000}})
    revision = negotiation.send(session, room.engagement, by=room.freelancer, at=later(1))
    part.release_part(
        session, submits(room, first), 3000, rest="keep", reason="x", by=room.client, at=later(2)
    )
    with pytest.raises(Refused, match=r"terms\.below_released"):
        negotiation.accept(session, revision, by=room.client, at=later(3))


def test_terms_that_ask_for_no_more_than_was_released_close_the_milestone(
    session: Session,
) -> None:
    room = released_in_part(session)
    first = room.milestones[0]
    rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 3000}})
    revision = negotiation.send(session, room.engagement, by=room.client, at=later(2))
    negotiation.accept(session, revision, by=room.freelancer, at=later(3))
    assert (first.state, room.held(first), room.balance(room.freelancer)) == ("released", 0, 3000)
    assert [one.amount_minor for one in session.scalars(select(Refund))] == [4500]
    upcoming = closing.next_fundable(session, room.engagement.id)
    assert upcoming is not None and upcoming.id == room.milestones[1].id
    assert audit.audit(session) == []


def test_the_statement_knows_a_part(session: Session) -> None:
    room = released_in_part(session)
    rows = statements.of_engagement(session, room.engagement.id)
    assert [(row.what, row.amount_minor, row.after_minor) for row in rows] == [
        ("Paid in", 7500, 7500), ("Released in part to the freelancer", 3000, 4500),
    ]  # fmt: skip


def test_each_part_can_be_put_on_an_invoice_and_has_its_receipt(session: Session) -> None:
    room = released_in_part(session)
    release.approve(session, submits(room, room.milestones[0]), by=room.client, at=later(2))
    open_ones = invoices.to_invoice(session, room.engagement)
    assert [one.amount_minor for one in open_ones] == [3000, 4500]
    told = session.scalars(select(Event).where(Event.kind == "milestone.part_released")).one()
    assert receipts.load(session, told.stream, told.number).amount_minor == 3000


# -- a bonus -----------------------------------------------------------------------------


def test_a_bonus_is_a_separate_payment_to_the_freelancers_balance(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    payment = bonus.start(
        session, room.engagement, 2000, milestone=first, provider="bank", comment="Lovely",
        by=room.client, at=NOON,
    )  # fmt: skip
    assert room.balance(room.freelancer) == 0
    confirming.confirm(session, payment, received_minor=2000, by=room.operator, at=later(1))
    assert (room.balance(room.freelancer), room.held(first)) == (2000, 0)
    told = session.scalars(select(Event).where(Event.kind == "bonus.paid")).one()
    assert (told.told["amount_minor"], told.told["rewarded"], told.words) == (
        2000, first.title, "Lovely",
    )  # fmt: skip
    assert audit.audit(session) == []
    (row,) = statements.of_engagement(session, room.engagement.id)
    assert (row.what, row.sign, row.after_minor) == ("Bonus to the freelancer", 0, 0)
    (own,) = statements.of_balance(session, room.freelancer.id, "USD")
    assert (own.what, own.sign) == ("Bonus to the freelancer", 1)


@pytest.mark.parametrize(
    ("received", "bonus_minor", "client"), [(1500, 1500, 0), (2500, 2000, 500)]
)
def test_what_came_of_a_bonus_is_the_freelancers_and_a_surplus_the_clients(
    session: Session, received: int, bonus_minor: int, client: int
) -> None:
    room = agreed(session)
    payment = bonus.start(session, room.engagement, 2000, provider="bank", by=room.client, at=NOON)
    confirming.confirm(session, payment, received_minor=received, by=room.operator, at=later(1))
    assert (room.balance(room.freelancer), room.balance(room.client)) == (bonus_minor, client)
    assert audit.audit(session) == []


def test_a_bonus_is_paid_from_test_money_or_the_balance_at_once(session: Session) -> None:
    room = agreed(session)
    pays(room, room.milestones[0], received=9000)  # 1500 more than was needed
    with pytest.raises(Refused, match=r"funding\.balance_short"):
        bonus.start(session, room.engagement, 1501, provider="balance", by=room.client, at=NOON)
    bonus.start(session, room.engagement, 1500, provider="balance", by=room.client, at=NOON)
    assert (room.balance(room.client), room.balance(room.freelancer)) == (0, 1500)
    payment = bonus.start(session, room.engagement, 100, provider="test", by=room.client, at=NOON)
    settling.settle_test_money(session, payment, by=room.client, at=NOON)
    assert room.balance(room.freelancer) == 1600
    assert audit.audit(session) == []


def test_one_bonus_waits_for_the_bank_at_a_time(session: Session) -> None:
    room = agreed(session)
    first = bonus.start(session, room.engagement, 2000, provider="bank", by=room.client, at=NOON)
    again = bonus.start(session, room.engagement, 2000, provider="bank", by=room.client, at=NOON)
    assert first.id == again.id
    funding.cancel(session, first, by=room.client, at=NOON)
    assert bonus.under_way(session, room.engagement.id) is None


def test_only_the_client_pays_a_bonus_and_only_after_agreement(session: Session) -> None:
    room = negotiated(session)
    with pytest.raises(Refused, match=r"bonus\.not_agreed"):
        bonus.start(session, room.engagement, 100, provider="bank", by=room.client, at=NOON)
    with pytest.raises(Refused, match=r"bonus\.not_yours"):
        bonus.start(session, room.engagement, 100, provider="bank", by=room.freelancer, at=NOON)
    for amount in (0, -5):
        room.engagement.activated_at = NOON
        with pytest.raises(Invalid, match=r"bonus\.nothing"):
            bonus.start(session, room.engagement, amount, provider="bank", by=room.client, at=NOON)
