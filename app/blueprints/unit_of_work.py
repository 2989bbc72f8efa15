"""One request, one transaction: unsafe requests begin as the writer before anything is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request
from werkzeug.wrappers import Response

from app.extensions import db
from app.kernel import clock, once
from app.kernel.writing import begin_writing

View = TypeVar("View", bound=Callable[..., Any])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ONCE = "once"
"""The hidden field whose key makes a form act once."""
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


def begins_itself(view: View) -> View:
    """Mark a view that does slow work first (hashing) and calls `begin_writing` itself."""
    view.begins_itself = True  # type: ignore[attr-defined]
    return view


def begin() -> None:
    """Begin this request's transaction as the writer (for views that begin themselves)."""
    begin_writing(db.session())


def init_app(app: Flask) -> None:
    """Install the hooks. Must come after CSRF protection, so that a forged post costs nothing."""
    app.before_request(_begin)
    app.after_request(_remember_where_it_led)


def _begin() -> Response | None:
    if request.method in SAFE or request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "begins_itself", False):
        return None
    begin()
    return spend_form()


def spend_form() -> Response | None:
    """Spend the form's key; a form that was acted on already leads where it led before."""
    given = request.form.get(ONCE, "")
    if not _KEY.fullmatch(given):
        return None
    key = f"{given}:{_typed()}"
    earlier = once.spend(db.session(), key, at=clock.now())
    if earlier is None:
        g.once_key = key
        return None
    led_to = earlier.led_to or urlsplit(request.referrer or "/").path
    db.session.rollback()
    return redirect(led_to, 303)


def _typed() -> str:
    """A digest of what was typed: a page that was kept (Back, a second tab, a 304) holds the same

    key, and other words sent from it are another act, never swallowed.
    """
    words = [pair for pair in request.form.items(multi=True) if pair[0] not in (ONCE, "csrf_token")]
    files = [(name, file.filename) for name, file in request.files.items(multi=True)]
    return sha256(repr((request.path, words, files)).encode()).hexdigest()[:32]


def _remember_where_it_led(response: Response) -> Response:
    """Keep the address of a redirect that is not simply back to the page that posted."""
    key = g.pop("once_key", None)
    if key is None or response.status_code != 303:
        return response
    if urlsplit(response.location).path != urlsplit(request.referrer or "").path:
        begin()
        once.remember(db.session(), key, response.location)
        db.session.commit()
    return response
