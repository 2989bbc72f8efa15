"""A conversation as the templates draw it: finished lines, and where to ask for more.

`talk/_conversation.html` needs one name in its context: `talk=room_talk(seat)` in a workroom,
`talk=proposal_talk(proposal)` on a proposal's page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.blueprints.guards import the_viewer
from app.blueprints.locale import formats
from app.blueprints.talk.forms import MessageForm
from app.engagement.seats import Seated
from app.extensions import db
from app.jobs.models import Proposal
from app.kernel.events import StreamHead
from app.kernel.text import markdown
from app.talk import messages
from app.talk.messages import MessageRow
from app.workroom import timeline

if TYPE_CHECKING:
    from app.blueprints.workroom.lines import Line

MOST = 100
"""The most lines that one poll brings."""


@dataclass(frozen=True, slots=True)
class Talk:
    """`address` takes messages and gives older ones (`?before=`); `first` is the first line's

    number, from which polls ask again. `older` is 0 where nothing is before it. `earlier` says
    how many messages came along from the proposal, whose page is `earlier_href`.
    """

    address: str
    lines: list[Line]
    first: int
    older: int
    form: MessageForm
    title: str = "Conversation"
    empty: str = "Nothing has been said yet."
    earlier: int = 0
    earlier_href: str = ""


def room_talk(
    seat: Seated, *, first: int = 0, before: int = 0, form: MessageForm | None = None
) -> Talk:
    """The conversation of a workroom with its event lines: the newest 15, those from line

    `first` on, or the 15 before line `before`.
    """
    from app.blueprints.workroom.lines import lines

    session, room = db.session(), seat.engagement
    limit = timeline.PAGE
    if first:
        limit = max(1, min(MOST, room_version(room.stream) - first + 1))
    page = timeline.page(session, room.id, before, limit)
    items = [item for item in page.items if item.number >= first]
    older = page.older if not first else max(first, 0)
    earlier = 0
    if not first and not page.older:
        earlier = timeline.talked_before(session, room.conversation_id, room.created_at)
    return Talk(
        address=f"/workrooms/{room.id}/messages",
        lines=lines(session, room, items, formats()),
        first=first or (items[0].number if items else 0),
        older=older,
        form=form or blank(),
        earlier=earlier,
        earlier_href=f"/proposals/{room.proposal_id}",
    )


def proposal_talk(
    proposal: Proposal, *, first: int = 0, before: int = 0, form: MessageForm | None = None
) -> Talk:
    """The talk about a proposal: the newest 15, those from no. `first` on, or those before."""
    session, talk_id = db.session(), proposal.conversation_id
    if first:
        rows = messages.since(session, talk_id, first)
    else:
        rows = messages.newest(session, talk_id, before or None)
    start = rows[0].number if rows else 1
    return Talk(
        address=f"/proposals/{proposal.id}/messages",
        lines=drawn(rows),
        first=first or start,
        older=start if start > 1 and rows else 0,
        form=form or blank(),
        title="Talk",
        empty="Nothing has been said yet. What is said here is between you two; "
        "other candidates never see it.",
    )


def drawn(rows: list[MessageRow]) -> list[Line]:
    """Messages as lines."""
    from app.blueprints.workroom.lines import Line

    me, shows = the_viewer().id, formats()
    return [
        Line(
            row.number,
            shows.when(row.at),
            "You" if row.author_id == me else row.author_name,
            html=Markup(markdown(row.body)),  # noqa: S704 (cleaned there)
            files=tuple((file.id, file.name, file.size_text) for file in row.files),
        )
        for row in rows
    ]


def blank() -> MessageForm:
    """A message form with nothing in it, whatever this request posted."""
    return MessageForm(MultiDict())


def asked(name: str) -> int:
    """A line's number from the address or the form; 0 for anything else."""
    text: Any = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def room_version(stream: str) -> int:
    """The number of the stream's newest event."""
    newest = select(StreamHead.number).where(StreamHead.stream == stream)
    return db.session().scalar(newest) or 0
