"""RULES, step 1 and “Other lives”: a job is a draft, open, awarded, closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs import awarding, posting
from app.jobs.models import ProposalLine
from app.jobs.posting import JobDraft
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from tests.people import alice, bob, mallory
from tests.stories import LOGO, NOON, later, post_job, propose


def test_a_client_posts_a_job_and_it_is_open(session: Session) -> None:
    job = post_job(session, alice(session))
    assert (job.state, job.opened_at) == ("open", NOON)


def test_a_draft_is_not_open_until_it_is_posted(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client, publish=False)
    assert (job.state, job.opened_at) == ("draft", None)
    posting.open(session, job, by=client, at=later())
    assert (job.state, job.opened_at) == ("open", later())


def test_who_does_not_hire_cannot_post(session: Session) -> None:
    with pytest.raises(Refused, match=r"job\.not_hiring"):
        post_job(session, bob(session))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "\u200b\u202e"}, "title"),
        ({"budget_low_minor": 2, "budget_high_minor": 1}, "budget_high"),
        ({"audience": "the world"}, "audience"),
        ({"questions": tuple("?" for _ in range(21))}, "questions"),
        ({"closes_on": date(2026, 11, 1)}, "closes_on"),
        ({"description": "x" * 20_001}, "description"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    session: Session, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        post_job(session, alice(session), **changes)
    assert refused.value.field == field


def test_a_job_that_closes_today_is_normal(session: Session) -> None:
    assert post_job(session, alice(session), closes_on=date(2026, 11, 2)).state == "open"


def test_the_closing_date_ends_with_the_day_of_the_client(session: Session) -> None:
    client = alice(session)  # in New York, five hours behind UTC
    job = post_job(session, client, closes_on=date(2026, 11, 2))
    assert posting.takes_proposals(job, client, at=NOON.replace(hour=23) + timedelta(hours=5))
    assert not posting.takes_proposals(job, client, at=NOON + timedelta(hours=17))


def test_its_owner_closes_a_job_and_opens_it_again(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client, closes_on=date(2026, 11, 3))
    posting.close(session, job, by=client, at=later())
    assert job.state == "closed"
    posting.reopen(session, job, by=client, at=later(days=5))
    assert (job.state, job.closes_on) == ("open", None)


def test_nobody_else_closes_a_job(session: Session) -> None:
    job = post_job(session, alice(session))
    with pytest.raises(NotFound):
        posting.close(session, job, by=mallory(session), at=later())


def test_an_awarded_job_is_not_closed_here(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client)
    awarding.award(session, job, propose(session, job, bob(session)), by=client, at=later())
    with pytest.raises(Refused, match=r"job\.awarded"):
        posting.close(session, job, by=client, at=later())


def test_a_closed_job_is_not_edited(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client)
    posting.close(session, job, by=client, at=later())
    with pytest.raises(WrongState):
        posting.edit(session, job, JobDraft("Other", "USD"), by=client, at=later())


def test_the_currency_stays_once_somebody_has_proposed_in_it(session: Session) -> None:
    client = alice(session)
    job = post_job(session, client)
    posting.edit(session, job, JobDraft("Other", "EUR"), by=client, at=later())
    propose(session, job, bob(session))
    with pytest.raises(Invalid, match="currency_is_used"):
        posting.edit(session, job, JobDraft("Other", "USD"), by=client, at=later())


def test_titles_are_kept_without_what_nobody_sees(session: Session) -> None:
    job = post_job(
        session, alice(session), title="A\u202e logo\u200b\u2028now", category="\u2066Design",
        skills=("print\u200b", "می\u200cخواهم"),
    )  # fmt: skip
    assert (job.title, job.category) == ("A logo now", "Design")
    assert job.skills == "print\nمی\u200cخواهم"
    lines = (replace(LOGO[0], title="Start\u202e\u200b"),)
    propose(session, job, bob(session), lines=lines)
    assert session.scalars(select(ProposalLine.title)).all() == ["Start"]
    with pytest.raises(Invalid, match=r"proposal\.line_without_title"):
        propose(session, job, mallory(session), lines=(replace(LOGO[0], title="\u3164"),))
