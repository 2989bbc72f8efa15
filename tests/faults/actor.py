"""One act at a time, on the board and in the model: done by both, or refused by both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import NotFound, Refused
from app.people.models import Person
from tests.faults import compared
from tests.faults.model import CLIENT, FREELANCER
from tests.faults.model_world import World
from tests.people import alice, bob, mallory, olga
from tests.stories import NOON

PEOPLE = {CLIENT: alice, FREELANCER: bob, "stranger": mallory, "operator": olga}


class Actor:
    """A board with its people, the model of it, and a clock in minutes. Commits nothing."""

    session: Session
    world: World
    people: dict[str, Person]
    minutes: int
    done: int
    refused: int
    steps: int

    @property
    def at(self) -> datetime:
        return NOON + timedelta(minutes=self.minutes)

    def one(self, kind: type[Any], name: str) -> Any:
        return self.session.get_one(kind, name)

    def attempt(self, may: bool, do: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Do it in a unit of work; it must be refused exactly where the model refuses it."""
        self.minutes += 1
        unit = self.session.begin_nested()
        try:
            result = do()
            self.session.flush()
        except (Refused, NotFound) as refusal:
            unit.rollback()
            self.session.expire_all()
            self.refused += 1
            assert not may, f"refused, though the rules allow it: {refusal!r}"
        else:
            unit.commit()
            self.done += 1
            assert may, f"done, though the rules refuse it: {result!r}"
            self.world.now = self.minutes
            then(result)
            self.world.tick()
        compared.same(self.session, self.world, self.people)
