"""The workroom's first page: whose turn it is, the road, the talk, the money, the last report."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, render_template, request
from markupsafe import Markup
from sqlalchemy import Row

from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.htmx import conditional, fragments
from app.blueprints.locale import Formats, formats
from app.blueprints.marks import Mark, mark_of
from app.blueprints.talk.view import Talk, blank
from app.blueprints.workroom import bp, kept
from app.blueprints.workroom.frame import around
from app.blueprints.workroom.history import number
from app.blueprints.workroom.lines import lines
from app.blueprints.workroom.report_words import last_words
from app.desk import facts
from app.desk.cards import Post, funded_words
from app.desk.facts import Room
from app.extensions import db
from app.kernel.errors import NotFound
from app.talk import files
from app.workroom import reads, timeline

FILES = 6
PIECES = {
    "the_top": "workroom/_top.html",
    "the_road": "workroom/_road.html",
    "the_stream": "workroom/_stream.html",
    "the_fields": "talk/_fields.html",
    "the_aside": "workroom/_aside.html",
}
"""What the page holds that is the same for its reader until the room changes."""


@bp.get("/workrooms/<room_id>")
@signed_in
def show_room(room_id: str) -> Response:
    """The overview; sent only when something in the room has changed for this reader."""
    row, shows = _entry(room_id), formats()
    parts = (*_version(row), number(request.args.get("before", "")))

    def draw() -> str:
        key = (*parts, the_viewer().id, shows.locale, shows.zone, shows.today)
        context = kept.rooms.of(key, lambda: page(row, shows, parts[-1]))
        return render_template("workroom/overview.html", **context)

    return conditional(parts, draw)


@bp.get("/workrooms/<room_id>/turn")
@signed_in
def poll_room(room_id: str) -> Response:
    """Whose turn it is since the version that the page shows; 304 while nothing is new."""
    row = _entry(room_id)
    if str(row.version) == request.args.get("seen"):
        return Response(status=304)
    room = facts.furnish(db.session(), row, at=formats().now)
    return fragments("workroom/turn.swap.html", **above(room, formats()))


def _entry(room_id: str) -> Row[Any]:
    row = facts.entry(db.session(), the_viewer().id, room_id)
    if row is None:
        raise NotFound(f"workroom {room_id}")
    return row


def _version(row: Row[Any]) -> tuple[Any, ...]:
    """What the page hangs on besides its reader: the room, both names, and the report's hour."""
    due = facts.report_due(row, formats().now)
    return (row.id, row.version, row.client_name, row.freelancer_name, due)


def above(room: Room, shows: Formats) -> dict[str, Any]:
    """Head, card, road and figures: what may change while the page is open."""
    return around(room, shows) | {
        "tab": "overview",
        "version": room.version,
        "road": _road(room, shows),
        "money": _money(room, shows),
    }


def page(row: Row[Any], shows: Formats, before: int) -> dict[str, Any]:
    """Everything on the page, with its long pieces drawn; a constant number of queries."""
    session = db.session()
    room = facts.furnish(session, row, at=shows.now)
    filed = files.of_conversation(session, row.conversation_id, limit=2 * FILES)
    context = above(room, shows) | {
        "talk": _talk(room, shows, before),
        "report": last_words(reads.last_report(session, row.id)),
        "files": _newest(filed),
    }
    for name, template in PIECES.items():
        drawn = current_app.jinja_env.get_template(template).render(context)
        context[name] = Markup(drawn)  # noqa: S704 (a template's)
    return context


def _talk(room: Room, shows: Formats, before: int) -> Talk:
    """The conversation, as `talk/_conversation.html` draws it."""
    session, row = db.session(), room.row
    found = timeline.page(session, row.id, before)
    titles = {post.id: post.title for post in room.facts.posts}
    earlier = 0
    if not found.older:
        earlier = timeline.talked_before(session, row.conversation_id, row.created_at)
    return Talk(
        address=f"/workrooms/{row.id}/messages",
        lines=lines(session, row, found.items, shows, titles),
        first=found.items[0].number if found.items else 0,
        older=found.older,
        form=blank(),
        earlier=earlier,
        earlier_href=f"/proposals/{row.proposal_id}",
    )


def _road(room: Room, shows: Formats) -> list[tuple[Mark, str, str, str]]:
    """(mark, title, amount and state, address) of each post."""
    return [
        (mark_of(post.status), post.title, _amount_and_state(post, room, shows),
         f"/milestones/{post.id}")
        for post in room.facts.posts
    ]  # fmt: skip


def _amount_and_state(post: Post, room: Room, shows: Formats) -> str:
    word = mark_of(post.status).word.lower()
    if not post.amount_minor:
        return f"checkpoint · {word}" if post.state in ("submitted", "approved") else "checkpoint"
    if funds := funded_words(post, room.facts.currency, shows):
        return f"{word} · {funds}"
    return f"{shows.money(post.amount_minor, room.facts.currency)} · {word}"


def _money(room: Room, shows: Formats) -> dict[str, str]:
    """Held, released and still to fund, from the milestones and what the ledger holds for them.

    Where some of it is in dispute, how much, and the address of the (first) dispute.
    """
    posts, currency = room.facts.posts, room.facts.currency
    figures = {
        "held": sum(post.escrow_minor for post in posts),
        "released": sum(post.released_minor for post in posts),
        "to_fund": sum(post.lacks_minor for post in posts),
    }
    disputes = [post.dispute_id for post in posts if post.dispute_id]
    if disputes:
        figures["disputed"] = sum(post.disputed_minor for post in posts)
    shown = {name: shows.money(minor, currency) for name, minor in figures.items()}
    return shown | ({"dispute": f"/disputes/{disputes[0]}"} if disputes else {})


def _newest(kept: list[files.FileRow]) -> list[tuple[str, str, str]]:
    """(id, name, size and version) of the newest files, each name once."""
    seen: dict[str, files.FileRow] = {}
    for one in kept:
        seen.setdefault(one.name, one)
    return [
        (one.id, one.name, one.size_text + (f", version {one.version}" if one.version > 1 else ""))
        for one in list(seen.values())[:FILES]
    ]
