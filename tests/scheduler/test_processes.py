"""Chores and letters happen exactly once with two processes, and after a kill at any point."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.kernel.events import Untold
from app.mail.models import Letter
from app.talk import messages
from app.talk.models import Conversation
from tests import rooms
from tests.scheduler import worker
from tests.stories import NOON

PROCESSES = get_context("forkserver")  # which imports the board once, for all of them
PROCESSES.set_forkserver_preload([worker.__name__])

DUE = NOON + timedelta(days=9)
"""By then reminders, a report prompt and its nudge are due as well as the letters."""


def arrange(story: Callable[[], Any], count: int = 60) -> None:
    with story() as session:
        room = rooms.agreed(session)
        rooms.pays(room, room.milestones[0])
        rooms.submits(room, room.milestones[0])
        talk = session.get_one(Conversation, room.engagement.conversation_id)
        for number in range(count):
            messages.post(
                session, talk, f"Message {number}", by=room.freelancer, at=NOON,
                stream=room.engagement.stream,
            )  # fmt: skip


def start(url: str, folder: Path, at: datetime, rounds: int) -> BaseProcess:
    hears, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=worker.main, args=(url, folder, at, rounds, says))
    process.start()
    says.close()
    assert hears.recv() == "ready"
    return process


def finish(process: BaseProcess, folder: Path) -> None:
    process.join(120)
    errors = (folder / "errors").read_text()
    assert process.exitcode == 0, errors
    assert "Traceback" not in errors, errors


def check(story: Callable[[], Any], folder: Path) -> Counter[str]:
    """Everything was told and sent, nothing is written twice; how often each letter was carried."""
    with story() as session:
        assert not session.scalars(select(Untold)).all()
        letters = session.scalars(select(Letter)).all()
        assert {one.state for one in letters} <= {"sent", "dropped"}, Counter(
            (one.state, one.error) for one in letters
        )
        by_notice = Counter(one.notice for one in letters)
        assert by_notice["message"] == 60
        for once in ("report_asked", "review_reminder", "ledger_checked"):
            assert by_notice[once] == 1, by_notice
        sent = {one.id for one in letters if one.state == "sent"}
    assert {path.stem for path in folder.glob("*.eml")} == sent
    return Counter((folder / "carried").read_text().split())


def test_two_processes_at_once_carry_each_letter_once(
    story: Any, database_url: str, tmp_path: Path
) -> None:
    arrange(story)
    running = [start(database_url, tmp_path, DUE, 3) for _ in range(2)]
    for process in running:
        finish(process, tmp_path)
    assert set(check(story, tmp_path).values()) == {1}


def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(
    story: Any, database_url: str, tmp_path: Path
) -> None:
    arrange(story)
    dice = random.Random(7)
    for number in range(8):
        at = DUE + timedelta(minutes=20 * number)  # past the claim of the one that was killed
        process = start(database_url, tmp_path, at, 5)
        time.sleep(dice.uniform(0, 0.35))
        process.kill()
        process.join()
    finish(start(database_url, tmp_path, DUE + timedelta(minutes=200), 30), tmp_path)
    carried = check(story, tmp_path)
    assert min(carried.values()) == 1
    assert sum(carried.values()) <= len(carried) + 8 * 20  # only what a kill caught is repeated
