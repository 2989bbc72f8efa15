"""Showing again that it is oneself: by the password, or (without one) by a link from a letter."""

from __future__ import annotations

import secrets

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from app.blueprints import carrying, guards, proving
from app.blueprints.guards import me, sign_in_token, signed_in
from app.blueprints.htmx import changed
from app.blueprints.people import bp
from app.blueprints.people.entering import count_a_try, guesses, links_asked
from app.blueprints.people.sign_in_links import dead, for_account, live
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.kernel import clock
from app.mail import outbox
from app.people import links, passwords, proofs, throttle, tokens
from app.people.links import LinkView

WRONG = "This is not your password. Nothing was done, and what you typed is kept."


@bp.get("/proof")
@signed_in
def show_proof() -> Response:
    """Ask, before a form that holds what no page keeps; `next` is where it stands."""
    return proving.ask(None, status=200)


@bp.post("/proof")
@signed_in
@begins_itself
def prove() -> Response:
    """Check the password; then offer again what was to be done."""
    act, person, at = carrying.carried_act(), me(), clock.now()
    known, typed = person.password_hash, request.form.get("password", "")
    if known is None:
        return _on(act) if proving.is_fresh() else proving.ask(act, mailed=True)
    counters = guesses(person.email, person)
    db.session.rollback()
    begin()
    if too_many := count_a_try(db.session(), counters, at).refusal:
        return proving.ask(act, trouble=too_many, status=429)
    if not passwords.verify(known, typed[:500]):
        return proving.ask(act, trouble=WRONG, status=422)
    begin()
    throttle.take_back(db.session(), counters)
    proofs.prove(db.session(), sign_in_token(), at=at)
    db.session.commit()
    guards.forget_viewer()
    return _on(act)


@bp.post("/proof/letters")
@signed_in
@begins_itself
def ask_for_proof_link() -> Response:
    """Mail a link that proves this browser's sign-in, and no other's."""
    act, person, at = carrying.carried_act(), me(), clock.now()
    person_id, email = person.id, person.email
    db.session.rollback()
    begin()
    if too_many := count_a_try(db.session(), links_asked(email), at).refusal:
        return proving.ask(act, trouble=too_many, status=429)
    begin()
    bound = {"purpose": "proof", "kind": "sign_in", "id": tokens.digest(sign_in_token())}
    outbox.queue(
        db.session(), "proof_link", to_person=person_id, at=at,
        key=f"proof_link:{person_id}:{secrets.token_hex(8)}",
        facts={"link": bound | {"version": ""}},
    )  # fmt: skip
    db.session.commit()
    return proving.ask(act, mailed=True, status=200)


@bp.get("/proof/<token>")
@signed_in
def show_proof_link(token: str) -> str | tuple[str, int]:
    """One button; or why the link does nothing here."""
    seen = _mine(token)
    if seen.state != "live":
        return dead(seen, "")
    return render_template("people/proof_link.html", token=token)


@bp.post("/proof/<token>")
@signed_in
def follow_proof_link(token: str) -> Response | tuple[str, int]:
    """Spend the link: this browser's sign-in is proved."""
    seen, at = _mine(token), clock.now()
    if seen.state != "live":
        db.session.rollback()
        return dead(seen, "")
    links.spend(db.session(), live(seen)[0], at=at, outcome="proved")
    proofs.prove(db.session(), sign_in_token(), at=at)
    db.session.commit()
    guards.forget_viewer()
    return changed("", "/", say="It is you. Go back to the page that asked, and press Go on there.")


def _on(act: carrying.Act | None) -> Response:
    if act is None:
        answer = redirect(carrying.safe_next(), 303)
        assert isinstance(answer, Response)  # noqa: S101 (flask's own class, for the type checker)
        return answer
    return carrying.offer_again(act, proved=True)


def _mine(token: str) -> LinkView:
    """The link, if it is for the sign-in of this very browser; otherwise an unknown one."""
    seen = for_account(token, "proof")
    if seen.link is None or seen.link.object_id != tokens.digest(sign_in_token()):
        return LinkView(None, None, "unknown")
    return seen
