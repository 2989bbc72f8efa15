"""Nightly: the ledger is audited and its head sent out of the house; what is over is forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.adapters.bank import importer
from app.escrow import audit, ledger
from app.escrow.bank import columns, importing, placing
from app.escrow.bank.models import BankEntry
from app.escrow.office import checks, tasks
from app.kernel import once
from app.mail import notices
from app.people import throttle
from app.people.models import Link, Person, SignIn
from app.scheduler.models import ChoreDone
from app.scheduler.work import Unit, Work, each, log, was_done

HOUR = 3
"""The hour (UTC) after which a night's audit is due."""
SUSPENSE = timedelta(days=3)
"""How long money may wait for a place before it is a task."""
LINKS_KEPT = timedelta(days=180)
MARKS_KEPT = timedelta(days=400)


def ledger_audit(work: Work) -> int:
    """Recompute the ledger once a night, keep what was found, and mail its head to the operators.

    The sums are read outside any write transaction. After days of downtime there is one audit.
    """
    night = (work.at - timedelta(hours=HOUR)).date().isoformat()
    unit = Unit("ledger", night)
    if was_done(work.session, "audit", unit):
        work.session.rollback()
        return 0
    troubles = audit.audit(work.session)
    seq, digest = ledger.head(work.session)
    totals = checks.totals(work.session)
    for trouble in troubles:
        log.error("the ledger does not hold: %s", trouble)

    def tell(session: Session, _unit: Unit) -> None:
        checks.keep(session, night, seq, digest, len(troubles), at=work.at)
        if not (troubles or seq):
            return
        operators = select(Person.id).where(Person.is_operator, Person.stopped_at.is_(None))
        for person_id in session.scalars(operators):
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
                totals=totals,
                button="/board/checks",
            )

    return each(work, "audit", [unit], tell)


def suspense(work: Work) -> int:
    """Money that nobody has placed for three days becomes a task."""
    waiting = placing.suspended_since(work.session, work.at - SUSPENSE)
    units = [Unit(entry.id, "raised") for entry in waiting]

    def act(session: Session, unit: Unit) -> None:
        entry = session.get_one(BankEntry, unit.subject)
        if entry.state == "suspense":
            facts = {"amount_minor": entry.amount_minor, "currency": entry.currency}
            tasks.raise_task(
                session, "suspense.old", subject=("bank_entry", entry.id),
                facts=facts | {"person": entry.name or "somebody"}, at=work.at,
            )  # fmt: skip

    return each(work, "suspense", units, act)


def bank_files(work: Work) -> int:
    """Files from the bank whose reading was cut off are read to their last line."""
    unfinished = importing.unfinished(work.session)
    work.session.rollback()
    for import_id in unfinished:
        importer.read_through(work.session, import_id, work.at)
    return len(unfinished)


def forget(work: Work) -> int:
    """Once a day: spent form keys, links and sign-ins long over, old counts and marks of chores."""
    unit = Unit("all", work.at.date().isoformat())

    def act(session: Session, _unit: Unit) -> None:
        once.forget(session, at=work.at)
        throttle.forget(session, at=work.at)
        columns.discard_old(session, at=work.at)
        session.execute(delete(Link).where(Link.expires_at < work.at - LINKS_KEPT))
        session.execute(
            delete(SignIn).where(
                or_(SignIn.expires_at < work.at, SignIn.revoked_at < work.at - MARKS_KEPT)
            )
        )
        session.execute(
            delete(ChoreDone).where(
                ChoreDone.at < work.at - MARKS_KEPT, ChoreDone.chore != "suspense"
            )
        )

    if was_done(work.session, "forget", unit):
        work.session.rollback()
        return 0
    return each(work, "forget", [unit], act)
