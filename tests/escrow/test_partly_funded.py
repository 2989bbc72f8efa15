"""RULES, Milestones and money: what holds some but not all of its amount is partly funded."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit, work
from app.escrow.disputes import opening
from app.escrow.incoming import chargebacks, funding
from app.escrow.milestones import asking_back, part, release, submissions
from app.escrow.models import Refund
from app.feedback import record
from app.jobs.proposing import LineDraft
from app.kernel.errors import WrongState
from app.kernel.events import Event
from app.mail.wording import words
from app.terms import asking, ending, negotiation
from tests import rooms
from tests.partly import TWO, WAYS, raise_to
from tests.rooms import Room
from tests.stories import NOON, later, rewrite

every_way = pytest.mark.parametrize("how", WAYS)


def came_about(session: Session, how: str) -> Room:
    room = rooms.agreed(session, lines=TWO)
    WAYS[how][0](room)
    return room


@every_way
def test_it_is_partly_funded_however_it_came_about(session: Session, how: str) -> None:
    room, (_, held, funded, whole) = came_about(session, how), WAYS[how]
    first = room.milestones[0]
    balance = work.balance(session, first)
    assert balance.is_partly_funded and balance.status == "partly_funded"
    assert (balance.held_minor, balance.funded_minor, balance.whole_minor) == (held, funded, whole)
    assert balance.lacks_minor == whole - funded
    assert (first.state, first.whole_since) == ("planned", None)
    assert first.fundable_at, "its client is asked"
    assert audit.audit(session) == []


@every_way
def test_its_work_may_be_submitted_and_comes_back_to_where_it_was(
    session: Session, how: str
) -> None:
    room = came_about(session, how)
    first = room.milestones[0]
    submission = rooms.submits(room, first, at=later())
    assert work.balance(session, first).status == "partly_submitted"
    submissions.withdraw(session, submission, by=room.freelancer, at=later(2))
    assert work.balance(session, first).status == "partly_funded"
    submission = rooms.submits(room, first, at=later(3))
    submissions.request_changes(session, submission, reason="No.", by=room.client, at=later(4))
    assert work.balance(session, first).status == "partly_funded"
    assert audit.audit(session) == []


@every_way
def test_approving_needs_the_whole_and_says_what_is_there_and_what_is_missing(
    session: Session, how: str
) -> None:
    room, (_, _, funded, whole) = came_about(session, how), WAYS[how]
    first = room.milestones[0]
    submission = rooms.submits(room, first, at=later())
    assert not release.can_approve(session, submission, first, room.engagement, room.client.id)
    with pytest.raises(WrongState, match=r"release\.not_full") as refusal:
        release.approve(session, submission, by=room.client, at=later(2))
    sentence = words(refusal.value.code, refusal.value.facts)
    assert f"{funded / 100:.2f} of " in sentence and f"{whole / 100:.2f} is funded" in sentence
    assert f"{(whole - funded) / 100:.2f} more is needed before you can approve" in sentence
    assert not release.can_release(session, first, room.engagement, room.client.id)


@every_way
def test_the_missing_sum_and_no_more_makes_it_whole(session: Session, how: str) -> None:
    room, (_, held, funded, whole) = came_about(session, how), WAYS[how]
    first = room.milestones[0]
    submission = rooms.submits(room, first, at=later())
    payment = rooms.pays(room, first, at=later(2))
    assert payment.amount_minor == whole - funded
    assert (first.state, first.whole_since) == ("submitted", later(2))
    told = select(Event).where(Event.kind == "milestone.funded").order_by(Event.id.desc())
    event = session.scalars(told).first()
    assert event is not None and event.told["amount_minor"] == held + whole - funded
    release.approve(session, submission, by=room.client, at=later(3))
    assert work.released(session, first) == whole
    assert audit.audit(session) == []


@every_way
def test_a_part_of_what_is_held_can_be_released(session: Session, how: str) -> None:
    room, (_, held, _, _) = came_about(session, how), WAYS[how]
    first = room.milestones[0]
    before = work.released(session, first)
    for amount in (1000, held - 1000):
        submission = rooms.submits(room, first, at=later())
        part.release_part(
            session, submission, amount, rest="keep", reason="So far.", by=room.client, at=later(2)
        )
    assert work.released(session, first) == before + held
    assert first.state == "planned" and room.held(first) == 0
    assert work.balance(session, first).status == "planned", "it holds nothing any more"
    assert not submissions.can_submit(session, first, room.engagement, room.freelancer.id)
    assert audit.audit(session) == []


def test_what_is_not_funded_is_not_submitted(session: Session) -> None:
    room = rooms.agreed(session, lines=TWO)
    with pytest.raises(WrongState, match=r"submission\.not_funded"):
        rooms.submits(room, room.milestones[0])


@pytest.mark.parametrize("place", [0, 1])
def test_the_missing_sum_of_submitted_work_is_asked_for_wherever_it_stands(
    session: Session, place: int
) -> None:
    """Earlier work that is funded does not keep the board from asking."""
    room = rooms.agreed(session, lines=TWO)
    for milestone in room.milestones:
        rooms.pays(room, milestone)
    milestone = room.milestones[place]
    rooms.submits(room, milestone, at=later())
    rewrite(session, room.engagement, room.client, change={place + 1: {"amount_minor": 12000}})
    revision = negotiation.send(session, room.engagement, by=room.client, at=later(2))
    negotiation.accept(session, revision, by=room.freelancer, at=later(2))
    asked = session.scalars(
        select(Event).where(Event.kind == "milestone.fundable").order_by(Event.id.desc())
    ).first()
    assert asked is not None and asked.subject_id == milestone.id
    assert (asked.told["amount_minor"], asked.told["funded_minor"]) == (2000, 10000)
    assert milestone.fundable_at == later(2)


@pytest.mark.parametrize(("there", "asked"), [(9000, 6000), (0, 15000)])
def test_a_raise_of_what_lacked_money_already_asks_anew(
    session: Session, there: int, asked: int
) -> None:
    """Its reminders may all have been sent, of another sum: they begin anew, too."""
    room = rooms.agreed(session, lines=TWO)
    first = room.milestones[0]
    if there:
        rooms.pays(room, first, received=there)
    raise_to(room, 15000, at=later(days=20))
    assert first.fundable_at == later(days=20), "reminders count from here"
    event = session.scalars(
        select(Event).where(Event.kind == "milestone.fundable").order_by(Event.id.desc())
    ).first()
    assert event is not None and event.told["amount_minor"] == asked


def test_a_short_transfer_is_told_to_the_freelancer_with_what_is_there(session: Session) -> None:
    room = came_about(session, "a transfer that is short")
    event = session.scalars(select(Event).where(Event.kind == "milestone.partly_funded")).one()
    assert (event.told["amount_minor"], event.told["whole_minor"]) == (9000, 10000)
    assert room.milestones[0].fundable_at == NOON


# -- the review days -----------------------------------------------------------------------


def test_the_whole_is_held_since_the_missing_sum_came_and_since_then_only(
    session: Session,
) -> None:
    room = rooms.agreed(session, lines=TWO)
    first = room.milestones[0]
    payment = rooms.pays(room, first, at=later(1))
    assert first.whole_since == later(1)
    raise_to(room, 15000, at=later(2))
    assert first.whole_since is None
    rooms.pays(room, first, at=later(3))
    assert first.whole_since == later(3)
    chargebacks.charge_back(session, payment, 1, reason="So.", by=room.operator, at=later(4))
    assert first.whole_since is None
    raise_to(room, 14000, at=later(5))
    assert (first.whole_since, first.state) == (later(5), "funded"), "lowered to what is there"
    assert audit.audit(session) == []


def test_a_raise_whose_money_came_with_it_begins_anew(session: Session) -> None:
    room = rooms.agreed(session, lines=TWO)
    for milestone in room.milestones:
        rooms.pays(room, milestone)
    first = room.milestones[0]
    rooms.submits(room, first, at=later())
    raise_to(room, 20000, at=later(2), rolls=True)
    assert (room.held(first), first.whole_since) == (20000, later(2))


def test_the_audit_finds_a_milestone_that_does_not_know_what_it_holds(session: Session) -> None:
    room = came_about(session, "a raise after funding")
    first = room.milestones[0]
    first.whole_since = NOON
    session.flush()
    assert audit.across(session) == [f"milestone {first.id} is not held in full: 10000 of 15000"]
    first.whole_since, first.state = None, "funded"
    session.flush()
    assert f"milestone {first.id} is funded and holds 10000 of 15000" in audit.across(session)


# -- late, ended, asked back, disputed ------------------------------------------------------

DUE = date(2026, 11, 10)
DUE_LINE = (LineDraft("Drafts", "", DUE, 10000), LineDraft("Prints", "", None, 10000))


def on_time(session: Session, room: Room) -> list[bool]:
    return record._on_time(session, [room.freelancer.id])[room.freelancer.id]


def test_what_was_due_before_all_of_it_was_funded_is_not_late(session: Session) -> None:
    room = rooms.agreed(session, lines=DUE_LINE)
    first = room.milestones[0]
    rooms.pays(room, first, received=9000)
    submission = rooms.submits(room, first, at=later(days=20))
    rooms.pays(room, first, at=later(days=21))
    release.approve(session, submission, by=room.client, at=later(days=22))
    assert on_time(session, room) == [True]


def test_late_work_does_not_become_early_by_a_raise_after_it(session: Session) -> None:
    room = rooms.agreed(session, lines=DUE_LINE)
    first = room.milestones[0]
    rooms.pays(room, first)
    submission = rooms.submits(room, first, at=later(days=12))
    raise_to(room, 15000, at=later(days=13))
    rooms.pays(room, first, at=later(days=14))
    release.approve(session, submission, by=room.client, at=later(days=15))
    assert on_time(session, room) == [False]


def test_what_lost_its_money_before_it_was_due_is_not_late(session: Session) -> None:
    room = rooms.agreed(session, lines=DUE_LINE)
    first = room.milestones[0]
    payment = rooms.pays(room, first)
    chargebacks.charge_back(
        session, payment, 4000, reason="So.", by=room.operator, at=later(days=5)
    )
    rooms.pays(room, first, at=later(days=20))
    submission = rooms.submits(room, first, at=later(days=21))
    release.approve(session, submission, by=room.client, at=later(days=22))
    assert on_time(session, room) == [True]


@every_way
def test_the_freelancer_ends_it_and_what_is_held_goes_back(session: Session, how: str) -> None:
    room, (_, held, _, _) = came_about(session, how), WAYS[how]
    others = sum(room.held(one) for one in room.milestones[1:])
    ending.end(session, room.engagement, by=room.freelancer, at=later())
    assert room.milestones[0].state == "cancelled"
    assert sum(session.scalars(select(Refund.amount_minor))) == held + others
    assert audit.audit(session) == []


@every_way
def test_the_client_asks_for_what_is_held_and_a_submission_overtakes_it(
    session: Session, how: str
) -> None:
    room = came_about(session, how)
    first = room.milestones[0]
    (ask,) = asking_back.ask(
        session, room.engagement, [first], reason="Plans.", by=room.client, at=later()
    )
    rooms.submits(room, first, at=later(2))
    assert ask.state == "overtaken"


@every_way
def test_what_is_asked_back_and_granted_is_what_is_held(session: Session, how: str) -> None:
    room, (_, held, _, _) = came_about(session, how), WAYS[how]
    first = room.milestones[0]
    (ask,) = asking_back.ask(
        session, room.engagement, [first], reason="Plans.", by=room.client, at=later()
    )
    asking.agree(session, ask, by=room.freelancer, at=later(2))
    refunded = select(Refund.amount_minor).where(Refund.milestone_id == first.id)
    assert sum(session.scalars(refunded)) == held
    assert audit.audit(session) == []


@every_way
def test_a_dispute_is_about_what_is_held_and_it_stays_partly_funded(
    session: Session, how: str
) -> None:
    room, (_, held, funded, whole) = came_about(session, how), WAYS[how]
    first = room.milestones[0]
    opening.open_dispute(session, first, held, reason="Not as agreed.", by=room.client, at=later())
    balance = work.balance(session, first)
    assert (balance.held_minor, balance.escrow_minor) == (0, held)
    assert balance.is_partly_funded and balance.funded_minor == funded
    assert funding.can_fund(session, first, room.engagement, room.client.id)
    assert balance.lacks_minor == whole - funded
    assert audit.audit(session) == []
