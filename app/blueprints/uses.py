"""A sign-in that is used goes on: at most once a day, the board notes that it was."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError

from app.blueprints import guards
from app.blueprints.htmx import is_htmx
from app.blueprints.unit_of_work import begin
from app.extensions import db
from app.kernel import clock
from app.people import sign_in

log = logging.getLogger("milepost")


def _note(answer: Response) -> Response:
    """Note the use in a transaction of its own, when the page is made.

    A page that lies open and only asks for news is not in use; an answer that is still to be
    read from the database is left alone. The page does not fail where this does.
    """
    seen, at = g.get("viewer"), clock.now()
    if seen is None or sign_in.is_noted(seen.used_at, at):
        return answer
    asks_for_news = is_htmx() and request.method in guards.SAFE
    if asks_for_news or answer.is_streamed or answer.status_code >= 500:
        return answer
    try:
        begin()
        sign_in.note_use(db.session(), guards.sign_in_token(), at=at)
        db.session.commit()
    except DBAPIError as trouble:
        log.warning("the use of a sign-in could not be noted: %s", trouble.orig)
        db.session.rollback()
    return answer


def init_app(app: Flask) -> None:
    """Note uses after each request."""
    app.after_request(_note)
