"""A payment asks for what is lacking, once, and nothing is asked for that has come already."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.incoming import confirming, funding, prefunding
from app.escrow.milestones import asks, dormancy, part
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Payment
from app.kernel.errors import NotFound, Refused, WrongState
from app.terms import asking, negotiation, reads
from app.terms.models import Revision
from tests.rooms import Room, agreed, pays, submits, through
from tests.stories import LOGO, later, rewrite, selected


def _starts(room: Room, *places: int, hours: float = 0) -> Payment:
    wanted = [room.milestones[place] for place in places]
    return funding.start(
        room.session, room.engagement, wanted, provider="bank", by=room.client, at=later(hours)
    )


def _line(room: Room, revision: Revision, place: int) -> PlannedLine:
    line = reads.lines(room.session, revision.id)[place]
    return PlannedLine(
        line.milestone_id or "", line.position, line.title, "", line.due, line.amount_minor
    )


def test_a_milestone_that_is_ticked_twice_is_paid_once(session: Session) -> None:
    room = agreed(session)
    payment = _starts(room, 0, 1, 0)
    assert payment.amount_minor == 15000


def test_what_went_back_is_asked_for_with_the_rest(session: Session) -> None:
    room = agreed(session)
    pays(room, room.milestones[0], received=1000)
    waiting = _starts(room, 0)
    dormancy.give_back(session, room.engagement, at=later())
    assert waiting.state == "cancelled"
    funding.say_not_sent(session, waiting, by=room.client, at=later())
    assert _starts(room, 0).amount_minor == 7500


def test_a_rest_that_was_asked_back_is_asked_for_with_what_lacked(session: Session) -> None:
    room = agreed(session)
    first = room.milestones[0]
    pays(room, first)
    part.release_part(
        session, submits(room, first), 3000, rest="ask_back", reason="Half.", by=room.client,
        at=later(),
    )  # fmt: skip
    revision = rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 9000}})
    negotiation.send(session, room.engagement, by=room.client, at=later())
    negotiation.accept(session, revision, by=room.freelancer, at=later())
    waiting = _starts(room, 0)
    asking.agree(session, asks.waiting(session, first.id), by=room.freelancer, at=later())
    assert waiting.state == "cancelled"
    funding.say_not_sent(session, waiting, by=room.client, at=later())
    assert _starts(room, 0).amount_minor == 6000


def test_a_milestone_is_funded_in_its_own_engagement_only(session: Session) -> None:
    room = agreed(session)
    other = selected(session, room.client, room.freelancer, currency="JPY")
    negotiation.accept(
        session,
        negotiation.send(session, other, by=room.client, at=later()),
        by=room.freelancer,
        at=later(),
    )
    with pytest.raises(NotFound):
        funding.start(
            session, other, room.milestones[:1], provider="bank", by=room.client, at=later()
        )


def test_only_the_client_cancels_a_payment(session: Session) -> None:
    room = agreed(session)
    payment = _starts(room, 0)
    with pytest.raises(Refused, match=r"funding\.not_yours"):
        funding.cancel(session, payment, by=room.freelancer, at=later())
    with pytest.raises(NotFound):
        funding.cancel(session, payment, by=room.operator, at=later())
    assert payment.state == "pending"


def test_late_money_ends_the_payment_that_was_begun_in_its_place(session: Session) -> None:
    room = agreed(session)
    first = _starts(room, 0)
    funding.cancel(session, first, by=room.client, at=later())
    second = _starts(room, 0, hours=2)
    confirming.confirm(session, first, received_minor=7500, by=room.operator, at=later(3))
    assert (second.state, room.held(room.milestones[0])) == ("cancelled", 7500)


def test_what_the_terms_in_force_ask_for_anyway_is_not_prefunded(session: Session) -> None:
    room = agreed(session)
    rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 9000}})
    revision = negotiation.send(session, room.engagement, by=room.client, at=later())
    for place, may in ((0, True), (1, False)):
        lines = [_line(room, revision, place)]
        wanted = prefunding.wanted(session, room.engagement, revision.id, lines)
        assert bool(wanted) is may
    with pytest.raises(WrongState, match=r"funding\.not_needed"):
        prefunding.start(
            session, room.engagement, lines, revision_id=revision.id, provider="bank",
            by=room.client, at=later(),
        )  # fmt: skip


def test_accepting_never_leaves_two_payments_under_way_for_a_milestone(session: Session) -> None:
    room = agreed(session)
    rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 9000}})
    revision = negotiation.send(session, room.engagement, by=room.client, at=later())
    _starts(room, 0, hours=1)
    prefunding.start(
        session, room.engagement, [_line(room, revision, 0)], revision_id=revision.id,
        provider="bank", by=room.client, at=later(2),
    )  # fmt: skip
    negotiation.accept(session, revision, by=room.freelancer, at=later(3))
    states = select(Payment.state, Payment.amount_minor).order_by(Payment.started_at)
    assert [tuple(row) for row in session.execute(states)] == [
        ("cancelled", 7500),
        ("pending", 1500),  # with the 7500 that may still arrive, all that is needed
    ]


@pytest.mark.parametrize("answer", ["accept", "decline", "withdraw", "lapse"])
def test_terms_that_wait_keep_the_engagement_open_until_they_are_answered(
    session: Session, answer: str
) -> None:
    room = agreed(session, lines=LOGO[:1])
    rewrite(session, room.engagement, room.client, add=LOGO[1:2])
    revision = negotiation.send(session, room.engagement, by=room.client, at=later())
    prefunding.start(
        session, room.engagement, [_line(room, revision, 1)], revision_id=revision.id,
        provider="test", by=room.client, at=later(),
    )  # fmt: skip
    through(room, room.milestones[0], at=later(2))
    assert room.engagement.state == "active"
    # The work that was released is in the waiting terms as it was: they can still be accepted.
    if answer == "accept":
        negotiation.accept(session, revision, by=room.freelancer, at=later(3))
        assert room.engagement.state == "active"
        return
    if answer == "decline":
        negotiation.decline(session, revision, by=room.freelancer, at=later(3), reason="No.")
    elif answer == "withdraw":
        negotiation.withdraw(session, revision, by=room.client, at=later(3))
    else:
        assert negotiation.lapse(session, revision, at=later(days=15))
    assert room.engagement.state == "finished"
