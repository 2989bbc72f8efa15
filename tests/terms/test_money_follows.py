"""RULES, Terms and Money: what accepting, declining and ending do to money in escrow."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import accounts, audit, ledger
from app.escrow.incoming import funding, prefunding, settling
from app.escrow.milestones import closing, release, submissions
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Milestone
from app.kernel.errors import Refused
from app.terms import ending, figures, negotiation, reads
from app.terms.models import Revision
from tests.people import alice, bob
from tests.rooms import prefunded
from tests.stories import LOGO, NOON, agreed, later, rewrite, selected


def parts(session: Session, engagement: Engagement) -> list[Milestone]:
    found = select(Milestone).where(Milestone.engagement_id == engagement.id)
    return list(session.scalars(found.order_by(Milestone.position, Milestone.id)))


def fund(session: Session, engagement: Engagement, *which: int) -> None:
    chosen = [parts(session, engagement)[one - 1] for one in which]
    client = alice(session)
    payment = funding.start(session, engagement, chosen, provider="test", by=client, at=NOON)
    settling.settle_test_money(session, payment, by=client, at=NOON)


def prefund(session: Session, engagement: Engagement, revision: Revision, position: int) -> None:
    line = reads.lines(session, revision.id)[position - 1]
    planned = PlannedLine(
        line.milestone_id or "", position, line.title, "", line.due, line.amount_minor
    )
    payment = prefunding.start(
        session, engagement, [planned], revision_id=revision.id, provider="test",
        by=alice(session), at=NOON,
    )  # fmt: skip
    settling.settle_test_money(session, payment, by=alice(session), at=NOON)


def held(session: Session, milestone: Milestone) -> int:
    return ledger.balance(session, accounts.held(milestone.id), "USD")


def money_line(session: Session, engagement: Engagement, change: Revision) -> figures.MoneyLine:
    lines = reads.lines(session, change.id)
    return figures.if_accepted(session, engagement, change.id, lines)


def test_the_money_line_of_first_terms_asks_for_the_first_amount(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    line = money_line(session, engagement, first)
    assert (line.refund_minor, line.needed_minor, line.next_position) == (0, 7500, 1)


def test_a_reduction_of_a_funded_milestone_is_refunded_as_the_money_line_said(
    session: Session,
) -> None:
    engagement = agreed(session, alice(session), bob(session))
    fund(session, engagement, 1)
    rewrite(session, engagement, bob(session), change={1: {"amount_minor": 3500}})
    change = negotiation.send(session, engagement, by=bob(session), at=NOON)
    line = money_line(session, engagement, change)
    assert (line.refund_minor, line.needed_minor) == (4000, 7500)
    negotiation.accept(session, change, by=alice(session), at=later())
    assert held(session, parts(session, engagement)[0]) == 3500
    assert audit.audit(session) == []


def test_deleting_a_funded_milestone_refunds_all_of_it(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    fund(session, engagement, 1)
    funded = parts(session, engagement)[0]
    rewrite(session, engagement, alice(session), drop=(1,))
    change = negotiation.send(session, engagement, by=alice(session), at=NOON)
    assert money_line(session, engagement, change).refund_minor == 7500
    assert held(session, funded) == 7500, "nothing moves while it waits"
    negotiation.accept(session, change, by=bob(session), at=later())
    assert (held(session, funded), funded.state) == (0, "cancelled")
    assert audit.audit(session) == []


def test_raising_a_funded_milestone_needs_the_rest(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    fund(session, engagement, 1)
    rewrite(session, engagement, bob(session), change={1: {"amount_minor": 10000}})
    change = negotiation.send(session, engagement, by=bob(session), at=NOON)
    line = money_line(session, engagement, change)
    assert (line.needed_minor, line.next_position) == (2500, 1)
    negotiation.accept(session, change, by=alice(session), at=later())
    upcoming = closing.next_fundable(session, engagement.id)
    assert upcoming is not None and upcoming.position == 1


def test_prefunded_money_is_in_escrow_when_they_accept_it_unchanged(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    prefund(session, engagement, first, 1)
    assert money_line(session, engagement, first).prefunded_minor == 7500
    negotiation.accept(session, first, by=bob(session), at=later())
    paid = parts(session, engagement)[0]
    assert (held(session, paid), paid.state) == (7500, "funded")
    assert audit.audit(session) == []


@pytest.mark.parametrize("way", ["decline", "counter", "withdraw", "lapse", "end"])
def test_prefunded_money_goes_back_by_itself_when_the_terms_come_to_nothing(
    session: Session, way: str
) -> None:
    engagement = selected(session, alice(session), bob(session))
    first = negotiation.send(session, engagement, by=alice(session), at=NOON)
    prefund(session, engagement, first, 1)
    if way == "decline":
        negotiation.decline(session, first, by=bob(session), at=later(), reason="No")
    elif way == "counter":
        rewrite(session, engagement, bob(session), drop=(5,))
        negotiation.send(session, engagement, by=bob(session), at=later())
    elif way == "withdraw":
        negotiation.withdraw(session, first, by=alice(session), at=later())
    elif way == "lapse":
        assert negotiation.lapse(session, first, at=later(days=14))
    else:
        ending.end(session, engagement, by=bob(session), at=later())
    assert prefunded(session, first) == 0
    assert audit.audit(session) == []


def test_what_was_in_escrow_for_the_terms_in_force_stays_when_a_change_is_declined(
    session: Session,
) -> None:
    engagement = agreed(session, alice(session), bob(session))
    fund(session, engagement, 1)
    rewrite(session, engagement, alice(session), change={2: {"amount_minor": 9000}})
    change = negotiation.send(session, engagement, by=alice(session), at=NOON)
    prefund(session, engagement, change, 2)
    negotiation.decline(session, change, by=bob(session), at=later(), reason="No")
    assert [held(session, one) for one in parts(session, engagement)] == [7500, 0, 0, 0, 0]


def test_an_engagement_with_money_in_escrow_cannot_be_ended_at_once(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    fund(session, engagement, 1)
    with pytest.raises(Refused, match=r"ending\.money_held"):
        ending.end(session, engagement, by=alice(session), at=later())
    assert engagement.state == "active"


def test_agreeing_to_drop_all_that_is_left_finishes_the_engagement(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session), lines=LOGO[:2])
    fund(session, engagement, 1)
    submission = submissions.submit(
        session, parts(session, engagement)[0], by=bob(session), at=NOON, note="Done"
    )
    release.approve(session, submission, by=alice(session), at=NOON)
    rewrite(session, engagement, alice(session), drop=(2,))
    change = negotiation.send(session, engagement, by=alice(session), at=NOON)
    negotiation.accept(session, change, by=bob(session), at=later())
    assert engagement.state == "finished"
    assert ledger.balance(session, accounts.balance(bob(session).id), "USD") == 7500
    assert audit.audit(session) == []


def test_the_client_may_prefund_what_its_own_revision_adds_or_raises(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    fund(session, engagement, 1)
    rewrite(session, engagement, alice(session), change={3: {"amount_minor": 9000}})
    change = negotiation.send(session, engagement, by=alice(session), at=NOON)
    line = money_line(session, engagement, change)
    assert line.next_position == 2, "what needs money next in any case"
    assert line.prefund_title == "1st revision of chosen concept"
