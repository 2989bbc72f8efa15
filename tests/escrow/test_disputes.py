"""RULES, Dispute: a sum is frozen, answered, offered about, and split to the last minor unit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.escrow import audit, ledger, work
from app.escrow.disputes import offers, opening, record, ruling, sealed
from app.escrow.milestones import asking_back, part, release, submissions
from app.escrow.models import Refund
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people.models import Person
from tests.disputes import answered, called, frozen, funded, opened
from tests.people import carol, mallory
from tests.rooms import Room, pays, submits
from tests.stories import NOON, later, stored

SUMS = [("JPY", 7501), ("EUR", 7501), ("BHD", 7501)]


def sent_back(session: Session) -> list[tuple[int, str]]:
    return [(one.amount_minor, one.why) for one in session.scalars(select(Refund))]


def accepts(room: Room, dispute, by: Person, at: datetime = NOON) -> None:
    side = record.other(record.side_of(room.session, dispute, by))
    shown = offers.standing(room.session, dispute).of(side)
    offers.accept(room.session, dispute, shown, by=by, at=at)


def test_either_side_names_a_sum_up_to_what_is_held_and_it_is_frozen(session: Session) -> None:
    room = funded(session)
    first = room.milestones[0]
    for amount, code in ((0, "nothing"), (-1, "nothing"), (7501, "too_much")):
        with pytest.raises(Invalid, match=rf"dispute\.{code}"):
            opened(room, amount)
    dispute = opened(room, 4000, by=room.freelancer)
    assert (room.held(first), frozen(room, dispute)) == (3500, 4000)
    assert (first.state, work.missing(session, first)) == ("funded", 0)
    assert work.owed(session, first) == 3500
    assert audit.audit(session) == []


def test_a_dispute_has_a_reason_and_files(session: Session) -> None:
    room = funded(session)
    with pytest.raises(Invalid, match=r"dispute\.reason_missing"):
        opening.open_dispute(session, room.milestones[0], 100, reason=" ", by=room.client, at=NOON)
    dispute = opening.open_dispute(
        session, room.milestones[0], 100, reason="Blurred.", files=[stored("a.png")],
        by=room.client, at=NOON,
    )  # fmt: skip
    from app.talk import files

    assert [one.name for one in files.of_place(session, "dispute", dispute.id)] == ["a.png"]


def test_a_stranger_meets_nothing(session: Session) -> None:
    room = funded(session)
    stranger = mallory(session)
    with pytest.raises(NotFound):
        opened(room, 100, by=stranger)
    dispute = answered(room, 100)
    for act in (
        lambda: opening.answer(session, dispute, words="x", by=stranger, at=later(2)),
        lambda: opening.withdraw(session, dispute, by=stranger, at=later(2)),
        lambda: offers.offer(session, dispute, 50, by=stranger, at=later(2)),
        lambda: offers.accept(session, dispute, 0, by=stranger, at=later(2)),
        lambda: ruling.call(session, dispute, by=stranger, at=later(2)),
        lambda: ruling.take_on(session, dispute, by=stranger, at=later(2)),
        lambda: ruling.rule(session, dispute, 5, reason="x", by=stranger, at=later(2)),
    ):
        with pytest.raises(NotFound):
            act()


def test_two_disputes_about_one_milestone_at_once_are_refused(session: Session) -> None:
    room = funded(session)
    opened(room, 100)
    with pytest.raises(WrongState, match=r"dispute\.exists"):
        opened(room, 100, by=room.freelancer)


def test_nothing_held_is_nothing_to_dispute(session: Session) -> None:
    room = funded(session)
    with pytest.raises(WrongState, match=r"dispute\.nothing_held"):
        opened(room, 100, milestone=room.milestones[1])
    release.release_without_submission(session, room.milestones[0], by=room.client, at=NOON)
    with pytest.raises(WrongState, match=r"dispute\.nothing_held"):
        opened(room, 100)


@pytest.mark.parametrize(
    ("opens", "due"),
    [
        (datetime(2026, 11, 2, 12, tzinfo=UTC), date(2026, 11, 9)),  # Monday
        (datetime(2026, 11, 6, 12, tzinfo=UTC), date(2026, 11, 13)),  # Friday
        (datetime(2026, 11, 7, 12, tzinfo=UTC), date(2026, 11, 13)),  # Saturday
        (datetime(2026, 11, 8, 12, tzinfo=UTC), date(2026, 11, 13)),  # Sunday
    ],
)
def test_there_are_5_working_days_to_answer(session: Session, opens: datetime, due: date) -> None:
    room = funded(session)
    dispute = opened(room, 100, at=opens)
    assert dispute.answer_due_at == clock.end_of_day(due, room.engagement.zone)


def test_offers_come_after_the_answer_or_after_its_time(session: Session) -> None:
    room = funded(session)
    dispute = opened(room, 4000)
    for act in (
        lambda at: offers.offer(session, dispute, 1000, by=room.client, at=at),
        lambda at: accepts(room, dispute, room.client, at),
        lambda at: ruling.call(session, dispute, by=room.client, at=at),
    ):
        with pytest.raises(WrongState, match=r"dispute\.too_early"):
            act(dispute.answer_due_at)
    offers.offer(
        session, dispute, 1000, by=room.client, at=dispute.answer_due_at + timedelta(seconds=1)
    )
    assert offers.standing(session, dispute) == offers.Standing(1000, 4000)


def test_the_other_side_answers_once_and_late_is_better_than_never(session: Session) -> None:
    room = funded(session)
    dispute = opened(room, 4000)
    late = dispute.answer_due_at + timedelta(days=1)
    with pytest.raises(Refused, match=r"dispute\.yours"):
        opening.answer(session, dispute, words="x", by=room.client, at=NOON)
    with pytest.raises(Invalid, match=r"dispute\.answer_missing"):
        opening.answer(session, dispute, words=" ", by=room.freelancer, at=NOON)
    ruling.call(session, dispute, by=room.client, at=late)
    opening.answer(session, dispute, words="Sorry.", by=room.freelancer, at=late)
    assert (dispute.state, dispute.answer) == ("called", "Sorry.")
    with pytest.raises(WrongState, match=r"dispute\.answered"):
        opening.answer(session, dispute, words="Again.", by=room.freelancer, at=late)


def test_offers_come_nearer_to_each_other(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    offers.offer(session, dispute, 1000, by=room.client, at=later(2))
    offers.offer(session, dispute, 3000, by=room.freelancer, at=later(3))
    tries = [(room.client, 1000), (room.client, 500), (room.client, 3000)]
    tries += [(room.freelancer, amount) for amount in (3000, 3500, 1000)]
    for by, amount in tries:
        with pytest.raises(Invalid, match=r"dispute\.offer_range"):
            offers.offer(session, dispute, amount, by=by, at=later(4))
    assert offers.standing(session, dispute) == offers.Standing(1000, 3000)


@pytest.mark.parametrize(("currency", "amount"), SUMS)
def test_accepting_an_offer_settles_and_the_parts_sum_exactly(
    session: Session, currency: str, amount: int
) -> None:
    room = funded(session, currency=currency, amount=amount)
    dispute = answered(room, amount)
    offers.offer(session, dispute, 3333, by=room.client, at=later(2))
    accepts(room, dispute, room.freelancer, later(3))
    first = room.milestones[0]
    assert (dispute.state, dispute.awarded_minor, frozen(room, dispute)) == ("settled", 3333, 0)
    assert (room.balance(room.freelancer), sent_back(session)) == (
        3333, [(amount - 3333, "dispute")],
    )  # fmt: skip
    assert (first.state, work.owed(session, first)) == ("released", 0)
    assert audit.audit(session) == []


def test_what_goes_back_is_owed_no_more_and_the_rest_goes_on(session: Session) -> None:
    room = funded(session)
    first = room.milestones[0]
    dispute = answered(room, 4000)
    offers.offer(session, dispute, 1000, by=room.client, at=later(2))
    accepts(room, dispute, room.freelancer, later(3))
    assert (first.state, room.held(first), work.owed(session, first)) == ("funded", 3500, 3500)
    assert work.missing(session, first) == 0
    release.approve(session, submits(room, first, at=later(4)), by=room.client, at=later(5))
    assert (first.state, room.balance(room.freelancer)) == ("released", 4500)
    assert audit.audit(session) == []


def test_a_milestone_of_which_all_went_back_is_cancelled(session: Session) -> None:
    room = funded(session)
    dispute = opened(room, 7500)
    accepts(room, dispute, room.freelancer, later(1))
    assert (dispute.awarded_minor, room.milestones[0].state) == (0, "cancelled")
    assert sent_back(session) == [(7500, "dispute")]
    assert audit.audit(session) == []


def test_a_milestone_of_which_all_was_released_is_released(session: Session) -> None:
    room = funded(session)
    submission = submits(room, room.milestones[0])
    dispute = opened(room, 7500, by=room.freelancer)
    accepts(room, dispute, room.client, later(1))
    assert (room.milestones[0].state, room.balance(room.freelancer)) == ("released", 7500)
    assert submission.state == "withdrawn"
    assert room.milestones[1].fundable_at == later(1)
    assert audit.audit(session) == []


def test_an_offer_that_was_bettered_meanwhile_is_not_accepted_by_mistake(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    offers.offer(session, dispute, 3000, by=room.freelancer, at=later(2))
    with pytest.raises(WrongState, match=r"dispute\.offer_changed"):
        offers.accept(session, dispute, 4000, by=room.client, at=later(3))
    offers.accept(session, dispute, 3000, by=room.client, at=later(3))
    with pytest.raises(WrongState, match=r"dispute\.over"):
        offers.accept(session, dispute, 3000, by=room.client, at=later(3))
    assert room.balance(room.freelancer) == 3000


def test_who_opened_it_withdraws_it_and_all_is_as_before(session: Session) -> None:
    room = funded(session)
    dispute = answered(room, 4000)
    with pytest.raises(Refused, match=r"dispute\.not_yours"):
        opening.withdraw(session, dispute, by=room.freelancer, at=later(2))
    opening.withdraw(session, dispute, by=room.client, at=later(2))
    assert (room.held(room.milestones[0]), frozen(room, dispute)) == (7500, 0)
    assert (dispute.state, sent_back(session)) == ("withdrawn", [])
    with pytest.raises(WrongState, match=r"dispute\.over"):
        opening.withdraw(session, dispute, by=room.client, at=later(2))
    again = opened(room, 7500, by=room.freelancer, at=later(3))
    assert frozen(room, again) == 7500
    assert audit.audit(session) == []


def test_nobody_withdraws_what_the_arbiter_was_called_about(session: Session) -> None:
    room = funded(session)
    dispute = called(room, 4000)
    with pytest.raises(WrongState, match=r"dispute\.called"):
        opening.withdraw(session, dispute, by=room.client, at=later(4))
    with pytest.raises(WrongState, match=r"dispute\.called"):
        ruling.call(session, dispute, by=room.freelancer, at=later(4))


@pytest.mark.parametrize(("currency", "amount"), SUMS)
def test_the_arbiter_rules_a_split_between_the_two_offers(
    session: Session, currency: str, amount: int
) -> None:
    room = funded(session, currency=currency, amount=amount)
    dispute = called(room, 4001)
    offers.offer(session, dispute, 1000, by=room.client, at=later(4))
    offers.offer(session, dispute, 3001, by=room.freelancer, at=later(4))
    for wrong in (0, 999, 3002, 4001):
        with pytest.raises(Invalid, match=r"dispute\.ruling_range"):
            ruling.rule(session, dispute, wrong, reason="x", by=room.operator, at=later(5))
    with pytest.raises(Invalid, match=r"dispute\.ruling_missing"):
        ruling.rule(session, dispute, 2000, reason=" ", by=room.operator, at=later(5))
    ruling.rule(session, dispute, 2001, reason="Half is done.", by=room.operator, at=later(5))
    assert (dispute.state, room.balance(room.freelancer)) == ("ruled", 2001)
    assert sent_back(session) == [(2000, "dispute")]
    assert room.held(room.milestones[0]) == amount - 4001
    with pytest.raises(WrongState, match=r"dispute\.over"):
        ruling.rule(session, dispute, 2001, reason="Again.", by=room.operator, at=later(6))
    assert audit.audit(session) == []


def test_once_the_arbiter_is_called_it_is_who_was_moved_at_whose_turn_it_is(
    session: Session,
) -> None:
    room = funded(session)
    dispute = called(room, 4000)
    assert dispute.turn == ""
    offers.offer(session, dispute, 1000, by=room.client, at=later(4))
    assert dispute.turn == "freelancer"
    sealed.enter(session, dispute, 1500, by=room.client, at=later(5))
    assert dispute.turn == "freelancer"
    assert not sealed.enter(session, dispute, 3000, by=room.freelancer, at=later(6))
    assert dispute.turn == "", "both numbers are forgotten, and the arbiter rules"


def test_the_two_may_still_agree_before_the_ruling(session: Session) -> None:
    room = funded(session)
    dispute = called(room, 4000)
    offers.offer(session, dispute, 2000, by=room.client, at=later(4))
    accepts(room, dispute, room.freelancer, later(5))
    with pytest.raises(WrongState, match=r"dispute\.over"):
        ruling.rule(session, dispute, 2000, reason="x", by=room.operator, at=later(6))
    assert room.balance(room.freelancer) == 2000


def test_the_arbiter_is_never_a_party(session: Session) -> None:
    room = funded(session)
    room.client.is_operator = True
    dispute = answered(room, 4000)
    ruling.call(session, dispute, by=room.client, at=later(2))
    assert room.client not in ruling.arbiters(session, room.engagement)
    with pytest.raises(Refused, match=r"dispute\.party"):
        ruling.take_on(session, dispute, by=room.client, at=later(3))
    dispute.arbiter_id = room.client.id
    with pytest.raises(NotFound):
        ruling.rule(session, dispute, 0, reason="Mine.", by=room.client, at=later(4))


def test_where_every_operator_is_a_party_nobody_can_be_called(session: Session) -> None:
    room = funded(session)
    room.client.is_operator, room.operator.is_operator = True, False
    dispute = answered(room, 4000)
    with pytest.raises(Refused, match=r"dispute\.no_arbiter"):
        ruling.call(session, dispute, by=room.freelancer, at=later(2))
    assert dispute.state == "answered"


def test_only_who_took_it_on_sees_the_room_and_rules(session: Session) -> None:
    room = funded(session)
    other = carol(session)
    other.is_operator = True
    dispute = called(room, 4000)
    talk = room.engagement.conversation_id
    assert ruling.sees_room(session, room.operator.id, talk)
    assert not ruling.sees_room(session, other.id, talk)
    with pytest.raises(WrongState, match=r"dispute\.taken"):
        ruling.take_on(session, dispute, by=other, at=later(4))
    with pytest.raises(NotFound):
        ruling.rule(session, dispute, 0, reason="x", by=other, at=later(4))
    room.operator.is_operator = False
    assert not ruling.sees_room(session, room.operator.id, talk)
    ruling.take_on(session, dispute, by=other, at=later(5))
    ruling.rule(session, dispute, 0, reason="Not done.", by=other, at=later(6))
    assert not ruling.sees_room(session, other.id, talk)


# Everything else goes on, and nothing else reaches the frozen sum


def test_what_is_disputed_is_not_approved_as_a_whole_but_the_rest_is_released(
    session: Session,
) -> None:
    room = funded(session)
    first = room.milestones[0]
    submission = submits(room, first)
    dispute = opened(room, 4000)
    assert not release.can_approve(session, submission, first, room.engagement, room.client.id)
    with pytest.raises(WrongState, match=r"release\.disputed"):
        release.approve(session, submission, by=room.client, at=later(1))
    with pytest.raises(Invalid, match=r"part\.too_much"):
        part.release_part(
            session, submission, 3501, rest="keep", reason="x", by=room.client, at=later(1)
        )
    part.release_part(
        session, submission, 3500, rest="keep", reason="x", by=room.client, at=later(1)
    )
    assert (first.state, room.balance(room.freelancer)) == ("funded", 3500)
    assert audit.audit(session) == []
    accepts(room, dispute, room.freelancer, later(2))
    assert (first.state, room.balance(room.freelancer)) == ("released", 3500)
    assert audit.audit(session) == []


def test_it_is_not_released_without_a_submission_either(session: Session) -> None:
    room = funded(session)
    opened(room, 100)
    with pytest.raises(WrongState, match=r"release\.disputed"):
        release.release_without_submission(session, room.milestones[0], by=room.client, at=NOON)


def test_work_goes_on(session: Session) -> None:
    room = funded(session)
    first, second, *_ = room.milestones
    opened(room, 7500)
    submission = submits(room, first, at=later(1))
    submissions.request_changes(session, submission, reason="Bolder.", by=room.client, at=later(2))
    assert first.state == "funded"
    pays(room, second)
    release.approve(session, submits(room, second, at=later(3)), by=room.client, at=later(4))
    assert (second.state, room.engagement.state) == ("released", "active")
    assert audit.audit(session) == []


def test_an_ask_for_the_money_is_overtaken_and_none_can_be_made(session: Session) -> None:
    room = funded(session)
    first = room.milestones[0]
    (ask,) = asking_back.ask(
        session, room.engagement, [first], reason="Plans", by=room.client, at=NOON
    )
    opened(room, 100, by=room.freelancer)
    assert ask.state == "overtaken"
    with pytest.raises(WrongState, match=r"ask\.not_now"):
        asking_back.ask(session, room.engagement, [first], reason="x", by=room.client, at=NOON)


def test_no_transfer_can_take_more_than_what_is_frozen(session: Session) -> None:
    from app.escrow import accounts

    room = funded(session)
    dispute = opened(room, 4000)
    source = accounts.disputed(dispute.id, dispute.milestone_id)
    with pytest.raises(Refused, match=r"ledger\.too_little"):
        ledger.transfer(
            session, source=source, target=accounts.balance(room.client.id), currency="USD",
            amount_minor=4001, key="x", event_id=1, at=NOON,
        )  # fmt: skip


def test_the_audit_sees_a_frozen_sum_that_is_not_the_disputes(session: Session) -> None:
    room = funded(session)
    dispute = opened(room, 4000)
    session.execute(text("UPDATE disputes SET amount_minor = 3999"))
    assert any(dispute.id in problem for problem in audit.audit(session))


def test_what_a_dispute_gave_the_freelancer_can_be_invoiced(session: Session) -> None:
    from app.escrow.papers import invoices

    room = funded(session)
    dispute = called(room, 4000)
    ruling.rule(session, dispute, 1234, reason="So.", by=room.operator, at=later(5))
    assert [one.amount_minor for one in invoices.to_invoice(session, room.engagement)] == [1234]


def test_links_that_would_approve_it_end_when_it_is_disputed(session: Session) -> None:
    from app.people.models import Link

    room = funded(session)
    submission = submits(room, room.milestones[0])
    at = NOON + timedelta(days=14)
    link = Link(
        person_id=room.client.id, purpose="review", object_kind="submission",
        object_id=submission.id, version="1", digest="d", created_at=NOON, expires_at=at,
    )  # fmt: skip
    session.add(link)
    session.flush()
    opened(room, 100, at=later(1))
    session.refresh(link)
    assert link.revoked_at == later(1)
