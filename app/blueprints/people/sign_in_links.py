"""Signing in by a mailed link. Opening the link changes nothing; its button does."""

from __future__ import annotations

import secrets

from flask import make_response, redirect, render_template
from werkzeug.wrappers import Response

from app.blueprints import carrying, headers
from app.blueprints.errors import page as error_page
from app.blueprints.htmx import refused
from app.blueprints.people import bp
from app.blueprints.people.entering import count_a_try, let_in, links_asked
from app.blueprints.people.forms import Address
from app.blueprints.people.sign_in import PAGE, around
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.mail import outbox
from app.people import accounts, links
from app.people.links import LinkView
from app.people.models import Link, Person


@bp.post("/sign-in/letters")
@begins_itself
def ask_for_link() -> Response:
    """Mail a sign-in link, and say the same whether the address is known or not."""
    form = Address()
    if not form.validate():
        return refused(form, PAGE, **around())
    begin()
    if too_many := count_a_try(db.session(), links_asked(form.email.data), clock.now()).refusal:
        form.blame("email", too_many)
        return refused(form, PAGE, status=429, **around())
    begin()
    mail_link("sign_in_link", form.email.data)
    db.session.commit()
    if act := carrying.carried_act():  # it stays on this page, and is offered again from there
        return make_response(render_template("people/link_sent.html", act=act))
    return redirect("/sign-in/letters", 303)


@bp.get("/sign-in/letters")
@bp.get("/password/letters", endpoint="password_letters")
def show_asked() -> str:
    """What happens next, for every address alike."""
    return render_template("people/link_sent.html")


@bp.get("/sign-in/<token>")
def show_link(token: str) -> tuple[str, int]:
    """One button that signs in, or why the link no longer works."""
    headers.no_referrer()
    seen = for_account(token, "sign_in")
    if seen.state != "live":
        return dead(seen, f"/sign-in/{token}")
    return render_template("people/sign_in_link.html", seen=seen, token=token), 200


@bp.post("/sign-in/<token>")
def follow_link(token: str) -> Response | tuple[str, int]:
    """Spend the link and sign in."""
    headers.no_referrer()
    seen = for_account(token, "sign_in")
    if seen.state != "live":
        db.session.rollback()
        return dead(seen, f"/sign-in/{token}")
    person, at = live(seen)[1], clock.now()
    links.spend(db.session(), live(seen)[0], at=at, outcome="signed in")
    let_in(db.session(), person, at)
    return redirect("/", 303)


@bp.post("/sign-in/<token>/letters", defaults={"purpose": "sign_in"})
@bp.post("/password/<token>/letters", defaults={"purpose": "password"})
@begins_itself
def ask_for_new_link(token: str, purpose: str) -> Response:
    """Mail a new link to whom a link that is over belonged."""
    headers.no_referrer()
    person = for_account(token, purpose).person
    if person is None:
        raise NotFound
    email = person.email
    begin()
    if too_many := count_a_try(db.session(), links_asked(email), clock.now()).refusal:
        return error_page(429, too_many)
    begin()
    mail_link(f"{purpose}_link", email)
    db.session.commit()
    return redirect("/sign-in/letters", 303)


def mail_link(notice: str, email: str) -> None:
    """Queue the letter with a link to whoever has this address, if anybody has (and access)."""
    person = accounts.by_email(db.session(), email)
    if person is not None and person.stopped_at is None:
        key = f"{notice}:{person.id}:{secrets.token_hex(8)}"
        outbox.queue(db.session(), notice, to_person=person, key=key, facts={}, at=clock.now())


def for_account(token: str, purpose: str) -> LinkView:
    """The link behind a token, if it is for that purpose; otherwise an unknown one."""
    seen = links.open(db.session(), token, at=clock.now())
    if seen.link is None or seen.link.purpose != purpose:
        return LinkView(None, None, "unknown")
    return seen


def live(seen: LinkView) -> tuple[Link, Person]:
    """The link and its person, of a link that is not unknown."""
    assert seen.link is not None and seen.person is not None  # noqa: S101 (asked before)
    return seen.link, seen.person


def dead(seen: LinkView, path: str) -> tuple[str, int]:
    """The page of a link that opens nothing any more, with a way to a new one."""
    page = render_template("people/link_over.html", state=seen.state, path=path)
    return page, 404 if seen.state == "unknown" else 410
