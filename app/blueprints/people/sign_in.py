"""Signing in with a password, and signing out."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from app.blueprints import carrying, guards
from app.blueprints.htmx import changed, refused
from app.blueprints.people import bp
from app.blueprints.people.entering import count_a_try, guesses, let_in, warn_of_guesses
from app.blueprints.people.forms import SignIn
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.kernel import clock
from app.people import accounts, passwords, reads, throttle
from app.people import sign_in as sign_ins

PAGE = "people/sign_in.html"
WRONG = (
    "This address and this password do not belong together. Try again, or have a sign-in link "
    "mailed to you."
)


@bp.get("/sign-in")
def show_sign_in() -> str | Response:
    """The form; on a board that has nobody, what to do first."""
    if guards.viewer():
        return redirect(carrying.safe_next(), 303)
    if not reads.anybody(db.session()):
        return render_template("people/nobody.html")
    return render_template(PAGE, form=SignIn(), **around())


@bp.post("/sign-in")
@begins_itself
def sign_in() -> Response:
    """Check the password; then go where the person wanted to, or offer again what they typed."""
    form = SignIn()
    if not form.validate():
        return refused(form, PAGE, **around())
    account, at = form.email.data, clock.now()
    begin()
    person = accounts.by_email(db.session(), account)
    counters = guesses(account, person)
    tried = count_a_try(db.session(), counters, at)
    if tried.refusal:
        form.blame("email", tried.refusal)
        return refused(form, PAGE, status=429, **around())
    known = person.password_hash if person else None
    db.session.rollback()
    if not passwords.verify(known, form.password.data) or person is None:
        if person and tried.is_last:
            warn_of_guesses(db.session(), person.id, at)
        form.blame("password", WRONG)
        return refused(form, PAGE, **around())
    begin()
    db.session.refresh(person)  # it was read before the password was looked at
    if person.password_hash != known:
        form.blame("password", WRONG)
        return refused(form, PAGE, **around())
    throttle.take_back(db.session(), counters)
    if person.stopped_at is not None:  # said only to who knows the password
        db.session.commit()
        return make_response(render_template("people/stopped.html"), 403)
    let_in(db.session(), person, at)
    act = carrying.carried_act()
    return carrying.offer_again(act) if act else redirect(carrying.safe_next(), 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """Sign this browser out; the row stays, so that the person sees that it ended."""
    sign_ins.end(db.session(), guards.sign_in_token(), at=clock.now())
    db.session.commit()
    guards.end_sign_in()
    return changed("", "/sign-in", say="You are signed out.")


def around() -> dict[str, Any]:
    """What the sign-in page carries along: where to go afterwards, and a form not yet sent."""
    return {"next": carrying.safe_next(""), "act": carrying.carried_act()}
