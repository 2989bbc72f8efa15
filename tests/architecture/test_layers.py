"""Who may import whom, and what that is good for: rules without the web, and a light start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo_board import Demo
from tests.faults.serving import Serving, get, serving
from tests.parts import ROOT

pytestmark = pytest.mark.any_database

WEB = (
    "flask", "flask_sqlalchemy", "flask_login", "wtforms", "jinja2", "apscheduler", "requests",
    "stripe", "werkzeug",
)  # fmt: skip
HEAVY = ("weasyprint", "PIL", "css_inline", "fontTools", "segno", "babel.messages")
RULES = (
    "kernel", "people", "talk", "jobs", "engagement", "escrow", "terms", "workroom", "feedback",
    "desk", "mail",
)  # fmt: skip


def loaded_by(*imports: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after those imports."""
    code = f"import {', '.join(imports)}; import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_rooms_import_downwards_only() -> None:
    code = "from importlinter.cli import lint_imports as lint; exit(lint(no_cache=True))"
    done = subprocess.run(  # of its own: it turns off the loggers of the process that it runs in
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_ledger_loads_nothing_of_the_web() -> None:
    assert loaded_by("app.escrow.ledger") & set(WEB) == set()


def test_no_room_of_rules_loads_the_web() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in RULES
        for path in (ROOT / "app" / room).rglob("*.py")
        if path.stem != "__init__"
    ]
    assert loaded_by(*modules) & set(WEB) == set()


def test_heavy_libraries_are_loaded_where_they_are_used() -> None:
    assert loaded_by("app.factory", *_blueprints()) & set(HEAVY) == set()


def _blueprints() -> list[str]:
    return [
        f"app.blueprints.{path.name}"
        for path in (ROOT / "app" / "blueprints").iterdir()
        if (path / "__init__.py").is_file()
    ]


def test_a_board_starts_in_less_than_100_megabytes(own_demo: Demo) -> None:
    """Resident after the first answers, with its chores running."""
    with serving(own_demo, Serving) as server:
        server.start()
        for path in ("/sign-in", "/help"):
            assert get(server.port, path) == 200
        assert _resident(server.pid) < 100 * 1024 * 1024


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        pytest.skip("this system has no /proc")
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def test_files_say_their_lines() -> None:
    """A file is a room for one thought: none is longer than 400 lines."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "app").rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}
