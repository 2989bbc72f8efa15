"""Forwarded headers that are thrown away, because nobody said that their sender is our proxy.

Behind such a proxy everybody seems to come from one address, so that guessing is counted together
and links may begin wrongly. The board says so once in its log and keeps it in a small file for
`./milepost doctor`. Anybody can send such headers: of them only the sender's address is kept.
"""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.kernel import clock
from app.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("milepost")
HEADERS = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_BY", "HTTP_FORWARDED",
)  # fmt: skip
KEPT_EVERY_S = 3600.0
FRESH = timedelta(days=7)
"""What was seen so long ago tells nothing of how the board stands now."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Who last sent headers that were thrown away, and when."""

    sender: str
    at: datetime


class Watch:
    """A WSGI application that looks at requests before the server throws headers away."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self._application = application
        self._trusted = settings.trusted_proxy
        self._path = _path(settings)
        self._next_s = 0.0
        self._is_logged = False
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sender = environ.get("REMOTE_ADDR", "")
        if self._trusted not in ("*", sender) and any(name in environ for name in HEADERS):
            self._note(sender)
        return self._application(environ, start_response)

    def _note(self, sender: str) -> None:
        """Log once, and keep at most once an hour, however many requests there are."""
        with self._lock:
            if time.monotonic() < self._next_s:
                return
            self._next_s = time.monotonic() + KEPT_EVERY_S
            is_logged, self._is_logged = self._is_logged, True
        if not is_logged:
            log.warning(sentence(sender))
        try:
            kept = {"sender": sender, "at": clock.now().isoformat()}
            self._path.write_text(json.dumps(kept), encoding="utf-8")
        except OSError as trouble:
            log.warning("%s cannot be written: %s", self._path, trouble.strerror)


def sentence(sender: str) -> str:
    """What an operator should know, and what to do."""
    return (
        f"Requests from {sender} carry forwarded headers, which are thrown away. If that is your "
        f"reverse proxy, set MILEPOST_TRUSTED_PROXY={sender}, or everybody seems to come from "
        "there; if it is not, there is nothing to do."
    )


def last_seen(settings: Settings, at: datetime) -> Seen | None:
    """Whose headers were thrown away lately; nobody's, when that was mended since."""
    try:
        kept = json.loads(_path(settings).read_text(encoding="utf-8"))
        seen = Seen(str(ip_address(kept["sender"])), datetime.fromisoformat(kept["at"]))
        is_fresh = abs(at - seen.at) < FRESH
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return seen if is_fresh and settings.trusted_proxy not in ("*", seen.sender) else None


def forget(settings: Settings) -> None:
    """At a start: what was seen before may be mended now; if it is not, it is seen again."""
    with contextlib.suppress(OSError):
        _path(settings).unlink()


def _path(settings: Settings) -> Path:
    return settings.data_dir / "untrusted-proxy"
