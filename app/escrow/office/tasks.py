"""What only a person can look after: raised once, kept until somebody closes it, with its history.

`KINDS` is the whole list; `app/mail/task_words.py` words each for pages and letters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow.office import authority
from app.escrow.office.models import Task
from app.kernel import events
from app.kernel.errors import NotFound, WrongState
from app.people.models import Person

KINDS = (
    "refund.failed", "payout.failed", "payout.reversed", "chargeback", "reversal", "suspense.old",
    "second.needed", "audit.failed", "card.unplaced", "card.stuck", "card.given_back",
    "card.costs",
)  # fmt: skip
BY_THEMSELVES = ("reversal", "suspense.old", "second.needed", "audit.failed")
"""What they are about closes these, not a word."""
NOTE_MOST = 500


def raise_task(
    session: Session,
    kind: str,
    *,
    subject: tuple[str, str],
    facts: Mapping[str, object],
    at: datetime,
) -> Task:
    """Put something on the operators' desk, once for each kind and subject; returns the open one.

    Args:
        kind: one of `KINDS`.
        facts: what its words need: `amount_minor` beside `currency`, names, references. They stay
            beside the history, which keeps amounts and codes only.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    already = open_one(session, kind, subject)
    if already is not None:
        return already
    task = Task(
        kind=kind,
        subject_kind=subject[0],
        subject_id=subject[1],
        facts=events.canonical(facts),
        open_key=_key(kind, subject),
        raised_at=at,
    )
    session.add(task)
    session.flush()
    _record(session, task, "task.raised", by=None, at=at, tell=True)
    return task


def can_close(task: Task) -> bool:
    """Whether somebody's word closes it."""
    return task.state == "open" and task.kind not in BY_THEMSELVES


def close(session: Session, task: Task, *, by: Person | None, at: datetime, note: str = "") -> None:
    """It is looked after, says somebody (nobody, where it settled itself).

    Raises NotFound for whoever does not see all money, WrongState `task.closed`.
    """
    if by is not None and not authority.sees_all_money(by):
        raise NotFound(f"task {task.id}")
    if not can_close(task):
        raise WrongState("task.closed")
    _shut(session, task, by=by, at=at, note=note)


def settle(
    session: Session, kind: str, subject: tuple[str, str], *, by: Person | None, at: datetime
) -> None:
    """Close the open task of a kind and subject, if there is one: an act has looked after it."""
    task = open_one(session, kind, subject)
    if task is not None:
        _shut(session, task, by=by, at=at, note="")


def open_one(session: Session, kind: str, subject: tuple[str, str]) -> Task | None:
    """The open task of a kind and subject."""
    return session.scalar(select(Task).where(Task.open_key == _key(kind, subject)))


def load(session: Session, task_id: str, by: Person) -> Task:
    """The task of that id, for operators and bookkeepers. Raises NotFound."""
    found = session.get(Task, task_id)
    if found is None or not authority.sees_all_money(by):
        raise NotFound(f"task {task_id}")
    return found


def waiting(session: Session, most: int = 200) -> list[Task]:
    """What is open, oldest first."""
    query = select(Task).where(Task.state == "open").order_by(Task.raised_at, Task.id)
    return list(session.scalars(query.limit(most)))


def closed(session: Session, most: int = 50) -> list[tuple[Task, str]]:
    """What was closed last, newest first, each with the name of who closed it (or nothing)."""
    query = select(Task, func.coalesce(Person.name, ""))
    query = query.outerjoin(Person, Person.id == Task.closed_by).where(Task.state == "closed")
    rows = session.execute(query.order_by(Task.closed_at.desc(), Task.id).limit(most))
    return [(task, name) for task, name in rows]


def _key(kind: str, subject: tuple[str, str]) -> str:
    return f"{kind}:{subject[0]}:{subject[1]}"


def _shut(session: Session, task: Task, *, by: Person | None, at: datetime, note: str) -> None:
    task.state, task.open_key, task.closed_at = "closed", None, at
    task.closed_by, task.note = (by.id if by else None), note[:NOTE_MOST]
    session.flush()
    _record(session, task, "task.closed", by=by, at=at, tell=False)


def _record(
    session: Session, task: Task, kind: str, *, by: Person | None, at: datetime, tell: bool
) -> None:
    known = json.loads(task.facts)
    facts = {name: known[name] for name in ("amount_minor", "currency", "code") if name in known}
    events.record(
        session, "board", kind, by=by.id if by else None, at=at, subject=("task", task.id),
        facts=facts | {"task": task.kind}, words=task.note or None, tell=tell,
    )  # fmt: skip
