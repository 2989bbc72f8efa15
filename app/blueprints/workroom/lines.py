"""Event lines and messages as the templates write them: finished words, nothing to compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.blueprints.guards import the_viewer
from app.blueprints.locale import Formats
from app.escrow.models import Milestone
from app.kernel.text import markdown
from app.people.models import Person
from app.workroom.sentences import sentence
from app.workroom.timeline import Item

NAMING = ("engagement.begun", "feedback.published")
"""Events that name somebody who did not act: the freelancer, the author of the feedback."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the stream. A message has `html`; an event has `text`, perhaps `quote`."""

    number: int
    when: str
    who: str
    text: str = ""
    quote: str = ""
    href: str = ""
    html: Markup | str = ""
    files: tuple[tuple[str, str, str], ...] = ()


def lines(
    session: Session,
    room: Any,
    items: Sequence[Item],
    shows: Formats,
    titles: dict[str, str] | None = None,
) -> list[Line]:
    """Items in words. `room` needs `.id`, `.currency`, `.freelancer_id`.

    `titles` (by milestone id) saves the query that finds what the facts do not name.
    """
    me = the_viewer().id
    if titles is None:
        titles = _titles(session, room.id, items)
    named = {item.number: _named(item, room) for item in items if item.kind in NAMING}
    names = _names(session, set(named.values()), me)
    return [
        _line(item, me, room, shows, titles, names.get(named.get(item.number, ""), ""))
        for item in items
    ]


def _line(
    item: Item, me: str, room: Any, shows: Formats, titles: dict[str, str], about: str
) -> Line:
    who = "You" if item.actor_id == me else item.actor_name or "The board"
    when = shows.when(item.at)
    if item.body is not None:
        return Line(
            item.number, when, who,
            html=Markup(markdown(item.body)),  # noqa: S704 (cleaned there)
            files=tuple((file.id, file.name, file.size_text) for file in item.files),
        )  # fmt: skip
    facts = item.facts
    if "currency" not in facts:
        facts = facts | {"_currency": room.currency}
    more: dict[str, str] = {}
    if "title" not in facts:
        named = item.subject_id if item.subject_kind == "milestone" else facts.get("milestone", "")
        more["title"] = titles.get(str(named), "…")
    if about:
        more["freelancer"] = about
        more["whose"] = "Your" if about == "you" else f"{about}’s"
    text = sentence(item.kind, facts, who, shows, **more)
    return Line(item.number, when, who, text=text, quote=item.words, href=_href(item, room.id))


def _href(item: Item, room_id: str) -> str:
    """Where an event leads, if anywhere."""
    place = {
        "revision": f"/revisions/{item.subject_id}",
        "submission": f"/submissions/{item.subject_id}",
        "milestone": f"/milestones/{item.subject_id}",
        "ask": f"/asks/{item.subject_id}",
        "dispute": f"/disputes/{item.subject_id}",
        "file": f"/files/{item.subject_id}",
        "report": f"/workrooms/{room_id}/reports#report-{item.subject_id}",
        "message": f"/workrooms/{room_id}/messages",
    }
    return place.get(item.subject_kind, "")


def _named(item: Item, room: Any) -> str:
    """The id of whoever an event is about, besides the one who acted."""
    return str(item.facts.get("author") or room.freelancer_id)


def _names(session: Session, people: set[str], me: str) -> dict[str, str]:
    """Their names as the reader calls them; one query, where there is anybody."""
    others = people - {me}
    names = {me: "you"}
    if others:
        rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(others)))
        names |= {row[0]: row[1] for row in rows}
    return names


def _titles(session: Session, engagement_id: str, items: Sequence[Item]) -> dict[str, str]:
    """Titles of milestones, where some event does not carry its own; at most one query."""
    if all("title" in item.facts or item.body is not None for item in items):
        return {}
    rows = session.execute(
        select(Milestone.id, Milestone.title).where(Milestone.engagement_id == engagement_id)
    )
    return {row[0]: row[1] for row in rows}
