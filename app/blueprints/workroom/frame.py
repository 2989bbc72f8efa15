"""What every page of a workroom shows around its content: head, state, tabs, whose turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.blueprints.guards import the_viewer
from app.blueprints.locale import Formats, formats
from app.desk import facts
from app.desk.cards import Card
from app.desk.facts import Room
from app.desk.turn import card
from app.engagement.seats import Seated
from app.extensions import db
from app.kernel.errors import NotFound

TABS = (
    ("overview", "", "Overview"),
    ("terms", "/terms", "Terms"),
    ("messages", "/messages", "Messages"),
    ("files", "/files", "Files"),
    ("reports", "/reports", "Status reports"),
    ("money", "/money", "Money"),
    ("history", "/history", "History"),
)


@dataclass(frozen=True, slots=True)
class Head:
    """The words at the top of a workroom."""

    id: str
    title: str
    side: str
    other_id: str
    other_name: str
    pill: str
    pill_kind: str
    about: str
    tabs: tuple[tuple[str, str, str], ...] = TABS


def frame(seated: Seated, tab: str = "") -> dict[str, Any]:
    """The context of `workroom/layout.html`: `room`, `turn` and `tab` (two queries)."""
    shows = formats()
    found = facts.one(db.session(), the_viewer().id, seated.engagement.id, at=shows.now)
    if found is None:
        raise NotFound(f"workroom {seated.engagement.id}")
    return around(found, shows) | {"tab": tab}


def around(room: Room, shows: Formats) -> dict[str, Any]:
    """Head and card of a room that was read already."""
    turn = card(room.facts, shows)
    return {"room": head(room, turn, shows), "turn": turn}


def head(room: Room, turn: Card | None, shows: Formats) -> Head:
    """The words at the top."""
    row, seen = room.row, room.facts
    pill, kind = _pill(room, turn)
    client = seen.side == "client"
    return Head(
        id=row.id,
        title=row.title,
        side=row.side,
        other_id=row.freelancer_id if client else row.client_id,
        other_name=seen.other_name,
        pill=pill,
        pill_kind=kind,
        about=_about(room, shows),
    )


def _pill(room: Room, turn: Card | None) -> tuple[str, str]:
    state = room.facts.state
    if state in ("finished", "ended"):
        return ("Finished", "released") if state == "finished" else ("Ended", "stopped")
    if turn and turn.mine:
        return "Waits for you", "waits"
    if state == "negotiating":
        return "Agreeing terms", ""
    if room.facts.waiting:
        return "Change proposed", "waits"
    return "Work under way", "funded"


def _about(room: Room, shows: Formats) -> str:
    row, other = room.row, room.facts.other_name
    if row.terms_number is None:
        words = f"You and {other} are agreeing terms"
        if row.state == "ended":
            words = f"You and {other} did not agree"
    elif row.side == "client":
        words = f"You hired {other}"
    else:
        words = f"You work for {other}"
    if row.terms_number is not None:
        words += f" · terms no. {row.terms_number}, agreed {shows.day(row.terms_at)}"
    return f"{words} · dates in {row.zone}"
