"""A small closed-loop client: keep-alive connections that each ask one thing after the other."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Request = Callable[[int], bytes]
"""The bytes of the n-th request of a connection."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one kind of request cost; `times_s` in seconds, the shortest first."""

    per_second: float
    times_s: Sequence[float]
    status: int
    size: int

    @property
    def p50_s(self) -> float:
        """Half of the answers came within this."""
        return self.times_s[len(self.times_s) // 2]

    @property
    def p99_s(self) -> float:
        """All but the slowest hundredth came within this."""
        return self.times_s[min(len(self.times_s) - 1, len(self.times_s) * 99 // 100)]


def together(rounds: Sequence[Measured]) -> Measured:
    """Several rounds of one request as one: the middle round's pace, and every time."""
    times = sorted(time_s for one in rounds for time_s in one.times_s)
    pace = statistics.median(one.per_second for one in rounds)
    return Measured(pace, times, rounds[-1].status, rounds[-1].size)


def _answer(connection: socket.socket, request: bytes) -> tuple[int, int]:
    """Send a request and read its whole answer; returns status and bytes on the wire."""
    connection.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    status = int(head[9:12])
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return status, len(head) + 4 + length


def measure(port: int, request: Request, *, seconds: float, connections: int = 2) -> Measured:
    """Ask for about `seconds`, after a short warm-up, and say what it cost.

    Raises RuntimeError where the answers are not all of one status.
    """
    times: list[float] = []
    seen: set[int] = set()
    sizes: list[int] = []
    lock = threading.Lock()
    begin = time.perf_counter() + min(1.0, seconds / 4)
    end = begin + seconds

    def ask(first: int) -> None:
        mine: list[float] = []
        count = first
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                start = time.perf_counter()
                if start > end:
                    break
                status, size = _answer(connection, request(count))
                count += connections
                stop = time.perf_counter()
                if start >= begin:
                    mine.append(stop - start)
                    seen.add(status)
        with lock:
            times.extend(mine)
            sizes.append(size)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(seen) != 1:
        raise RuntimeError(f"answers of several kinds: {sorted(seen)}")
    times.sort()
    return Measured(len(times) / seconds, times, seen.pop(), sizes[0])
