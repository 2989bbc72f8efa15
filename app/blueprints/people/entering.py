"""What the ways into the board share: where a try comes from, and letting a browser in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app.blueprints import guards
from app.blueprints.people import known_browsers
from app.blueprints.unit_of_work import begin
from app.extensions import db
from app.kernel.errors import Invalid, Refused
from app.mail import notices
from app.mail.wording import words
from app.people import passwords, sign_in, throttle
from app.people.models import Person
from app.people.throttle import Counter


def agent() -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")


def address() -> str:
    """Where the request comes from (behind a trusted proxy, what that says)."""
    return request.remote_addr or "nowhere"


def guesses(email: str, person: Person | None) -> tuple[Counter, ...]:
    """The counters of a password that this browser types for an account."""
    return throttle.guesses(email, address(), known_browsers.id_for(person))


def links_asked(email: str) -> tuple[Counter, ...]:
    """The counters of a link that is asked for by mail."""
    return throttle.links(email, address())


@dataclass(frozen=True, slots=True)
class Tried:
    """A counted try: why it is one too many (or nothing), and whether it was the day's last."""

    refusal: str = ""
    is_last: bool = False


def count_a_try(session: Session, counters: Sequence[Counter], at: datetime) -> Tried:
    """Count a try and commit it, or say why it is one too many. Ends the transaction."""
    try:
        is_last = throttle.count(session, counters, at)
    except Refused as refusal:
        db.session.rollback()
        return Tried(words(refusal.code, refusal.facts))
    db.session.commit()
    return Tried(is_last=is_last)


def warn_of_guesses(session: Session, person_id: str, at: datetime) -> None:
    """Mail the owner of an account that strangers have used up the day's tries; once a day."""
    begin()
    notices.write(
        session, "passwords_guessed", person_id, engagement=None, subject=None, at=at,
        key=f"passwords_guessed:{person_id}:{at.date()}", tries=throttle.DAILY_LIMIT,
    )  # fmt: skip
    db.session.commit()


def refuse_guessable(form: Any, *, name: str, email: str, board: str) -> bool:
    """Whether the form's new password is one that is guessed first; says so beside the field."""
    try:
        passwords.check(form.password.data, name=name, email=email, board=board)
    except Invalid as refusal:
        form.blame(refusal.field, words(refusal.code, refusal.facts))
        return True
    return False


def let_in(session: Session, person: Person, at: datetime) -> None:
    """Sign this browser in anew and commit; what it was signed in as before has ended."""
    sign_in.end(session, guards.sign_in_token(), at=at)
    token = sign_in.begin(session, person, at=at, agent=agent())
    db.session.commit()
    guards.begin_sign_in(token)
    known_browsers.remember(person.id)
