"""Loads through the person: a stranger's thing is 404; what is the other side's to do is 403."""

from __future__ import annotations

from app.blueprints.guards import the_viewer
from app.extensions import db
from app.jobs import reads
from app.jobs.models import Job, Proposal
from app.kernel.errors import Refused


def own_job(job_id: str) -> Job:
    """A job of the viewer's own, to be changed."""
    job = reads.visible_job(db.session(), the_viewer(), job_id)
    if job.client_id != the_viewer().id:
        raise Refused("job.not_yours")
    return job


def seen_proposal(proposal_id: str) -> Proposal:
    """A proposal that the viewer made, or got."""
    return reads.visible_proposal(db.session(), the_viewer(), proposal_id)


def to_decide(proposal_id: str) -> tuple[Job, Proposal]:
    """A proposal to one of the viewer's own jobs."""
    proposal = seen_proposal(proposal_id)
    if proposal.freelancer_id == the_viewer().id:
        raise Refused("proposal.not_yours")
    return db.session.get_one(Job, proposal.job_id), proposal


def own_proposal(proposal_id: str) -> tuple[Job, Proposal]:
    """The viewer's own proposal, with its job."""
    proposal = seen_proposal(proposal_id)
    if proposal.freelancer_id != the_viewer().id:
        raise Refused("proposal.not_yours")
    return db.session.get_one(Job, proposal.job_id), proposal
