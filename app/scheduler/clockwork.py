"""APScheduler turns the wheel: one tick after another, and a watchdog where the clock steps.

Jobs live in memory, because two processes on one job store run everything several times. A tick
asks what is due from rows, so that missed ticks, two processes and kills change nothing. When the
wall clock steps back, APScheduler waits for a time that is long off; the watchdog looks at the
monotonic clock and wakes it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from flask import Flask

from app.adapters.postman import postman
from app.adapters.renderer import renderer
from app.adapters.stripe_card import EXTENSION
from app.escrow.cards.errands import Desk
from app.extensions import db
from app.kernel import clock
from app.mail.sending import Sender
from app.scheduler.chores import CARDS, CHORES, LETTERS, Chore
from app.scheduler.work import Work, log
from app.settings import Settings

LETTERS_S = 10
CARDS_S = 5
CHORES_S = 30
LATE_S = 45
"""A wheel that has not turned for so long (on the monotonic clock) is pushed."""


def tick(app: Flask, at: datetime | None = None, chores: Sequence[Chore] | None = None) -> int:
    """Look after every chore once (or after these), as of a time; returns how much was done."""
    done = 0
    for chore in (*CHORES, CARDS, LETTERS) if chores is None else chores:
        with app.app_context():
            try:
                done += chore.run(_work(app, at or clock.now()))
            except Exception:
                log.exception("the chore “%s” failed; it is tried again", chore.name)
            finally:
                db.session.remove()
    return done


def _work(app: Flask, at: datetime) -> Work:
    settings: Settings = app.config["MILEPOST"]
    provider = app.extensions[EXTENSION]
    return Work(
        session=db.session(),
        at=at,
        sender=Sender(settings.url, settings.mail_from, settings.secret_key),
        postman=postman(settings),
        renderer=renderer(),
        cards=Desk(provider, settings.url, settings.secret_key) if provider else None,
    )


class Wheel:
    """One kind of tick, run again and again; `turned_at` is monotonic."""

    def __init__(self, name: str, every_s: float, turn: Callable[[], None]) -> None:
        self.name, self.every_s, self._turn = name, every_s, turn
        self.turned_at = time.monotonic()
        self.turning = False

    def turn(self) -> None:
        """Do the tick; whatever goes wrong, the wheel turns again."""
        self.turning, self.turned_at = True, time.monotonic()
        try:
            self._turn()
        except Exception:
            log.exception("%s failed", self.name)
        finally:
            self.turning, self.turned_at = False, time.monotonic()

    @property
    def late(self) -> bool:
        """Whether it stands still although it should have turned."""
        return not self.turning and time.monotonic() - self.turned_at > self.every_s + LATE_S


class Clockwork:
    """The running scheduler of this process."""

    def __init__(self, app: Flask) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler

        self._looked: dict[str, float] = {}
        self._stopped = threading.Event()
        self._wheels = (
            Wheel("letters", LETTERS_S, lambda: self._run(app, (LETTERS,))),
            Wheel("card payments", CARDS_S, lambda: self._run(app, (CARDS,))),
            Wheel("chores", CHORES_S, lambda: self._run(app, self._due())),
        )
        self._scheduler = BackgroundScheduler(timezone=UTC, daemon=True)
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin, with a first tick at once."""
        for wheel in self._wheels:
            self._scheduler.add_job(
                wheel.turn,
                "interval",
                seconds=wheel.every_s,
                id=wheel.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Let the chore at work end, and begin no other."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._watchdog.is_alive():
            self._watchdog.join(10)

    def push(self) -> None:
        """Turn each wheel that stands still."""
        for wheel in self._wheels:
            if wheel.late and not self._stopped.is_set():
                log.warning("the clock stepped: waking %s", wheel.name)
                wheel.turned_at = time.monotonic()
                self._scheduler.modify_job(wheel.name, next_run_time=datetime.now(UTC))

    def _watch(self) -> None:
        while not self._stopped.wait(5):
            try:
                self.push()
            except Exception:
                log.exception("the watchdog failed")

    def _run(self, app: Flask, chores: Sequence[Chore]) -> None:
        for chore in chores:
            if self._stopped.is_set():
                return
            tick(app, None, (chore,))

    def _due(self) -> list[Chore]:
        """The chores that have not looked for as long as they may."""
        now = time.monotonic()
        due = [one for one in CHORES if now - self._looked.get(one.name, -1e9) >= one.every_s]
        self._looked |= {one.name: now for one in due}
        return due


def start(app: Flask) -> Clockwork:
    """Start the chores in threads of this process; `.stop()` ends them."""
    running = Clockwork(app)
    running.start()
    return running
