"""One letter on its way: claimed, addressed, with its link, or left out when it is too late."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.mail import deciding, leaving, outbox, table
from app.mail.envelope import Parcel, Renderer, message
from app.mail.models import Letter
from app.people import links
from app.people.models import Board, Person
from app.talk.models import ReadMark

DOORS = {
    "sign_in": "/sign-in/",
    "password": "/password/",
    "joining": "/joining/",
    "proof": "/proof/",
}
"""Where links lead that open an account; every other link leads to `/links/`."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What letters need of the board's settings."""

    url: str
    mail_from: str
    secret_key: str

    @property
    def host(self) -> str:
        """The host that Message-IDs are named after."""
        return urlsplit(self.url).hostname or "localhost"


def pack(
    session: Session, letter: Letter, *, sender: Sender, renderer: Renderer, at: datetime
) -> Parcel | None:
    """Claim a letter and make its parcel; commit before it is carried.

    None where it was dropped, or where its templates could not be filled (it has failed then).
    The link is minted now, named after the letter, so that a second try carries the same one.
    """
    said: dict[str, Any] = json.loads(letter.facts)
    if why := needless(session, letter, said):
        outbox.drop(letter, why=why, at=at)
        return None
    outbox.claim(letter, host=sender.host, at=at)
    person = session.get(Person, letter.person_id) if letter.person_id else None
    board = session.get(Board, 1)
    said |= {
        "board": board.name if board else "Milepost",
        "contact": board.contact_email if board else "",
        "name": person.name if person else "",
        "href": sender.url + str(said.get("button", "/")),
        "choices": f"{sender.url}/letters",
        "zone": person.zone if person else "UTC",
    }
    said |= _link(session, letter, said, sender, at)
    try:
        rendered = renderer.render(
            letter.notice,
            said,
            locale=person.locale if person else "en",
            zone=said["zone"],
        )
        leave = (
            leaving.path(sender.secret_key, letter.person_id, table.family_of(letter.notice))
            if letter.person_id
            else ""
        )
        post = message(
            rendered=rendered,
            message_id=letter.message_id,
            to=(said["name"], person.email if person else letter.to_address),
            sender=sender.mail_from,
            thread=letter.thread,
            host=sender.host,
            leave=sender.url + leave if leave else "",
            written_at=letter.created_at,
        )
        data = post.as_bytes()
    except Exception as trouble:  # one bad letter must not hold up the others
        outbox.note_trouble(
            letter, error=f"{type(trouble).__name__}: {trouble}", for_good=True, at=at
        )
        return None
    to_address, from_address = (parseaddr(post[name])[1] for name in ("To", "From"))
    return Parcel(letter.id, letter.notice, to_address, from_address, data)


def needless(session: Session, letter: Letter, said: dict[str, Any]) -> str:
    """Why a letter has nothing left to say; empty while it does."""
    if letter.person_id and _is_paused(session, letter, said):
        return "its reader has no access"
    if letter.notice == "message" and letter.person_id:
        seen = session.scalar(
            select(ReadMark.number).where(
                ReadMark.conversation_id == said.get("conversation", ""),
                ReadMark.person_id == letter.person_id,
            )
        )
        if seen is not None and seen >= said.get("message_number", 0):
            return "it was read before it left"
    bound = said.get("link")
    if isinstance(bound, dict):
        target = deciding.Target(bound["purpose"], bound["kind"], bound["id"], bound["version"])
        if why := deciding.moved_on(session, target):
            return deciding.MOVED[why]
    return ""


def _is_paused(session: Session, letter: Letter, said: dict[str, Any]) -> bool:
    """Whether its reader's access is stopped, and it holds more than what became of their money

    and terms: a link, the board's own affairs, or what people may turn off.
    """
    notice, person = table.ALL.get(letter.notice), session.get(Person, letter.person_id)
    if person is None or person.stopped_at is None:
        return False
    if notice is None or said.get("link"):
        return True
    return bool(notice.link or notice.family or notice.hears in ("operators", "arbiters"))


def _link(
    session: Session, letter: Letter, said: dict[str, Any], sender: Sender, at: datetime
) -> dict[str, Any]:
    """The address that the letter's button leads to, and when it ends."""
    if letter.notice == "joining":
        return {"href": f"{sender.url}{DOORS['joining']}{said.get('token', '')}"}
    bound = said.get("link")
    purpose = table.ALL[letter.notice].link if letter.notice in table.ALL else ""
    if not isinstance(bound, dict) and purpose in DOORS and letter.person_id:
        bound = {"purpose": purpose, "kind": "person", "id": letter.person_id, "version": ""}
    if not isinstance(bound, dict) or not letter.person_id:
        return {}
    link, token = links.mint(
        session,
        sender.secret_key,
        letter.person_id,
        bound["purpose"],
        bound["kind"],
        bound["id"],
        bound["version"],
        at=at,
        link_id=letter.id,
    )
    door = DOORS.get(link.purpose, "/links/")
    return {"href": f"{sender.url}{door}{token}", "link_ends": link.expires_at.isoformat()}
