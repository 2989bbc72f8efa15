"""Several processes do what they like on one board at once, and somebody reads all the while."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from tests import databases
from tests.parts import ROOT

PROCESSES = 8
REFUSED, BUSY = "refused", "too busy"
"""Nothing was done: the rules refused it, or SQLite gave up waiting for its turn."""
NEW_ROOM = 60
"""Once in so many acts another engagement begins."""

_WRONG = text(
    """
    SELECT 'all balances in ' || currency || ' sum to ' || CAST(SUM(balance) AS TEXT)
      FROM accounts GROUP BY currency HAVING SUM(balance) <> 0
    UNION ALL SELECT 'account ' || a.name || ' is not the sum of its transfers' FROM accounts a
      WHERE a.balance <> COALESCE((SELECT SUM(amount) FROM transfers WHERE to_id = a.id), 0)
        - COALESCE((SELECT SUM(amount) FROM transfers WHERE from_id = a.id), 0)
    UNION ALL SELECT 'account ' || name || ' is below zero' FROM accounts
      WHERE floor = 1 AND balance < 0
    UNION ALL SELECT 'the head is not the last transfer' FROM ledger_head
      WHERE seq <> (SELECT COUNT(*) FROM transfers)
        OR seq <> COALESCE((SELECT MAX(seq) FROM transfers), 0)
    UNION ALL SELECT 'the funded milestone ' || m.id || ' lacks money' FROM milestones m
      WHERE m.state = 'funded' AND m.amount_minor > COALESCE((SELECT SUM(balance) FROM accounts
          WHERE kind = 'held' AND owner_id = m.id), 0)
        + COALESCE((SELECT SUM(t.amount) FROM transfers t JOIN accounts a ON a.id = t.from_id
          WHERE a.kind = 'held' AND a.owner_id = m.id AND t.key LIKE 'release:%'), 0)
    """
)
"""One statement, which sees one moment."""


def crowd(
    url: str, seed: int, *, acts: int = 1_000_000, seconds: float = 600
) -> tuple[list[str], Counter[str], int]:
    """Let each process try so many acts on the empty board at this URL, or for so long.

    Returns what was wrong at any moment or at the end, what was done, and how often was read.
    """
    from app.kernel.events import StreamHead, verify_stream

    with databases.engine_at(url) as engine:
        _furnish(engine)
        asked = [
            sys.executable,
            "-m",
            "tests.faults.crowd",
            url,
            str(seed),
            str(acts),
            str(seconds),
        ]
        actors = subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        found, looks = [], 0
        while actors.poll() is None and not found:
            found = look(engine, thoroughly=looks % 20 == 19)
            looks += 1
            time.sleep(0.02)
        said, _ = actors.communicate(timeout=60)
        found += look(engine, thoroughly=True)
        with Session(engine) as session:
            for stream in session.scalars(select(StreamHead.stream)).all():
                found += verify_stream(session, stream)
    done: Counter[str] = Counter()
    for line in said.splitlines():
        one = json.loads(line)
        done.update(one["done"])
        found += one["troubles"]
    if actors.returncode:
        found.append(f"the crowd ended with {actors.returncode}")
    return found, done, looks


def look(engine: Engine, *, thoroughly: bool) -> list[str]:
    """What does not add up at this moment; thoroughly: the whole audit, of one moment, too."""
    from app.escrow import audit

    with Session(engine) as session:
        if engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found = [str(one) for one in session.execute(_WRONG).scalars()]
        return found + (audit.audit(session) if thoroughly else [])


def _furnish(engine: Engine) -> None:
    from app.kernel.writing import writing
    from tests.rooms import agreed

    with Session(engine, expire_on_commit=False) as session, writing(session):
        for _ in range(4):
            agreed(session, at=datetime.now(UTC))


def act(engine: Engine, seed: int, acts: int, until: float) -> dict[str, Any]:
    """One process: one act after the other, each in a unit of work of its own."""
    from app.kernel.errors import NotFound, Refused
    from app.kernel.writing import writing

    chance, done, troubles = random.Random(seed), Counter[str](), []
    for _ in range(acts):
        if time.time() > until:
            break
        try:
            with Session(engine, expire_on_commit=False) as session, writing(session):
                name = _step(session, chance)
        except (Refused, NotFound, IndexError):
            done[REFUSED] += 1
        except Exception as trouble:  # any other is what we look for
            if "database is locked" not in str(trouble):
                troubles.append(f"{type(trouble).__name__}: {trouble}"[:500])
                break
            done[BUSY] += 1
        else:
            done[name] += 1
        time.sleep(chance.uniform(0, 0.01))
    return {"done": done, "troubles": troubles}


def warm(engine: Engine, seed: int) -> None:
    """Let the first process learn every statement, so that the others are born with them."""
    from app.kernel.errors import NotFound, Refused
    from app.kernel.writing import begin_writing

    chance = random.Random(seed)
    with Session(engine) as session:
        begin_writing(session)
        for _ in range(40):
            with contextlib.suppress(Refused, NotFound, IndexError):
                _step(session, chance)
        session.rollback()
    engine.dispose()


def _step(session: Session, chance: random.Random) -> str:
    from app.engagement.models import Engagement
    from tests.faults.walk import Walk
    from tests.people import alice, bob, olga
    from tests.rooms import Room, agreed

    at = datetime.now(UTC)
    if chance.randrange(NEW_ROOM) == 0:
        agreed(session, at=at)
        return "begin"
    living = select(Engagement).where(Engagement.state.in_(("negotiating", "active")))
    room = chance.choice(session.scalars(living.order_by(Engagement.id)).all())
    people = alice(session), bob(session), olga(session)
    return Walk(Room(session, room, *people), chance).step(at)


def main() -> None:
    """Import everything once, then be several processes."""
    from tests.faults import walk  # noqa: F401
    from tests.faults.serving import die_with_parent

    url, seed, acts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    die_with_parent()
    children = []
    with databases.engine_at(url) as engine:
        warm(engine, seed)
        until = time.time() + float(sys.argv[4])
        for number in range(PROCESSES):
            pid = os.fork()
            if not pid:
                die_with_parent()
                line = json.dumps(act(engine, seed * 1000 + number, acts, until)) + "\n"
                os.write(1, line.encode())
                os._exit(0)
            children.append(pid)
    ends = [os.waitpid(pid, 0)[1] for pid in children]
    raise SystemExit(1 if any(ends) else 0)


if __name__ == "__main__":
    main()
