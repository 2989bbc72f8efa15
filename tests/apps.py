"""Boards as Flask knows them, made once a process for each kind of settings, and lent to tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_kept: dict[tuple[Any, str], Any] = {}


@contextmanager
def lent(settings: Any, kind: str = "", add: Callable[[Any], None] | None = None) -> Iterator[Any]:
    """An app with these settings, as it was made. `add` gives one of that `kind` its own pages."""
    from app.extensions import db

    flask = _kept.get((settings, kind)) or _made(settings, kind, add)
    before = dict(flask.config)
    yield flask
    flask.config.clear()
    flask.config.update(before)
    with flask.app_context():
        db.session.remove()
        db.engine.dispose()


def _made(settings: Any, kind: str, add: Callable[[Any], None] | None) -> Any:
    from jinja2 import FileSystemBytecodeCache

    from app.factory import create_app

    flask = create_app(settings)
    flask.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ["TEST_BOARDS_FOLDER"])
    if add:
        add(flask)
    if settings.testing:  # the others listen on a port that comes once
        _kept[settings, kind] = flask
    return flask
