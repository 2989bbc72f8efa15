"""The outbox: letters are written in the transaction of what they tell of, and leave later.

A letter's key makes it once, whoever writes it and however often. It leaves at least once, always
with the same Message-ID and the same link. Nothing here touches the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.kernel.base import new_id
from app.mail.models import Letter
from app.people.models import Person

CLAIM = timedelta(minutes=10)
"""How long a letter that is being sent is left alone by every other process."""
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440))
"""The wait after the first, second, … try that failed; after the last one a letter has failed."""
LONGEST_WAIT = BACK_OFF[-1] + timedelta(hours=1)


def queue(
    session: Session,
    notice: str,
    *,
    to_person: Person | str | None = None,
    to_address: str | None = None,
    key: str,
    facts: Mapping[str, Any],
    at: datetime,
    thread: str = "",
) -> Letter:
    """Write one letter in this transaction; the same key again gives the letter of before.

    Args:
        notice: the folder of its templates, `templates/letters/<notice>/`.
        to_person: a Person or its id; the address is read when the letter leaves.
        to_address: for somebody who is not (yet) on the board.
        facts: JSON for the templates: amounts in minor units beside `currency`, times and days
            in ISO form. `button` may hold a path of this board that the letter leads to;
            `link` (`purpose`, `kind`, `id`, `version`) asks for a link to be minted at sending.
        thread: such as `engagement:<id>`, so that mail readers keep its letters together.
    """
    earlier = session.scalar(select(Letter).where(Letter.key == key))
    if earlier is not None:
        return earlier
    person = session.get(Person, to_person) if isinstance(to_person, str) else to_person
    if person is None and not to_address:
        raise ValueError("a letter needs a person or an address")
    letter = Letter(
        id=new_id(),
        key=key,
        notice=notice,
        person_id=person.id if person else None,
        to_address=to_address or (person.email if person else ""),
        thread=thread,
        facts=json.dumps(dict(facts), ensure_ascii=False, sort_keys=True),
        state="waiting",
        created_at=at,
        due_at=at,
        tries=0,
        carrier="",
        message_id="",
        error="",
    )
    session.add(letter)
    session.flush()
    return letter


def due(session: Session, at: datetime, limit: int = 20) -> list[Letter]:
    """The letters that may leave now, the oldest first.

    A letter that says it is due further off than any wait of ours was written while the clock
    stood wrong: it is due now.
    """
    return list(
        session.scalars(
            select(Letter)
            .where(Letter.state == "waiting")
            .where(or_(Letter.due_at <= at, Letter.due_at > at + LONGEST_WAIT))
            .order_by(Letter.due_at, Letter.id)
            .limit(limit)
        )
    )


def claim(letter: Letter, *, host: str, at: datetime) -> None:
    """Take a letter to send it; others leave it alone for ten minutes. Commit, then send."""
    letter.tries += 1
    letter.due_at = at + CLAIM
    letter.message_id = letter.message_id or f"<{letter.id}@{host}>"


def note_sent(letter: Letter, *, carrier: str, at: datetime) -> None:
    """The letter left by `smtp`, or lies in the `folder`. What it said is no longer kept here."""
    letter.state, letter.sent_at, letter.carrier = "sent", at, carrier
    letter.facts, letter.error = "{}", ""


def note_trouble(letter: Letter, *, error: str, for_good: bool, at: datetime) -> None:
    """The letter did not leave: it waits longer each time, and has failed when `for_good`."""
    letter.error = error[:500]
    if for_good or letter.tries > len(BACK_OFF):
        letter.state = "failed"
    else:
        letter.due_at = at + BACK_OFF[letter.tries - 1]


def drop(letter: Letter, *, why: str, at: datetime) -> None:
    """Leave out a letter that has nothing to say any more (it was read, or the thing moved on)."""
    letter.state, letter.sent_at, letter.error, letter.facts = "dropped", at, why, "{}"


def try_again(letter: Letter, *, at: datetime) -> None:
    """Send a failed letter once more, from the first wait on."""
    if letter.state == "failed":
        letter.state, letter.due_at, letter.tries, letter.error = "waiting", at, 0, ""


def failed(session: Session, limit: int = 100) -> list[Letter]:
    """The letters that failed, the newest first."""
    return list(
        session.scalars(
            select(Letter)
            .where(Letter.state == "failed")
            .order_by(Letter.created_at.desc())
            .limit(limit)
        )
    )
