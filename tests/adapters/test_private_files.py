"""Nobody else of the machine can open the board's files, whoever made them so."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.adapters import private_files
from app.adapters.storage_local import LocalStorage
from app.settings import Settings
from tests.parts import ROOT

pytestmark = pytest.mark.any_database


def flask(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What `./milepost` runs, by somebody whose files everybody may read."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MILEPOST_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=ROOT, env=kept | environ,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
        umask=0o022,
    )  # fmt: skip


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.lstat().st_mode))


def modes(folder: Path) -> dict[str, str]:
    """The mode of a folder and of everything in it."""
    found = {"": mode(folder)}
    return found | {str(one.relative_to(folder)): mode(one) for one in folder.rglob("*")}


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    """A board's data folder as an earlier version made it."""
    folder = tmp_path / "board"
    for name in ("files/ab", "letters", "exports", "logs"):
        (folder / name).mkdir(parents=True)
    for name in (
        "secret_key", "setup_code", "settings.env", "milepost.db", "milepost.db-wal",
        "milepost.db-shm", "milepost.db.bak", "files/ab/cd", "letters/a.eml", "exports/a.csv",
        "logs/serve.log", "serve.log",
    ):  # fmt: skip
        (folder / name).write_text("MILEPOST_PORT=8000\n" if name == "settings.env" else "")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def settings(folder: Path, **more: str) -> Settings:
    return Settings.load({"MILEPOST_DATA_DIR": str(folder), "MILEPOST_SECRET_KEY": "k"} | more)


def test_what_a_command_makes_is_its_accounts_alone(tmp_path: Path) -> None:
    folder = tmp_path / "board"
    done = flask("migrate", MILEPOST_DATA_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    found = modes(folder)
    assert {"", "milepost.db", "secret_key", "setup_code"} <= set(found)
    assert set(found.values()) == {"0o700", "0o600"}


def test_what_was_left_open_is_closed_at_start_and_named_by_the_doctor_before(
    loose: Path,
) -> None:
    place = {"MILEPOST_DATA_DIR": str(loose)}
    before = flask("doctor", **place)
    assert before.returncode == 1
    assert f"wrong  Open to other accounts of this machine: {loose}" in before.stdout
    assert mode(loose / "secret_key") == "0o644", "the doctor only looks"
    assert flask("migrate", **place).returncode == 0
    found = modes(loose)
    assert {path: one for path, one in found.items() if one not in ("0o700", "0o600")} == {}
    assert found[""] == found["files/ab"] == "0o700" and found["files/ab/cd"] == "0o600"
    assert list(private_files.open_paths(settings(loose), 10)) == []


def test_a_file_that_may_only_be_read_stays_so(loose: Path) -> None:
    (loose / "secret_key").chmod(0o440)
    private_files.mend(settings(loose))
    assert mode(loose / "secret_key") == "0o400"


def test_the_databases_log_is_born_closed_with_the_database(loose: Path) -> None:
    for path in loose.glob("milepost.db*"):
        path.unlink()
    url = settings(loose)
    with closing(sqlite3.connect(loose / "milepost.db")) as database:
        database.execute("PRAGMA journal_mode=WAL").close()
        database.execute("CREATE TABLE a (b)").close()
        (loose / "milepost.db").chmod(0o600)
    private_files.mend(url)
    with closing(sqlite3.connect(loose / "milepost.db")) as database:
        database.execute("INSERT INTO a VALUES (1)").close()
        assert {mode(path) for path in loose.glob("milepost.db*")} == {"0o600"}


def test_a_folder_that_holds_other_things_is_not_closed_but_named(loose: Path) -> None:
    page = loose / "public" / "index.html"
    page.parent.mkdir(mode=0o755)
    page.write_text("of somebody else")
    page.chmod(0o644)
    said = private_files.mend(settings(loose))
    assert len(said) == 1 and str(loose) in said[0] and "not the board's alone" in said[0]
    assert mode(loose) == mode(page.parent) == "0o755" and mode(page) == "0o644"
    assert mode(loose / "secret_key") == "0o600" and mode(loose / "files") == "0o700"


@pytest.mark.parametrize("bits", [0o1777, 0o1755])
def test_a_folder_for_everybodys_scratch_files_is_never_closed(loose: Path, bits: int) -> None:
    loose.chmod(bits)
    assert len(private_files.mend(settings(loose))) == 1
    assert mode(loose) == oct(bits) and mode(loose / "milepost.db") == "0o600"


def test_the_projects_own_folder_and_a_home_are_never_closed(
    loose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_files, "ROOT", loose / "files")
    private_files.mend(settings(loose))
    assert mode(loose) == "0o755"
    monkeypatch.setattr(private_files, "ROOT", ROOT)
    monkeypatch.setenv("HOME", str(loose))
    private_files.mend(settings(loose))
    assert mode(loose) == "0o755"


def test_links_are_not_followed(loose: Path, tmp_path: Path) -> None:
    target, elsewhere = tmp_path / "passwd", tmp_path / "etc"
    target.write_text("of somebody else")
    elsewhere.mkdir()
    (elsewhere / "a.eml").write_text("")
    for path, bits in ((target, 0o644), (elsewhere, 0o755), (elsewhere / "a.eml", 0o644)):
        path.chmod(bits)
    (loose / "leak.db").symlink_to(target)
    (loose / "files" / "leak").symlink_to(target)
    (loose / "backups").symlink_to(elsewhere)
    assert private_files.mend(settings(loose)) == []
    assert mode(target) == mode(elsewhere / "a.eml") == "0o644" and mode(elsewhere) == "0o755"


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator can give files away")
def test_files_of_another_account_are_named_and_left(loose: Path) -> None:
    os.chown(loose / "files" / "ab" / "cd", 12345, 12345)
    (said,) = private_files.mend(settings(loose))
    assert str(loose / "files" / "ab" / "cd") in said
    assert mode(loose / "files" / "ab" / "cd") == "0o644" and mode(loose / "files") == "0o700"


@pytest.fixture
def mail_folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "outgoing"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "one.eml").write_text("")
    (folder / "one.eml").chmod(0o644)
    yield folder


def test_a_mail_folder_elsewhere_is_closed_where_it_holds_e_mails_alone(
    loose: Path, mail_folder: Path
) -> None:
    place = settings(loose, MILEPOST_SMTP_URL=f"file:{mail_folder}")
    (mail_folder / "note.txt").write_text("")
    private_files.mend(place)
    assert mode(mail_folder) == "0o755" and mode(mail_folder / "one.eml") == "0o600"
    (mail_folder / "note.txt").unlink()
    private_files.mend(place)
    assert mode(mail_folder) == "0o700"


def test_a_database_elsewhere_is_closed_and_its_folder_left(loose: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    other.chmod(0o755)
    for name in ("board.sqlite", "board.sqlite-wal"):
        (other / name).write_text("")
        (other / name).chmod(0o644)
    private_files.mend(settings(loose, MILEPOST_DATABASE_URL=f"sqlite:///{other}/board.sqlite"))
    assert mode(other) == "0o755"
    assert mode(other / "board.sqlite") == mode(other / "board.sqlite-wal") == "0o600"


def test_a_start_looks_for_a_bounded_time_and_closes_the_folders_first(
    loose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3000):
        path = loose / "files" / f"{number % 256:02x}" / f"{number:04}"
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
        path.chmod(0o644)
    monkeypatch.setattr(private_files, "LONGEST_S", 0.0)
    began = time.monotonic()
    private_files.mend(settings(loose))
    assert time.monotonic() - began < 1
    for name in ("", "files", "letters", "exports"):
        assert mode(loose / name) == "0o700", name
    monkeypatch.setattr(private_files, "LONGEST_S", 30.0)
    private_files.mend(settings(loose))
    assert set(modes(loose).values()) == {"0o700", "0o600"}


def test_folders_of_uploads_are_born_closed_whatever_the_umask(tmp_path: Path) -> None:
    from io import BytesIO

    store = LocalStorage(tmp_path / "files")
    store.put(BytesIO(b"a logo"), 100, "logo.txt")
    assert set(modes(tmp_path / "files").values()) == {"0o700", "0o600"}


def test_another_server_of_the_board_looks_too(loose: Path) -> None:
    """One that imports `wsgi`, as gunicorn does."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MILEPOST_")}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, capture_output=True, text=True,
        env=kept | {"MILEPOST_DATA_DIR": str(loose)}, check=False, timeout=60, umask=0o022,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(modes(loose).values()) == {"0o700", "0o600"}
