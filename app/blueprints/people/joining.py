"""Joining the board: by an invitation's link, or freely where the board allows it."""

from __future__ import annotations

from flask import redirect, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.blueprints import guards, headers
from app.blueprints.htmx import refused
from app.blueprints.people import bp
from app.blueprints.people.entering import let_in, refuse_guessable
from app.blueprints.people.forms import Join, roles
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.jobs import inviting
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.mail.wording import words
from app.people import accounts, joining, passwords
from app.people.models import Joining

PAGE = "people/join.html"


@bp.get("/joining/<token>")
@bp.get("/join", defaults={"token": ""})
def show_join(token: str) -> str | Response | tuple[str, int]:
    """The form, or why one cannot join this way."""
    headers.no_referrer()
    found = _asked(db.session(), token)
    if guards.viewer():
        return redirect("/", 303)
    if refusal := accounts.can_join(db.session(), found, at=clock.now()):
        return render_template("people/cannot_join.html", why=words(refusal.code)), 410
    form = Join(data={"email": found.email if found else "", "zone": _zone(), "way": "both"})
    return render_template(PAGE, form=form, token=token)


@bp.post("/joining/<token>")
@bp.post("/join", defaults={"token": ""})
@begins_itself
def join(token: str) -> Response | tuple[str, int]:
    """Make the account, pass on invitations to jobs, and sign in."""
    headers.no_referrer()
    form = Join()
    if not form.validate():
        return refused(form, PAGE, token=token)
    name, email, typed = form.name.data, form.email.data, form.password.data
    if typed and refuse_guessable(form, name=name, email=email, board=guards.board_name()):
        return refused(form, PAGE, token=token)
    hashed = passwords.hash(typed) if typed else None
    begin()
    session, at = db.session(), clock.now()
    found = _asked(session, token)
    try:
        person = accounts.join(
            session,
            found,
            name=name,
            email=email,
            password_hash=hashed,
            zone=form.zone.data,
            **roles(form.way.data),
            at=at,
        )
    except Invalid as refusal:
        form.blame(refusal.field, words(refusal.code, refusal.facts))
        return refused(form, PAGE, token=token)
    for invitation in joining.to_jobs(session, found) if found else ():
        inviting.welcome(session, invitation, person, at=at)
    let_in(session, person, at)
    return redirect("/", 303)


def _asked(session: Session, token: str) -> Joining | None:
    found = joining.by_token(session, token) if token else None
    if token and found is None:
        raise NotFound
    return found


def _zone() -> str:
    board = guards.board()
    return board.zone if board else "UTC"
