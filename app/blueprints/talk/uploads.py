"""Files that come with a form: kept before the write transaction begins, so nobody waits."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, BinaryIO, TypeVar, cast

from flask import abort, current_app, g, request
from werkzeug.datastructures import FileStorage

from app.adapters.storage_local import LocalStorage
from app.blueprints.unit_of_work import begin, begins_itself, spend_form
from app.kernel.errors import Invalid
from app.talk.files import MOST_AT_ONCE
from app.talk.storage import Stored

View = TypeVar("View", bound=Callable[..., Any])


def storage() -> LocalStorage:
    """The board's file store."""
    return LocalStorage(current_app.config["MILEPOST"].files_dir)


def takes_files(view: View) -> View:
    """Keep the files of a form first, then begin to write. Stands below `@signed_in`.

    The view calls `take` as any other, and is told there what cannot be kept.
    """

    @wraps(view)
    def taking(*args: Any, **kwargs: Any) -> Any:
        try:
            g.taken = _keep(request.files.getlist("files"))
        except Invalid as refusal:
            g.taken = refusal
        begin()
        return spend_form() or view(*args, **kwargs)

    return begins_itself(taking)  # type: ignore[return-value]


def take(files: Iterable[FileStorage]) -> list[Stored]:
    """The files that were chosen, safely kept. Raises Invalid on the field `files`."""
    taken: list[Stored] | Invalid | None = g.pop("taken", None)
    if isinstance(taken, Invalid):
        raise taken
    return _keep(files) if taken is None else taken


def _keep(files: Iterable[FileStorage]) -> list[Stored]:
    chosen = [file for file in files if file.filename]
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid("file.too_many", field="files", most=MOST_AT_ONCE)
    store, limit = storage(), current_app.config["MILEPOST"].upload_limit
    try:
        return [
            store.put(cast("BinaryIO", file.stream), limit, file.filename or "") for file in chosen
        ]
    except OSError as trouble:
        if trouble.errno in (errno.ENOSPC, errno.EDQUOT):
            abort(503)
        raise
    finally:
        for file in chosen:
            file.stream.seek(0)
