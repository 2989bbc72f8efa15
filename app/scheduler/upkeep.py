"""Nightly: the ledger is audited and its head sent out of the house; what is over is forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.escrow import audit, ledger
from app.kernel import once
from app.mail import notices
from app.people.models import Link, Person, SignIn
from app.scheduler.models import ChoreDone
from app.scheduler.work import Unit, Work, each, log, was_done

HOUR = 3
"""The hour (UTC) after which a night's audit is due."""
LINKS_KEPT = timedelta(days=180)
MARKS_KEPT = timedelta(days=400)


def ledger_audit(work: Work) -> int:
    """Recompute the ledger once a night; operators get its head when it moved, or what is wrong.

    The sums are read outside any write transaction. After days of downtime there is one audit.
    """
    night = (work.at - timedelta(hours=HOUR)).date().isoformat()
    unit = Unit("ledger", night)
    if was_done(work.session, "audit", unit):
        work.session.rollback()
        return 0
    troubles = [*ledger.verify(work.session), *audit.audit(work.session)]
    seq, digest = ledger.head(work.session)
    for trouble in troubles:
        log.error("the ledger does not hold: %s", trouble)

    def tell(session: Session, _unit: Unit) -> None:
        head = Unit("head", digest)
        if not troubles and (not seq or was_done(session, "ledger_head", head)):
            return
        if not was_done(session, "ledger_head", head):
            session.add(ChoreDone(chore="ledger_head", subject="head", period=digest, at=work.at))
        for person_id in session.scalars(select(Person.id).where(Person.is_operator)):
            notices.write(
                session,
                "ledger_checked",
                person_id,
                engagement=None,
                subject=None,
                key=f"ledger_checked:{night}:{person_id}",
                at=work.at,
                troubles=troubles[:20],
                seq=seq,
                hash=digest,
                button="/board/checks",
            )

    return each(work, "audit", [unit], tell)


def forget(work: Work) -> int:
    """Once a day: spent form keys, links and sign-ins long over, and old marks of chores."""
    unit = Unit("all", work.at.date().isoformat())

    def act(session: Session, _unit: Unit) -> None:
        once.forget(session, at=work.at)
        session.execute(delete(Link).where(Link.expires_at < work.at - LINKS_KEPT))
        session.execute(
            delete(SignIn).where(
                or_(SignIn.expires_at < work.at, SignIn.revoked_at < work.at - MARKS_KEPT)
            )
        )
        session.execute(
            delete(ChoreDone).where(
                ChoreDone.at < work.at - MARKS_KEPT, ChoreDone.chore != "ledger_head"
            )
        )

    if was_done(work.session, "forget", unit):
        work.session.rollback()
        return 0
    return each(work, "forget", [unit], act)
