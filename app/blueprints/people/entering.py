"""What the ways into the board share: where a try comes from, and letting a browser in."""

from __future__ import annotations

from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from app.blueprints import guards
from app.extensions import db
from app.kernel.errors import Refused
from app.mail.wording import words
from app.people import sign_in, throttle
from app.people.models import Person


def agent() -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")


def address() -> str:
    """Where the request comes from (behind a trusted proxy, what that says)."""
    return request.remote_addr or "nowhere"


def count_a_try(session: Session, account: str, at: datetime) -> str:
    """Count a try and commit it, or say why it is one too many. Ends the transaction."""
    try:
        throttle.check(session, account, address(), at)
        throttle.fail(session, account, address(), at)
    except Refused as refusal:
        db.session.rollback()
        return words(refusal.code, refusal.facts)
    db.session.commit()
    return ""


def let_in(session: Session, person: Person, at: datetime) -> None:
    """Sign this browser in and commit."""
    token = sign_in.begin(session, person, at=at, agent=agent())
    db.session.commit()
    guards.begin_sign_in(token)
