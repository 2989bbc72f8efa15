"""What the product says now, beside what the model says: the same, to the last unit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow import audit
from app.escrow.models import Account, Milestone, Payment, Payout, Submission
from app.jobs.models import Job
from app.people.models import Person
from app.terms.models import Revision
from tests.faults.model_money import Figures, World


def same(
    session: Session, world: World, people: dict[str, Person], *, changed: bool = True
) -> None:
    """Raises AssertionError where the product and the model differ, or the books are not whole."""
    assert figures(session, people) == world.figures()
    works = {name: work for room in world.rooms.values() for name, work in room.works.items()}
    assert _by_id(
        session, Milestone.id, Milestone.state, Milestone.amount_minor, Milestone.title
    ) == {
        name: (work.state, work.amount, work.title)
        for name, work in works.items()
        if work.state != "proposed"
    } | _proposed(session)
    assert _by_id(session, Engagement.id, Engagement.state) == {
        name: (room.state,) for name, room in world.rooms.items()
    }
    jobs = {name: (state,) for name, state in world.jobs.items()}
    assert _by_id(session, Job.id, Job.state) == jobs
    assert _by_id(session, Payment.id, Payment.state, Payment.amount_minor) == {
        name: (pay.state, pay.total) for name, pay in world.pays.items()
    }
    assert _by_id(session, Payout.id, Payout.state) == {
        name: (moving.state,) for name, moving in world.payouts.items()
    }
    assert _by_id(session, Submission.id, Submission.state) == {
        name: (handed[1],) for room in world.rooms.values() for name, handed in room.handed.items()
    }
    revisions = select(Revision.engagement_id, Revision.number, Revision.state)
    found = session.execute(revisions.where(Revision.number.is_not(None)))
    assert {(room, number, state) for room, number, state in found} == {
        (name, terms.number, terms.state) for name, room in world.rooms.items()
        for terms in room.terms
    }  # fmt: skip
    assert not changed or audit.audit(session) == []  # which verifies the ledger, too


def figures(session: Session, people: dict[str, Person]) -> Figures:
    """What stands on every ledger account that is not empty, in the model's names."""
    names = {person.id: side for side, person in people.items()}
    names |= {
        one: str(number) for one, number in session.execute(select(Revision.id, Revision.number))
    }
    rows = session.execute(
        select(Account.name, Account.currency, Account.balance).where(Account.balance != 0)
    )
    return {
        (":".join(names.get(part, part) for part in name.split(":")), currency): balance
        for name, currency, balance in rows
    }


def _proposed(session: Session) -> dict[str, tuple[object, ...]]:
    """Milestones that nobody agreed to yet: their words are those of their revisions."""
    columns = (Milestone.id, Milestone.state, Milestone.amount_minor, Milestone.title)
    found = session.execute(select(*columns).where(Milestone.state == "proposed"))
    return {row[0]: tuple(row[1:]) for row in found}


def _by_id(session: Session, *columns: object) -> dict[str, tuple[object, ...]]:
    return {row[0]: tuple(row[1:]) for row in session.execute(select(*columns))}  # type: ignore[call-overload]
