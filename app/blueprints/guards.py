"""Who is looking, and whether they may: the viewer, the board, and forms that outlive a session."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from flask import (
    Flask,
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.htmx import is_htmx, notice
from app.extensions import db, login
from app.kernel import clock
from app.people import reads
from app.people.models import Person

if TYPE_CHECKING:
    from app.people.reads import BoardRow, Viewer

View = TypeVar("View", bound=Callable[..., Any])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TYPED = "typed-"
"""What the names of carried fields begin with, so that they never meet a form's own."""
NOT_CARRIED = frozenset({"csrf_token", "once", "password", "new_password"})
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


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
        return redirect("/sign-in?next=" + quote(_asked_for(), safe="/"))
    answer = make_response(render_template("errors/signed_out.html", act=typed_act()), 401)
    if is_htmx():
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML show:top"
    return answer


def safe_next(default: str = "/") -> str:
    """Where `next` leads, if that is on this board; otherwise `default`."""
    return local(request.values.get("next", ""), default)


def local(address: str, default: str = "/") -> str:
    """An address if it is a path on this board, otherwise `default`.

    >>> local("/jobs?page=2"), local("//evil.example"), local("https://evil.example", "/desk")
    ('/jobs?page=2', '/', '/desk')
    """
    return address if len(address) <= 2000 and _LOCAL.fullmatch(address) else default


def _asked_for() -> str:
    return request.full_path.rstrip("?") if request.query_string else request.path


@dataclass(frozen=True, slots=True)
class Act:
    """A form that was sent while nobody was signed in: where it goes, and everything typed."""

    to: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool = False

    @property
    def seen(self) -> list[tuple[str, str]]:
        """The words among the fields, for people to recognise what they typed."""
        shown = [(name.replace("_", " "), words) for name, words in self.fields if words.strip()]
        return [pair for pair in shown if len(pair[1]) > 1][:12]


def typed_act() -> Act:
    """The form of the present request, to be offered again."""
    return Act(
        to=_asked_for(),
        fields=tuple(_keep(request.form.items(multi=True))),
        had_files=any(file.filename for file in request.files.values()),
    )


def carried_act() -> Act | None:
    """The act that a sign-in form carries (macro `carry`), or None. For the sign-in route:

    after success, with an act, answer `offer_again(act)`; after a failure, carry it once more.
    """
    to = local(request.form.get(TYPED + "to", ""), "")
    if not to:
        return None
    pairs = [
        (name.removeprefix(TYPED + "field-"), value)
        for name, value in request.form.items(multi=True)
        if name and name.startswith(TYPED + "field-")
    ]
    return Act(to, tuple(_keep(pairs)), had_files=TYPED + "files" in request.form)


def offer_again(act: Act, *, proved: bool = False) -> Response:
    """The page that offers an act again with one button; nothing is done before it is pressed.

    `proved` says that it waited for a proof, not for a sign-in.
    """
    return make_response(render_template("errors/again.html", act=act, proved=proved))


def _keep(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in pairs:
        if name and name not in NOT_CARRIED and not name.startswith(TYPED):
            yield name, value


def _shared() -> dict[str, Any]:
    return {"viewer": viewer(), "board": board()}


def init_app(app: Flask) -> None:
    """Give every template its viewer and its board."""
    login.session_protection = None
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # or every answer would carry the cookie
    app.context_processor(_shared)
    settings = app.config.get("MILEPOST")
    app.jinja_env.globals["demo"] = bool(getattr(settings, "demo", False))
