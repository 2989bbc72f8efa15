"""A new link, mailed to the same person, about what can be decided now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.milestones import submissions
from app.escrow.models import Milestone, Submission
from app.mail import deciding, facts, outbox
from app.mail.deciding import Target
from app.people.models import Link
from app.terms import reads as terms_reads
from app.terms.models import Revision


def current(session: Session, link: Link) -> Target | None:
    """What a new link in place of this one would be bound to; None where nothing is left."""
    look = {"review": _review, "terms": _terms, "fund": _fund, "report": _report}[link.purpose]
    found = look(session, link)
    return found if found and not deciding.moved_on(session, found) else None


def room_of(session: Session, link: Link) -> Engagement | None:
    """The workroom that a link belongs to."""
    if link.purpose == "report":
        return session.get(Engagement, link.object_id.partition(":")[0])
    if link.purpose == "terms":
        revision = session.get(Revision, link.object_id)
        return session.get(Engagement, revision.engagement_id) if revision else None
    milestone = _milestone(session, link)
    return session.get(Engagement, milestone.engagement_id) if milestone else None


def renew(session: Session, link: Link, *, at: datetime) -> bool:
    """Queue the letter with the new link; asking again within ten minutes is the same letter."""
    target, room = current(session, link), room_of(session, link)
    if target is None or room is None:
        return False
    said = facts.of_room(session, room) | facts.of_subject(session, target.kind, target.id)
    outbox.queue(
        session,
        "new_link",
        to_person=link.person_id,
        key=f"new_link:{link.id}:{at:%Y%m%d%H}{at.minute // 10}",
        facts=said | facts.sides(session, room, link.person_id) | {"link": facts.target(target)},
        at=at,
        thread=room.stream,
    )
    return True


def _milestone(session: Session, link: Link) -> Milestone | None:
    if link.purpose == "fund":
        return session.get(Milestone, link.object_id)
    submission = session.get(Submission, link.object_id)
    return session.get(Milestone, submission.milestone_id) if submission else None


def _review(session: Session, link: Link) -> Target | None:
    milestone = _milestone(session, link)
    waiting = submissions.waiting(session, milestone.id) if milestone else None
    return deciding.of_submission(waiting, milestone) if waiting and milestone else None


def _terms(session: Session, link: Link) -> Target | None:
    revision = session.get(Revision, link.object_id)
    waiting = terms_reads.waiting(session, revision.engagement_id) if revision else None
    if waiting is None or waiting.author_id == link.person_id:
        return None
    return deciding.of_revision(waiting)


def _fund(session: Session, link: Link) -> Target | None:
    milestone = _milestone(session, link)
    return deciding.of_milestone(milestone) if milestone else None


def _report(_session: Session, link: Link) -> Target | None:
    return Target(link.purpose, link.object_kind, link.object_id, link.version)
