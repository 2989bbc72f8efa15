"""Who is looking, and whether they may: the viewer, the board, and the guards of pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from flask import Flask, abort, g, make_response, redirect, render_template, request, session
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints import carrying
from app.blueprints.htmx import is_htmx, notice
from app.extensions import db, login
from app.kernel import clock
from app.people import reads
from app.people.models import Person

if TYPE_CHECKING:
    from app.people.reads import BoardRow, Viewer

View = TypeVar("View", bound=Callable[..., Any])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Seat:
    """What Flask-Login keeps: the token of a sign-in (a row, so that it can be revoked)."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, sign_in: str, row: Viewer | None = None) -> None:
        self.sign_in = sign_in
        self.row = row

    def get_id(self) -> str:
        """The sign-in's token, as the session holds it."""
        return self.sign_in


@login.user_loader  # type: ignore[untyped-decorator, unused-ignore]
def _load(sign_in: str) -> Seat | None:
    row = reads.viewer(db.session(), sign_in, clock.now())
    return Seat(sign_in, row) if row else None


def viewer() -> Viewer | None:
    """The person who is signed in, as one frozen row, loaded once a request."""
    if "viewer" not in g:
        g.viewer = current_user.row if current_user.is_authenticated else None
    found: Viewer | None = g.viewer
    return found


def the_viewer() -> Viewer:
    """The signed-in person; for views behind `@signed_in`."""
    found = viewer()
    if found is None:
        abort(401)
    return found


def me() -> Person:
    """The signed-in person as the verbs want them; for views behind `@signed_in`."""
    if "me" not in g:
        g.me = db.session.get(Person, the_viewer().id) or abort(401)
    found: Person = g.me
    return found


def board() -> BoardRow | None:
    """The board's own row; None before `/setup`."""
    if "board" not in g:
        g.board = reads.board(db.session())
    found: BoardRow | None = g.board
    return found


def board_name() -> str:
    """What the board is called; empty before `/setup`."""
    found = board()
    return found.name if found else ""


def sign_in_token() -> str:
    """The token of this browser's sign-in, or nothing; for digests and for ending it."""
    return str(current_user.get_id() or "") if viewer() else ""


def begin_sign_in(token: str) -> None:
    """Let this browser hold the sign-in with that token (`people.sign_in.begin` made the row)."""

    session.clear()
    session.permanent = True
    session["_user_id"] = (
        token  # where Flask-Login looks; its other marks would only fatten cookies
    )
    forget_viewer()


def end_sign_in() -> None:
    """Let go of this browser's sign-in (the caller revokes the row)."""
    session.clear()
    forget_viewer()


def forget_viewer() -> None:
    """Load the viewer and the formats anew, after the person has changed them."""
    for name in ("viewer", "formats", "board", "me", "_login_user"):
        g.pop(name, None)


def signed_in(view: View) -> View:
    """Only for people who are signed in; what others typed is kept until they are."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if viewer() else ask_to_sign_in()

    guarded.guard = "signed_in"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def _only(name: str, may: Callable[[Viewer], bool]) -> Callable[[View], View]:
    """A guard for some people only. To everybody else the address does not exist."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            seen = viewer()
            if seen is None:
                return ask_to_sign_in()
            if not may(seen):
                abort(404)
            return view(*args, **kwargs)

        guarded.guard = name  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


operator_only = _only("operator_only", lambda seen: seen.is_operator)
money_only = _only("money_only", lambda seen: seen.is_operator or seen.is_bookkeeper)


def ask_to_sign_in() -> AnyResponse:
    """The way to the sign-in page: for a form with everything typed, for a poll as a notice."""
    db.session.rollback()
    if is_htmx() and request.method in SAFE:  # never take away a page on which somebody types
        return make_response(notice("You are signed out. Open the page again to sign in.", "stop"))
    if request.method in SAFE:
        return redirect("/sign-in?next=" + quote(carrying.asked_for(), safe="/"))
    answer = make_response(render_template("errors/signed_out.html", act=carrying.typed_act()), 401)
    if is_htmx():
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML show:top"
    return answer


def _shared() -> dict[str, Any]:
    return {"viewer": viewer(), "board": board()}


def init_app(app: Flask) -> None:
    """Give every template its viewer and its board."""
    login.session_protection = None
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # or every answer would carry the cookie
    app.context_processor(_shared)
    settings = app.config.get("MILEPOST")
    app.jinja_env.globals["demo"] = bool(getattr(settings, "demo", False))
