"""RULES 5: Select creates the engagement and its workroom at once."""

from __future__ import annotations

import json
import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.engagement import seats
from app.engagement.models import Engagement
from app.jobs.models import Job, Proposal
from app.kernel.errors import NotFound, Refused
from app.kernel.events import Event
from app.kernel.writing import writing
from app.terms import ending, negotiation, reads, selection
from tests import databases
from tests.people import alice, bob, carol, mallory
from tests.stories import LOGO, NOON, post_job, propose, selected


def kinds(session: Session, stream: str) -> list[str]:
    found = select(Event.kind).where(Event.stream == stream).order_by(Event.number)
    return list(session.scalars(found))


def test_select_seats_both_and_drafts_the_proposed_milestones_as_terms(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    assert engagement.state == "negotiating"
    assert seats.load(session, alice(session).id, engagement.id).side == "client"
    assert seats.load(session, bob(session).id, engagement.id).side == "freelancer"
    draft = reads.draft_of(session, engagement.id, alice(session).id)
    assert draft is not None and draft.number is None
    lines = reads.lines(session, draft.id)
    assert [line.title for line in lines] == [line.title for line in LOGO]
    assert sum(line.amount_minor for line in lines) == 40000


def test_the_talk_of_the_selected_proposal_becomes_the_workrooms(session: Session) -> None:
    engagement = selected(session, alice(session), bob(session))
    proposal = session.get_one(Proposal, engagement.proposal_id)
    assert engagement.conversation_id == proposal.conversation_id
    assert proposal.state == "selected"


def test_due_dates_end_in_the_clients_zone_at_select(session: Session) -> None:
    assert selected(session, alice(session), bob(session)).zone == "America/New_York"


def test_the_other_proposals_are_left_as_they_are_until_first_terms_are_accepted(
    session: Session,
) -> None:
    job = post_job(session, alice(session))
    other = propose(session, job, carol(session))
    mine = propose(session, job, bob(session))
    engagement = selection.select(session, mine, by=alice(session), at=NOON)
    assert other.state == "submitted"
    assert "selection.settled" not in kinds(session, f"job:{job.id}")
    revision = negotiation.send(session, engagement, by=alice(session), at=NOON)
    negotiation.accept(session, revision, by=bob(session), at=NOON)
    told = session.scalars(select(Event).where(Event.kind == "selection.settled")).all()
    assert [event.subject_id for event in told] == [other.id]
    assert json.loads(told[0].facts)["freelancer"] == carol(session).id


def test_nobody_but_the_client_selects(session: Session) -> None:
    proposal = propose(session, post_job(session, alice(session)), bob(session))
    for person in (mallory(session), bob(session)):
        assert not selection.can_select(session, proposal, by=person)
        with pytest.raises(NotFound):
            selection.select(session, proposal, by=person, at=NOON)


def test_whoever_selects_second_is_told_that_somebody_was_chosen(session: Session) -> None:
    job = post_job(session, alice(session))
    first, second = propose(session, job, bob(session)), propose(session, job, carol(session))
    selection.select(session, first, by=alice(session), at=NOON)
    with pytest.raises(Refused, match=r"job\.awarded"):
        selection.select(session, second, by=alice(session), at=NOON)


def test_two_selections_at_once_one_wins(story: object, database_url: str) -> None:
    with databases.opened(database_url) as session, writing(session):
        job = post_job(session, alice(session))
        ids = [propose(session, job, who).id for who in (bob(session), carol(session))]
        client_id, job_id = alice(session).id, job.id
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def choose(proposal_id: str) -> None:
        from app.people.models import Person

        with databases.opened(database_url) as session:
            gate.wait()
            try:
                with writing(session):
                    proposal = session.get_one(Proposal, proposal_id)
                    client = session.get_one(Person, client_id)
                    selection.select(session, proposal, by=client, at=NOON)
                outcomes.append("won")
            except Refused as refused:
                outcomes.append(refused.code)

    threads = [threading.Thread(target=choose, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["job.awarded", "won"]
    with databases.opened(database_url) as session:
        count = select(func.count()).select_from(Engagement).where(Engagement.job_id == job_id)
        assert session.scalar(count) == 1


def test_the_database_itself_refuses_a_second_living_engagement(session: Session) -> None:
    job = post_job(session, alice(session))
    first, second = propose(session, job, bob(session)), propose(session, job, carol(session))
    seats.begin(session, job, first, by=alice(session), zone="UTC", at=NOON)
    with pytest.raises(IntegrityError):
        seats.begin(session, job, second, by=alice(session), zone="UTC", at=NOON)


def test_after_first_terms_failed_the_client_may_choose_another(session: Session) -> None:
    job = post_job(session, alice(session))
    first, second = propose(session, job, bob(session)), propose(session, job, carol(session))
    engagement = selection.select(session, first, by=alice(session), at=NOON)
    ending.end(session, engagement, by=alice(session), at=NOON, reason="Too dear")
    assert session.get_one(Job, job.id).state == "open"
    assert first.state == "submitted"
    assert selection.select(session, second, by=alice(session), at=NOON).state == "negotiating"
