"""Databases for tests: a migrated template, copied for each test, on SQLite and on PostgreSQL.

On PostgreSQL the whole run shares one private cluster in a temporary folder, reached by a Unix
socket in that folder only. The process that was started by hand starts it and stops it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

EMPTY = "template_board"
_servers: dict[Path, subprocess.Popen[bytes]] = {}
_engines: dict[str, Engine] = {}
_places: set[int] = set()


class Databases(Protocol):
    """Where a test gets a fresh, migrated, empty database from."""

    def fresh(self, like: str = EMPTY) -> contextlib.AbstractContextManager[str]:
        """The URL of a database of one's own, as the template `like` is, gone afterwards."""
        ...

    def keep(self, name: str, tell: Callable[[str], None]) -> None:
        """Make a template once a run: `tell` fills the empty database at the URL that it gets."""
        ...


@functools.cache
def know_every_table() -> None:
    """Import all models, so that a session knows them, without importing Flask."""
    root = Path(__file__).resolve().parent.parent
    for path in sorted((root / "app").rglob("models.py")):
        importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))
    for name in ("events", "once"):
        importlib.import_module(f"app.kernel.{name}")


@contextlib.contextmanager
def place() -> Iterator[str]:
    """A name for a database that nothing else uses now. Names come again, test after test, so

    that an engine at its URL, and an app, need not be made anew: its statements stay compiled.
    """
    number = next(number for number in itertools.count() if number not in _places)
    _places.add(number)
    try:
        yield f"t_{os.getpid()}_{number}"
    finally:
        _places.remove(number)


@contextlib.contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    """An engine as the board has it; its connections are closed afterwards."""
    from app.kernel import writing

    know_every_table()
    if url not in _engines:
        _engines[url] = create_engine(url)
        writing.install(_engines[url])
    _engines[url].dispose()  # or what an earlier test left open would see its old, removed database
    try:
        yield _engines[url]
    finally:
        _engines[url].dispose()


@contextlib.contextmanager
def opened(url: str) -> Iterator[Session]:
    """A session as the board has it, rolled back and closed afterwards."""
    with engine_at(url) as engine, Session(engine, expire_on_commit=False) as session:
        yield session


class Unchanged:
    """A database for tests that commit nothing: what they wrote is rolled back, and the next one

    finds it empty again. After a commit the next test gets another.
    """

    def __init__(self, boards: Databases) -> None:
        self._boards = boards
        self._held = contextlib.ExitStack()
        self._engine: Engine | None = None
        self._committed = False

    @contextlib.contextmanager
    def opened(self) -> Iterator[Session]:
        """A session as the board has it, rolled back and closed afterwards."""
        if self._engine is None:
            self._engine = self._held.enter_context(
                engine_at(self._held.enter_context(self._boards.fresh()))
            )
            event.listen(self._engine, "commit", self._commits)
            self._held.callback(event.remove, self._engine, "commit", self._commits)
        elif self._engine.dialect.name == "sqlite":
            self._engine.dispose()  # a PRAGMA outlives what is rolled back
        try:
            with Session(self._engine, expire_on_commit=False) as session:
                yield session
        finally:
            if self._committed:
                self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._held.close()
        self._engine, self._committed = None, False

    def _commits(self, _connection: object) -> None:
        self._committed = True


def migrated(url: str) -> None:
    """Bring the database at `url` up to the newest migration."""
    from app.adapters import schema

    with engine_at(url) as engine:
        schema.upgrade(engine)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def roomy_folder() -> str | None:
    """Memory, where there is enough of it: SQLite in tests then waits for no disk."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage("/dev/shm").free > 1 << 30 and os.access("/dev/shm", os.W_OK):
            return "/dev/shm"
    return None


class SQLiteDatabases:
    """Files that are made once for all workers, and copied."""

    def __init__(self, shared: Path) -> None:
        self.folder = shared / "sqlite"
        self.folder.mkdir(exist_ok=True)
        self.keep(EMPTY, migrated)

    def keep(self, name: str, tell: Callable[[str], None]) -> None:
        with FileLock(str(self.folder / f"{name}.lock")):
            if (self.folder / name).exists():
                return
            raw = self.folder / f"{name}.raw"
            if name != EMPTY:
                shutil.copyfile(self.folder / EMPTY, raw)
            tell(f"sqlite:///{raw}")
            with contextlib.closing(sqlite3.connect(raw)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.rename(self.folder / name)

    @contextlib.contextmanager
    def fresh(self, like: str = EMPTY) -> Iterator[str]:
        with place() as name:
            folder = self.folder / name
            folder.mkdir()
            shutil.copyfile(self.folder / like, folder / "milepost.db")
            try:
                yield f"sqlite:///{folder / 'milepost.db'}"
            finally:
                shutil.rmtree(folder)


def postgres_programs() -> Path | None:
    """The folder of initdb and postgres, or None where there is no server to start."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    folders.sort(key=lambda folder: int(folder.parent.name))
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    return folders[-1] if folders else None


class PostgresDatabases:
    """The run's private cluster; templates are made once, and each test has a copy of one."""

    def __init__(self, shared: Path) -> None:
        self.folder = shared / "pg"
        self._root = _connect(self.folder, "postgres")
        self._copied = " STRATEGY FILE_COPY" if self._root.info.server_version >= 150000 else ""
        self.keep(EMPTY, migrated)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{_user()}@/{name}?host={self.folder}"

    def keep(self, name: str, tell: Callable[[str], None]) -> None:
        with FileLock(str(self.folder / f"{name}.lock")):
            if (self.folder / name).exists():
                return
            like = "template0" if name == EMPTY else EMPTY
            self._root.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
            tell(self.url(name))
            (self.folder / name).touch()

    @contextlib.contextmanager
    def fresh(self, like: str = EMPTY) -> Iterator[str]:
        with place() as name:
            self._root.execute(f"CREATE DATABASE {name} TEMPLATE {like}{self._copied}")
            try:
                yield self.url(name)
            finally:
                self._root.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def start_postgres(shared: Path, *, durable: bool = False) -> None:
    """Make a cluster in `shared` and start its server, which dies with this process.

    Args:
        durable: wait for the disk, as a server does that keeps somebody's money.
    """
    programs = postgres_programs()
    assert programs
    folder = shared / "pg"
    data = folder / "data"
    data.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        shared.chmod(0o711)
        for path in (folder, data):
            os.chown(path, _account().pw_uid, _account().pw_gid)
    made = subprocess.run(
        [
            *_as_user(), str(programs / "initdb"), "-D", str(data), "-U", _user(),
            "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions",
        ],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    options = {
        "listen_addresses": "", "fsync": "off", "synchronous_commit": "off",
        "full_page_writes": "off", "max_connections": "200", "shared_buffers": "64MB",
        "autovacuum": "off", "jit": "off", "max_wal_size": "256MB",
    }  # fmt: skip
    if durable:
        options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on")
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*_as_user(), str(programs / "postgres"), "-D", str(data), "-k", str(folder), *words],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, cwd="/",
        )  # fmt: skip
    _servers[shared] = server
    for _ in range(300):
        assert server.poll() is None, (folder / "log").read_text()
        with contextlib.suppress(Exception), _connect(folder, "postgres"):
            return
        time.sleep(0.1)
    raise AssertionError("PostgreSQL did not start: " + (folder / "log").read_text())


def postgres_url(shared: Path) -> str:
    """The URL of the cluster in `shared`, for whoever makes databases there."""
    return f"postgresql+psycopg://{_user()}@/postgres?host={shared / 'pg'}"


def stop_postgres(shared: Path) -> None:
    """Stop the server that this process started, and wait until it is gone."""
    if server := _servers.pop(shared, None):
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _connect(folder: Path, name: str) -> Any:
    import psycopg

    return psycopg.connect(host=str(folder), user=_user(), dbname=name, autocommit=True)


def _user() -> str:
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _as_user() -> list[str]:
    """PostgreSQL refuses to run as root, so root lends it another user."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0:
        return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []
    assert setpriv, "setpriv (util-linux) is needed to run PostgreSQL from root"
    account = _account()
    return [
        setpriv, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups",
        "--pdeathsig", "INT", "--",
    ]  # fmt: skip


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise AssertionError("there is no user to run PostgreSQL as")
