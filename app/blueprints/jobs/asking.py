"""Inviting those whom a form named: people by an invitation, addresses by a joining letter."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from app.jobs import inviting
from app.jobs.inviting import Asked
from app.jobs.models import Job
from app.kernel.errors import Invalid, Refused
from app.mail import outbox
from app.people.models import Person


def ask(
    session: Session, job: Job, asked: Asked, *, by: Person, at: datetime, note: str = ""
) -> None:
    """Invite them all, or nobody: Invalid on the field `invite` names who cannot be."""
    try:
        for person in asked.people:
            inviting.invite(session, job, person, by=by, at=at, note=note)
    except Refused as refusal:
        raise Invalid(refusal.code, field="invite", **refusal.facts) from None
    key = current_app.config["MILEPOST"].secret_key
    for address in asked.addresses:
        made = inviting.invite_address(session, job, address, by=by, at=at, secret_key=key)
        if made is None:
            continue
        joining, token = made
        outbox.queue(
            session, "joining", to_address=joining.email, key=f"joining:{joining.id}", at=at,
            facts={"token": token, "by": by.name, "job": job.title},
        )  # fmt: skip


def told(asked: Asked) -> str:
    """Who was invited, for the notice."""
    names = [person.name for person in asked.people] + list(asked.addresses)
    if not names:
        return ""
    few = ", ".join(names[:3])
    return f"Invited: {few}." if len(names) <= 3 else f"Invited: {few} and {len(names) - 3} more."
