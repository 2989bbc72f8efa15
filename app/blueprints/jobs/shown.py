"""What the pages of jobs and proposals show: finished words, and what the reader may do."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import select

from app.blueprints.guards import the_viewer
from app.blueprints.locale import formats
from app.blueprints.talk.view import Talk, asked
from app.engagement.models import Engagement
from app.extensions import db
from app.jobs import awarding, posting, proposing, reads, reviewing
from app.jobs.models import Job, Proposal
from app.kernel import clock
from app.people.models import Person
from app.talk import files


class HasBudget(Protocol):
    """A job, as a row or as itself."""

    @property
    def budget_low_minor(self) -> int | None: ...
    @property
    def budget_high_minor(self) -> int | None: ...
    @property
    def currency(self) -> str: ...


def budget_text(job: HasBudget) -> str:
    """The budget in words."""
    show, low, high = formats().money, job.budget_low_minor, job.budget_high_minor
    if low is None and high is None:
        return f"Open budget, in {job.currency}"
    if low is None:
        return f"Up to {show(high, job.currency)}"
    if high is None:
        return f"From {show(low, job.currency)}"
    if low == high:
        return show(low, job.currency)
    return f"{show(low, job.currency)} to {show(high, job.currency)}"


def job_page(job: Job) -> dict[str, Any]:
    """The context of a job's page."""
    session, viewer, at = db.session(), the_viewer(), clock.now()
    client = session.get_one(Person, job.client_id)
    mine = job.client_id == viewer.id
    own = None if mine else proposing.of_person(session, job.id, viewer.id)
    takes = posting.takes_proposals(job, client, at=at)
    return {
        "job": job,
        "client": client,
        "mine": mine,
        "own": own,
        "budget": budget_text(job),
        "skills": job.skills.splitlines(),
        "questions": job.questions.splitlines(),
        "files": files.of_place(session, "job", job.id),
        "takes": takes,
        "may_propose": takes and not mine and viewer.works,
        "standing": reads.standing(session, job.id) if mine else 0,
        "invited": reads.invited_people(session, job.id) if mine else [],
        "room": room_of(job) if mine else None,
        "can_close": posting.can_close(job),
        "can_reopen": posting.can_reopen(job),
        "can_edit": posting.can_edit(job),
        "can_open": posting.can_open(job),
    }


def room_of(job: Job) -> Engagement | None:
    """The living engagement of a job, for its client."""
    living = select(Engagement).where(Engagement.job_id == job.id, Engagement.state != "ended")
    return db.session().scalar(living)


def proposal_page(proposal: Proposal, talk: Talk) -> dict[str, Any]:
    """The context of a proposal's page, for either of its two parties."""
    session, viewer = db.session(), the_viewer()
    job = session.get_one(Job, proposal.job_id)
    room = session.scalar(
        select(Engagement).where(Engagement.proposal_id == proposal.id, Engagement.state != "ended")
    )
    is_client = job.client_id == viewer.id
    return {
        "proposal": proposal,
        "job": job,
        "talk": talk,
        "room": room,
        "is_client": is_client,
        "freelancer": session.get_one(Person, proposal.freelancer_id),
        "client": session.get_one(Person, job.client_id),
        "lines": proposing.lines_of(session, proposal),
        "before_talk": asked("before"),
        "answers": [pair for pair in proposing.answers_of(job, proposal) if pair[1]],
        "files": files.of_place(session, "proposal", proposal.id),
        "can_select": is_client and awarding.can_award(job, proposal),
        "can_shortlist": is_client and reviewing.can_shortlist(proposal),
        "can_decline": is_client and reviewing.can_decline(proposal),
        "can_edit": not is_client and proposing.can_edit(job, proposal),
        "can_withdraw": not is_client and proposing.can_withdraw(proposal),
        "elsewhere": not is_client
        and job.state == "awarded"
        and proposal.state in ("submitted", "shortlisted"),
    }
