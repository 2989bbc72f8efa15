"""Acts sent from many threads, what was answered, and what must then be true of the board."""

from __future__ import annotations

import http.client
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from tests.demo_board import Demo
from tests.faults.serving import Poster

AMOUNT = 1000


@dataclass(eq=False)
class Act:
    """One form, sent once or (after a kill) once more with the same key."""

    kind: str
    who: str
    path: str
    fields: dict[str, str]
    milestone: str = ""
    tries: int = 0
    answer: int = 0
    """The last status; 0 while nothing was answered."""

    @property
    def acknowledged(self) -> bool:
        return self.answer == 303


@dataclass
class Lane:
    """Acts that follow one another; `pending` was sent, and nobody knows whether it was done."""

    acts: Iterator[Act]
    pending: Act | None = None


class Load:
    """Threads that act on a board until its server dies, and go on where they were afterwards."""

    def __init__(self, demo: Demo, port: int, *, workers: int = 6, rooms: int = 6) -> None:
        self.demo = demo
        self.acts: list[Act] = []
        self.unexpected: list[str] = []
        self._posters = {name: Poster(demo, port, name) for name in ("ana", "ben")}
        self._stop = threading.Event()
        self._answered = 0
        self._threads: list[threading.Thread] = []
        self._rooms, milestones = furnish(demo, rooms)
        self.lanes = [Lane(self._money(milestones[n::workers])) for n in range(workers)]
        self.lanes += [Lane(self._talk(name)) for name in ("ana", "ben")]

    def begin(self) -> None:
        """Set the threads to work."""
        self._stop.clear()
        self._threads = [threading.Thread(target=self._run, args=(one,)) for one in self.lanes]
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        """Until so many more acts were acknowledged (or nothing is left to do)."""
        wanted = self._answered + more
        for _ in range(6000):
            if self._answered >= wanted or not any(one.is_alive() for one in self._threads):
                return
            time.sleep(0.005)
        raise AssertionError("the board is not answering")

    def end(self) -> None:
        """Wait for the threads: their server is gone, or has no more to do."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def count(self) -> Counter[str]:
        """How many acts of each kind were acknowledged."""
        return Counter(act.kind for act in self.acts if act.acknowledged)

    def _run(self, lane: Lane) -> None:
        connection = self._posters["ana"].open()
        while not self._stop.is_set():
            lane.pending = lane.pending or next(lane.acts, None)
            if lane.pending is None or not self._send(lane.pending, connection):
                break
            lane.pending = None
        connection.close()

    def _send(self, act: Act, connection: http.client.HTTPConnection) -> bool:
        """Send it; False where the server went away before it answered."""
        if not act.tries:
            self.acts.append(act)
        act.tries += 1
        try:
            status = self._posters[act.who].post(connection, act.path, act.fields)
        except (OSError, http.client.HTTPException):
            return False
        if status == 409 and act.tries > 1:
            status = 303  # it was done before the kill, and its page has moved on
        act.answer = status
        self._answered += 1  # only to choose a moment; a lost count does no harm
        if status != 303:
            self.unexpected.append(f"{act.kind} {act.path}: {status}")
        return True

    def _money(self, milestones: list[str]) -> Iterator[Act]:
        """Fund, submit and approve one milestone after the other."""
        for one in milestones:
            yield self._act("fund", "ana", f"/milestones/{one}/funding", one, method="test")
            note = f"Work {secrets.token_hex(8)}"
            yield self._act("submit", "ben", f"/milestones/{one}/submissions", one, note=note)
            yield self._act("approve", "ana", f"/submissions/{self._handed_in(note)}/approval", one)

    def _talk(self, name: str) -> Iterator[Act]:
        while True:
            room = random.choice(self._rooms)
            body = f"Message {secrets.token_hex(8)}"
            yield self._act("message", name, f"/workrooms/{room}/messages", body=body)

    def _act(self, kind: str, who: str, path: str, milestone: str = "", **fields: str) -> Act:
        return Act(kind, who, path, fields | {"once": secrets.token_hex(12)}, milestone)

    def _handed_in(self, note: str) -> str:
        from app.escrow.models import Submission

        return str(self.demo.one(select(Submission.id).where(Submission.note == note)))


def furnish(demo: Demo, rooms: int, lines: int = 20) -> tuple[list[str], list[str]]:
    """Workrooms of Ana and Ben with many milestones; the ids of the rooms and of those."""
    from app.adapters.storage_local import LocalStorage
    from app.demo.teller import Teller
    from app.escrow import work
    from app.jobs.posting import JobDraft
    from app.kernel import clock
    from app.people.models import Person

    ana, ben, at = demo.person("ana"), demo.person("ben"), clock.now()
    rows = tuple((f"Part {n}", "", n, AMOUNT) for n in range(lines))
    with demo.story() as session:
        teller = Teller(session, LocalStorage(demo.settings.files_dir))
        client, worker = session.get_one(Person, ana), session.get_one(Person, ben)
        made = []
        for number in range(rooms):
            job = teller.post(client, JobDraft(title=f"Parts {number}", currency="USD"), at)
            made.append(
                teller.agree(teller.propose(job, worker, rows, "All.", at), client, worker, at)
            )
        ids = [one.id for room in made for one in work.of(session, room.id)]
        return [room.id for room in made], ids


def findings(demo: Demo, acts: list[Act]) -> list[str]:
    """What is wrong with the board: its books, its chains, and acts that were lost or doubled."""
    from app.escrow import audit, ledger
    from app.kernel.events import StreamHead, verify_stream

    with demo.reading() as session:
        found = [*ledger.verify(session), *audit.audit(session)]
        for stream in session.scalars(select(StreamHead.stream)):
            found += verify_stream(session, stream)
        counts = _effects(session)
    for act in acts:
        times = counts[_key(act)]
        if times > 1:
            found.append(f"{act.kind} {act.path} was done {times} times")
        if act.acknowledged and not times:
            found.append(f"{act.kind} {act.path} was acknowledged and is lost")
    return found


def _key(act: Act) -> tuple[str, str]:
    if act.kind == "message":
        return act.kind, act.fields["body"]
    if act.kind == "submit":
        return act.kind, act.fields["note"]
    return act.kind, act.milestone


def _effects(session: Any) -> Counter[tuple[str, str]]:
    """How often each thing stands in the rows that acts leave."""
    from app.escrow.models import Account, Submission, Transfer
    from app.talk.models import Message

    held = Account.kind == "held"
    found: Counter[tuple[str, str]] = Counter()
    for kind, way in (("fund", Transfer.to_id), ("approve", Transfer.from_id)):
        rows = (
            select(Account.owner_id, func.count())
            .join(Transfer, way == Account.id)
            .where(held, ~Transfer.key.endswith(":fee"))  # which leaves beside its release
            .group_by(Account.owner_id)
        )
        found.update({(kind, owner): times for owner, times in session.execute(rows)})
    found.update(("message", body) for body in session.scalars(select(Message.body)))
    found.update(("submit", note) for note in session.scalars(select(Submission.note)))
    return found
