"""The weekly question, its nudge, lapsing terms, feedback that is due to be seen."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.feedback import reviews
from app.kernel.writing import writing
from app.mail import notices
from app.scheduler.reminders import decider
from app.scheduler.work import Unit, Work, each, was_done
from app.terms import negotiation
from app.terms import reads as terms_reads
from app.terms.models import Revision
from app.workroom import reports, weeks

PROMPT = "report_prompt"
NUDGE = "report_nudge"
REST = timedelta(days=1)
"""After a prompt that came late (the board was down), the nudge waits at least this long."""


def report_prompts(work: Work) -> int:
    """Ask each freelancer for the week's report on their day at 15:00, and once more later."""
    prompts: dict[Unit, str] = {}
    nudges: dict[Unit, str] = {}
    for due in reports.to_ask(work.session, at=work.at):
        unit = Unit(due.engagement_id, due.week)
        asked = was_done(work.session, PROMPT, unit)
        if asked is None:
            prompts[unit] = due.week
        elif work.at >= due.asked_at + weeks.NUDGE and work.at >= asked.at + REST:
            nudges[unit] = due.week

    def ask(session: Session, unit: Unit) -> None:
        engagement = session.get_one(Engagement, unit.subject)
        reports.ask(session, engagement, unit.period, at=work.at)

    def nudge(session: Session, unit: Unit) -> None:
        engagement = session.get_one(Engagement, unit.subject)
        reports.ask(session, engagement, unit.period, at=work.at, nudge=True)

    return each(work, PROMPT, prompts, ask) + each(work, NUDGE, nudges, nudge)


def lapsing(work: Work) -> int:
    """Warn both sides two days before proposed terms lapse, and let those lapse that are over."""
    to_warn = [Unit(one.id, "warning") for one in terms_reads.to_warn(work.session, work.at)]
    to_lapse = [Unit(one.id, "lapse") for one in terms_reads.to_lapse(work.session, work.at)]

    def warn(session: Session, unit: Unit) -> None:
        revision = session.get_one(Revision, unit.subject)
        engagement = session.get_one(Engagement, revision.engagement_id)
        if revision.state != "proposed":
            return
        reader = decider(revision, engagement)
        for name, person_id in (("lapse_warning", reader), ("lapse_notice", revision.author_id)):
            notices.write(
                session,
                name,
                person_id,
                engagement=engagement,
                subject=("revision", revision.id),
                key=f"{name}:{revision.id}",
                at=work.at,
            )

    def lapse(session: Session, unit: Unit) -> None:
        negotiation.lapse(session, session.get_one(Revision, unit.subject), at=work.at)

    return each(work, "lapse_warning", to_warn, warn) + each(work, "lapse", to_lapse, lapse)


def feedback(work: Work) -> int:
    """Show the feedback whose 14 days are over."""
    with writing(work.session) as session:
        return reviews.publish_due(session, at=work.at)
