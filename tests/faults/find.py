"""On what acts may be tried: among the rooms, works, terms and payments that the model knows.

A target is what an act is done to; the first part of it is its room's name, or empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faults.model import CLIENT, FREELANCER, Pay, Quarrel
from tests.faults.model_room import Room
from tests.faults.model_world import World

Target = tuple[Any, ...]
Finder = Callable[[World], list[Target]]


def works(world: World, good: Callable[[Room, str], bool]) -> list[Target]:
    return [(k, n) for k, room in world.rooms.items() for n in room.works if good(room, n)]


def handed(world: World, good: Callable[[Room, str], bool]) -> list[Target]:
    return [(k, n) for k, room in world.rooms.items() for n in room.handed if good(room, n)]


def terms(world: World, good: Callable[[Room, Any], bool]) -> list[Target]:
    return [(k, t) for k, room in world.rooms.items() for t in room.terms if good(room, t)]


def pays(world: World, good: Callable[[Pay], bool]) -> list[Target]:
    names = {id(room): key for key, room in world.rooms.items()}
    return [(names[id(pay.room)], n) for n, pay in world.pays.items() if good(pay)]


def asks(world: World, good: Callable[[Any], bool]) -> list[Target]:
    names = {id(room): key for key, room in world.rooms.items()}
    return [(names[id(ask.room)], ask) for ask in world.asks if good(ask)]


def quarrels(world: World, good: Callable[[Quarrel], bool]) -> list[Target]:
    return [
        (name, room, work, key)
        for name, room in world.rooms.items()
        for work in room.works
        for key, one in room.works[work].quarrels.items()
        if good(one)
    ]


def rooms(world: World, good: Callable[[Room], bool]) -> list[Target]:
    return [(key,) for key, room in world.rooms.items() if good(room)]


def sides(world: World, good: Callable[[Room, str], bool]) -> list[Target]:
    some = ((k, r, side) for k, r in world.rooms.items() for side in (CLIENT, FREELANCER))
    return [(key, side) for key, room, side in some if good(room, side)]


def changeable(room: Room, side: str) -> bool:
    own = room.waiting is not None and room.waiting.side == side
    return room.living and not own and (side == CLIENT or bool(room.terms))


def may_send(room: Room, side: str) -> bool:
    return side in room.drafts and room.may_send(side, room.drafts[side])


def fundable(world: World, room: Room) -> list[str]:
    if room.state != "active":
        return []
    covered = world.covered(room)
    names = [n for n in room.works if world.lacks(room, n, None) > covered.get(n, 0)]
    return [name for name in names if not world.open_pay(name)]


def prefundable(world: World, room: Room) -> list[Any]:
    terms = room.waiting
    if not terms or terms.side != CLIENT:
        return []
    rows = [row for row in terms.rows if world.lacks(room, str(row.work), terms)]
    return [row for row in rows if not world.open_pay(str(row.work), terms)]


def few_rooms(world: World) -> list[Target]:
    living = sum(room.living for room in world.rooms.values())
    return [("",)] if living < 7 else []


def balances(world: World, _now: int = 0) -> list[Target]:
    return [("", who, currency) for (who, currency), has in world.balance.items() if has > 0]


def partly(room: Room, submission: str) -> bool:
    return any(room.may_part(submission, CLIENT, amount) for amount in (1, 2))


def disputable(room: Room, work: str) -> bool:
    return room.may_dispute(work, CLIENT, 1)


def waits(one: Any) -> bool:
    return bool(one.state == "waiting")


def pending(one: Any) -> bool:
    return bool(one.state == "pending")


def still(world: World) -> list[str]:
    """The rooms in which money lies still, in the order in which they began."""
    still = world.still()
    return [key for key in world.rooms if key in still]


def talking(world: World, now: int) -> list[Target]:
    """The disputes in which offers may be made now."""
    return quarrels(world, lambda one: one.may_talk(now + 1))


def _every(kind: Callable[[World, Callable[..., bool]], list[Target]]) -> Finder:
    return lambda world: kind(world, lambda *_: True)


every_works, every_handed, every_terms = _every(works), _every(handed), _every(terms)
every_pays, every_asks, every_quarrels = _every(pays), _every(asks), _every(quarrels)
every_rooms, every_sides = _every(rooms), _every(sides)
