"""Invitations that nobody has followed yet, with their links and how their letters went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.blueprints.board import bp
from app.blueprints.fields import Email, Form
from app.mail.models import Letter
from app.people import joining, reads, tokens
from app.settings import Settings

SAID = {"sent": "Sent", "waiting": "Waits to go out", "failed": "Failed"}


class Invitation(Form):
    """Whom to invite to the board."""

    email = Email()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One invitation: `link` is empty where only the letter has it."""

    email: str
    created_at: datetime
    expires_at: datetime
    link: str
    letter: str


def board_settings() -> Settings:
    """The settings that this board was started with."""
    found: Settings = current_app.config["MILEPOST"]
    return found


@bp.app_template_global()
def letters_stay() -> str:
    """The folder where letters stay, or nothing where they go out."""
    settings = board_settings()
    return "" if settings.mails else str(settings.letters_dir)


def waiting(session: Session, at: datetime) -> list[Waiting]:
    """The invitations, the newest first. Two queries."""
    rows = reads.invited(session, at)
    asked = select(Letter.key, Letter.state).where(Letter.key.in_([key_of(row.id) for row in rows]))
    states = {row.key: row.state for row in session.execute(asked)}
    return [
        Waiting(row.email, row.created_at, row.expires_at, _link(row), _letter(states, row))
        for row in rows
    ]


def key_of(joining_id: str) -> str:
    """The key of an invitation's letter in the outbox."""
    return f"joining:{joining_id}"


def _letter(states: dict[str, str], row: reads.Invited) -> str:
    state = states.get(key_of(row.id), "sent")
    return SAID.get(state, state) if board_settings().mails else "Not sent"


def _link(row: reads.Invited) -> str:
    settings = board_settings()
    token = joining.token_of(settings.secret_key, row.id)
    return f"{settings.url}/joining/{token}" if tokens.digest(token) == row.token_digest else ""
