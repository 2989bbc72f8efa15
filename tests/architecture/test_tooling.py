"""The one command, the locks and the vendored files."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.parts import ROOT

pytestmark = pytest.mark.any_database

LOCKS = ("requirements.txt", "requirements-postgres.txt", "requirements-dev.txt")


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / name).read_text(), re.M))


def milepost(
    *words: str, shell: Path = ROOT / "milepost", **environ: str
) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MILEPOST_")}
    return subprocess.run(
        [str(shell), *words], env=kept | environ, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def flask(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What `./milepost` runs, in the environment of the tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MILEPOST_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=ROOT, env=kept | environ,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def refuses(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with one plain sentence about all of `words`, and no stack trace."""
    assert done.returncode in (1, 2), done
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


# The locks and the vendored files


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_the_npm_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


@pytest.mark.parametrize("name", LOCKS[1:])
def test_the_larger_locks_hold_the_smaller_to_the_letter(name: str) -> None:
    assert pins(LOCKS[0]).items() <= pins(name).items()


def test_every_requirement_is_locked_with_hashes() -> None:
    for name in LOCKS:
        entries = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text().split("\n", 2)[2])
        assert all("--hash=sha256:" in entry for entry in entries), name


def test_vendored_files_are_the_published_ones() -> None:
    done = subprocess.run(
        [sys.executable, "tools/vendor.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_list_of_common_passwords_is_what_its_tool_writes() -> None:
    done = subprocess.run(
        [sys.executable, "tools/common_passwords.py", "--check"], cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# The shell: before there is a virtual environment


def bare_clone(folder: Path, *, version: str, has_venv: bool) -> dict[str, str]:
    """A folder with the command, and a PATH on which Python is what we say it is."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("dirname", "cat", "cksum", "tail", "rm", "grep", "id"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    old = "exit 1" if version < "3.11" else "exit 0"
    venv = "exit 0" if has_venv else "exit 1"
    (programs / "python3").write_text(
        "#!/bin/sh\n"
        f'case "$2" in *print*) echo {version} ;; *ensurepip*) {venv} ;; *) {old} ;; esac\n'
    )
    (programs / "python3").chmod(0o755)
    for name in ("milepost", LOCKS[0]):
        shutil.copy(ROOT / name, folder / name)
    return {"PATH": str(programs)}


def test_an_old_python_is_named(tmp_path: Path) -> None:
    environ = bare_clone(tmp_path, version="3.09", has_venv=True)
    refuses(milepost("serve", shell=tmp_path / "milepost", **environ), "3.11", "3.09")


def test_a_python_without_venv_says_what_to_install(tmp_path: Path) -> None:
    environ = bare_clone(tmp_path, version="3.12", has_venv=False)
    refuses(milepost("serve", shell=tmp_path / "milepost", **environ), "apt install python3-venv")


def test_without_any_python_it_says_so(tmp_path: Path) -> None:
    environ = bare_clone(tmp_path, version="3.12", has_venv=True)
    (tmp_path / "bin" / "python3").unlink()
    refuses(milepost("serve", shell=tmp_path / "milepost", **environ), "none")


def test_help_lists_every_command_without_installing_anything(tmp_path: Path) -> None:
    environ = bare_clone(tmp_path, version="3.12", has_venv=True)
    done = milepost("help", shell=tmp_path / "milepost", **environ)
    assert done.returncode == 0
    for word in ("serve", "demo", "test", "lint", "bench", "doctor", "ledger verify", "migrate"):
        assert f"  {word}" in done.stdout
    assert not (tmp_path / ".venv").exists()


def test_an_unknown_command_is_refused() -> None:
    done = milepost("server")
    assert done.returncode == 2
    assert "server" in done.stderr


# The board: troubles that an operator meets


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    return {"MILEPOST_DATA_DIR": str(tmp_path / "board")}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board's folder as `migrate` makes it."""
    folder = tmp_path_factory.mktemp("migrated") / "board"
    assert flask("migrate", MILEPOST_DATA_DIR=str(folder)).returncode == 0
    return folder


@pytest.fixture
def board(migrated: Path, place: dict[str, str]) -> Iterator[sqlite3.Connection]:
    """The database of a board of this test's own, at `place`."""
    shutil.copytree(migrated, place["MILEPOST_DATA_DIR"])
    with closing(sqlite3.connect(Path(place["MILEPOST_DATA_DIR"]) / "milepost.db")) as database:
        yield database


def test_a_bad_setting_is_named(place: dict[str, str]) -> None:
    refuses(flask("serve", **place, MILEPOST_PORT="80000"), "MILEPOST_PORT", "80000")


def test_an_unknown_setting_is_named(place: dict[str, str]) -> None:
    refuses(flask("serve", **place, MILEPOST_PROT="80"), "MILEPOST_PROT")


def test_a_taken_port_is_named(place: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refuses(flask("serve", **place, MILEPOST_PORT=port), port, "MILEPOST_PORT")


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    refuses(flask("serve", MILEPOST_DATA_DIR=str(tmp_path / "file" / "board")), "file/board")


def test_a_database_newer_than_the_code_is_left_alone(
    board: sqlite3.Connection, place: dict[str, str]
) -> None:
    board.execute("UPDATE alembic_version SET version_num = '9999'")
    board.commit()
    for command in (("serve",), ("migrate",), ("ledger", "verify")):
        refuses(flask(*command, **place), "newer")


def test_a_ledger_without_its_guards_is_not_served(
    board: sqlite3.Connection, place: dict[str, str]
) -> None:
    board.execute("DROP TRIGGER milepost_transfers_no_update")
    board.commit()
    refuses(flask("serve", **place), "transfers_no_update")


def test_a_file_that_is_no_database_is_named(place: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 9)
    url = f"sqlite:///{tmp_path / 'letter.txt'}"
    refuses(flask("migrate", **place, MILEPOST_DATABASE_URL=url), "letter.txt")


def test_a_database_server_that_is_away_is_a_sentence(place: dict[str, str]) -> None:
    url = "postgresql://nobody:secret@127.0.0.1:9/nothing"
    done = flask("migrate", **place, MILEPOST_DATABASE_URL=url)
    refuses(done, "database")
    assert "secret" not in done.stderr


def test_the_demo_leaves_a_real_board_alone(
    board: sqlite3.Connection, place: dict[str, str]
) -> None:
    board.execute(
        "INSERT INTO board (id, name, zone, currency, locale, open_joining, bank_account, "
        "contact_email, privacy, conditions, made_at) VALUES "
        "(1, 'Real', 'UTC', 'EUR', 'en', 0, '', '', '', '', '2026-01-01T00:00:00.000000Z')"
    )
    board.commit()
    done = flask("demo", "--fill-only", **place, MILEPOST_DEMO="on")
    refuses(done, "not made by the demo")
