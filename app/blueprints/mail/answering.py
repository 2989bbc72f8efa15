"""Answering terms by link: the redline, what accepting would do, accept or decline."""

from __future__ import annotations

from typing import Any

from flask import request

from app.blueprints.mail.opened import Opened, sign_in_first
from app.blueprints.terms import coming, page, shown
from app.engagement.models import Engagement
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Refused
from app.kernel.text import clean_prose
from app.people.models import Person
from app.terms import differences, figures, negotiation, reads
from app.terms.models import Revision

PAGE = "links/terms.html"


def load(seen: Opened) -> tuple[Revision, Engagement]:
    """The revision that the link is bound to, and its workroom."""
    revision = db.session().get_one(Revision, seen.link.object_id)
    return revision, db.session().get_one(Engagement, revision.engagement_id)


def shown_terms(seen: Opened) -> dict[str, Any]:
    """The terms, redlined against those in force, and the money line."""
    session = db.session()
    revision, room = load(seen)
    force = reads.in_force(session, room.id)
    lines = reads.lines(session, revision.id)
    old = reads.lines(session, force.id) if force else None
    total = differences.total(lines)
    line = figures.if_accepted(session, room, revision.id, lines, rolls=revision.rolls)
    is_client = seen.person.id == room.client_id
    other = session.get_one(Person, room.freelancer_id if is_client else room.client_id).name
    return {
        **coming.context(room, revision, line),
        "of_client": is_client,
        "other": other,
        "waiting": revision,
        "my_turn": True,
        "acts": False,
        "room": room,
        "revision": revision,
        "author": session.get_one(Person, revision.author_id).name,
        "force": force,
        "table": shown.table(old, lines, room.currency, page.balances(room.id)),
        "caption": f"Terms no. {revision.number}",
        "money_line": line,
        "fee_line": figures.fee_line(revision, lines),
        "whom": "you get"
        if seen.person.id == room.freelancer_id
        else f"{session.get_one(Person, room.freelancer_id).name} gets",
        "touched": negotiation.touched(session, revision),
        "sign_in_first": sign_in_first(seen.person, total),
        "instead": f"/workrooms/{room.id}/terms",
        "reason": request.form.get("reason", ""),
    }


def act(seen: Opened, what: str) -> str:
    """Accept, or decline with a reason; the same verbs as on the page. Returns the outcome."""
    session, at = db.session(), clock.now()
    revision, _ = load(seen)
    total = differences.total(reads.lines(session, revision.id))
    if sign_in_first(seen.person, total):
        raise Refused("link.sign_in_first")
    if what == "accept":
        negotiation.accept(session, revision, by=seen.person, at=at, way="link")
        return "accepted"
    reason = clean_prose(request.form.get("reason", "").replace("\x00", ""))
    negotiation.decline(session, revision, by=seen.person, at=at, way="link", reason=reason)
    return "declined"
