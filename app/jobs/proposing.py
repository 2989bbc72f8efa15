"""A freelancer's proposal: sent with its table of milestones, edited, withdrawn."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.jobs import inviting, posting
from app.jobs.models import Job, Proposal, ProposalLine
from app.jobs.posting import stream_of
from app.kernel import events
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.kernel.money import MOST
from app.kernel.text import LONGEST, clean_line
from app.people.models import Person
from app.talk import messages

MOVES = {
    "edit": {"submitted", "shortlisted"},
    "withdraw": {"submitted", "shortlisted", "declined"},
    "shortlist": {"submitted"},
    "unlist": {"shortlisted"},
    "decline": {"submitted", "shortlisted"},
    "undecline": {"declined"},
    "select": {"submitted", "shortlisted"},
    "return": {"selected"},
}
"""From which states each step of a proposal's life may be taken."""

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One milestone as it is proposed; the amount in minor units of the job's currency."""

    title: str
    description: str
    due: date | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of a proposal holds; `answers` in the order of the job's questions."""

    letter: str
    lines: tuple[LineDraft, ...]
    delivery_on: date | None = None
    answers: tuple[str, ...] = ()


def can_propose(job: Job, client: Person, person: Person, *, at: datetime) -> bool:
    """Whether this person may send a proposal: a freelancer, not to their own job, in time."""
    own = job.client_id == person.id
    return person.works and not own and posting.takes_proposals(job, client, at=at)


def can_edit(job: Job, proposal: Proposal) -> bool:
    """Whether the freelancer may change it: until the job closes or somebody is selected."""
    return job.state == "open" and proposal.state in MOVES["edit"]


def can_withdraw(proposal: Proposal) -> bool:
    """Whether the freelancer may take it back: any time before selection."""
    return proposal.state in MOVES["withdraw"]


def send(session: Session, job: Job, draft: Draft, *, by: Person, at: datetime) -> Proposal:
    """Propose. Who withdrew may propose again, in the same talk; nobody proposes twice.

    Raises Refused `proposal.own_job`, `proposal.not_working`, `proposal.exists`, WrongState
    `job.not_open` or `job.closing_date_passed`, Invalid for what does not fit.
    """
    _may_send(session, job, by, at)
    proposal = of_person(session, job.id, by.id)
    if proposal is None:
        talk = messages.begin(session, at=at)
        proposal = Proposal(
            job_id=job.id, freelancer_id=by.id, conversation_id=talk.id, currency=job.currency,
            submitted_at=at,
        )  # fmt: skip
        session.add(proposal)
    elif proposal.state != "withdrawn":
        raise Refused("proposal.exists", proposal=proposal.id)
    proposal.state, proposal.submitted_at, proposal.currency = "submitted", at, job.currency
    proposal.edited_at = None
    _write(session, job, proposal, draft)
    _record(session, job, proposal, "proposal.sent", by=by, at=at)
    return proposal


def edit(session: Session, proposal: Proposal, draft: Draft, *, by: Person, at: datetime) -> None:
    """Change what is proposed, until the job closes."""
    job = _own(session, proposal, by)
    if job.state != "open":
        raise WrongState("job.not_open", state=job.state)
    if not can_edit(job, proposal):
        raise WrongState("proposal.not_open", state=proposal.state)
    proposal.edited_at = at
    _write(session, job, proposal, draft)
    _record(session, job, proposal, "proposal.edited", by=by, at=at)


def withdraw(session: Session, proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Take a proposal back; its talk stays readable for both."""
    job = _own(session, proposal, by)
    if not can_withdraw(proposal):
        raise WrongState("proposal.not_open", state=proposal.state)
    proposal.state, proposal.declined_from = "withdrawn", None
    _record(session, job, proposal, "proposal.withdrawn", by=by, at=at)


def of_person(session: Session, job_id: str, person_id: str) -> Proposal | None:
    """This person's proposal to this job, if there is one."""
    mine = select(Proposal).where(Proposal.job_id == job_id, Proposal.freelancer_id == person_id)
    return session.scalar(mine)


def lines_of(session: Session, proposal: Proposal) -> list[LineDraft]:
    """The proposal's table of milestones, in order."""
    rows = session.scalars(
        select(ProposalLine)
        .where(ProposalLine.proposal_id == proposal.id)
        .order_by(ProposalLine.position)
    )
    return [LineDraft(row.title, row.description, row.due, row.amount_minor) for row in rows]


def answers_of(job: Job, proposal: Proposal) -> list[tuple[str, str]]:
    """Each question of the job with this proposal's answer."""
    given: list[str] = json.loads(proposal.answers)
    asked = job.questions.splitlines()
    return list(zip(asked, given + [""] * len(asked), strict=False))


def _may_send(session: Session, job: Job, by: Person, at: datetime) -> None:
    if job.client_id == by.id:
        raise Refused("proposal.own_job")
    if job.state == "draft" or (job.audience == "invited" and not _asked(session, job, by)):
        raise NotFound
    if not by.works:
        raise Refused("proposal.not_working")
    client = session.get_one(Person, job.client_id)
    if not posting.takes_proposals(job, client, at=at):
        raise WrongState("job.closing_date_passed" if job.state == "open" else "job.not_open")


def _asked(session: Session, job: Job, person: Person) -> bool:
    """Whether this person was invited, or proposed before."""
    if inviting.is_invited(session, job.id, person.id):
        return True
    return of_person(session, job.id, person.id) is not None


def _own(session: Session, proposal: Proposal, by: Person) -> Job:
    if proposal.freelancer_id != by.id:
        raise NotFound
    return session.get_one(Job, proposal.job_id)


def _write(session: Session, job: Job, proposal: Proposal, draft: Draft) -> None:
    """Put the form's words and its table into the rows, checked."""
    _check(draft)
    answers = (draft.answers + ("",) * len(job.questions.splitlines()))[
        : len(job.questions.splitlines())
    ]
    dues = [line.due for line in draft.lines if line.due]
    proposal.letter = draft.letter.strip()
    proposal.answers = json.dumps(list(answers), ensure_ascii=False)
    proposal.delivery_on = draft.delivery_on or max(dues, default=None)
    proposal.total_minor = sum(line.amount_minor for line in draft.lines)
    session.flush()
    session.execute(delete(ProposalLine).where(ProposalLine.proposal_id == proposal.id))
    for position, line in enumerate(draft.lines, 1):
        session.add(
            ProposalLine(
                proposal_id=proposal.id, position=position, title=line.title,
                description=line.description, due=line.due, amount_minor=line.amount_minor,
            )
        )  # fmt: skip
    session.flush()


def _check(draft: Draft) -> None:
    if not draft.lines:
        raise Invalid("proposal.no_lines", field="milestones")
    if len(draft.lines) > MOST_LINES:
        raise Invalid("proposal.too_many_lines", field="milestones", most=MOST_LINES)
    if any(not clean_line(line.title) for line in draft.lines):
        raise Invalid("proposal.line_without_title", field="milestones")
    if any(line.amount_minor < 0 for line in draft.lines):
        raise Invalid("proposal.line_below_zero", field="milestones")
    if sum(line.amount_minor for line in draft.lines) > MOST:
        raise Invalid("proposal.total_too_large", field="milestones")
    if len(draft.letter) > LONGEST or any(len(one) > LONGEST for one in draft.answers):
        raise Invalid("text.too_long", field="letter", most=LONGEST)


def _record(
    session: Session, job: Job, proposal: Proposal, kind: str, *, by: Person, at: datetime
) -> None:
    facts = {
        "job": job.id, "freelancer": proposal.freelancer_id, "client": job.client_id,
        "total_minor": proposal.total_minor, "currency": proposal.currency,
    }  # fmt: skip
    events.record(
        session, stream_of(job.id), kind, by=by.id, at=at, subject=("proposal", proposal.id),
        facts=facts,
    )  # fmt: skip
