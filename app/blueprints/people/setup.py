"""The first run: the board and its first operator, once."""

from __future__ import annotations

import hmac

from flask import current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from app.blueprints.htmx import refused
from app.blueprints.people import bp
from app.blueprints.people.entering import let_in, refuse_guessable
from app.blueprints.people.forms import Setup
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.kernel import clock
from app.people import accounts, passwords, reads

PAGE = "people/setup.html"


@bp.get("/setup")
def show_setup() -> str | Response:
    """The form, while the board has nobody."""
    if reads.anybody(db.session()):
        return redirect("/", 303)
    form = Setup(data={"code": request.args.get("code", ""), "zone": "UTC", "currency": "USD"})
    return render_template(PAGE, form=form)


@bp.post("/setup")
@begins_itself
def set_up() -> Response:
    """Make the board and sign its first operator in."""
    form = Setup()
    if not form.validate():
        return refused(form, PAGE)
    if not hmac.compare_digest(form.code.data.encode(), _code().encode()):
        form.blame("code", "This is not the code that this board printed when it was started.")
        return refused(form, PAGE)
    name, email, board = form.name.data, form.email.data, form.board_name.data
    if refuse_guessable(form, name=name, email=email, board=board):
        return refused(form, PAGE)
    hashed = passwords.hash(form.password.data)
    begin()
    session, at = db.session(), clock.now()
    person = accounts.set_up(
        session,
        board_name=board,
        name=name,
        email=email,
        password_hash=hashed,
        zone=form.zone.data,
        currency=form.currency.data,
        at=at,
    )
    let_in(session, person, at)
    return redirect("/", 303)


def _code() -> str:
    return str(current_app.config["MILEPOST"].setup_code)
