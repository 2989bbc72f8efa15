"""Chores and letters happen exactly once with two processes, and after a kill at any point."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.kernel.events import Untold
from app.mail.models import Letter
from app.talk import messages
from app.talk.models import Conversation
from tests import rooms
from tests.parts import ROOT
from tests.stories import NOON

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


def start(url: str, folder: Path, at: datetime, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.scheduler.worker", url, str(folder)]
    process = subprocess.Popen(
        [*command, at.isoformat(), str(rounds)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
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
        finish(process)
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
        process.communicate()
    finish(start(database_url, tmp_path, DUE + timedelta(minutes=200), 30))
    carried = check(story, tmp_path)
    assert min(carried.values()) == 1
    assert sum(carried.values()) <= len(carried) + 8 * 20  # only what a kill caught is repeated
