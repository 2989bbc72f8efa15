"""Every act of the machine: how often, on what it may be done now, on what at all, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.faults.drawing import Pick
from tests.faults.model import CLIENT, FREELANCER, Pay, other
from tests.faults.model_room import Room
from tests.faults.model_world import World

if TYPE_CHECKING:
    from tests.faults.machine import Board

Target = tuple[Any, ...]
"""What an act is done to; the first is its room's name, or empty."""
EDITS = ("price", "price", "price", "delete", "add", "move", "title", "old", "twice")
DAYS = (None, None, 1, 7)
CURRENCIES = ("USD", "JPY", "BHD")
SIDES = (CLIENT, FREELANCER)


@dataclass(frozen=True)
class Act:
    """`good` finds what the rules allow now, `every` what it may be tried on; `do` draws the rest,

    and is told who does it: `right` where the rules allow them.
    """

    weight: int
    kind: str
    good: Callable[[World, int], list[Target]]
    every: Callable[[World], list[Target]]
    do: Callable[[Board, Pick, Target, str], None]
    right: str = ""


def _works(world: World, good: Callable[[Room, str], bool]) -> list[Target]:
    return [(k, n) for k, room in world.rooms.items() for n in room.works if good(room, n)]


def _handed(world: World, good: Callable[[Room, str], bool]) -> list[Target]:
    return [(k, n) for k, room in world.rooms.items() for n in room.handed if good(room, n)]


def _terms(world: World, good: Callable[[Room, Any], bool]) -> list[Target]:
    return [(k, t) for k, room in world.rooms.items() for t in room.terms if good(room, t)]


def _pays(world: World, good: Callable[[Pay], bool]) -> list[Target]:
    names = {id(room): key for key, room in world.rooms.items()}
    return [(names[id(pay.room)], n) for n, pay in world.pays.items() if good(pay)]


def _asks(world: World, good: Callable[[Any], bool]) -> list[Target]:
    names = {id(room): key for key, room in world.rooms.items()}
    return [(names[id(ask.room)], ask) for ask in world.asks if good(ask)]


def _rooms(world: World, good: Callable[[Room], bool]) -> list[Target]:
    return [(key,) for key, room in world.rooms.items() if good(room)]


def _sides(world: World, good: Callable[[Room, str], bool]) -> list[Target]:
    some = ((k, r, side) for k, r in world.rooms.items() for side in (CLIENT, FREELANCER))
    return [(key, side) for key, room, side in some if good(room, side)]


def _changeable(room: Room, side: str) -> bool:
    own = room.waiting is not None and room.waiting.side == side
    return room.living and not own and (side == CLIENT or bool(room.terms))


def _may_send(room: Room, side: str) -> bool:
    return side in room.drafts and room.may_send(side, room.drafts[side])


def _fundable(world: World, room: Room) -> list[str]:
    if room.state != "active":
        return []
    names = [n for n, w in room.works.items() if w.state != "proposed" and w.lacks]
    return [name for name in names if not world.open_pay(name)]


def _prefundable(world: World, room: Room) -> list[Any]:
    terms = room.waiting
    if not terms or terms.side != CLIENT:
        return []
    rows = [row for row in terms.rows if world.lacks(room, str(row.work), terms)]
    return [row for row in rows if not world.open_pay(str(row.work), terms)]


# What is drawn for an act.


def _change(board: Board, pick: Pick, target: Target, _who: str) -> None:
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
    board.save(name, side, edits, days)
    if not pick.once_in(8):
        board.send(name, side)


def _fund(board: Board, pick: Pick, target: Target, who: str) -> None:
    room = board.world.rooms[target[0]]
    good = _fundable(board.world, room)
    names = pick.some(good, 3) if good else []
    if not names or pick.once_in(6):
        every = [n for r in board.world.rooms.values() for n in r.works]
        names.append(pick.of([one for one in every if one not in names] or every))
    names = list(dict.fromkeys(names))
    board.fund(target[0], names, pick.of(("bank", "bank", "test", "balance")), who)


def _prefund(board: Board, pick: Pick, target: Target, who: str) -> None:
    room = board.world.rooms[target[0]]
    terms = room.waiting
    if terms is None or terms.side != CLIENT:
        return
    rows = pick.some(_prefundable(board.world, room) or terms.rows, 2)
    if pick.once_in(6):
        rows += [row for row in [pick.of(terms.rows)] if row not in rows]
    way = pick.of(("bank", "test", "test", "balance"))
    board.prefund(target[0], terms, rows, way, who)


def _confirm(board: Board, pick: Pick, target: Target, who: str) -> None:
    total = board.world.pays[target[1]].total
    some = [total, total, total, total * 2 // 5, total - 1, total + 1300, pick.amount(total), 0]
    board.confirm(target[1], pick.of(some), who)


def _bonus(board: Board, pick: Pick, target: Target, who: str) -> None:
    has = board.world.balance[CLIENT, board.world.rooms[target[0]].currency]
    way = pick.of(("bank", "test", "balance"))
    board.bonus(target[0], 0 if pick.once_in(9) else pick.amount(has), way, who)


def _part(board: Board, pick: Pick, target: Target, who: str) -> None:
    room = board.world.rooms[target[0]]
    work = room.works[room.handed[target[1]][0]]
    half = [work.held * 2 // 5, work.held // 2, work.held - 1]
    amount = pick.of([*half, work.held, work.owed, pick.amount(work.held, work.owed)])
    board.release_part(target[1], amount, pick.of(("keep", "ask_back")), who)


def _payout(board: Board, pick: Pick, target: Target, _who: str) -> None:
    _, whose, currency = target
    has = board.world.balance[whose, currency]
    board.ask_payout(whose, currency, pick.of([has, has // 2, 1, has + 1, 0, pick.amount(has)]))


def _begin(board: Board, pick: Pick, _target: Target, _who: str) -> None:
    amounts = tuple(max(0, pick.of((0, 7500, pick.amount()))) for _ in range(1 + pick.number(3)))
    board.post_and_select(pick.of(CURRENCIES), amounts)


def _wait(board: Board, pick: Pick, _target: Target, _who: str) -> None:
    board.wait(pick.of((1, 3, 7, 14)))


def _few(world: World) -> list[Target]:
    living = sum(room.living for room in world.rooms.values())
    return [("",)] if living < 5 else []


def _balances(world: World, _now: int = 0) -> list[Target]:
    return [("", who, currency) for (who, currency), has in world.balance.items() if has > 0]


def _answer(method: str) -> Callable[[Board, Pick, Target, str], None]:
    """Terms are answered by the side that may, or by whoever may not."""

    def do(board: Board, _pick: Pick, target: Target, who: str) -> None:
        name, terms = target
        right = terms.side if method == "withdraw_terms" else other(terms.side)
        side = {"right": right, "wrong": other(right)}.get(who, who)
        getattr(board, method)(name, terms, side)

    return do


def _by(method: str) -> Callable[[Board, Pick, Target, str], None]:
    """An act on a target by somebody, with nothing else to draw."""
    return lambda board, _pick, target, who: getattr(board, method)(*target[1:], who)


def _in_room(method: str) -> Callable[[Board, Pick, Target, str], None]:
    return lambda board, _pick, target, who: getattr(board, method)(target[0], who)


def _all(*_: Any) -> bool:
    return True


def _waits(one: Any) -> bool:
    return bool(one.state == "waiting")


# fmt: off
TERMS = {
    "begin": Act(1, "terms", lambda w, n: _few(w), _few, _begin),
    "select": Act(2, "terms", lambda w, n: [("", j) for j, s in w.jobs.items() if s == "open"],
                  lambda w: [("", j) for j in w.jobs], _by("select"), CLIENT),
    "change": Act(4, "terms", lambda w, n: _sides(w, _changeable),
                  lambda w: _sides(w, _all), _change),
    "send": Act(2, "terms", lambda w, n: _sides(w, _may_send), lambda w: _sides(w, _all),
                lambda b, p, t, who: b.send(*t)),
    "accept": Act(9, "terms", lambda w, n: _terms(w, lambda r, t: r.may_accept(t, other(t.side))),
                  lambda w: _terms(w, _all), _answer("accept"), "right"),
    "decline": Act(3, "terms", lambda w, n: _terms(w, lambda r, t: t.state == "proposed"),
                   lambda w: _terms(w, _all), _answer("decline"), "right"),
    "withdraw": Act(3, "terms", lambda w, n: _terms(w, lambda r, t: t.state == "proposed"),
                    lambda w: _terms(w, _all), _answer("withdraw_terms"), "right"),
    "lapse": Act(9, "terms", lambda w, n: _terms(w, lambda r, t: w.may_lapse(t, n + 1)),
                 lambda w: _terms(w, _all), lambda b, p, t, who: b.lapse(*t)),
    "end": Act(1, "ends", lambda w, n: _sides(w, lambda r, side: r.may_end(side)),
               lambda w: _sides(w, _all), lambda b, p, t, who: b.end(*t)),
    "ask_to_end": Act(1, "ends", lambda w, n: _rooms(w, lambda r: w.may_ask_to_end(r, CLIENT)),
                      lambda w: _rooms(w, _all), _in_room("ask_to_end"), CLIENT),
    "wait": Act(3, "ends", lambda w, n: [("",)], lambda w: [], _wait),
}
MONEY = {
    "fund": Act(7, "money", lambda w, n: _rooms(w, lambda r: bool(_fundable(w, r))),
                lambda w: _rooms(w, _all), _fund, CLIENT),
    "prefund": Act(9, "money", lambda w, n: _rooms(w, lambda r: bool(_prefundable(w, r))),
                   lambda w: _rooms(w, lambda r: bool(r.waiting)), _prefund, CLIENT),
    "confirm": Act(9, "money", lambda w, n: _pays(w, lambda p: p.open and p.way == "bank"),
                   lambda w: _pays(w, _all), _confirm, "operator"),
    "late_money": Act(5, "money",
                      lambda w, n: _pays(w, lambda p: p.state == "cancelled" and p.way == "bank"),
                      lambda w: [], _confirm, "operator"),
    "test_money": Act(9, "money", lambda w, n: _pays(w, lambda p: p.open and p.way == "test"),
                      lambda w: _pays(w, _all), lambda b, p, t, who: b.test_money(t[1])),
    "cancel_payment": Act(3, "money", lambda w, n: _pays(w, lambda p: p.open),
                          lambda w: _pays(w, _all), _by("cancel_payment"), CLIENT),
    "bonus": Act(1, "money", lambda w, n: _rooms(w, lambda r: r.agreed),
                 lambda w: _rooms(w, _all), _bonus, CLIENT),
    "settle_refund": Act(3, "out", lambda w, n: [("", o) for o in w.backs if o.state == "pending"],
                         lambda w: [("", o) for o in w.backs], _by("settle_refund"), "operator"),
    "ask_payout": Act(1, "out", _balances, lambda w: [("", FREELANCER, "USD")], _payout),
    "settle_payout": Act(2, "out",
                         lambda w, n: [("", k) for k, o in w.payouts.items() if _pending(o)],
                         lambda w: [("", k) for k in w.payouts], _by("settle_payout"), "operator"),
    "cancel_payout": Act(2, "out",
                         lambda w, n: [("", k, o.whose) for k, o in w.payouts.items()
                                       if _pending(o)],
                         lambda w: [("", k, who) for k in w.payouts for who in SIDES],
                         lambda b, p, t, who: b.cancel_payout(t[1], t[2])),
}
WORK = {
    "submit": Act(6, "work", lambda w, n: _works(w, lambda r, o: r.may_submit(o, FREELANCER)),
                  lambda w: _works(w, _all), _by("submit"), FREELANCER),
    "approve": Act(4, "work", lambda w, n: _handed(w, lambda r, o: r.may_approve(o, CLIENT)),
                   lambda w: _handed(w, _all), _by("approve"), CLIENT),
    "part": Act(6, "work",
                lambda w, n: _handed(w, lambda r, o: r.may_part(o, CLIENT, 1)),
                lambda w: _handed(w, _all), _part, CLIENT),
    "by_clock": Act(4, "work", lambda w, n: _handed(w, lambda r, o: o in r.clocked()),
                    lambda w: _handed(w, _all), lambda b, p, t, who: b.by_clock(t[1])),
    "changes": Act(2, "work", lambda w, n: _handed(w, lambda r, o: r.may_decide(o, "", "")),
                   lambda w: _handed(w, _all), _by("request_changes"), CLIENT),
    "take_back": Act(2, "work", lambda w, n: _handed(w, lambda r, o: r.may_decide(o, "", "")),
                     lambda w: _handed(w, _all), _by("withdraw_work"), FREELANCER),
    "release": Act(2, "work", lambda w, n: _works(w, lambda r, o: r.may_release(o, CLIENT)),
                   lambda w: _works(w, _all), _by("release"), CLIENT),
    "ask_back": Act(3, "ends", lambda w, n: _works(w, lambda r, o: w.may_ask_back(r, o, CLIENT)),
                    lambda w: _works(w, _all), _by("ask_back"), CLIENT),
    "refuse_ask": Act(1, "ends", lambda w, n: _asks(w, _waits), lambda w: _asks(w, _all),
                      lambda b, p, t, who: b.answer_ask(t[1], "refuse", who), FREELANCER),
    "drop_ask": Act(1, "ends", lambda w, n: _asks(w, _waits), lambda w: _asks(w, _all),
                    lambda b, p, t, who: b.answer_ask(t[1], "withdraw", who), CLIENT),
    "agree": Act(4, "ends", lambda w, n: _asks(w, _waits), lambda w: _asks(w, _all),
                 lambda b, p, t, who: b.answer_ask(t[1], "agree", who), FREELANCER),
    "silence": Act(8, "ends", lambda w, n: _asks(w, lambda o: _waits(o) and o.due <= n),
                   lambda w: _asks(w, _all), lambda b, p, t, who: b.silence(t[1])),
    "dormant": Act(1, "ends", lambda w, n: [(key,) for key in sorted_as(w)],
                   lambda w: _rooms(w, lambda r: r.handed_in),
                   lambda b, p, t, who: b.dormant(t[0])),
}
# fmt: on


def _pending(one: Any) -> bool:
    return bool(one.state == "pending")


def sorted_as(world: World) -> list[str]:
    """The rooms in which money lies still, in the order in which they began."""
    still = world.still()
    return [key for key in world.rooms if key in still]


ACTS = WORK | MONEY | TERMS
