"""RULES, Ending early: nothing funded, either side, at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.models import Milestone
from app.jobs import posting
from app.jobs.models import Job, Proposal
from app.kernel.errors import NotFound, Refused
from app.kernel.events import Event
from app.people.models import Person
from app.terms import ending, negotiation, reads
from tests.people import alice, bob, mallory
from tests.stories import NOON, agreed, rewrite, selected


def submit_first(session: Session, engagement_id: str, state: str) -> None:
    found = select(Milestone).where(Milestone.engagement_id == engagement_id)
    session.scalars(found.order_by(Milestone.position)).all()[0].state = state
    session.flush()


@pytest.mark.parametrize("who", [alice, bob])
def test_either_side_ends_what_was_never_agreed_and_the_job_is_open_again(
    session: Session, who: object
) -> None:
    engagement = selected(session, alice(session), bob(session))
    waiting = negotiation.send(session, engagement, by=alice(session), at=NOON)
    person = who(session)  # type: ignore[operator]
    assert isinstance(person, Person)
    ending.end(session, engagement, by=person, at=NOON, reason="We could not agree")
    assert engagement.state == "ended"
    assert waiting.state == ("withdrawn" if who is alice else "declined")
    assert session.get_one(Job, engagement.job_id).state == "open"
    assert session.get_one(Proposal, engagement.proposal_id).state == "submitted"
    ended = session.scalars(select(Event).where(Event.kind == "engagement.ended")).one()
    assert ended.words == "We could not agree"


def test_ending_agreed_work_with_nothing_funded_closes_the_job_which_its_owner_may_reopen(
    session: Session,
) -> None:
    engagement = agreed(session, alice(session), bob(session))
    ending.end(session, engagement, by=bob(session), at=NOON)
    job = session.get_one(Job, engagement.job_id)
    assert (engagement.state, job.state) == ("ended", "closed")
    found = select(Milestone.state).where(Milestone.engagement_id == engagement.id)
    assert set(session.scalars(found)) == {"cancelled"}
    posting.reopen(session, job, by=alice(session), at=NOON)
    assert job.state == "open"


def test_submitted_work_is_decided_on_first(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    submit_first(session, engagement.id, "submitted")
    assert not ending.can_end(session, engagement, by=alice(session))
    with pytest.raises(Refused) as refused:
        ending.end(session, engagement, by=alice(session), at=NOON)
    assert refused.value.code == "ending.submitted"
    assert ending.end(session, engagement, by=bob(session), at=NOON) == "the_rest"
    assert engagement.state == "active"
    with pytest.raises(Refused) as refused:
        ending.end(session, engagement, by=bob(session), at=NOON)
    assert refused.value.code == "ending.submitted_yours"


def test_what_is_over_cannot_be_ended_again_or_negotiated(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    ending.end(session, engagement, by=bob(session), at=NOON)
    with pytest.raises(Refused, match=r"engagement\.over"):
        ending.end(session, engagement, by=bob(session), at=NOON)
    rewrite(session, engagement, alice(session), drop=(1,))
    with pytest.raises(Refused, match=r"engagement\.over"):
        negotiation.send(session, engagement, by=alice(session), at=NOON)
    assert reads.in_force(session, engagement.id) is not None, "what was agreed stays readable"


def test_a_stranger_ends_nothing(session: Session) -> None:
    engagement = agreed(session, alice(session), bob(session))
    with pytest.raises(NotFound):
        ending.end(session, engagement, by=mallory(session), at=NOON)
