"""What is drawn for each act of the machine: amounts near the edges that matter, ways, people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.faults import find
from tests.faults.drawing import Pick
from tests.faults.find import Target
from tests.faults.model import CLIENT, FREELANCER, other

if TYPE_CHECKING:
    from tests.faults.machine import Board

EDITS = ("price", "price", "price", "delete", "add", "move", "title", "old", "twice")
DAYS = (None, None, 1, 7)
CURRENCIES = ("USD", "JPY", "BHD")
SIDES = (CLIENT, FREELANCER)


def change(board: Board, pick: Pick, target: Target, _who: str) -> None:
    """A table is typed, and (mostly) sent."""
    name, side = target
    room = board.world.rooms[name]
    if not room.living:
        return
    edges = [e for w in room.works.values() for e in (w.paid, w.held + w.paid) if e]
    edits = [
        (pick.of(EDITS), pick.number(8), 0 if pick.once_in(9) else max(0, pick.amount(*edges[:6])))
        for _ in range(1 + pick.number(3))
    ]
    standing = room.waiting or room.force
    days = pick.of(DAYS) if pick.once_in(3) else standing.days if standing else None
    board.save(name, side, edits, days, pick.once_in(3))
    if not pick.once_in(8):
        board.send(name, side)


def fund(board: Board, pick: Pick, target: Target, who: str) -> None:
    room = board.world.rooms[target[0]]
    good = find.fundable(board.world, room)
    names = pick.some(good, 3) if good else []
    if not names or pick.once_in(6):
        every = [n for r in board.world.rooms.values() for n in r.works]
        names.append(pick.of([one for one in every if one not in names] or every))
    names = list(dict.fromkeys(names))
    board.fund(target[0], names, pick.of(("bank", "bank", "test", "balance")), who)


def prefund(board: Board, pick: Pick, target: Target, who: str) -> None:
    room = board.world.rooms[target[0]]
    terms = room.waiting
    if terms is None or terms.side != CLIENT:
        return
    rows = pick.some(find.prefundable(board.world, room) or terms.rows, 2)
    if pick.once_in(6):
        rows += [row for row in [pick.of(terms.rows)] if row not in rows]
    way = pick.of(("bank", "test", "test", "balance"))
    board.prefund(target[0], terms, rows, way, who)


def confirm(board: Board, pick: Pick, target: Target, who: str) -> None:
    total = board.world.pays[target[1]].total
    some = [total, total, total, total * 2 // 5, total - 1, total + 1300, pick.amount(total), 0]
    board.confirm(target[1], pick.of(some), who)


def bonus(board: Board, pick: Pick, target: Target, who: str) -> None:
    has = board.world.balance[CLIENT, board.world.rooms[target[0]].currency]
    way = pick.of(("bank", "test", "balance"))
    board.bonus(target[0], 0 if pick.once_in(9) else pick.amount(has), way, who)


def part(board: Board, pick: Pick, target: Target, who: str) -> None:
    room = board.world.rooms[target[0]]
    work = room.works[room.handed[target[1]][0]]
    half = [work.held * 2 // 5, work.held // 2, work.held - 1]
    amount = pick.of([*half, work.held, work.owed, pick.amount(work.held, work.owed)])
    board.release_part(target[1], amount, pick.of(("keep", "ask_back")), who)


def dispute(board: Board, pick: Pick, target: Target, who: str) -> None:
    name, work = target
    room = board.world.rooms[name]
    held = room.works[work].held
    some = [held, held // 2, held + 1, 0, 1, pick.amount(held)]
    side = either(pick, who)
    board.dispute(room, work, side, pick.of([*some, held, held // 2, 1]))


def either(pick: Pick, who: str) -> str:
    """One of the two; or somebody who is neither."""
    return pick.of(SIDES if who == "right" else ("stranger", "operator"))


def in_dispute(method: str) -> Callable[[Board, Pick, Target, str], None]:
    """What either side may do, with an amount near the offers where it takes one."""

    def do(board: Board, pick: Pick, target: Target, who: str) -> None:
        _, room, work, key = target
        quarrel = room.works[work].quarrels[key]
        side = either(pick, who)
        near = [quarrel.low + 1, quarrel.high - 1, (quarrel.low + quarrel.high) // 2]
        near += [quarrel.low, quarrel.high, pick.amount(quarrel.low, quarrel.high)]
        amount = pick.of(near)
        if method == "accept_offer" and not pick.once_in(6):
            amount = quarrel.stands(other(side))
        getattr(board, method)(room, work, key, side, amount)

    return do


def of_operator(board: Board, _pick: Pick, target: Target, who: str) -> None:
    board.take_on(*target[1:], who)


def call(board: Board, pick: Pick, target: Target, who: str) -> None:
    board.call(*target[1:], either(pick, who))


def of_quarrel(method: str) -> Callable[[Board, Pick, Target, str], None]:
    """By who opened it (`withdraw_dispute`), or by the other one (`answer`)."""

    def do(board: Board, _pick: Pick, target: Target, who: str) -> None:
        _, room, work, key = target
        opener = room.works[work].quarrels[key].side
        right = opener if method == "withdraw_dispute" else other(opener)
        side = {"right": right, "wrong": other(right)}.get(who, who)
        getattr(board, method)(room, work, key, side)

    return do


def rule(board: Board, pick: Pick, target: Target, who: str) -> None:
    _, room, work, key = target
    quarrel = room.works[work].quarrels[key]
    half = (quarrel.low + quarrel.high) // 2
    near = [quarrel.low, quarrel.high, half, half, quarrel.low - 1, quarrel.high + 1]
    board.rule(room, work, key, who, pick.of(near))


def charge(board: Board, pick: Pick, _target: Target, _who: str) -> None:
    board.charge(pick.of((0, 1, 2500, 33_333, 100_000)), pick.of((0, 1, 120, 20_000)))


def payout(board: Board, pick: Pick, target: Target, _who: str) -> None:
    _, whose, currency = target
    has = board.world.balance[whose, currency]
    board.ask_payout(whose, currency, pick.of([has, has // 2, 1, has + 1, 0, pick.amount(has)]))


def begin(board: Board, pick: Pick, _target: Target, _who: str) -> None:
    amounts = tuple(max(0, pick.of((0, 7500, pick.amount()))) for _ in range(1 + pick.number(3)))
    board.post_and_select(pick.of(CURRENCIES), amounts)


def wait(board: Board, pick: Pick, _target: Target, _who: str) -> None:
    board.wait(pick.of((1, 3, 7, 14)))


def answer(method: str) -> Callable[[Board, Pick, Target, str], None]:
    """Terms are answered by the side that may, or by whoever may not."""

    def do(board: Board, _pick: Pick, target: Target, who: str) -> None:
        name, terms = target
        right = terms.side if method == "withdraw_terms" else other(terms.side)
        side = {"right": right, "wrong": other(right)}.get(who, who)
        getattr(board, method)(name, terms, side)

    return do


def by(method: str) -> Callable[[Board, Pick, Target, str], None]:
    """An act on a target by somebody, with nothing else to draw."""
    return lambda board, _pick, target, who: getattr(board, method)(*target[1:], who)


def in_room(method: str) -> Callable[[Board, Pick, Target, str], None]:
    return lambda board, _pick, target, who: getattr(board, method)(target[0], who)
