"""The server that browsers of tests talk to: it stops at once, and leaves nothing behind."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from tests.browsing import LiveServer
from tests.databases import free_port

pytestmark = pytest.mark.any_database


def answers(_environ: Any, start: Any) -> list[bytes]:
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.mark.parametrize("keeps", [True, False])
def test_it_stops_though_a_browser_keeps_its_connection(
    monkeypatch: pytest.MonkeyPatch, keeps: bool
) -> None:
    troubles = list[Any]()
    monkeypatch.setattr(threading, "excepthook", lambda seen: troubles.append(seen.exc_value))
    for _ in range(10):
        port = free_port()
        server = LiveServer(answers, f"http://127.0.0.1:{port}", port)
        with socket.create_connection(("127.0.0.1", port), timeout=5) as browser:
            browser.sendall(b"GET / HTTP/1.1\r\nHost: board\r\n\r\n")
            assert browser.recv(100).startswith(b"HTTP/1.1 200")
            if not keeps:
                browser.close()
            server.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
    assert troubles == []
