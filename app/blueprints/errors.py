"""What went wrong, in plain words: what happened, that nothing was lost, what to do next."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, InternalError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints import carrying, guards
from app.blueprints.htmx import is_htmx, notice
from app.extensions import db
from app.kernel.errors import Invalid, NotFound, Refused, WrongState

log = logging.getLogger("milepost")
READ_ONLY = "25006"
"""PostgreSQL's code for a write to a server that may only be read."""


@dataclass(frozen=True, slots=True)
class Words:
    """One error page: its heading, what it means, and what to do now."""

    title: str
    meaning: str
    todo: str


WORDS = {
    400: Words(
        "That could not be read",
        "The board did not understand what the browser sent. Nothing was changed.",
        "Go back, load the page again, and try once more.",
    ),
    401: Words(
        "Please sign in",
        "This is for people of the board. Nothing was changed.",
        "Sign in, and try again.",
    ),
    403: Words(
        "This is not yours to do",
        "You may see this, but the step belongs to the other side. Nothing was changed.",
        "Go back to see whose turn it is.",
    ),
    404: Words(
        "There is nothing here",
        "Nothing of yours has this address. It may have been mistyped, or it is not for you.",
        "Start again from your desk.",
    ),
    405: Words(
        "This address only takes a form",
        "Nothing can be read here, and nothing was changed.",
        "Go back, and use the button on the page.",
    ),
    409: Words(
        "This has changed meanwhile",
        "Something moved on after you opened the page, so nothing was done.",
        "Open the page again to see how it stands now.",
    ),
    410: Words(
        "This is gone",
        "What was here has ended or was taken back. Nothing else was changed.",
        "Start again from your desk.",
    ),
    413: Words(
        "That is too large",
        "The board does not take that much at once. Nothing was kept.",
        "Go back, choose smaller files or fewer of them, and send again.",
    ),
    422: Words(
        "That cannot be used as it is",
        "Something in the form does not fit. Nothing was changed.",
        "Go back, and correct what you typed.",
    ),
    429: Words(
        "Too many tries",
        "This was tried too often in a short time. Nothing was changed.",
        "Wait a few minutes, then try again.",
    ),
    500: Words(
        "Something broke on our side",
        "This is a fault of the board, not yours. What you were just doing was not done; "
        "nothing that was saved before is lost.",
        "Try again. If it happens again, tell whoever runs the board what you were doing.",
    ),
    503: Words(
        "The board is too busy just now",
        "It could not save this, so nothing was saved and nothing was half done.",
        "Wait a moment, then send it again; going back keeps what you typed in most browsers.",
    ),
}


REFUSED = Words(
    "That was not done",
    "",
    "Open the page again to see how it stands now.",
)


def page(status: int, meaning: str = "", words: Words | None = None) -> Response:
    """The page of an error, or its notice for htmx. `meaning` replaces the general words."""
    words = words or WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    meaning = meaning or words.meaning
    if is_htmx():
        answer = make_response(notice(f"{words.title}. {meaning} {words.todo}", "stop"), status)
    else:
        html = render_template(
            "errors/page.html", status=status, words=words, meaning=meaning, back=_back()
        )
        answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _back() -> str:
    """The page of this board that the browser came from, if it says so."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or came.path == request.path:
        return ""
    return carrying.local(came.path, "")


def _broken(status: int) -> Response:
    """An error page that asks the database nothing, for when that is what is broken."""
    g.viewer = g.board = None
    g.pop("formats", None)
    try:
        db.session.rollback()
    except DBAPIError:
        log.exception("rolling back failed")
    return page(status)


def _http(trouble: HTTPException) -> AnyResponse:
    status = trouble.code or 500
    if status < 400:
        return trouble.get_response()  # a redirect of the router's
    if status >= 500:
        return _broken(status)
    db.session.rollback()
    if status == 401:
        return guards.ask_to_sign_in()
    answer = page(status)
    theirs = dict(trouble.get_headers())
    for name in ("Allow", "Retry-After"):
        if name in theirs:
            answer.headers[name] = theirs[name]
    return answer


def _csrf(_trouble: CSRFError) -> AnyResponse:
    """An old page: sign in first where that is why; otherwise offer the same act once more."""
    db.session.rollback()
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return page(400)
    view = current_app.view_functions.get(request.endpoint or "")
    if guards.viewer() is None and hasattr(view, "guard"):
        return guards.ask_to_sign_in()
    if is_htmx():
        return page(400, "This page was open for too long, so nothing was sent.")
    answer = carrying.offer_again(carrying.typed_act())
    answer.status_code = 400
    return answer


def _not_found(_trouble: NotFound) -> Response:
    db.session.rollback()
    return page(404)


def _refused(trouble: Refused) -> Response:
    from app.mail.wording import words

    db.session.rollback()
    status = _status(trouble)
    general = REFUSED if status == 409 and not isinstance(trouble, WrongState) else None
    return page(status, words(trouble.code, trouble.facts), general)


def _status(trouble: Refused) -> int:
    if isinstance(trouble, Invalid):
        return 422
    return 403 if trouble.code.endswith((".own", "not_yours")) else 409


def _database(trouble: DBAPIError) -> Response:
    log.error("the database did not take this: %s", trouble.orig)
    answer = _broken(503)
    answer.headers["Retry-After"] = "5"
    return answer


def _inside(trouble: InternalError) -> Response:
    """A PostgreSQL that may only be read just now; anything else is a fault of ours."""
    if getattr(trouble.orig, "sqlstate", "") == READ_ONLY:
        return _database(trouble)
    if current_app.testing:
        raise trouble
    return _unforeseen(trouble)


def _unstorable(trouble: DataError) -> Response:
    """A value that no column takes, such as a NUL in a field that should hold an id."""
    log.warning("%s %s holds what cannot be kept: %s", request.method, request.path, trouble.orig)
    return _broken(400)


def _unforeseen(trouble: Exception) -> Response:
    log.error("%s %s broke", request.method, request.path, exc_info=trouble)
    return _broken(500)


def _no_nul() -> None:
    """An address with a NUL in it is nothing's address (PostgreSQL would not even look)."""
    if "\0" in request.path:
        abort(404)


def init_app(app: Flask) -> None:
    """Every error gets its page; in tests, what nobody foresaw still fails the test."""
    app.before_request(_no_nul)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InternalError, _inside)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(500, _unforeseen)
