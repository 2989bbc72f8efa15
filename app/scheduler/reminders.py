"""Who is reminded, of what, and when. Each function finds its units, and asks again in the act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import sums, under_way
from app.escrow.milestones import asks
from app.escrow.models import Milestone, Submission
from app.escrow.work import missing
from app.kernel.base import stamp
from app.mail import deciding, notices
from app.people.models import Person
from app.scheduler.work import Unit, Work, done_units, each, mark, step_due
from app.terms import reads as terms_reads
from app.terms.models import Revision

FUNDING = (1, 3, 7)
REVIEW = (3, 7, 14)
TERMS = (1, 3, 7)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person: what, since when, and in which zone they wake up."""

    subject_kind: str
    subject_id: str
    engagement_id: str
    person_id: str
    zone: str
    since: datetime


def funding(work: Work) -> int:
    """Remind the client of money that is missing: 1, 3 and 7 days after asking for it began.

    Submitted work is no exception; it is reminded of as such (`review`) once its money is whole.
    """
    found = (
        select(
            Milestone.id, Engagement.id, Engagement.client_id, Person.zone, Milestone.fundable_at
        )
        .join(Engagement, Engagement.id == Milestone.engagement_id)
        .join(Person, Person.id == Engagement.client_id)
        .where(Milestone.state.in_(("planned", "submitted")), Milestone.fundable_at.is_not(None))
        .where(Milestone.amount_minor > 0, Milestone.whole_since.is_(None))
        .where(Engagement.state == "active")
    )
    return _remind(work, "funding_reminder", FUNDING, _rows(work.session, "milestone", found))


def review(work: Work) -> int:
    """Remind the client of work that waits for their answer: after 3, 7 and 14 days.

    Where the terms have review days, the clock's own notices come instead (`clocks`); while money
    is missing, that is what the client is reminded of.
    """
    whole = or_(Milestone.whole_since.is_not(None), Milestone.amount_minor == 0)
    later = Milestone.whole_since > Submission.at
    since = case((later, Milestone.whole_since), else_=Submission.at)
    found = (
        select(Submission.id, Engagement.id, Engagement.client_id, Person.zone, since)
        .join(Milestone, Milestone.id == Submission.milestone_id)
        .join(Engagement, Engagement.id == Milestone.engagement_id)
        .join(Person, Person.id == Engagement.client_id)
        .join(Revision, Revision.id == Engagement.terms_id)
        .where(Submission.state == "waiting", Revision.review_days.is_(None))
        .where(whole, sums.FROZEN == 0)  # what is in dispute is not approved meanwhile
    )
    return _remind(work, "review_reminder", REVIEW, _rows(work.session, "submission", found))


def first_terms(work: Work) -> int:
    """Remind the client to send the first terms: 1, 3 and 7 days after Select."""
    waiting = [
        Waiting("", one.engagement_id, one.engagement_id, one.client_id, zone, one.since)
        for one in terms_reads.unsent_first_terms(work.session)
        if (zone := work.session.scalar(select(Person.zone).where(Person.id == one.client_id)))
    ]
    return _remind(work, "terms_reminder", TERMS, waiting)


def answers(work: Work) -> int:
    """Remind whoever is to answer terms: 1, 3 and 7 days after they were proposed."""
    return _remind(work, "answer_reminder", TERMS, list(_unanswered(work.session)))


def _rows(session: Session, kind: str, found: Select[*tuple[Any, ...]]) -> list[Waiting]:
    return [Waiting(kind, *row) for row in session.execute(found)]


def _unanswered(session: Session) -> Sequence[Waiting]:
    waiting = []
    for revision, engagement in session.execute(
        select(Revision, Engagement)
        .join(Engagement, Engagement.id == Revision.engagement_id)
        .where(Revision.state == "proposed")
    ):
        reader = session.get(Person, decider(revision, engagement))
        if reader and revision.proposed_at:
            since = revision.proposed_at
            waiting.append(
                Waiting("revision", revision.id, engagement.id, reader.id, reader.zone, since)
            )
    return waiting


def decider(revision: Revision, engagement: Engagement) -> str:
    """The id of the one who answers a revision."""
    client = revision.author_side == "freelancer"
    return engagement.client_id if client else engagement.freelancer_id


def _remind(work: Work, chore: str, steps: tuple[int, ...], waiting: Sequence[Waiting]) -> int:
    """Send the newest step that is due of each, and mark the earlier ones as passed."""
    by_unit: dict[Unit, tuple[Waiting, int]] = {}
    known = done_units(work.session, chore, (one.subject_id for one in waiting))
    for one in waiting:
        step = step_due(one.since, steps, one.zone, work.at)
        passed = [_unit(one, earlier) for earlier in steps if earlier >= step]
        if step and not known.intersection(passed):
            by_unit[_unit(one, step)] = (one, step)

    def act(session: Session, unit: Unit) -> None:
        one, step = by_unit[unit]
        for earlier in steps:
            if earlier < step:
                mark(session, chore, _unit(one, earlier), work.at)
        if still_waits(session, one):
            notices.write(
                session,
                chore,
                one.person_id,
                engagement=session.get_one(Engagement, one.engagement_id),
                subject=(one.subject_kind, one.subject_id) if one.subject_kind else None,
                key=f"{chore}:{unit.subject}:{unit.period}",
                at=work.at,
                **_asked(session, one),
            )

    return each(work, chore, by_unit, act)


def _unit(one: Waiting, step: int) -> Unit:
    return Unit(one.subject_id, f"{stamp(one.since)}:{step}")


def _asked(session: Session, one: Waiting) -> dict[str, int]:
    """How much of a milestone's money is asked for, and how much is under way besides."""
    if one.subject_kind != "milestone":
        return {}
    milestone = session.get_one(Milestone, one.subject_id)
    asked, lacks = under_way.asked(session, milestone), missing(session, milestone)
    return {"amount_minor": asked, "coming_minor": lacks - asked}


def still_waits(session: Session, one: Waiting) -> bool:
    """Whether it still waits, asked in the transaction that writes the reminder."""
    if one.subject_kind == "milestone":
        milestone = session.get_one(Milestone, one.subject_id)
        if asks.waiting(session, milestone.id) is not None:
            return False  # who asks for money back is not reminded to put more in
        return not deciding.moved_on(session, deciding.of_milestone(milestone))
    if one.subject_kind == "submission":
        return session.get_one(Submission, one.subject_id).state == "waiting"
    if one.subject_kind == "revision":
        return session.get_one(Revision, one.subject_id).state == "proposed"
    engagement = session.get_one(Engagement, one.engagement_id)
    return engagement.state == "negotiating" and terms_reads.waiting(session, engagement.id) is None
