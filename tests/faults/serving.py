"""A real `serve` in a process group of its own, killed without a word and started again.

`Nursery` is for the many restarts of the suite: it has imported everything once and forks each
server from that, so that a restart costs no second of importing.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from tests.databases import free_port
from tests.demo_board import SECRET, Demo
from tests.parts import ROOT


class Serving:
    """Servers on one port and one board, one after the other."""

    def __init__(self, demo: Demo) -> None:
        self.port = free_port()
        self.said = demo.folder / "serve.log"
        self.pid = 0
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MILEPOST_")}
        self.environ = kept | {
            "MILEPOST_DEMO": "on",
            "MILEPOST_DATA_DIR": str(demo.folder),
            "MILEPOST_DATABASE_URL": demo.url,
            "MILEPOST_SECRET_KEY": SECRET,
            "MILEPOST_PORT": str(self.port),
            "MILEPOST_SCHEDULER": "on",
            "MILEPOST_THREADS": "8",
        }

    def start(self) -> None:
        """Start it, and wait until it is well."""
        with self.said.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "serve"], cwd=ROOT,
                env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.pid = self._process.pid
        self.wait_until_well()

    def wait_until_well(self) -> None:
        """`/health` answers 200."""
        for _ in range(3000):
            with contextlib.suppress(OSError, http.client.HTTPException):
                if get(self.port, "/health") == 200:
                    return
            time.sleep(0.01)
        raise AssertionError("serve did not start: " + self.said.read_text()[-2000:])

    def kill(self) -> None:
        """No word, no time to finish anything."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(20)

    def close(self) -> None:
        """Leave nothing running."""
        if self.pid:
            self.kill()


class Nursery(Serving):
    """Forks servers from a process that has imported them."""

    def __init__(self, demo: Demo) -> None:
        super().__init__(demo)
        with self.said.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.serving"], cwd=ROOT, env=self.environ,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert self._process.stdin and self._process.stdout
        self._ask, self._answers = self._process.stdin, self._process.stdout

    def start(self) -> None:
        self._ask.write(b"start\n")
        self._ask.flush()
        said = self._answers.readline()
        assert said, "the nursery ended: " + self.said.read_text()[-2000:]
        self.pid = int(said)
        self.wait_until_well()

    def kill(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        self.pid = 0
        assert self._answers.readline() == b"gone\n"

    def close(self) -> None:
        if self.pid:
            self.kill()
        self._ask.close()
        self._answers.close()
        self._process.wait(20)


def get(port: int, path: str) -> int:
    """The status of a page, for a visitor."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


class Poster:
    """A person's browser that only posts forms, over one connection."""

    def __init__(self, demo: Demo, port: int, name: str) -> None:
        from itsdangerous import URLSafeTimedSerializer

        csrf = "c" * 40
        signer = demo.app.session_interface.get_signing_serializer(demo.app)
        held = {"_user_id": demo.sign_in(name), "_permanent": True, "csrf_token": csrf}
        self._cookie = f"{demo.app.config['SESSION_COOKIE_NAME']}={signer.dumps(held)}"
        self._csrf = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(csrf)
        self._port = port

    def open(self) -> http.client.HTTPConnection:
        """A connection; one for each thread."""
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)

    def post(
        self, connection: http.client.HTTPConnection, path: str, fields: dict[str, str]
    ) -> int:
        """Post a form; the status. Raises OSError or HTTPException when the server is gone."""
        body = urlencode(fields | {"csrf_token": self._csrf})
        kind = "application/x-www-form-urlencoded"
        connection.request("POST", path, body, {"Content-Type": kind, "Cookie": self._cookie})
        answer = connection.getresponse()
        answer.read()
        return answer.status


@contextlib.contextmanager
def serving(demo: Demo, kind: type[Serving] = Serving) -> Iterator[Serving]:
    """A server that is not running yet, and none left behind afterwards."""
    server = kind(demo)
    try:
        yield server
    finally:
        server.close()


def die_with_parent() -> None:
    """Linux ends this process when the one that began it ends, however it does."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _nurse() -> None:
    """Import what `serve` imports and learn its statements; then fork a server for every line,

    and say when it is gone.
    """
    from importlib import import_module

    import waitress.server  # noqa: F401
    from sqlalchemy.orm import configure_mappers

    from app.blueprints import WORDS
    from app.cli import serve
    from app.extensions import db
    from app.factory import create_app
    from app.scheduler import clockwork
    from app.settings import Settings
    from tests.faults.crowd import warm

    die_with_parent()
    for word in WORDS:
        import_module(f"app.blueprints.{word}")
    configure_mappers()
    app = create_app(Settings.load(demo=True))
    with app.app_context():
        warm(db.engine, seed=1)
    clockwork.tick(app)
    with app.app_context():
        db.engine.dispose()
    for _line in sys.stdin:
        pid = os.fork()
        if not pid:
            die_with_parent()
            os.setsid()
            os.dup2(2, 1)
            with app.app_context():
                serve.run(app)
            os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    _nurse()
