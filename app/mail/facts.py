"""What a letter says: the facts of an event's subject and room, as JSON, for one reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement import fees
from app.engagement.models import Engagement
from app.escrow import work
from app.escrow.disputes.models import Dispute
from app.escrow.models import (
    Milestone,
    MoneyAsk,
    Payment,
    PaymentPart,
    Payout,
    Refund,
    Submission,
)
from app.escrow.office.models import Task
from app.escrow.papers.models import FeeInvoice, Invoice
from app.escrow.provider import CARD
from app.jobs.models import Invitation, Job, Proposal
from app.kernel.text import excerpt
from app.mail import deciding
from app.mail.task_words import task_words
from app.people import board
from app.people.models import Person
from app.talk.models import File, Message
from app.terms import reads as terms_reads
from app.terms.models import Revision
from app.workroom.models import StatusReport

Facts = dict[str, Any]
SIGNS = {"funded": "◐", "submitted": "◐", "released": "●", "approved": "●"}
MOST_WORDS = 1800
MOST_A_PART = 800
"""How many bytes of somebody's prose a letter shows; the page has the rest."""
MOST_ROWS = 9
"""How many lines of terms, or files, a letter lists."""


def of_room(session: Session, engagement: Engagement) -> Facts:
    """The workroom as every letter of it names it, with its road."""
    rows = session.execute(
        select(Milestone.state)
        .where(Milestone.engagement_id == engagement.id)
        .where(Milestone.state.not_in(("proposed", "cancelled")))
        .order_by(Milestone.position)
    )
    states = [state for (state,) in rows]
    done = sum(state in ("released", "approved") for state in states)
    return {
        "room": engagement.id,
        "job": engagement.title,
        "currency": engagement.currency,
        "room_zone": engagement.zone,
        "button": f"/workrooms/{engagement.id}",
        "road": "─".join(SIGNS.get(state, "○") for state in states),
        "road_words": f"{done} of {len(states)} released" if states else "",
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


def of_the_rest(session: Session, milestone_id: str, at: datetime) -> Facts:
    """Until when the rest is asked back that was left at `at`, and where that is answered."""
    asked = select(MoneyAsk.id, MoneyAsk.due_at).where(
        MoneyAsk.milestone_id == milestone_id,
        MoneyAsk.scope == "rest",
        MoneyAsk.asked_at == at,
    )
    found = session.execute(asked.order_by(MoneyAsk.id).limit(1)).one()
    return {"until": found.due_at.isoformat(), "button": f"/asks/{found.id}"}


def cut(words: str, most: int = MOST_WORDS) -> str:
    """Prose at a length that leaves the letter light, whatever script it is in."""
    data = words.encode("utf-8", "replace")
    if len(data) <= most:
        return words
    return data[:most].decode("utf-8", "ignore").rstrip() + " …"


def short(title: str) -> str:
    """A title or a name at a length that fits a table."""
    return excerpt(title, 40)


def _milestone(session: Session, milestone_id: str) -> Facts:
    found = session.get(Milestone, milestone_id)
    if found is None:
        return {}
    return {
        "milestone": found.title,
        "milestone_id": found.id,
        "position": found.position,
        "amount_minor": found.amount_minor,
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


def _payment(session: Session, payment_id: str) -> Facts:
    found = session.get(Payment, payment_id)
    if found is None:
        return {}
    titles = session.scalars(
        select(Milestone.title)
        .join(PaymentPart, PaymentPart.milestone_id == Milestone.id)
        .where(PaymentPart.payment_id == found.id)
        .order_by(PaymentPart.position)
    )
    return {
        "reference": found.reference,
        "provider": found.provider,
        "amount_minor": found.amount_minor,
        "received_minor": found.received_minor,
        "currency": found.currency,
        "milestones": ["a bonus"]
        if found.bonus
        else [short(title) for title in titles][:MOST_ROWS],
        "account": board.account_for(session, found.currency),
        "person": found.payer_id,
    }


def _refund(session: Session, refund_id: str) -> Facts:
    found = session.get(Refund, refund_id)
    if found is None:
        return {}
    milestone = session.get(Milestone, found.milestone_id) if found.milestone_id else None
    return {
        "amount_minor": found.amount_minor,
        "currency": found.currency,
        "milestone": milestone.title if milestone else "",
        "person": found.person_id,
    }


def _ask(session: Session, ask_id: str) -> Facts:
    found = session.get(MoneyAsk, ask_id)
    milestone = session.get(Milestone, found.milestone_id) if found else None
    if found is None or milestone is None:
        return {}
    room = session.get_one(Engagement, found.engagement_id)
    return {
        "milestone": milestone.title,
        "milestone_id": milestone.id,
        "amount_minor": work.held(session, milestone, room.currency),
        "scope": found.scope,
        "reason": cut(found.reason),
        "until": found.due_at.isoformat(),
        "button": f"/asks/{found.id}",
    }


def _dispute(session: Session, dispute_id: str) -> Facts:
    """What both sides may read; never a number that is sealed."""
    found = session.get(Dispute, dispute_id)
    milestone = session.get(Milestone, found.milestone_id) if found else None
    if found is None or milestone is None:
        return {}
    return {
        "milestone": milestone.title,
        "disputed_minor": found.amount_minor,
        "currency": found.currency,
        "until": found.answer_due_at.isoformat(),
        "reason": cut(found.reason),
        "button": f"/disputes/{found.id}",
    }


def _payout(session: Session, payout_id: str) -> Facts:
    found = session.get(Payout, payout_id)
    if found is None:
        return {}
    return {
        "amount_minor": found.amount_minor,
        "currency": found.currency,
        "person": found.person_id,
        "by_card": found.provider == CARD,
    }


def _task(session: Session, task_id: str) -> Facts:
    found = session.get(Task, task_id)
    if found is None:
        return {}
    what, todo, where = task_words(found.kind, found.told)
    return {"what": short(what), "todo": cut(todo, MOST_A_PART), "button": where}


def _invoice(session: Session, invoice_id: str) -> Facts:
    return {"button": f"/invoices/{invoice_id}"} if session.get(Invoice, invoice_id) else {}


def _fee_invoice(session: Session, invoice_id: str) -> Facts:
    found = session.get(FeeInvoice, invoice_id)
    if found is None:
        return {}
    month = datetime.strptime(found.month, "%Y-%m")  # noqa: DTZ007 (a month, not a moment)
    return {
        "person": found.freelancer_id,
        "month_name": f"{month:%B %Y}",
        "button": f"/board/fee-invoices/{found.id}",
    }


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
    "payment": _payment,
    "refund": _refund,
    "ask": _ask,
    "dispute": _dispute,
    "payout": _payout,
    "invoice": _invoice,
    "task": _task,
    "fee_invoice": _fee_invoice,
    "report": _report,
    "message": _message,
    "proposal": _proposal,
    "invitation": _invitation,
}
