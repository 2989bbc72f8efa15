"""What a letter says: the facts of an event's subject and room, as JSON, for one reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement import fees
from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.models import Milestone, Submission
from app.jobs.models import Invitation, Job, Proposal
from app.mail import deciding
from app.mail.lengths import MOST_A_PART, MOST_ROWS, cut, short
from app.mail.money_facts import MONEY
from app.people.models import Person
from app.talk.models import File, Message
from app.terms import reads as terms_reads
from app.terms.models import Revision
from app.workroom.models import StatusReport

Facts = dict[str, Any]
SIGNS = {
    "partly_funded": "◔", "partly_submitted": "◔", "funded": "◐", "submitted": "◐",
    "released": "●", "approved": "●",
}  # fmt: skip
MOST_PARTLY = 3
"""How many partly funded milestones a letter names below its text."""


def of_room(session: Session, engagement: Engagement) -> Facts:
    """The workroom as every letter of it names it, with its road."""
    every = work.every(session, engagement.id)
    agreed = [one for one in every if one[0].state not in ("proposed", "cancelled")]
    states = [balance.status for _, balance in agreed]
    done = sum(state in ("released", "approved") for state in states)
    partly = [one for one in agreed if one[1].is_partly_funded]
    return {
        "room": engagement.id,
        "job": engagement.title,
        "currency": engagement.currency,
        "room_zone": engagement.zone,
        "button": f"/workrooms/{engagement.id}",
        "road": "─".join(SIGNS.get(state, "○") for state in states),
        "road_words": f"{done} of {len(states)} released" if states else "",
        "partly_funded": [
            [short(one.title), balance.funded_minor, balance.whole_minor]
            for one, balance in partly[:MOST_PARTLY]
        ],
    }


def sides(session: Session, engagement: Engagement, reader_id: str) -> Facts:
    """On which side the reader sits, and who sits opposite."""
    is_client = reader_id == engagement.client_id
    other = session.get(Person, engagement.freelancer_id if is_client else engagement.client_id)
    return {"side": "client" if is_client else "freelancer", "other": other.name if other else ""}


def of_job(session: Session, job_id: str) -> Facts:
    """The job that a letter before Select is about."""
    job = session.get(Job, job_id)
    if job is None:
        return {}
    return {
        "job": job.title,
        "job_id": job.id,
        "currency": job.currency,
        "button": f"/jobs/{job.id}",
    }


def of_subject(session: Session, kind: str, subject_id: str) -> Facts:
    """The facts of what the event happened to; an unknown kind has none."""
    look = _LOOKS.get(kind)
    return look(session, subject_id) if look else {}


def _milestone(session: Session, milestone_id: str) -> Facts:
    found = session.get(Milestone, milestone_id)
    if found is None:
        return {}
    balance = work.balance(session, found)
    return {
        "milestone": found.title,
        "milestone_id": found.id,
        "position": found.position,
        "amount_minor": found.amount_minor,
        "held_minor": balance.held_minor,
        "missing_minor": balance.lacks_minor,
        "funded_minor": balance.funded_minor,
        "whole_minor": balance.whole_minor,
        "partly": balance.is_partly_funded,
        "submitted": found.state == "submitted",
        "disputed": balance.disputed_minor > 0,
        "due": found.due.isoformat() if found.due else None,
        "button": f"/milestones/{found.id}",
        "link": target(deciding.of_milestone(found)),
    }


def _submission(session: Session, submission_id: str) -> Facts:
    found = session.get(Submission, submission_id)
    milestone = session.get(Milestone, found.milestone_id) if found else None
    if found is None or milestone is None:
        return {}
    files = session.execute(
        select(File.name, File.size)
        .where(File.place_kind == "submission", File.place_id == found.id)
        .order_by(File.at, File.id)
    )
    return _milestone(session, milestone.id) | {
        "number": found.number,
        "amount_minor": work.owed(session, milestone),
        "note": cut(found.note),
        "work_link": found.link,
        "files": [[short(name), size] for name, size in files][:MOST_ROWS],
        "submitted_at": found.at.isoformat(),
        "button": f"/submissions/{found.id}",
        "link": target(deciding.of_submission(found, milestone)),
    }


def _revision(session: Session, revision_id: str) -> Facts:
    found = session.get(Revision, revision_id)
    if found is None:
        return {}
    lines = terms_reads.lines(session, found.id)
    force = terms_reads.in_force(session, found.engagement_id)
    old = terms_reads.lines(session, force.id) if force and force.id != found.id else []
    dues = [line.due for line in lines if line.due]
    return {
        "number": found.number,
        "note": cut(found.note),
        "lines": [
            [short(line.title), line.due.isoformat() if line.due else None, line.amount_minor]
            for line in lines[:MOST_ROWS]
        ],
        "more_lines": max(0, len(lines) - MOST_ROWS),
        "total_minor": sum(line.amount_minor for line in lines),
        "ends": max(dues).isoformat() if dues else None,
        "was_minor": sum(line.amount_minor for line in old) if old else None,
        "in_force": force.number if force and force.id != found.id else None,
        "review_days": found.review_days,
        "fee": _fee(fees.named(found)),
        "lapses": found.lapses_at.isoformat() if found.lapses_at else None,
        "button": f"/workrooms/{found.engagement_id}/terms",
        "link": target(deciding.of_revision(found)),
    }


def _fee(fee: fees.Fee) -> Facts | None:
    """What the board keeps, as `macros/fee.html` says it."""
    return {"percent": fee.percent, "minimum_minor": fee.minimum_minor} if fee else None


def _report(session: Session, report_id: str) -> Facts:
    found = session.get(StatusReport, report_id)
    if found is None:
        return {}
    return {
        "week": int(found.week.rpartition("W")[2]),
        "quiet_week": found.quiet_week,
        "done": cut(found.done, MOST_A_PART),
        "next": cut(found.next, MOST_A_PART),
        "blockers": cut(found.blockers, MOST_A_PART),
        "hours": f"{found.minutes / 60:.2f}".rstrip("0").rstrip("."),
        "button": f"/workrooms/{found.engagement_id}/reports",
    }


def _message(session: Session, message_id: str) -> Facts:
    found = session.get(Message, message_id)
    if found is None:
        return {}
    names = session.scalars(
        select(File.name).where(File.place_kind == "message", File.place_id == found.id)
    )
    return {
        "body": cut(found.body),
        "file_names": [short(name) for name in names][:MOST_ROWS],
        "conversation": found.conversation_id,
        "message_number": found.number,
    }


def _proposal(session: Session, proposal_id: str) -> Facts:
    found = session.get(Proposal, proposal_id)
    if found is None:
        return {}
    person = session.get(Person, found.freelancer_id)
    return {
        "proposer": person.name if person else "",
        "total_minor": found.total_minor,
        "currency": found.currency,
        "delivery": found.delivery_on.isoformat() if found.delivery_on else None,
        "person": found.freelancer_id,
        "button": f"/proposals/{found.id}",
    }


def _invitation(session: Session, invitation_id: str) -> Facts:
    found = session.get(Invitation, invitation_id)
    return {"note": cut(found.note), "person": found.person_id} if found else {}


def target(found: deciding.Target) -> Facts:
    """A link's target as a letter keeps it until it leaves."""
    return {
        "purpose": found.purpose,
        "kind": found.kind,
        "id": found.id,
        "version": found.version,
    }


_LOOKS: dict[str, Callable[[Session, str], Facts]] = {
    "milestone": _milestone,
    "submission": _submission,
    "revision": _revision,
    "report": _report,
    "message": _message,
    "proposal": _proposal,
    "invitation": _invitation,
    **MONEY,
}
