"""What a link from a letter decides on, in one version, and whether that still stands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import under_way, work
from app.escrow.models import Milestone, PaymentPart, Submission
from app.terms.models import Revision
from app.workroom.models import StatusReport

MOVED = {
    "withdrawn": "The work was taken back before you decided.",
    "changes_requested": "Changes were requested already.",
    "part_released": "Part of it was released already.",
    "approved": "This work is approved already.",
    "changed": "What this link was about has changed since the letter was written.",
    "raised": "The terms have changed: {missing} more is needed before you can approve.",
    "needs_more": "The terms have changed since: “{title}” needs {missing} more now.",
    "repriced": "The agreed amount has changed since the e-mail was written: “{title}” is {amount} "
    "now.",
    "accepted": "These terms are accepted already.",
    "declined": "These terms were declined already.",
    "countered": "Other terms were proposed instead of these.",
    "lapsed": "These terms lapsed: nobody answered within 14 days.",
    "replaced": "Later terms were agreed since.",
    "funded": "This milestone is funded already.",
    "released": "This milestone is paid already.",
    "cancelled": "This milestone was cancelled.",
    "paying": "A payment for this milestone is under way already.",
    "coming": "A payment that may still arrive is all that this milestone needs. If you have not "
    "sent it, say so on its page; then you are asked again.",
    "filed": "The report for this week is there already.",
    "ended": "This engagement has ended.",
    "gone": "What this link was about is not there any more.",
}
"""Why a link that was never used decides nothing any more. `{missing}` and `{amount}` are money."""

REPRICED = ("raised", "needs_more", "repriced")
"""Those of them that other terms caused."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a link is bound to, beside its person: purpose, object, version."""

    purpose: str
    kind: str
    id: str
    version: str = ""


def of_submission(submission: Submission, milestone: Milestone) -> Target:
    """The target of a review: this submission, and the amount that was shown."""
    version = f"{submission.number}:{milestone.amount_minor}"
    return Target("review", "submission", submission.id, version)


def of_revision(revision: Revision) -> Target:
    """The target of an answer to terms: exactly this text."""
    return Target("terms", "revision", revision.id, revision.sha256[:16])


def of_milestone(milestone: Milestone) -> Target:
    """The target of funding: this milestone at this amount."""
    return Target("fund", "milestone", milestone.id, str(milestone.amount_minor))


def of_report(engagement_id: str, week: str) -> Target:
    """The target of a status report: one week of one engagement."""
    return Target("report", "report", f"{engagement_id}:{week}")


def moved_on(session: Session, target: Target) -> str:
    """Why the target can no longer be decided on, a key of MOVED; empty while it can."""
    look = {"review": _review, "terms": _terms, "fund": _fund, "report": _report}.get(
        target.purpose
    )
    return look(session, target) if look else ""


def milestone_of(session: Session, target: Target) -> Milestone | None:
    """The milestone that a review or a funding is about."""
    if target.purpose == "fund":
        return session.get(Milestone, target.id)
    submission = session.get(Submission, target.id) if target.purpose == "review" else None
    return session.get(Milestone, submission.milestone_id) if submission else None


def _review(session: Session, target: Target) -> str:
    submission = session.get(Submission, target.id)
    milestone = session.get(Milestone, submission.milestone_id) if submission else None
    if submission is None or milestone is None:
        return "gone"
    if submission.state != "waiting":
        return submission.state
    if milestone.state == "cancelled":
        return "cancelled"
    if of_submission(submission, milestone) == target:
        return ""
    return "raised" if work.missing(session, milestone) else "repriced"


def _terms(session: Session, target: Target) -> str:
    revision = session.get(Revision, target.id)
    if revision is None:
        return "gone"
    if revision.state != "proposed":
        return revision.state if revision.state in MOVED else "changed"
    return "" if of_revision(revision) == target else "changed"


def _fund(session: Session, target: Target) -> str:
    milestone = session.get(Milestone, target.id)
    if milestone is None:
        return "gone"
    if not work.missing(session, milestone):
        return {"submitted": "funded", "approved": "released"}.get(
            milestone.state, milestone.state if milestone.state in MOVED else "changed"
        )
    if open_payment(session, milestone.id):
        return "paying"
    if not under_way.asked(session, milestone):
        return "coming"
    return "" if of_milestone(milestone) == target else "needs_more"


def open_payment(session: Session, milestone_id: str) -> str | None:
    """The id of the payment that is under way for a milestone of the terms in force."""
    return session.scalar(
        select(PaymentPart.payment_id).where(
            PaymentPart.milestone_id == milestone_id, PaymentPart.open_key.is_not(None)
        )
    )


def _report(session: Session, target: Target) -> str:
    engagement_id, _, week = target.id.partition(":")
    engagement = session.get(Engagement, engagement_id)
    if engagement is None:
        return "gone"
    filed = session.scalar(
        select(StatusReport.id).where(
            StatusReport.engagement_id == engagement_id, StatusReport.week == week
        )
    )
    if filed:
        return "filed"
    return "" if engagement.state == "active" else "ended"
