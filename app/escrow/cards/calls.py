"""Acts that are asked of the card provider: each is a row before the call, and again after it.

The key is made from the row, so that the same act asked twice is done once. A key under which the
provider has kept a failure is given up for another one, but only after looking whether the act was
done after all (docs/decisions/0051).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from app.escrow.cards.models import CardCall
from app.escrow.provider import Declined, Unclear
from app.kernel.writing import writing

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""Between two tries; the shortest is longer than any call takes."""
ANOTHER_KEY = timedelta(hours=1)
"""So long after its first use is a key with a kept failure given up."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Errand(Generic[Answer]):
    """One act: how to look whether it was done, how to do it, and what its answer changes."""

    kind: str
    subject_id: str
    find: Callable[[], Answer | None]
    make: Callable[[str], Answer]
    done: Callable[[Session, Answer], str]
    refused: Callable[[Session, Declined], None]


def carry(
    session: Session,
    prepare: Callable[[Session], Errand[Answer] | None],
    *,
    at: datetime,
    hurry: bool = False,
) -> bool:
    """Do an errand: write it down, call, write down what came of it; True where it is done.

    Commits, and never holds a transaction while the provider is asked. `prepare` reads what is to
    be asked inside the first transaction; None where there is nothing to ask any more.

    Args:
        hurry: somebody waits for it, so it is not put off because the last try was just now.

    Raises Unclear where the provider gave no answer that settles it.
    """
    with writing(session):
        errand = prepare(session)
        call = _begun(session, errand, at, hurry) if errand else None
        key, again = (_key(call), call.tries > 1) if call else ("", False)
    if errand is None or call is None:
        return False
    try:
        answer = (errand.find() if again else None) or errand.make(key)
    except Declined as no:
        with writing(session):
            if _ended(session, errand, "refused", str(no)):
                errand.refused(session, no)
        return False
    except Unclear as trouble:
        with writing(session):
            _put_off(session, errand, trouble, at)
        raise
    with writing(session):
        _ended(session, errand, "done", "", errand.done(session, answer))
    return True


def known(session: Session, kind: str, subject_id: str) -> CardCall | None:
    """What was asked for a subject, if anything was."""
    return session.get(CardCall, (kind, subject_id))


def bind(session: Session, kind: str, subject_id: str, their_id: str, at: datetime) -> None:
    """What the provider calls it, from whomever it was heard first; then nothing is asked again."""
    call = known(session, kind, subject_id) or _new(session, kind, subject_id, at)
    call.state, call.their_id, call.trouble = "done", their_id, ""
    session.flush()


def _begun(session: Session, errand: Errand[Answer], at: datetime, hurry: bool) -> CardCall | None:
    call = known(session, errand.kind, errand.subject_id)
    call = call or _new(session, errand.kind, errand.subject_id, at)
    if call.state != "waiting" or (call.due_at > at and not hurry):
        return None
    call.tries += 1
    call.due_at = at + min(LONGEST, SHORTEST * 2 ** min(call.tries - 1, 10))
    return call


def _new(session: Session, kind: str, subject_id: str, at: datetime) -> CardCall:
    call = CardCall(
        kind=kind, subject_id=subject_id, state="waiting", attempt=1, tries=0, since=at,
        due_at=at, trouble="",
    )  # fmt: skip
    session.add(call)
    session.flush()
    return call


def _key(call: CardCall) -> str:
    return f"milepost-{call.kind}-{call.subject_id}-{call.attempt}"


def _put_off(session: Session, errand: Errand[Answer], trouble: Unclear, at: datetime) -> None:
    call = session.get_one(CardCall, (errand.kind, errand.subject_id))
    if call.state != "waiting":
        return
    call.trouble = str(trouble)
    if trouble.stuck and (trouble.busy or at - call.since >= ANOTHER_KEY):
        call.attempt, call.since = call.attempt + 1, at


def _ended(
    session: Session, errand: Errand[Answer], state: str, trouble: str, their_id: str = ""
) -> bool:
    call = session.get_one(CardCall, (errand.kind, errand.subject_id))
    if call.state != "waiting":  # another process, or a notice, was quicker
        return False
    call.state, call.trouble, call.their_id = state, trouble, their_id or None
    session.flush()
    return True
