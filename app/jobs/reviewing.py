"""What a client does with the proposals to a job: shortlist, decline, note."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.models import Job, Proposal
from app.jobs.posting import stream_of
from app.jobs.proposing import MOVES
from app.kernel import events
from app.kernel.errors import Invalid, NotFound, WrongState
from app.kernel.text import LONGEST
from app.people.models import Person


def can_shortlist(proposal: Proposal) -> bool:
    """Whether it may be put on the shortlist."""
    return proposal.state in MOVES["shortlist"]


def can_decline(proposal: Proposal) -> bool:
    """Whether it may be declined; undoing is possible afterwards."""
    return proposal.state in MOVES["decline"]


def shortlist(session: Session, proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Put a proposal on the shortlist."""
    job = _own(session, proposal, by)
    if not can_shortlist(proposal):
        raise WrongState("proposal.not_open", state=proposal.state)
    proposal.state, proposal.decided_at = "shortlisted", at
    _record(session, job, proposal, "proposal.shortlisted", by=by, at=at)


def unlist(session: Session, proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Take a proposal off the shortlist; nobody is told."""
    job = _own(session, proposal, by)
    if proposal.state not in MOVES["unlist"]:
        raise WrongState("proposal.not_open", state=proposal.state)
    proposal.state, proposal.decided_at = "submitted", None
    _record(session, job, proposal, "proposal.unlisted", by=by, at=at, tell=False)


def decline(
    session: Session, proposal: Proposal, *, by: Person, at: datetime, words: str = ""
) -> None:
    """Decline kindly, with a word that the freelancer reads."""
    job = _own(session, proposal, by)
    if not can_decline(proposal):
        raise WrongState("proposal.not_open", state=proposal.state)
    if len(words) > LONGEST:
        raise Invalid("text.too_long", field="words", most=LONGEST)
    proposal.declined_from, proposal.state = proposal.state, "declined"
    proposal.decline_words, proposal.decided_at = words.strip(), at
    _record(session, job, proposal, "proposal.declined", by=by, at=at, words=words.strip())


def undo_decline(session: Session, proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Take a decline back: the proposal is as it was before."""
    job = _own(session, proposal, by)
    if proposal.state not in MOVES["undecline"]:
        raise WrongState("proposal.not_declined", state=proposal.state)
    proposal.state, proposal.declined_from = proposal.declined_from or "submitted", None
    proposal.decline_words, proposal.decided_at = "", at
    _record(session, job, proposal, "proposal.undeclined", by=by, at=at)


def note(session: Session, proposal: Proposal, words: str, *, by: Person) -> None:
    """Keep a private note beside a proposal: for the client's eyes only, in no history."""
    _own(session, proposal, by)
    if len(words) > LONGEST:
        raise Invalid("text.too_long", field="note", most=LONGEST)
    proposal.client_note = words.strip()


def _own(session: Session, proposal: Proposal, by: Person) -> Job:
    job = session.get_one(Job, proposal.job_id)
    if job.client_id != by.id:
        raise NotFound
    return job


def _record(
    session: Session,
    job: Job,
    proposal: Proposal,
    kind: str,
    *,
    by: Person,
    at: datetime,
    words: str = "",
    tell: bool = True,
) -> None:
    facts = {"job": job.id, "freelancer": proposal.freelancer_id, "client": job.client_id}
    events.record(
        session, stream_of(job.id), kind, by=by.id, at=at, subject=("proposal", proposal.id),
        facts=facts, words=words or None, tell=tell,
    )  # fmt: skip
