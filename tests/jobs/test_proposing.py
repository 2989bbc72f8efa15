"""RULES, step 3: propose, edit until the job closes, withdraw any time before selection."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.jobs import awarding, posting, proposing, reads, reviewing
from app.jobs.proposing import Draft, LineDraft
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.talk import messages
from app.talk.models import Conversation
from tests.people import alice, bob, carol, mallory, someone
from tests.stories import DATABASE, LOGO, later, post_job, propose


def test_a_proposal_has_its_total_its_delivery_day_and_a_talk(session: Session) -> None:
    proposal = propose(session, post_job(session, alice(session)), bob(session))
    assert (proposal.state, proposal.total_minor) == ("submitted", 40000)
    assert proposal.delivery_on == date(2026, 11, 24)
    assert session.get(Conversation, proposal.conversation_id) is not None
    assert proposing.lines_of(session, proposal) == list(LOGO)


def test_nobody_proposes_to_their_own_job(session: Session) -> None:
    both = someone(session, "Dora Both")
    with pytest.raises(Refused, match=r"proposal\.own_job"):
        propose(session, post_job(session, both), both)


def test_who_does_not_work_cannot_propose(session: Session) -> None:
    job = post_job(session, someone(session, "Dora Both"))
    with pytest.raises(Refused, match=r"proposal\.not_working"):
        propose(session, job, alice(session))


def test_an_uninvited_person_proposes_to_no_private_job_and_no_draft(session: Session) -> None:
    client = alice(session)
    for job in (
        post_job(session, client, audience="invited"),
        post_job(session, client, publish=False),
    ):
        with pytest.raises(NotFound):
            propose(session, job, mallory(session))


def test_nobody_proposes_twice_but_who_withdrew_may_propose_again(session: Session) -> None:
    job, freelancer = post_job(session, alice(session)), bob(session)
    proposal = propose(session, job, freelancer)
    with pytest.raises(Refused, match=r"proposal\.exists"):
        propose(session, job, freelancer)
    proposing.withdraw(session, proposal, by=freelancer, at=later())
    again = propose(session, job, freelancer, lines=DATABASE, at=later(2))
    assert again is proposal
    assert (again.state, again.total_minor) == ("submitted", 80000)


def test_the_closing_date_stops_new_proposals_and_nothing_else(session: Session) -> None:
    job = post_job(session, alice(session), closes_on=date(2026, 11, 3))
    freelancer = bob(session)
    proposal = propose(session, job, freelancer)
    with pytest.raises(WrongState, match=r"job\.closing_date_passed"):
        propose(session, job, carol(session), at=later(days=3))
    proposing.edit(session, proposal, Draft("Newer", DATABASE), by=freelancer, at=later(days=3))
    assert proposal.total_minor == 80000


def test_a_proposal_is_edited_until_the_job_closes(session: Session) -> None:
    client, freelancer = alice(session), bob(session)
    job = post_job(session, client)
    proposal = propose(session, job, freelancer)
    posting.close(session, job, by=client, at=later())
    with pytest.raises(WrongState, match=r"job\.not_open"):
        proposing.edit(session, proposal, Draft("x", LOGO), by=freelancer, at=later())
    proposing.withdraw(session, proposal, by=freelancer, at=later())
    assert proposal.state == "withdrawn"


def test_a_selected_proposal_is_not_withdrawn(session: Session) -> None:
    client, freelancer = alice(session), bob(session)
    job = post_job(session, client)
    proposal = propose(session, job, freelancer)
    awarding.award(session, job, proposal, by=client, at=later())
    with pytest.raises(WrongState):
        proposing.withdraw(session, proposal, by=freelancer, at=later())


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (LineDraft("", "", None, 1),),
        (LineDraft("Less than nothing", "", None, -1),),
        (LineDraft("Too much", "", None, 10**13 + 1),),
        (LineDraft("One", "", None, 1),) * 101,
    ],
)
def test_a_table_that_cannot_be_is_refused(session: Session, lines: Any) -> None:
    job = post_job(session, alice(session))
    with pytest.raises(Invalid) as refused:
        propose(session, job, bob(session), lines=lines)
    assert refused.value.field == "milestones"


def test_one_milestone_is_fine_and_so_is_a_checkpoint(session: Session) -> None:
    job = post_job(session, alice(session))
    lines = (LineDraft("Look at the sketches", "", None, 0), LineDraft("Result", "", None, 100))
    assert propose(session, job, bob(session), lines=lines).total_minor == 100


def test_answers_stand_beside_their_questions(session: Session) -> None:
    job = post_job(session, alice(session), questions=("Which tools?", "When?"))
    proposal = propose(session, job, bob(session), answers=("Inkscape",))
    expected = [("Which tools?", "Inkscape"), ("When?", "")]
    assert proposing.answers_of(job, proposal) == expected


def test_candidates_never_see_one_another(session: Session) -> None:
    job = post_job(session, alice(session))
    proposal = propose(session, job, bob(session))
    propose(session, job, carol(session))
    for stranger in (carol(session), mallory(session)):
        with pytest.raises(NotFound):
            reads.visible_proposal(session, stranger, proposal.id)
        with pytest.raises(NotFound):
            reads.of_conversation(session, stranger, proposal.conversation_id)
    for party in (alice(session), bob(session)):
        assert reads.visible_proposal(session, party, proposal.id) is proposal


def test_only_its_client_shortlists_declines_and_notes(session: Session) -> None:
    proposal = propose(session, post_job(session, alice(session)), bob(session))
    for somebody in (bob(session), mallory(session)):
        with pytest.raises(NotFound):
            reviewing.shortlist(session, proposal, by=somebody, at=later())
        with pytest.raises(NotFound):
            reviewing.decline(session, proposal, by=somebody, at=later())
        with pytest.raises(NotFound):
            reviewing.note(session, proposal, "x", by=somebody)


def test_a_decline_says_a_word_and_can_be_undone(session: Session) -> None:
    client = alice(session)
    proposal = propose(session, post_job(session, client), bob(session))
    reviewing.shortlist(session, proposal, by=client, at=later())
    reviewing.decline(session, proposal, by=client, at=later(), words="Somebody in Madrid, please")
    assert (proposal.state, proposal.decline_words) == ("declined", "Somebody in Madrid, please")
    reviewing.undo_decline(session, proposal, by=client, at=later(2))
    assert (proposal.state, proposal.decline_words) == ("shortlisted", "")


def test_two_selections_of_one_job_cannot_both_win(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client)
    first, second = propose(session, job, bob(session)), propose(session, job, carol(session))
    awarding.award(session, job, first, by=client, at=later())
    with pytest.raises(Refused, match=r"job\.awarded"):
        awarding.award(session, job, second, by=client, at=later())
    assert (first.state, second.state) == ("selected", "submitted")


def test_after_terms_came_to_nothing_all_is_as_it_was(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client)
    first, second = propose(session, job, bob(session)), propose(session, job, carol(session))
    reviewing.shortlist(session, first, by=client, at=later())
    awarding.award(session, job, first, by=client, at=later())
    awarding.job_after_end(session, job, at=later(2))
    assert (job.state, first.state, second.state) == ("open", "shortlisted", "submitted")
    awarding.award(session, job, second, by=client, at=later(3))
    assert second.state == "selected"


def test_the_comparison_shows_the_shortlisted_first_and_no_withdrawn(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client)
    declined = propose(session, job, bob(session))
    shortlisted = propose(session, job, carol(session), at=later())
    gone = propose(session, job, mallory(session))
    proposing.withdraw(session, gone, by=mallory(session), at=later())
    reviewing.decline(session, declined, by=client, at=later())
    reviewing.shortlist(session, shortlisted, by=client, at=later())
    rows = reads.comparison(session, job)
    assert [(row.name, row.milestones) for row in rows] == [("Carol Mori", 5), ("Bob Okafor", 5)]


def test_their_talk_goes_on_in_the_same_conversation(session: Session) -> None:
    client, freelancer = alice(session), bob(session)
    job = post_job(session, client)
    proposal = propose(session, job, freelancer)
    talk = session.get_one(Conversation, proposal.conversation_id)
    for author, words in ((client, "When could you start?"), (freelancer, "Today.")):
        messages.post(session, talk, words, by=author, at=later(), stream=f"job:{job.id}")
    said = [(row.author_name, row.body) for row in messages.newest(session, talk.id)]
    assert said == [("Alice Ruiz", "When could you start?"), ("Bob Okafor", "Today.")]
