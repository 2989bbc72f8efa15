"""The ledger under load, and statements that grow long: on scratch databases of their own.

python -m benchmarks.books URL WRITERS SECONDS FOLDER
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.adapters import schema
from app.demo import stories
from app.engagement.models import Engagement
from app.escrow import accounts, ledger
from app.escrow.models import Account, LedgerHead, Milestone, Transfer
from app.escrow.papers import statements
from app.kernel import clock, events, writing
from app.kernel.base import stamp
from app.kernel.events import Event, StreamHead

FEW, MANY = 1_000, 100_000
ROWS = 50
CHUNK = 20
"""Transfers in one transaction: a few, as on a board. PostgreSQL keeps every version of an account

until its transaction is over; a thousand of them once made each look at that account slower.
"""


@contextlib.contextmanager
def scratch(name: str, folder: Path) -> Iterator[str]:
    """An empty, migrated database beside the one that is named, gone afterwards.

    A board's own database is never written to.
    """
    url = make_url(name)
    if url.get_backend_name() == "sqlite":
        file = folder / f"{secrets.token_hex(4)}.db"
        found = f"sqlite:///{file}"
        with engine_at(found) as engine:
            schema.upgrade(engine)
        yield found
        return
    other = "milepost_bench_" + secrets.token_hex(4)
    root = create_engine(url, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {other}"))
    found = url.set(database=other).render_as_string(hide_password=False)
    try:
        with engine_at(found) as engine:
            schema.upgrade(engine)
        yield found
    finally:
        with root.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {other} WITH (FORCE)"))
        root.dispose()


@contextlib.contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    """An engine as the board has it."""
    engine = create_engine(url)
    writing.install(engine)
    try:
        yield engine
    finally:
        engine.dispose()


def measure(url: str, name: str, seconds: float) -> None:
    """Print the rows of one database."""
    with tempfile.TemporaryDirectory() as folder, scratch(url, Path(folder)) as found:
        for writers in (1, 8):
            kept = Path(folder) / f"{writers}"
            kept.mkdir()
            asked = ["-m", "benchmarks.books", found, str(writers), str(seconds), str(kept)]
            subprocess.run([sys.executable, *asked], check=True)
            took = sorted(one for part in kept.iterdir() for one in json.loads(part.read_text()))
            label = f"{name}: {writers} writer{'s' if writers > 1 else ''}"
            print(
                f"{label:<34}{len(took) / seconds:>9.0f}{took[len(took) // 2] * 1000:>9.2f}"
                f"{took[len(took) * 99 // 100] * 1000:>9.2f}",
                flush=True,
            )
    with tempfile.TemporaryDirectory() as folder, scratch(url, Path(folder)) as found:
        _statements(found, name, Path(folder))


def _statements(url: str, name: str, files: Path) -> None:
    """What a page of a statement costs when it is short, and when it is long."""
    with engine_at(url) as engine, Session(engine) as session:
        with writing.writing(session):
            stories.tell(session, at=clock.now(), files_dir=files)
        room = session.scalars(select(Engagement).where(Engagement.title.startswith("Logo"))).one()
        pages: dict[str, Callable[[int], object]] = {
            "a balance": lambda before: statements.of_balance(
                session, room.freelancer_id, room.currency, before=before, limit=ROWS
            ),
            "a workroom": lambda before: statements.page_of_engagement(
                session, room.id, before=before, limit=ROWS
            ),
        }
        first: dict[str, float] = {}
        for count in (FEW, MANY):
            _fill(session, room, count)
            for what, page in pages.items():
                newest, oldest = _usual_ms(session, page, 0), _usual_ms(session, page, FEW // 2)
                share = f"{newest / first.setdefault(what, newest):7.0%} of the first"
                label = f"{name}: statement of {what}, {count:,}"
                print(f"{label:<48}{newest:>7.2f} ms{oldest:>9.2f} ms old  {share}", flush=True)


def _usual_ms(session: Session, page: Callable[[int], object], before: int) -> float:
    """The lower quartile: what it costs while nothing else wants the core."""
    took = []
    for _ in range(200):
        start = time.perf_counter()
        page(before)
        took.append(time.perf_counter() - start)
        session.rollback()
    return statistics.quantiles(took, n=4)[0] * 1000


def _fill(session: Session, room: Engagement, count: int) -> None:
    """Bring the ledger to so many transfers, by turns into escrow and out of it, each with its

    event. The events are not chained: nobody verifies them here.
    """
    milestone = session.scalars(
        select(Milestone.id).where(Milestone.engagement_id == room.id).limit(1)
    ).one()
    names = (accounts.bank("test"), accounts.held(milestone), accounts.balance(room.freelancer_id))
    at, stream = clock.now(), room.stream
    with writing.writing(session):
        told = events.record(session, stream, "bench", by=None, at=at, subject=("bench", ""))
        for source, target in itertools.pairwise(names):  # so that they are there
            ledger.transfer(
                session, source=source, target=target, currency=room.currency, amount_minor=1,
                key=f"bench:{secrets.token_hex(8)}", event_id=told.id, at=at,
            )  # fmt: skip
        ids = [
            session.scalars(
                select(Account.id).where(
                    Account.name == one.name, Account.currency == room.currency
                )
            ).one()
            for one in names
        ]
        seq, last = session.execute(select(LedgerHead.seq, LedgerHead.hash)).one()
        number, event, first = told.number, told.id, seq + 1
        for start in range(seq + 1, count + 1, CHUNK):
            rows, happened = [], []
            for seq in range(start, min(count + 1, start + CHUNK)):
                number, event, turn = number + 1, event + 1, (seq - first) % 2
                row = (seq, ids[turn], ids[turn + 1], room.currency, 1, f"bench:{seq}", event)
                text_at = stamp(at)
                digest = ledger.transfer_hash(*row, text_at, last)
                rows.append((*row, text_at, last, digest))
                last = digest
                happened.append((event, number))
            _insert(session, stream, rows, happened, at)
            session.commit()
        head = session.get_one(StreamHead, stream)
        head.number = number
        if session.get_bind().dialect.name == "postgresql":
            session.execute(
                text("SELECT setval(pg_get_serial_sequence('events', 'id'), :last)"),
                {"last": event},
            )
            session.execute(text("ANALYZE"))  # which autovacuum does on a server


def _insert(
    session: Session,
    stream: str,
    rows: Sequence[tuple[object, ...]],
    happened: list[tuple[int, int]],
    at: datetime,
) -> None:
    columns = [column.name for column in Transfer.__table__.columns]
    session.execute(
        insert(Event),
        [
            {
                "id": event, "stream": stream, "number": number, "kind": "bench", "at": at,
                "subject_kind": "bench", "subject_id": "", "facts": "{}", "previous_hash": "",
                "hash": "",
            }
            for event, number in happened
        ],
    )  # fmt: skip
    session.execute(insert(Transfer), [dict(zip(columns, row, strict=True)) for row in rows])


def _write(engine: Engine, number: int, until: float) -> list[float]:
    """One transfer after the other, each with its event, in a transaction of its own."""
    took, count = [], 0
    source, target = accounts.bank("test"), accounts.held(f"bench{number}")
    while (start := time.perf_counter()) < until:
        count += 1
        at = clock.now()
        with Session(engine, expire_on_commit=False) as session, writing.writing(session):
            told = events.record(
                session, f"bench:{number}", "bench", by=None, at=at, subject=("bench", "")
            )
            ledger.transfer(
                session, source=source, target=target, currency="USD", amount_minor=1,
                key=f"bench:{number}:{os.getpid()}:{count}", event_id=told.id, at=at,
            )  # fmt: skip
        took.append(time.perf_counter() - start)
    return took


def main() -> None:
    """Be so many writers, and write down how long each transfer took."""
    url, writers, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    children = []
    with engine_at(url) as engine:
        _write(engine, 0, time.perf_counter() + 0.2)
        engine.dispose()
        until = time.perf_counter() + seconds
        for number in range(writers):
            pid = os.fork()
            if not pid:
                took = _write(engine, number, until)
                (Path(sys.argv[4]) / f"{number}.json").write_text(json.dumps(took))
                os._exit(0)
            children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
