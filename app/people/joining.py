"""Inviting an address to the board, perhaps to a job."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.base import new_id
from app.kernel.errors import Invalid
from app.kernel.text import clean_email, fold_email
from app.people import accounts, tokens
from app.people.models import Joining, Person

LASTS = timedelta(days=30)


def invite(
    session: Session,
    email: str,
    *,
    by: Person,
    at: datetime,
    job_id: str | None = None,
    secret_key: str = "",
) -> tuple[Joining, str]:
    """Invite an address, and return the invitation with the token of its link.

    With the board's key the token can be found again (`token_of`), so that an operator can copy
    the link later; without it only the letter has it. Inviting an address again makes another
    link; the earlier one works as well. Raises Invalid("account.exists", field="email") for
    somebody who is here.
    """
    if accounts.by_email(session, email) is not None:
        raise Invalid("account.exists", field="email")
    joining_id = new_id()
    token = token_of(secret_key, joining_id) if secret_key else tokens.new()
    joining = Joining(
        id=joining_id,
        email=clean_email(email),
        email_folded=fold_email(email),
        token_digest=tokens.digest(token),
        invited_by=by.id,
        job_id=job_id,
        created_at=at,
        expires_at=at + LASTS,
    )
    session.add(joining)
    session.flush()
    events.record(
        session, "board", "person.invited", by=by.id, at=at, subject=("joining", joining.id),
        facts={"joining": joining.id, "job": job_id}, tell=False,
    )  # fmt: skip
    return joining, token


def token_of(secret_key: str, joining_id: str) -> str:
    """The token of an invitation that was made with the board's key."""
    return tokens.derived(secret_key, f"joining:{joining_id}")


def by_token(session: Session, token: str) -> Joining | None:
    """The invitation that a link belongs to."""
    return session.scalars(
        select(Joining).where(Joining.token_digest == tokens.digest(token))
    ).one_or_none()


def to_jobs(session: Session, joining: Joining) -> list[Joining]:
    """Every invitation of the same address that names a job, this one included.

    Whoever follows the letter has shown that the address is theirs, so all of them are.
    """
    asked = select(Joining).where(
        Joining.email_folded == joining.email_folded, Joining.job_id.is_not(None)
    )
    return list(session.scalars(asked.order_by(Joining.created_at, Joining.id)))
