"""A forgotten password: a letter with a link, and the page where it leads."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from app.blueprints import guards, headers
from app.blueprints.htmx import changed, refused
from app.blueprints.people import bp
from app.blueprints.people.entering import count_a_try, let_in, links_asked, refuse_guessable
from app.blueprints.people.forms import Address, NewPassword
from app.blueprints.people.sign_in_links import dead, for_account, live, mail_link
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.kernel import clock
from app.people import accounts, links, passwords, sign_in

ASK = "people/password.html"
CHOOSE = "people/new_password.html"


@bp.get("/password")
def show_password() -> str:
    """Ask for the address of the account."""
    return render_template(ASK, form=Address(data={"email": request.args.get("email", "")}))


@bp.post("/password")
@begins_itself
def ask_for_password() -> Response:
    """Mail a link for a new password, and say the same whether the address is known or not."""
    form = Address()
    if not form.validate():
        return refused(form, ASK)
    begin()
    if too_many := count_a_try(db.session(), links_asked(form.email.data), clock.now()).refusal:
        form.blame("email", too_many)
        return refused(form, ASK, status=429)
    begin()
    mail_link("password_link", form.email.data)
    db.session.commit()
    return redirect("/password/letters", 303)


@bp.get("/password/<token>")
def show_new_password(token: str) -> str | tuple[str, int]:
    """The form for a new password, or why the link no longer works."""
    headers.no_referrer()
    seen = for_account(token, "password")
    if seen.state != "live":
        return dead(seen, f"/password/{token}")
    return render_template(CHOOSE, form=NewPassword(), seen=seen, token=token)


@bp.post("/password/<token>")
@begins_itself
def choose_password(token: str) -> Response | tuple[str, int]:
    """Set the password, sign out every other browser, and sign this one in."""
    headers.no_referrer()
    form = NewPassword()
    seen = for_account(token, "password")
    if seen.state != "live":
        return dead(seen, f"/password/{token}")
    if not form.validate():
        return refused(form, CHOOSE, seen=seen, token=token)
    found = live(seen)[1]
    if refuse_guessable(form, name=found.name, email=found.email, board=guards.board_name()):
        return refused(form, CHOOSE, seen=seen, token=token)
    hashed = passwords.hash(form.password.data)
    begin()
    session, at = db.session(), clock.now()
    link, person = live(for_account(token, "password"))
    links.spend(session, link, at=at, outcome="new password")
    links.revoke(session, "person", person.id, at=at)
    accounts.set_password(session, person, hashed, at=at)
    sign_in.end_others(session, person, "", at=at)
    let_in(session, person, at)
    return changed("", "/", say="Your new password is set, and other browsers are signed out.")
