"""`./milepost bench`: bare Flask, the workroom, the desk and a message, in one run on one core;

then the ledger with 1 and 8 writers, and statements that grow long.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.boards import Filled, fill
from benchmarks.load import Measured, Request, measure, together

Rows = dict[str, tuple[int, Request]]
BARE = "bare Flask"
ROUNDS = 5


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(core: int, *what: str) -> Iterator[int]:
    """A server in a process of its own; yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.server", str(port), str(core), *what]
    server = subprocess.Popen(command)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def getting(path: str, cookie: str = "") -> Request:
    """GET a page, as a browser with this cookie does."""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, br\r\n"
    request = (head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode()
    return lambda _number: request


def visit(port: int, path: str, cookie: str) -> tuple[str, str]:
    """The cookie that a browser holds after a first visit, and the page's form token."""
    ask = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie})
    with urllib.request.urlopen(ask) as answer:
        page = answer.read().decode()
        given = [one.split(";")[0] for one in answer.headers.get_all("Set-Cookie") or []]
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, f"{path} has no form"
    return "; ".join({one.split("=")[0]: one for one in (cookie, *given)}.values()), found[1]


def saying(port: int, path: str, cookie: str, token: str) -> Request:
    """POST a message in the workroom, with the page's own token."""

    def request(number: int) -> bytes:
        body = urlencode(
            {"csrf_token": token, "body": f"Message {number}", "once": f"bench-{port}-{number}"}
        )
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return request


def show(name: str, found: Measured, share: float | None) -> None:
    """One row of the table."""
    said = f"{share:7.1%}" if share else "       "
    print(
        f"{name:<34}{found.per_second:>9.0f}{found.p50_s * 1000:>9.2f}{found.p99_s * 1000:>9.2f}"
        f"  {said}  {found.status}  {found.size:>6}",
        flush=True,
    )


def in_turns(rows: dict[str, tuple[int, Request]], seconds: float) -> dict[str, list[Measured]]:
    """Measure each row for `seconds` in rounds: what else the machine does meets all alike."""
    found: dict[str, list[Measured]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, (port, request) in rows.items():
            found[name].append(measure(port, request, seconds=seconds / ROUNDS))
    return found


def share(rounds: list[Measured], of: list[Measured]) -> float:
    """The middle of what the rounds were of the other's rounds beside them."""
    pairs = zip(rounds, of, strict=True)
    return statistics.median(one.per_second / other.per_second for one, other in pairs)


def board(filled: Filled, label: str, port: int) -> tuple[Rows, Rows]:
    """The pages of one board that only look, and those that write."""
    room = f"/workrooms/{filled.room}"
    cookie, token = visit(port, room, filled.cookie)
    looks = {"workroom": getting(room, cookie), "desk": getting("/", cookie)}
    writes = {"post a message": saying(port, f"{room}/messages", cookie, token)}
    return (
        {f"{name}{label}": (port, request) for name, request in looks.items()},
        {f"{name}{label}": (port, request) for name, request in writes.items()},
    )


def main() -> None:
    """Measure everything and print one table."""
    wants = argparse.ArgumentParser(prog="milepost bench", description=__doc__)
    wants.add_argument("--seconds", type=float, default=5.0, help="how long each row is measured")
    wants.add_argument(
        "--times", type=int, default=100, help="how much more the larger board holds"
    )
    wants.add_argument("--only", choices=("pages", "books"), help="half of it")
    asked = wants.parse_args()
    if asked.only != "books":
        pages(asked)
    if asked.only != "pages":
        books(asked.seconds)


def books(seconds: float) -> None:
    """Measure the ledger: on the server that MILEPOST_DATABASE_URL names, or wherever it can."""
    from benchmarks import books as measured
    from tests import databases

    print(f"{'':<34}{'tx/s':>9}{'p50 ms':>9}{'p99 ms':>9}")
    if url := os.environ.get("MILEPOST_DATABASE_URL"):
        name = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
        measured.measure(url, name, seconds)
        return
    measured.measure("sqlite://", "SQLite", seconds)
    if databases.postgres_programs():
        folder = Path(tempfile.mkdtemp(prefix="bench-"))
        databases.start_postgres(folder, durable=True)
        try:
            measured.measure(databases.postgres_url(folder), "PostgreSQL", seconds)
        finally:
            databases.stop_postgres(folder)
            shutil.rmtree(folder, ignore_errors=True)


def pages(asked: argparse.Namespace) -> None:
    """Measure the pages beside bare Flask."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    print(f"{'':<34}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}  {'of bare':>7}  {'':3}  {'bytes':>6}")
    larger = f", {asked.times} × the data"
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as servers:
        small, large = fill(Path(folder) / "small", 1), fill(Path(folder) / "large", asked.times)
        bare = {BARE: (servers.enter_context(serving(0, "bare")), getting("/"))}
        boards = [
            board(filled, label, servers.enter_context(serving(0, "board", str(filled.data_dir))))
            for filled, label in ((small, ""), (large, larger))
        ]
        for group in (0, 1):
            rows = {**bare, **boards[0][group], **boards[1][group]}
            found = in_turns(rows, asked.seconds)
            for name, rounds in found.items():
                if name != BARE:
                    show(name, together(rounds), share(rounds, found[BARE]))
                elif not group:
                    show(name, together(rounds), None)
            for name in boards[0][group]:
                print(f"{name}: with {asked.times} × the data ", end="")
                print(f"{share(found[name + larger], found[name]):.0%}", flush=True)


if __name__ == "__main__":
    main()
