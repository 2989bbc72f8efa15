"""What the desk and the list of workrooms say in each row: finished words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.blueprints.locale import Formats
from app.blueprints.marks import mark_of, road_text, road_words
from app.desk.cards import Action, Card, Facts
from app.desk.facts import Room
from app.desk.reads import Desk
from app.desk.turn import card, cards

NUMBERS = (
    "Nothing", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
    "Eleven", "Twelve",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A workroom in one line."""

    id: str
    title: str
    other_name: str
    state: str
    next_date: str
    road: str
    road_words: str
    held: str


@dataclass(frozen=True, slots=True)
class Waits:
    """One thing that waits for the reader."""

    short: str
    what: str
    where: str
    href: str
    since: str
    order: datetime | None
    actions: tuple[Action, ...]


def heading(count: int) -> str:
    """How many things wait, as the desk's heading says it.

    >>> heading(0), heading(1), heading(3), heading(20)
    ('Nothing waits for you', 'One thing waits for you', 'Three things wait for you', '20 things wait for you')
    """  # noqa: E501
    if count == 0:
        return "Nothing waits for you"
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return f"{number} thing{'s' * (count != 1)} wait{'s' * (count == 1)} for you"


def room_rows(rooms: Iterable[Room], shows: Formats) -> list[RoomRow]:
    """Workrooms with their progress."""
    return [_room(room, shows) for room in rooms]


def _room(room: Room, shows: Formats) -> RoomRow:
    seen = room.facts
    states = [post.status for post in seen.posts]
    held = sum(post.escrow_minor for post in seen.posts)
    return RoomRow(
        id=seen.engagement_id,
        title=seen.title,
        other_name=seen.other_name,
        state=_state(seen),
        next_date=shows.day(_next(room)) if seen.state == "active" else "",
        road=road_text(states),
        road_words=road_words(states) if states else "",
        held=shows.money(held, seen.currency) if states else "",
    )


def _state(seen: Facts) -> str:
    word = mark_of(seen.state).word
    disputed = any(post.dispute_id for post in seen.posts)
    return f"{word}; some money is in dispute" if disputed else word


def _next(room: Room) -> date | None:
    dates = (post.due for post in room.facts.posts if post.open and post.due)
    return min(dates, default=None)


def waits(desk: Desk, shows: Formats) -> list[Waits]:
    """Everything that is the reader's to do, what has waited longest first."""
    found = [
        Waits(
            one.short, one.what, room.facts.title, f"/workrooms/{room.facts.engagement_id}",
            shows.day(one.since), one.since,
            one.actions if one.kind == "report" else one.actions[:1],
        )
        for room in desk.rooms
        for one in cards(room.facts, shows)
        if one.mine
    ]  # fmt: skip
    found += [*_jobs(desk, shows), *_money(desk, shows)]
    return sorted(found, key=lambda one: (one.order is None, one.order or shows.now))


def _jobs(desk: Desk, shows: Formats) -> Iterable[Waits]:
    for job in desk.to_read:
        closes = f", closes {shows.day(job.closes_on)}" if job.closes_on else ""
        short = f"Read {job.count} proposals" if job.count > 1 else "Read a proposal"
        page = f"/jobs/{job.job_id}/proposals"
        yield Waits(
            short, closes.removeprefix(", "), job.title, f"/jobs/{job.job_id}",
            shows.day(job.since), job.since, (Action("Compare proposals", page),),
        )  # fmt: skip
    for asked in desk.invited:
        closes = f", closes {shows.day(asked.closes_on)}" if asked.closes_on else ""
        page = f"/jobs/{asked.job_id}"
        yield Waits(
            "Answer an invitation", f"from {asked.client_name}{closes}", asked.title, page,
            shows.day(asked.at), asked.at, (Action("Read the job", page),),
        )  # fmt: skip


_MONEY_WORDS = {
    "payments": ("Confirm money", "payment", "Confirm received", "/board/money"),
    "refunds": ("Send back money", "refund", "Open refunds", "/board/money"),
    "payouts": ("Pay out", "payout", "Open payouts", "/board/money"),
    "tasks": ("Look after the board", "task", "Open tasks", "/board/tasks"),
    "disputes": ("Rule on a dispute", "dispute", "Open disputes", "/board/disputes"),
}


def _money(desk: Desk, shows: Formats) -> Iterable[Waits]:
    for one in desk.money:
        short, noun, label, href = _MONEY_WORDS[one.kind]
        what = f"{one.count} {noun}{'s' * (one.count != 1)}"
        yield Waits(
            short, what, "The board", href, shows.day(one.since), one.since,
            (Action(label, href),),
        )  # fmt: skip


def coming(desk: Desk, shows: Formats, until: date) -> list[tuple[str, str, str]]:
    """(day, words, address) of what is due in the next weeks, soonest first."""
    dated: list[tuple[date, str, str]] = [
        (post.due, f"{post.title} due", f"/workrooms/{room.facts.engagement_id}")
        for room in desk.rooms
        if room.facts.state == "active"
        for post in room.facts.posts
        if post.open and post.due and shows.today <= post.due <= until
    ]
    dated += [(day, f"{title} closes", f"/jobs/{job}") for job, title, day in desk.closing]
    return [(shows.day(day), words, href) for day, words, href in sorted(dated)[:10]]


def nothing(desk: Desk, shows: Formats) -> Card | None:
    """What goes on elsewhere while nothing waits here."""
    for room in desk.rooms:
        found = card(room.facts, shows)
        if found and room.facts.state in ("negotiating", "active"):
            return found
    return None
