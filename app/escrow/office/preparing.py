"""Above the board's limit two people confirm the same: the first prepares, the second makes it so.

The limit is in the board's currency; an amount in another currency is measured by the same number
(1,000.00 of any). Decision 0083.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.office import authority, tasks
from app.escrow.office.models import Preparation
from app.kernel import events, money
from app.kernel.errors import NotFound, Refused, WrongState
from app.people.models import Board, Person


def needs_two(session: Session, amount_minor: int, currency: str) -> bool:
    """Whether an amount is above the limit."""
    return above(session)(amount_minor, currency)


def above(session: Session) -> Callable[[int, str], bool]:
    """The same, for asking many times: whether (amount in minor units, currency) is."""
    row = session.execute(select(Board.currency, Board.two_operator_minor)).first()
    if row is None or row.two_operator_minor is None:
        return lambda _amount_minor, _currency: False
    limit = _units(row.two_operator_minor, row.currency)
    return lambda amount_minor, currency: _units(amount_minor, currency) > limit


def in_force(
    session: Session,
    act: str,
    subject_id: str,
    *,
    same: str,
    amount_minor: int,
    currency: str,
    facts: Mapping[str, object],
    stream: str,
    by: Person,
    at: datetime,
    always: bool = False,
) -> bool:
    """Whether an act takes force now. False: it is above the limit, and prepared from now on.

    Args:
        act: one of `WHAT`.
        same: what the second person must confirm alike (the amount, say).
        facts: everything that was typed, for the second person to see and to confirm.
        stream: where the history of it stands.
        always: whatever the amount.

    Raises Refused `preparing.yourself` (one person is not two), `preparing.differs`.
    """
    waiting = open_one(session, act, subject_id)
    if waiting is None:
        if not (always or needs_two(session, amount_minor, currency)):
            return True
        _prepare(
            session, act, subject_id, same, amount_minor, currency, facts, stream, by=by, at=at
        )
        return False
    if waiting.by_id == by.id:
        raise Refused("preparing.yourself")
    if waiting.same != same:
        first = session.get_one(Person, waiting.by_id)
        known = {"amount_minor": waiting.amount_minor, "currency": waiting.currency}
        raise Refused("preparing.differs", name=first.name, **known)
    _decide(session, waiting, "done", "preparation.seconded", by=by, at=at)
    return True


def cancel(session: Session, found: Preparation, *, by: Person, at: datetime) -> None:
    """Either of those who see all money may take a preparation back.

    Raises NotFound, WrongState `preparing.decided`.
    """
    if not authority.sees_all_money(by):
        raise NotFound(f"preparation {found.id}")
    if found.state != "waiting":
        raise WrongState("preparing.decided")
    _decide(session, found, "cancelled", "preparation.cancelled", by=by, at=at)


def drop(session: Session, act: str, subject_id: str, *, by: Person | None, at: datetime) -> None:
    """What was prepared of a thing is not to be done any more: it was sent, or came back."""
    for one in (act, returning(act)):
        waiting = open_one(session, one, subject_id)
        if waiting is not None:
            _decide(session, waiting, "cancelled", "preparation.cancelled", by=by, at=at)


def returning(what: str) -> str:
    """The act of saying that a refund or payout did not arrive."""
    return f"{what}_return"


def open_one(session: Session, act: str, subject_id: str) -> Preparation | None:
    """The preparation that waits for a thing."""
    key = _key(act, subject_id)
    return session.scalar(select(Preparation).where(Preparation.open_key == key))


def by_person(session: Session, person_id: str) -> set[tuple[str, str]]:
    """(act, subject) of everything that somebody prepared and that waits for another."""
    query = select(Preparation.act, Preparation.subject_id)
    query = query.where(Preparation.state == "waiting", Preparation.by_id == person_id)
    return {(act, subject) for act, subject in session.execute(query)}


def load(session: Session, preparation_id: str, by: Person) -> Preparation:
    """The preparation of that id, for operators and bookkeepers. Raises NotFound."""
    found = session.get(Preparation, preparation_id)
    if found is None or not authority.sees_all_money(by):
        raise NotFound(f"preparation {preparation_id}")
    return found


def waiting(session: Session, most: int = 200) -> list[tuple[Preparation, str]]:
    """What waits for a second person, oldest first, each with the name of the first."""
    query = select(Preparation, Person.name).join(Person, Person.id == Preparation.by_id)
    query = query.where(Preparation.state == "waiting").order_by(Preparation.at, Preparation.id)
    return [(one, name) for one, name in session.execute(query.limit(most))]


def _prepare(
    session: Session,
    act: str,
    subject_id: str,
    same: str,
    amount_minor: int,
    currency: str,
    facts: Mapping[str, object],
    stream: str,
    *,
    by: Person,
    at: datetime,
) -> None:
    made = Preparation(
        act=act, subject_id=subject_id, same=same, facts=json.dumps(dict(facts)),
        currency=currency, amount_minor=amount_minor, open_key=_key(act, subject_id),
        stream=stream, by_id=by.id, at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _record(session, made, "preparation.made", by=by, at=at)
    known = {"amount_minor": amount_minor, "currency": currency}
    tasks.raise_task(
        session, "second.needed", subject=("preparation", made.id),
        facts=known | {"person": by.name, "what": WHAT[act]}, at=at,
    )  # fmt: skip


WHAT = {
    "payment": "money that came",
    "refund": "a refund",
    "payout": "a payout",
    "refund_return": "a refund that did not arrive",
    "payout_return": "a payout that did not arrive",
    "chargeback": "a charge-back",
    "sent_back": "money sent back out of suspense",
    "fees": "fees taken out",
    "export": "a file for the bank",
    "limit": "another limit for two people",
}


def _decide(
    session: Session,
    found: Preparation,
    state: str,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    found.state, found.open_key = state, None
    found.decided_by, found.decided_at = (by.id if by else None), at
    session.flush()
    _record(session, found, kind, by=by, at=at)
    tasks.settle(session, "second.needed", ("preparation", found.id), by=by, at=at)


def _record(
    session: Session, found: Preparation, kind: str, *, by: Person | None, at: datetime
) -> None:
    facts = {"act": found.act, "amount_minor": found.amount_minor, "currency": found.currency}
    events.record(
        session, found.stream, kind, by=by.id if by else None, at=at,
        subject=(found.act, found.subject_id), facts=facts, tell=False,
    )  # fmt: skip


def _key(act: str, subject_id: str) -> str:
    return f"{act}:{subject_id}"


def _units(amount_minor: int, currency: str) -> Decimal:
    return Decimal(amount_minor).scaleb(-money.decimals(currency))
