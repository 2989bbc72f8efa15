"""The events of the terms, on the engagement's stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.jobs.models import Proposal
from app.kernel import events
from app.people.models import Person
from app.terms import differences, reads
from app.terms.models import Revision


def tell(
    session: Session,
    engagement: Engagement,
    revision: Revision,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    words: str = "",
    letters: bool = True,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Record an event about a revision, with the figures that its letter needs."""
    lines = reads.lines(session, revision.id)
    events.record(
        session,
        engagement.stream,
        kind,
        by=by.id if by else None,
        at=at,
        subject=("revision", revision.id),
        facts={
            "number": revision.number,
            "author": revision.author_id,
            "total_minor": differences.total(lines),
            "currency": revision.currency,
            "lines": len(lines),
            **(facts or {}),
        },
        words=words or None,
        tell=letters,
    )


def settle_others(session: Session, engagement: Engagement, *, by: Person, at: datetime) -> None:
    """First terms are agreed: tell the freelancers who were not selected, each in private."""
    others: Sequence[Proposal] = session.scalars(
        select(Proposal)
        .where(
            Proposal.job_id == engagement.job_id,
            Proposal.id != engagement.proposal_id,
            Proposal.state.in_(("submitted", "shortlisted")),
        )
        .order_by(Proposal.id)
    ).all()
    for proposal in others:
        events.record(
            session,
            f"job:{engagement.job_id}",
            "selection.settled",
            by=by.id,
            at=at,
            subject=("proposal", proposal.id),
            facts={"job": engagement.job_id, "freelancer": proposal.freelancer_id},
        )
