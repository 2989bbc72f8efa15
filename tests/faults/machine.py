"""Hypothesis drives terms and escrow through their verbs, beside a model that knows the rules."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from app.people.models import Person
from tests.faults import compared, offered
from tests.faults.beginning import Start, Told
from tests.faults.drawing import Pick
from tests.faults.find import Target
from tests.faults.model import CLIENT, FREELANCER, other
from tests.faults.table import ACTS, Act

LOOKS = 3
"""After so many steps, all that a page could offer in a room is compared."""
THEMES = ("", "terms", "money", "work", "ends", "out", "disputes", "disputes")


class Board(Told, RuleBasedStateMachine):
    """Rooms of one client and one freelancer, in three currencies. Nothing is ever committed."""

    def __init__(self, start: Start) -> None:
        super().__init__(start.session, copy.deepcopy(start.world), start.minutes)
        RuleBasedStateMachine.__init__(self)
        self.before = self.session.begin_nested()
        self.people = {
            side: self.session.get_one(Person, name) for side, name in start.people.items()
        }

    def teardown(self) -> None:
        try:
            if self.steps:
                compared.whole(self.session)
        finally:
            self.before.rollback()
            self.session.expunge_all()

    @initialize(data=st.data())
    def begin(self, data: Any) -> None:
        """Each run has its own leanings, or few would go deep anywhere."""
        pick = Pick(data)
        self.theme = pick.of(THEMES)
        self.focus = pick.of(list(self.world.rooms))

    @rule(data=st.data())
    def act(self, data: Any) -> None:
        """Something that the rules allow now; now and then something that they do not."""
        pick = Pick(data)
        self.steps += 1
        if pick.once_in(7):
            self.try_what_is_refused(pick)
        else:
            self.do_what_is_allowed(pick)
        if self.steps % LOOKS == 0:
            offered.same(self, self.focus)

    def do_what_is_allowed(self, pick: Pick) -> None:
        possible = {name: act.good(self.world, self.minutes) for name, act in ACTS.items()}
        some = [
            name for name, targets in possible.items() for _ in range(self.weight(name, targets))
        ]
        name = pick.of(some)
        act = ACTS[name]
        act.do(self, pick, self.target(pick, possible[name]), act.right)

    def weight(self, name: str, targets: list[Target]) -> int:
        act = ACTS[name]
        return act.weight * (3 if act.kind == self.theme else 1) if targets else 0

    def target(self, pick: Pick, targets: list[Target]) -> Target:
        """Mostly something of the room that this run is about."""
        mine = [one for one in targets if one[0] == self.focus]
        return pick.of(mine if mine and not pick.once_in(4) else targets)

    def try_what_is_refused(self, pick: Pick) -> None:
        """By somebody who may not, or on something that it is too late for."""
        every = {name: act.every(self.world) for name, act in ACTS.items()}
        name = pick.of([name for name, targets in every.items() if targets])
        act = ACTS[name]
        who = self.wrong(pick, act) if act.right and pick.once_in(2) else act.right
        act.do(self, pick, self.target(pick, every[name]), who)

    def wrong(self, pick: Pick, act: Act) -> str:
        """Somebody who may not."""
        if act.right == "right":
            return pick.of(("wrong", "stranger"))
        if act.right == "operator":
            return pick.of((CLIENT, FREELANCER, "stranger"))
        return pick.of((other(act.right), "stranger"))
