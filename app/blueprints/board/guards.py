"""Who may see which part of the operator's pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort

from app.blueprints.guards import ask_to_sign_in, viewer

View = TypeVar("View", bound=Callable[..., Any])


def money_only(view: View) -> View:
    """Only for operators and bookkeepers. To everybody else the address does not exist."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        seen = viewer()
        if seen is None:
            return ask_to_sign_in()
        if not (seen.is_operator or seen.is_bookkeeper):
            abort(404)
        return view(*args, **kwargs)

    guarded.guard = "money_only"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]
