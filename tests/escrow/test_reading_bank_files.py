"""A bank file is kept first and read in chunks; no line counts before the last one is in."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adapters.bank import importer, reading
from app.escrow.bank import columns, importing, matching, placing
from app.escrow.bank.lines import Statement
from app.escrow.bank.models import BankEntry, BankImport, BankStatement
from app.kernel.errors import NotFound, WrongState
from app.kernel.writing import begin_writing, writing
from app.scheduler import upkeep
from app.scheduler.chores import CHORES
from tests import databases, rooms
from tests.escrow import bank_worker
from tests.escrow.bank_lines import asked, line
from tests.people import mallory, olga
from tests.rooms import Room
from tests.scheduler.chores import tick
from tests.stories import NOON, later

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([bank_worker.__name__])
RESUMES = [one for one in CHORES if one.run is upkeep.bank_files]
LINES = 2000


@pytest.fixture
def room(session: Session) -> Room:
    return rooms.agreed(session, currency="EUR")


def begin(room: Room, lines: int, reference: str = "") -> tuple[BankImport, list[Statement]]:
    every = [line(f"rent {number}", 100 + number) for number in range(lines - bool(reference))]
    if reference:
        every.insert(0, line(reference, 7500))
    statements = [Statement("CAMT.053", "DE89", tuple(every))]
    kept = importing.begin(
        room.session, statements, file_name="a.xml", content=b"x", by=room.operator, at=NOON
    )
    return kept, statements


def states(session: Session) -> Counter[str]:
    return Counter(session.scalars(select(BankEntry.state)))


def test_no_line_counts_before_the_last_one_is_in(room: Room) -> None:
    payment = asked(room)
    assert importing.OPENED == importing.CHUNK * 2
    kept, statements = begin(room, importing.OPENED + 1, payment.reference)
    for done in (importing.CHUNK, importing.CHUNK * 2):
        assert importing.read_on(room.session, kept, statements, at=NOON)
        assert kept.done_lines == done and kept.state == "reading" and kept.content == b"x"
        assert states(room.session) == {"reading": done}
        assert matching.new(room.session, room.operator) == []
        assert placing.waiting(room.session) == (0, 0)
    entry = room.session.scalars(select(BankEntry).where(BankEntry.codes != "")).one()
    for act in (
        lambda: placing.book(room.session, entry, payment.reference, by=room.operator, at=later()),
        lambda: placing.hold(room.session, entry, by=room.operator, at=later()),
        lambda: placing.set_aside(room.session, entry, by=room.operator, at=later()),
    ):
        with pytest.raises(WrongState, match=r"entry\.reading"):
            act()
    assert placing.confirm_matched(
        room.session, [entry.id], by=room.operator, at=later()
    ) == [] and payment.state == "pending"  # fmt: skip
    assert importing.read_on(room.session, kept, statements, at=NOON)
    assert (kept.state, kept.content) == ("opening", b"")
    assert states(room.session) == {"new": importing.OPENED, "reading": 1}
    assert not importing.read_on(room.session, kept, statements, at=NOON)
    assert kept.state == "done"
    assert states(room.session) == {"new": importing.CHUNK * 2 + 1}
    assert not importing.read_on(room.session, kept, statements, at=NOON)
    assert importing.counted(room.session, kept) == importing.Imported(kept.total_lines, 0)
    assert len(placing.confirm_matched(room.session, [entry.id], by=room.operator, at=later())) == 1


def test_each_transaction_asks_the_same_few_questions(room: Room) -> None:
    from sqlalchemy import event

    kept, statements = begin(room, importing.CHUNK * 6)
    listed, counts, count = importing.rows(statements), [], [0]
    engine = room.session.get_bind()

    def heard(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        count[0] += not sql.startswith("INSERT INTO bank_entries")

    event.listen(engine, "before_cursor_execute", heard)
    for _ in range(5):
        count[0] = 0
        assert importing.read_on(room.session, kept, statements, at=NOON, listed=listed)
        counts.append(count[0])
    event.remove(engine, "before_cursor_execute", heard)
    assert max(counts) <= 12 and len(set(counts[1:])) == 1, counts


def test_only_who_sees_all_money_imports(room: Room) -> None:
    stranger = mallory(room.session)
    for act in (
        lambda: importing.begin(room.session, [], file_name="", by=stranger, at=NOON),
        lambda: columns.ask(
            room.session, file_name="", content=b"", header_key="k", by=stranger, at=NOON
        ),
        lambda: columns.load(room.session, "no", room.operator),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_file_that_nobody_says_the_columns_of_is_discarded_after_a_week(room: Room) -> None:
    facts: dict[str, Any] = {"file_name": "a.csv", "header_key": "k", "by": room.operator}
    first = columns.ask(room.session, content=b"one", at=NOON, **facts)
    assert columns.ask(room.session, content=b"one", at=NOON, **facts) is first
    columns.ask(room.session, content=b"two", at=NOON + columns.KEPT, **facts)
    columns.discard_old(room.session, at=NOON + columns.KEPT)
    assert len(columns.asking(room.session)) == 2
    columns.discard_old(room.session, at=later() + columns.KEPT)
    assert [one.file_name for one in columns.asking(room.session)] == ["a.csv"]
    assert room.session.scalars(select(BankImport.content)).all() == [b"two"]


# processes


@pytest.fixture
def operator(story: Any) -> str:
    with story() as session:
        rooms.agreed(session, currency="EUR")
        return str(olga(session).id)


@pytest.fixture
def running() -> Iterator[list[BaseProcess]]:
    found: list[BaseProcess] = []
    yield found
    for one in found:
        one.kill()
        one.join(20)


def start(
    running: list[BaseProcess], url: str, content: bytes, import_id: str, operator: str
) -> BaseProcess:
    hears, says = PROCESSES.Pipe(duplex=False)
    args = (url, content, import_id, operator, says)
    process = PROCESSES.Process(target=bank_worker.main, args=args)
    process.start()
    says.close()
    running.append(process)
    assert hears.recv() == "ready"
    return process


def done_lines(url: str, import_id: str) -> int:
    with databases.opened(url) as session:
        query = select(BankImport.done_lines).where(BankImport.id == import_id)
        return int(session.scalar(query) or 0)


def whole(url: str, lines: int, imports: int = 1) -> None:
    """Every line of the file is kept once, and can be decided on."""
    with databases.opened(url) as session:
        assert states(session) == {"new": lines}
        assert set(session.scalars(select(BankImport.state))) == {"done"}
        counts = session.execute(
            select(func.sum(BankStatement.new_lines), func.sum(BankStatement.known_lines))
        ).one()
        assert tuple(counts) == (lines, lines * (imports - 1))


def test_a_killed_import_is_finished_at_the_next_start_with_each_line_once(
    database_url: str, operator: str, running: list[BaseProcess]
) -> None:
    content = bank_worker.file_of(LINES)
    import_id = bank_worker.begin(database_url, content, operator)
    process = start(running, database_url, content, import_id, operator)
    while not done_lines(database_url, import_id):
        time.sleep(0.005)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(20)
    assert 0 < done_lines(database_url, import_id) < LINES
    with databases.opened(database_url) as session:
        assert set(states(session)) == {"reading"}
        assert tick(session, later(), chores=RESUMES) == 1
    whole(database_url, LINES)
    with databases.opened(database_url) as session:
        assert tick(session, later(), chores=RESUMES) == 0


def test_a_crowd_that_reads_the_same_file_keeps_each_line_once(
    database_url: str, operator: str, running: list[BaseProcess]
) -> None:
    content = bank_worker.file_of(LINES)
    import_id = bank_worker.begin(database_url, content, operator)
    for own in (import_id, import_id, "", ""):
        start(running, database_url, content, own, operator)
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    whole(database_url, LINES, imports=3)


def test_one_reader_of_a_process_waits_while_another_has_its_turn(
    database_url: str, operator: str
) -> None:
    content = bank_worker.file_of(LINES)
    import_id = bank_worker.begin(database_url, content, operator)
    statements = reading.read(content, columns=bank_worker.COLUMNS)

    def read() -> None:
        with databases.opened(database_url) as session:
            importer.read_through(session, import_id, NOON, statements)

    second = Thread(target=read)
    with importer._TURN:
        second.start()
        second.join(1)
        with databases.opened(database_url) as session:
            assert session.get_one(BankImport, import_id).done_lines == 0
    second.join()
    whole(database_url, LINES)


def test_a_file_that_cannot_be_read_any_more_leaves_nothing(
    database_url: str, operator: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = bank_worker.file_of(LINES)
    import_id = bank_worker.begin(database_url, content, operator)
    statements = reading.read(content, columns=bank_worker.COLUMNS)
    with databases.opened(database_url) as session:
        with writing(session):
            kept = session.get_one(BankImport, import_id)
            assert importing.read_on(session, kept, statements, at=NOON)
            kept.content = b"Ana Ruiz;NL91ABNA0417164300"
        with caplog.at_level(logging.DEBUG):
            tick(session, later(), chores=RESUMES)
        begin_writing(session)
        session.expire_all()
        kept = session.get_one(BankImport, import_id)
        assert (kept.state, kept.content) == ("failed", b"") and states(session) == {}
    assert "cannot be read any more" in caplog.text
    assert "Ana" not in caplog.text and "NL91" not in caplog.text


def test_a_request_reads_for_a_while_and_the_scheduled_task_goes_on(
    database_url: str, operator: str
) -> None:
    content = bank_worker.file_of(LINES)
    import_id = bank_worker.begin(database_url, content, operator)
    with databases.opened(database_url) as session:
        assert not importer.read_through(session, import_id, NOON, most_s=0)
        assert set(states(session)) == {"reading"}
        assert tick(session, later(), chores=RESUMES) == 1
    whole(database_url, LINES)


def test_reading_through_is_safe_to_do_again(database_url: str, operator: str) -> None:
    content = bank_worker.file_of(300)
    import_id = bank_worker.begin(database_url, content, operator)
    with databases.opened(database_url) as session:
        for _ in range(2):
            assert importer.read_through(session, import_id, NOON)
    whole(database_url, 300)
