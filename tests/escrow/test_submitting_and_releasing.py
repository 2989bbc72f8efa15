"""RULES, step 11: submit, approve, release, request changes."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from app.escrow import audit, reads
from app.escrow.incoming import funding, settling
from app.escrow.milestones import release, submissions
from app.escrow.outgoing import payouts
from app.escrow.papers import statements
from app.jobs.proposing import LineDraft
from app.kernel.errors import Invalid, Refused, WrongState
from app.talk import files
from tests.rooms import agreed, pays, submits, through
from tests.stories import DATABASE, LOGO, NOON, later, stored

CHECKPOINT = (
    LineDraft("Kick-off", "", date(2026, 11, 3), 0),
    LineDraft("Delivery", "", date(2026, 11, 10), 9000),
)


def test_approving_releases_the_money_to_the_freelancer(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    upcoming = release.approve(session, submits(room, first), by=room.client, at=later())
    assert (first.state, room.held(first), room.balance(room.freelancer)) == ("released", 0, 7500)
    assert upcoming is not None and upcoming.id == room.milestones[1].id
    assert upcoming.fundable_at == later()
    assert audit.audit(session) == []


def test_a_submission_carries_its_note_link_and_files(session: Session) -> None:
    room = agreed(session)
    pays(room, room.milestones[0])
    submission = submissions.submit(
        session, room.milestones[0], note="Two drafts", link="https://example.org/d",
        files=[stored("a.pdf")], by=room.freelancer, at=NOON,
    )  # fmt: skip
    assert [row.name for row in files.of_place(session, "submission", submission.id)] == ["a.pdf"]


def test_nothing_is_submitted_before_it_is_funded(session: Session) -> None:
    room = agreed(session)
    with pytest.raises(WrongState, match=r"submission\.not_funded"):
        submits(room, room.milestones[0])


def test_only_the_freelancer_submits_and_only_the_client_decides(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    with pytest.raises(Refused, match="not_yours"):
        submissions.submit(session, first, note="", by=room.client, at=NOON)
    submission = submits(room, first)
    with pytest.raises(Refused, match="not_yours"):
        release.approve(session, submission, by=room.freelancer, at=NOON)
    with pytest.raises(Refused, match="not_yours"):
        submissions.request_changes(session, submission, reason="x", by=room.freelancer, at=NOON)
    with pytest.raises(Refused, match="not_yours"):
        submissions.withdraw(session, submission, by=room.client, at=NOON)


def test_changes_requested_keep_the_money_and_the_work_is_handed_in_again(
    session: Session,
) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    one = submits(room, first)
    with pytest.raises(Invalid):
        submissions.request_changes(session, one, reason="  ", by=room.client, at=NOON)
    submissions.request_changes(session, one, reason="Wider, please", by=room.client, at=NOON)
    assert (first.state, room.held(first), one.state) == ("funded", 7500, "changes_requested")
    two = submits(room, first)
    assert two.number == 2
    with pytest.raises(WrongState, match=r"submission\.decided"):
        release.approve(session, one, by=room.client, at=NOON)
    release.approve(session, two, by=room.client, at=NOON)
    assert first.state == "released"


def test_a_submission_can_be_withdrawn_until_it_is_decided(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    submission = submits(room, first)
    submissions.withdraw(session, submission, by=room.freelancer, at=NOON)
    assert (first.state, submission.state) == ("funded", "withdrawn")
    with pytest.raises(WrongState):
        submissions.withdraw(session, submission, by=room.freelancer, at=NOON)


def test_a_submission_is_approved_once(session: Session) -> None:
    room = agreed(session)
    pays(room, room.milestones[0])
    submission = submits(room, room.milestones[0])
    release.approve(session, submission, by=room.client, at=NOON)
    with pytest.raises(WrongState):
        release.approve(session, submission, by=room.client, at=NOON)
    assert room.balance(room.freelancer) == 7500


def test_a_checkpoint_needs_no_money(session: Session) -> None:
    room = agreed(session, lines=CHECKPOINT)
    kick_off, delivery = room.milestones
    assert (kick_off.fundable_at, delivery.fundable_at) == (None, NOON)
    release.approve(session, submits(room, kick_off), by=room.client, at=NOON)
    assert (kick_off.state, room.balance(room.freelancer)) == ("approved", 0)
    assert audit.audit(session) == []


def test_a_deposit_is_released_without_a_submission(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    with pytest.raises(WrongState, match=r"release\.not_funded"):
        release.release_without_submission(session, first, by=room.client, at=NOON)
    pays(room, first)
    with pytest.raises(Refused, match="not_yours"):
        release.release_without_submission(session, first, by=room.freelancer, at=NOON)
    release.release_without_submission(session, first, by=room.client, at=NOON)
    assert (first.state, room.balance(room.freelancer)) == ("released", 7500)


@pytest.mark.parametrize(("lines", "total"), [(LOGO, 40000), (DATABASE, 80000)])
def test_both_examples_run_to_their_end(
    session: Session, lines: tuple[LineDraft, ...], total: int
) -> None:
    room = agreed(session, lines=lines)
    for number, milestone in enumerate(room.milestones):
        through(room, milestone, at=later(days=number))
    assert room.balance(room.freelancer) == total
    assert all(room.held(one) == 0 for one in room.milestones)
    assert room.engagement.state == "finished"
    assert reads.money(session, room.engagement.id).released_minor == total
    rows = statements.of_engagement(session, room.engagement.id)
    assert len(rows) == 2 * len(lines) and rows[-1].after_minor == 0
    assert audit.audit(session) == []


def test_the_freelancer_is_paid_out(session: Session) -> None:
    room = agreed(session)
    through(room, room.milestones[0])
    with pytest.raises(Invalid, match=r"payout\.too_much"):
        payouts.ask(session, room.freelancer, 7501, "USD", at=NOON)
    with pytest.raises(Invalid, match=r"payout\.nothing"):
        payouts.ask(session, room.freelancer, 0, "USD", at=NOON)
    payout = payouts.ask(session, room.freelancer, 5000, "USD", at=NOON)
    assert room.balance(room.freelancer) == 2500
    payouts.settle(session, payout, by=room.operator, at=NOON)
    with pytest.raises(WrongState):
        payouts.settle(session, payout, by=room.operator, at=NOON)
    other = payouts.ask(session, room.freelancer, 2500, "USD", at=NOON)
    payouts.cancel(session, other, by=room.freelancer, at=NOON)
    assert room.balance(room.freelancer) == 2500
    rows = statements.of_balance(session, room.freelancer.id, "USD")
    assert [row.after_minor for row in rows] == [2500, 0, 2500, 7500]
    rest = statements.of_balance(session, room.freelancer.id, "USD", before=rows[1].seq, limit=1)
    assert rest == rows[2:3]
    assert [row.what for row in rows[::-1]] == [
        "Released to the freelancer", "Payout asked for", "Payout asked for", "Payout taken back",
    ]  # fmt: skip
    assert audit.audit(session) == []


def test_test_money_comes_at_once(session: Session) -> None:
    room = agreed(session)
    payment = funding.start(
        session, room.engagement, room.milestones[:1], provider="test", by=room.client, at=NOON
    )
    settling.settle_test_money(session, payment, by=room.client, at=NOON)
    assert room.milestones[0].state == "funded"
    with pytest.raises(WrongState):
        settling.settle_test_money(session, payment, by=room.client, at=NOON)
