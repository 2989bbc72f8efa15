"""Every act of the machine: how often, on what it may be done now, on what at all, and by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.faults import draw, find
from tests.faults.draw import SIDES
from tests.faults.drawing import Pick
from tests.faults.find import (
    Target,
    every_asks,
    every_handed,
    every_pays,
    every_quarrels,
    every_rooms,
    every_sides,
    every_terms,
    every_works,
)
from tests.faults.model import CLIENT, FREELANCER, other
from tests.faults.model_world import World

if TYPE_CHECKING:
    from tests.faults.machine import Board


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


# fmt: off
TERMS = {
    "begin": Act(1, "terms", lambda w, n: find.few_rooms(w), find.few_rooms, draw.begin),
    "select": Act(2, "terms", lambda w, n: [("", j) for j, s in w.jobs.items() if s == "open"],
                  lambda w: [("", j) for j in w.jobs], draw.by("select"), CLIENT),
    "change": Act(4, "terms", lambda w, n: find.sides(w, find.changeable),
                  every_sides, draw.change),
    "send": Act(2, "terms", lambda w, n: find.sides(w, find.may_send), every_sides,
                lambda b, p, t, who: b.send(*t)),
    "accept": Act(9, "terms",
                  lambda w, n: find.terms(w, lambda r, t: r.may_accept(t, other(t.side))),
                  every_terms, draw.answer("accept"), "right"),
    "decline": Act(3, "terms", lambda w, n: find.terms(w, lambda r, t: t.state == "proposed"),
                   every_terms, draw.answer("decline"), "right"),
    "withdraw": Act(3, "terms", lambda w, n: find.terms(w, lambda r, t: t.state == "proposed"),
                    every_terms, draw.answer("withdraw_terms"), "right"),
    "lapse": Act(9, "terms", lambda w, n: find.terms(w, lambda r, t: w.may_lapse(t, n + 1)),
                 every_terms, lambda b, p, t, who: b.lapse(*t)),
    "end": Act(1, "ends", lambda w, n: find.sides(w, lambda r, side: r.may_end(side)),
               every_sides, lambda b, p, t, who: b.end(*t)),
    "ask_to_end": Act(1, "ends", lambda w, n: find.rooms(w, lambda r: w.may_ask_to_end(r, CLIENT)),
                      every_rooms, draw.in_room("ask_to_end"), CLIENT),
    "wait": Act(3, "ends", lambda w, n: [("",)], lambda w: [], draw.wait),
}
MONEY = {
    "fund": Act(7, "money", lambda w, n: find.rooms(w, lambda r: bool(find.fundable(w, r))),
                every_rooms, draw.fund, CLIENT),
    "prefund": Act(9, "money", lambda w, n: find.rooms(w, lambda r: bool(find.prefundable(w, r))),
                   lambda w: find.rooms(w, lambda r: bool(r.waiting)), draw.prefund, CLIENT),
    "confirm": Act(9, "money", lambda w, n: find.pays(w, lambda p: p.open and p.way == "bank"),
                   every_pays, draw.confirm, "operator"),
    "late_money": Act(5, "money",
                      lambda w, n: find.pays(w, lambda p: p.given_up and p.way == "bank"),
                      lambda w: [], draw.confirm, "operator"),
    "test_money": Act(9, "money", lambda w, n: find.pays(w, lambda p: p.open and p.way == "test"),
                      every_pays, lambda b, p, t, who: b.test_money(t[1])),
    "cancel_payment": Act(3, "money", lambda w, n: find.pays(w, lambda p: p.open),
                          every_pays, draw.by("cancel_payment"), CLIENT),
    "not_sent": Act(4, "money", lambda w, n: find.pays(w, lambda p: p.moot),
                    every_pays, draw.by("not_sent"), CLIENT),
    "bonus": Act(1, "money", lambda w, n: find.rooms(w, lambda r: r.agreed),
                 every_rooms, draw.bonus, CLIENT),
    "charge": Act(1, "money", lambda w, n: [("",)], lambda w: [], draw.charge),
    "settle_refund": Act(3, "out", lambda w, n: [("", o) for o in w.backs if find.pending(o)],
                         lambda w: [("", o) for o in w.backs], draw.by("settle_refund"),
                         "operator"),
    "ask_payout": Act(1, "out", find.balances, lambda w: [("", FREELANCER, "USD")], draw.payout),
    "settle_payout": Act(2, "out",
                         lambda w, n: [("", k) for k, o in w.payouts.items() if find.pending(o)],
                         lambda w: [("", k) for k in w.payouts], draw.by("settle_payout"),
                         "operator"),
    "cancel_payout": Act(2, "out",
                         lambda w, n: [("", k, o.whose) for k, o in w.payouts.items()
                                       if find.pending(o)],
                         lambda w: [("", k, who) for k in w.payouts for who in SIDES],
                         lambda b, p, t, who: b.cancel_payout(t[1], t[2])),
}
WORK = {
    "submit": Act(6, "work", lambda w, n: find.works(w, lambda r, o: r.may_submit(o, FREELANCER)),
                  every_works, draw.by("submit"), FREELANCER),
    "approve": Act(4, "work", lambda w, n: find.handed(w, lambda r, o: r.may_approve(o, CLIENT)),
                   every_handed, draw.by("approve"), CLIENT),
    "part": Act(6, "work",
                lambda w, n: find.handed(w, find.partly),
                every_handed, draw.part, CLIENT),
    "by_clock": Act(4, "work", lambda w, n: find.handed(w, lambda r, o: o in r.clocked()),
                    every_handed, lambda b, p, t, who: b.by_clock(t[1])),
    "changes": Act(2, "work", lambda w, n: find.handed(w, lambda r, o: r.may_decide(o, "", "")),
                   every_handed, draw.by("request_changes"), CLIENT),
    "take_back": Act(2, "work", lambda w, n: find.handed(w, lambda r, o: r.may_decide(o, "", "")),
                     every_handed, draw.by("withdraw_work"), FREELANCER),
    "release": Act(2, "work", lambda w, n: find.works(w, lambda r, o: r.may_release(o, CLIENT)),
                   every_works, draw.by("release"), CLIENT),
    "ask_back": Act(3, "ends",
                    lambda w, n: find.works(w, lambda r, o: w.may_ask_back(r, o, CLIENT)),
                    every_works, draw.by("ask_back"), CLIENT),
    "refuse_ask": Act(1, "ends", lambda w, n: find.asks(w, find.waits), every_asks,
                      lambda b, p, t, who: b.answer_ask(t[1], "refuse", who), FREELANCER),
    "drop_ask": Act(1, "ends", lambda w, n: find.asks(w, find.waits), every_asks,
                    lambda b, p, t, who: b.answer_ask(t[1], "withdraw", who), CLIENT),
    "agree": Act(4, "ends", lambda w, n: find.asks(w, find.waits), every_asks,
                 lambda b, p, t, who: b.answer_ask(t[1], "agree", who), FREELANCER),
    "silence": Act(8, "ends", lambda w, n: find.asks(w, lambda o: find.waits(o) and o.due <= n),
                   every_asks, lambda b, p, t, who: b.silence(t[1])),
    "dormant": Act(1, "ends", lambda w, n: [(key,) for key in find.still(w)],
                   lambda w: find.rooms(w, lambda r: r.busy),
                   lambda b, p, t, who: b.dormant(t[0])),
}
DISPUTES = {
    "dispute": Act(2, "disputes", lambda w, n: find.works(w, find.disputable),
                   every_works, draw.dispute, "right"),
    "answer": Act(3, "disputes",
                  lambda w, n: find.quarrels(w, lambda q: q.lives and not q.answered),
                  every_quarrels, draw.of_quarrel("answer"), "right"),
    "withdraw_dispute": Act(1, "disputes",
                            lambda w, n: find.quarrels(w, lambda q: q.lives and not q.called),
                            every_quarrels, draw.of_quarrel("withdraw_dispute"),
                            "right"),
    "offer": Act(3, "disputes",
                 lambda w, n: find.quarrels(w, lambda q: q.may_talk(n + 1) and q.high > q.low + 1),
                 every_quarrels, draw.in_dispute("offer"), "right"),
    "accept_offer": Act(2, "disputes", find.talking,
                        every_quarrels, draw.in_dispute("accept_offer"), "right"),
    "enter_number": Act(4, "disputes", find.talking,
                        every_quarrels, draw.in_dispute("enter_number"), "right"),
    "call": Act(2, "disputes",
                lambda w, n: find.quarrels(w, lambda q: not q.called and q.may_talk(n + 1)),
                every_quarrels, draw.call, "right"),
    "take_on": Act(4, "disputes",
                   lambda w, n: find.quarrels(w, lambda q: q.called and not q.taken),
                   every_quarrels, draw.of_operator, "operator"),
    "rule": Act(4, "disputes", lambda w, n: find.quarrels(w, lambda q: q.lives and q.taken),
                every_quarrels, draw.rule, "operator"),
}
# fmt: on

ACTS = WORK | MONEY | TERMS | DISPUTES
