"""Acts that move money or trust ask whoever is signed in to show again that it is them.

What was typed is carried by the page that asks, and the same act is offered afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from app.blueprints import carrying, guards
from app.blueprints.carrying import Act
from app.blueprints.htmx import is_htmx
from app.extensions import db
from app.kernel import clock
from app.people import proofs

View = TypeVar("View", bound=Callable[..., Any])


def proved(view: View) -> View:
    """Only soon after a proof; stands below the guard. What was typed is offered again after it."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if is_fresh() else ask(carrying.typed_act())

    asked.proved = True  # type: ignore[attr-defined]
    return asked  # type: ignore[return-value]


def is_fresh() -> bool:
    """Whether the viewer has shown that it is them a short time ago."""
    return proofs.stands(guards.the_viewer().proved_at, clock.now())


def ask(
    act: Act | None,
    *,
    back: str = "",
    trouble: str = "",
    mailed: bool = False,
    status: int = 401,
) -> Response:
    """The page that asks for the password, or mails a link to who has none.

    Without an act, the page `back` is opened afterwards.
    """
    db.session.rollback()
    has_password = bool(guards.me().password_hash)
    page = render_template(
        "people/prove.html", act=act, back=back or carrying.safe_next(""), trouble=trouble,
        mailed=mailed, has_password=has_password,
    )  # fmt: skip
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    if is_htmx() and request.method not in guards.SAFE:
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML show:top"
    return answer
