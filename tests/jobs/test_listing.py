"""RULES, “Who may see”: no hint of another's things in search, counts or addresses."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.jobs import listing, posting
from app.jobs.listing import JobQuery
from tests.people import alice, bob, mallory
from tests.stories import later, post_job, propose


def test_jobs_are_found_by_words_however_they_are_written(session: Session) -> None:
    client, reader = alice(session), bob(session)
    cafe = post_job(session, client, title="Menükarte für das Café", skills=("Fotografie",))
    post_job(session, client, title="100% of a database")
    found = [row.id for row in listing.open_jobs(session, reader, JobQuery(words="CAFE menu"))]
    assert found == [cafe.id]
    assert len(listing.open_jobs(session, reader, JobQuery(words="100%"))) == 1
    assert listing.open_jobs(session, reader, JobQuery(words="0%0")) == []
    assert len(listing.open_jobs(session, reader, JobQuery(skill="fotografie"))) == 1


@pytest.mark.parametrize(("least", "count"), [(0, 3), (50000, 2), (50001, 1)])
def test_the_budget_filter_keeps_what_may_pay_as_much(
    session: Session, least: int, count: int
) -> None:
    client = alice(session)
    post_job(session, client, budget_low_minor=10000, budget_high_minor=50000)
    post_job(session, client, budget_low_minor=20000)
    post_job(session, client)  # open budget
    found = listing.open_jobs(session, bob(session), JobQuery(budget_minor=least))
    assert len(found) == count


def test_jobs_are_paged_by_key_without_gap_or_repeat(session: Session) -> None:
    client, reader = alice(session), bob(session)
    posted = [post_job(session, client, at=later(n // 2)).id for n in range(7)]
    seen: list[str] = []
    before = None
    while rows := listing.open_jobs(session, reader, before=before, limit=2)[:2]:
        seen += [row.id for row in rows]
        assert rows[-1].opened_at
        before = (rows[-1].opened_at, rows[-1].id)
    assert sorted(seen) == sorted(posted)
    assert seen == sorted(seen, key=lambda one: (posted.index(one) // 2, one), reverse=True)


def test_drafts_and_closed_jobs_are_in_nobodys_search(session: Session) -> None:
    client = alice(session)
    post_job(session, client, publish=False)
    posting.close(session, post_job(session, client), by=client, at=later())
    for reader in (client, bob(session), mallory(session)):
        assert listing.open_jobs(session, reader) == []
    assert len(listing.jobs_of(session, client)) == 2


def test_lists_of_ones_own(session: Session) -> None:
    client, freelancer = alice(session), bob(session)
    job = post_job(session, client)
    propose(session, job, freelancer)
    assert [(row.id, count) for row, count in listing.jobs_of(session, client)] == [(job.id, 1)]
    assert [row.job_id for row in listing.proposals_of(session, freelancer)] == [job.id]
    assert listing.proposals_of(session, mallory(session)) == []
