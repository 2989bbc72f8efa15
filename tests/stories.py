"""What happened before, told in the board's own verbs. Everything takes `at`, a fixed noon."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.incoming import confirming, funding
from app.escrow.milestones import release, submissions
from app.escrow.models import Milestone, Payment, Submission
from app.jobs import posting, proposing
from app.jobs.models import Job, Proposal
from app.jobs.posting import JobDraft
from app.jobs.proposing import Draft, LineDraft
from app.people.models import Person
from app.talk.storage import Stored
from app.terms import negotiation, reads, revisions, selection
from app.terms.models import Revision
from app.terms.revisions import DraftLine

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

LOGO = (
    LineDraft("Start fee deposit", "", date(2026, 11, 2), 7500),
    LineDraft("6 concepts", "", date(2026, 11, 10), 7500),
    LineDraft("1st revision of chosen concept", "", date(2026, 11, 15), 7500),
    LineDraft("2nd revision of chosen concept", "", date(2026, 11, 20), 7500),
    LineDraft("Delivery of final print-ready files", "", date(2026, 11, 24), 10000),
)
"""The logo design: five milestones, $400.00."""

DATABASE = (
    LineDraft("Initial schema design", "", date(2026, 11, 10), 20000),
    LineDraft("Implementation", "", date(2026, 11, 15), 20000),
    LineDraft("QA", "", date(2026, 11, 24), 20000),
    LineDraft("Release", "", date(2026, 11, 30), 20000),
)
"""The Access database: four milestones, $800.00."""


def later(hours: float = 1, *, days: float = 0) -> datetime:
    """Some time after NOON."""
    return NOON + timedelta(hours=hours, days=days)


def post_job(
    session: Session, client: Person, *, at: datetime = NOON, publish: bool = True, **changes: Any
) -> Job:
    """A client's open job for a logo (USD, for everyone); `changes` go into its form."""
    facts: dict[str, Any] = {
        "title": "Logo design for a bakery",
        "currency": "USD",
        "description": "A logo for a small bakery, for print and for the web.",
        "skills": ("logo", "print"),
    } | changes
    return posting.post(session, JobDraft(**facts), by=client, at=at, publish=publish)


def propose(
    session: Session,
    job: Job,
    freelancer: Person,
    *,
    lines: tuple[LineDraft, ...] = LOGO,
    letter: str = "I draw marks that work in small sizes.",
    answers: tuple[str, ...] = (),
    at: datetime = NOON,
) -> Proposal:
    """A freelancer's proposal with a table of milestones (the logo's)."""
    draft = Draft(letter=letter, lines=lines, answers=answers)
    return proposing.send(session, job, draft, by=freelancer, at=at)


def stored(name: str = "brief.pdf", content: bytes = b"bytes") -> Stored:
    """A file as the storage hands it over; its bytes are kept nowhere."""
    digest = hashlib.sha256(content).hexdigest()
    return Stored(sha256=digest, size=len(content), name=name, media_type="application/pdf")


def selected(
    session: Session,
    client: Person,
    freelancer: Person,
    *,
    lines: tuple[LineDraft, ...] = LOGO,
    at: datetime = NOON,
    **job: Any,
) -> Engagement:
    """A posted job, a proposal, and Select: the workroom with its drafted terms."""
    posted = post_job(session, client, at=at, **job)
    proposal = propose(session, posted, freelancer, lines=lines, at=at)
    return selection.select(session, proposal, by=client, at=at)


def rewrite(
    session: Session,
    engagement: Engagement,
    by: Person,
    *,
    change: dict[int, dict[str, Any]] | None = None,
    drop: tuple[int, ...] = (),
    add: tuple[LineDraft, ...] = (),
    note: str = "",
    review_days: int | None = None,
    at: datetime = NOON,
) -> Revision:
    """Change somebody's draft: `change` and `drop` count lines from 1, `add` comes at the end."""
    from dataclasses import replace

    draft = revisions.draft(session, engagement, by=by, at=at)
    table = [revisions.as_draft(line) for line in reads.lines(session, draft.id)]
    new = [
        replace(line, **(change or {}).get(place, {}))
        for place, line in enumerate(table, 1)
        if place not in drop
    ]
    new += [DraftLine(o.title, o.description, o.due, o.amount_minor) for o in add]
    revisions.save_draft(session, draft, new, review_days=review_days, note=note, at=at)
    return draft


def agreed(
    session: Session,
    client: Person,
    freelancer: Person,
    *,
    lines: tuple[LineDraft, ...] = LOGO,
    at: datetime = NOON,
    **job: Any,
) -> Engagement:
    """The client sends the terms as they were proposed, and the freelancer accepts."""
    engagement = selected(session, client, freelancer, lines=lines, at=at, **job)
    revision = negotiation.send(session, engagement, by=client, at=at)
    negotiation.accept(session, revision, by=freelancer, at=at)
    return engagement


def funded(session: Session, milestone: Milestone, *, at: datetime = NOON) -> Payment:
    """The client pays for a milestone by bank transfer, and Olga confirms that all of it came."""
    from tests.people import olga

    engagement = session.get_one(Engagement, milestone.engagement_id)
    client = session.get_one(Person, engagement.client_id)
    payment = funding.start(session, engagement, [milestone], provider="bank", by=client, at=at)
    amount = payment.amount_minor
    confirming.confirm(session, payment, received_minor=amount, by=olga(session), at=at)
    return payment


def submitted(session: Session, milestone: Milestone, *, at: datetime = NOON) -> Submission:
    """The freelancer hands in a milestone (funded already, or a checkpoint)."""
    engagement = session.get_one(Engagement, milestone.engagement_id)
    freelancer = session.get_one(Person, engagement.freelancer_id)
    return submissions.submit(session, milestone, note="Here it is.", by=freelancer, at=at)


def released(session: Session, milestone: Milestone, *, at: datetime = NOON) -> Milestone | None:
    """Funded, submitted, approved; returns the milestone that asks for money next."""
    engagement = session.get_one(Engagement, milestone.engagement_id)
    client = session.get_one(Person, engagement.client_id)
    funded(session, milestone, at=at)
    return release.approve(session, submitted(session, milestone, at=at), by=client, at=at)
