"""Forwarded headers that are thrown away are noticed, and nothing of them is believed."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from waitress import wasyncore

from app.adapters import untrusted_proxy
from app.adapters.untrusted_proxy import Watch
from app.cli import doctor, serve
from app.kernel import clock
from app.settings import Settings

pytestmark = pytest.mark.any_database


def settings(folder: Path, **more: str) -> Settings:
    return Settings.load({"MILEPOST_DATA_DIR": str(folder), "MILEPOST_SECRET_KEY": "k"} | more)


def answers(_environ: Any, start: Any) -> list[bytes]:
    start("200 OK", [])
    return [b"ok"]


def ask(watch: Watch, sender: str = "192.0.2.1", **headers: str) -> None:
    assert watch({"REMOTE_ADDR": sender} | headers, lambda *_: None) == [b"ok"]


HTTPS = "https://board.example"
FORGED = {"HTTP_X_FORWARDED_FOR": "6.6.6.6\r\nforged: line", "HTTP_FORWARDED": "for=evil"}


@pytest.mark.parametrize("header", untrusted_proxy.HEADERS)
def test_headers_that_are_thrown_away_are_logged_once_and_kept_for_the_doctor(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, header: str
) -> None:
    place = settings(tmp_path)
    watch = Watch(answers, place)
    ask(watch)
    assert untrusted_proxy.last_seen(place, clock.now()) is None and not caplog.messages
    for _ in range(500):
        ask(watch, **{header: "6.6.6.6"})
    assert len(caplog.messages) == 1 and "MILEPOST_TRUSTED_PROXY=192.0.2.1" in caplog.text
    seen = untrusted_proxy.last_seen(place, clock.now())
    assert seen is not None and seen.sender == "192.0.2.1"


def test_nothing_that_was_sent_gets_into_the_log_or_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ask(Watch(answers, settings(tmp_path)), **FORGED)
    kept = (tmp_path / "untrusted-proxy").read_text()
    for text in (kept, caplog.text):
        assert "6.6.6.6" not in text and "forged" not in text and "evil" not in text
    assert len(kept) < 200


def test_the_file_is_written_at_most_once_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, path = Watch(answers, settings(tmp_path)), tmp_path / "untrusted-proxy"
    ask(watch, **FORGED)
    path.unlink()
    ask(watch, "192.0.2.2", **FORGED)
    assert not path.exists()
    monkeypatch.setattr(watch, "_next_s", 0.0)
    ask(watch, "192.0.2.2", **FORGED)
    assert json.loads(path.read_text())["sender"] == "192.0.2.2"


@pytest.mark.parametrize("trusted", ["192.0.2.1", "*"])
def test_a_proxy_that_is_trusted_is_none_of_them(tmp_path: Path, trusted: str) -> None:
    place = settings(tmp_path, MILEPOST_TRUSTED_PROXY=trusted)
    ask(Watch(answers, place), **FORGED)
    assert not (tmp_path / "untrusted-proxy").exists()
    ask(Watch(answers, settings(tmp_path)), **FORGED)
    assert untrusted_proxy.last_seen(place, clock.now()) is None, "it was mended since"


def test_it_is_forgotten_at_a_start_and_after_a_week(tmp_path: Path) -> None:
    place = settings(tmp_path)
    ask(Watch(answers, place), **FORGED)
    assert untrusted_proxy.last_seen(place, clock.now() + timedelta(days=6))
    assert untrusted_proxy.last_seen(place, clock.now() + timedelta(days=7, minutes=1)) is None
    for _ in range(2):
        untrusted_proxy.forget(place)
        assert untrusted_proxy.last_seen(place, clock.now()) is None


@pytest.mark.parametrize(
    "kept", ["", "{}", "[]", "null", '{"sender": "x", "at": "2026"}', '{"sender": 5, "at": 7}']
)
def test_a_file_that_is_damaged_says_nothing(tmp_path: Path, kept: str) -> None:
    (tmp_path / "untrusted-proxy").write_text(kept)
    assert untrusted_proxy.last_seen(settings(tmp_path), clock.now()) is None


def test_a_full_disk_stops_no_request(tmp_path: Path) -> None:
    watch = Watch(answers, settings(tmp_path))
    (tmp_path / "untrusted-proxy").mkdir()
    ask(watch, **FORGED)


@contextmanager
def serving(place: Settings) -> Iterator[int]:
    """The server as `serve` makes it; the port where it listens."""
    listening = serve.listen(replace(place, port=0))
    made, over = serve.server(answers, place, listening), threading.Event()

    def serves() -> None:
        while not over.is_set():
            wasyncore.loop(timeout=0.05, map=made._map, count=1)

    thread = threading.Thread(target=serves)
    thread.start()
    yield listening.getsockname()[1]
    over.set()
    thread.join(10)
    made.task_dispatcher.shutdown()
    wasyncore.close_all(made._map)


def says_raw(port: int, request: bytes) -> bytes:
    """The answer to bytes as they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(10_000)


@pytest.mark.parametrize(("url", "is_asked"), [(HTTPS, True), ("http://board.example", False)])
def test_what_the_server_itself_refuses_asks_for_https_too(
    tmp_path: Path, url: str, is_asked: bool
) -> None:
    with serving(settings(tmp_path, MILEPOST_URL=url)) as port:
        said = says_raw(port, b"GET / HTTP/1.1\r\nno header at all\r\n\r\n")
    assert b" 400 Bad Request" in said
    assert (b"Strict-Transport-Security: max-age=31536000\r\n" in said) is is_asked


def test_the_server_looks_before_it_throws_them_away(tmp_path: Path) -> None:
    with serving(settings(tmp_path)) as port:
        said = says_raw(port, b"GET / HTTP/1.0\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n")
    assert said.startswith(b"HTTP/1.0 200")
    seen = untrusted_proxy.last_seen(settings(tmp_path), clock.now())
    assert seen is not None and seen.sender == "127.0.0.1"


@pytest.mark.parametrize(
    ("more", "wants"),
    [
        ({}, False),
        ({"MILEPOST_URL": "http://localhost:8000"}, False),
        ({"MILEPOST_URL": "https://board.example"}, True),
        ({"MILEPOST_URL": "http://board.example"}, True),
        ({"MILEPOST_URL": "https://localhost"}, True),
        ({"MILEPOST_URL": "https://board.example", "MILEPOST_TRUSTED_PROXY": "127.0.0.1"}, False),
    ],
)
def test_a_board_that_others_reach_without_a_trusted_proxy_says_so(
    tmp_path: Path, more: dict[str, str], wants: bool
) -> None:
    assert settings(tmp_path, **more).wants_proxy is wants


# What start and doctor say


@pytest.fixture
def says(app: Any) -> Callable[..., str]:
    """What `./milepost doctor` says with other settings."""

    def looked(**more: Any) -> str:
        place = replace(app.config["MILEPOST"], **more)
        with app.app_context():
            return "\n".join(one.sentence for one in doctor.address(place))

    return looked


def test_the_doctor_names_the_proxy_until_it_is_trusted(app: Any, says: Callable[..., str]) -> None:
    watch = Watch(answers, app.config["MILEPOST"])
    assert "No reverse proxy is trusted" in says(url=HTTPS)
    ask(watch, **FORGED)
    assert "set MILEPOST_TRUSTED_PROXY=192.0.2.1" in says(url=HTTPS)
    assert "TRUSTED_PROXY" not in says(url=HTTPS, trusted_proxy="192.0.2.1")


def test_the_doctor_is_quiet_on_one_machine(says: Callable[..., str]) -> None:
    assert "TRUSTED_PROXY" not in says(url="http://127.0.0.1:8000")


def test_a_start_says_what_to_set(app: Any) -> None:
    place: Settings = app.config["MILEPOST"]
    with app.app_context():
        for more, says in (({"url": HTTPS}, True), ({}, False)):
            lines = " ".join(serve.first_steps(replace(place, **more)))
            assert ("set MILEPOST_TRUSTED_PROXY to its address" in lines) is says
