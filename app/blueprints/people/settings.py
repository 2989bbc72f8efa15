"""My settings: profile, money, password, and the browsers where I am signed in."""

from __future__ import annotations

from typing import Any

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.blueprints import guards
from app.blueprints.fields import STANDING
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.people import bp
from app.blueprints.people.forms import ChangePassword, Money, Profile, roles, way
from app.blueprints.providers import card_provider
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.kernel import clock
from app.people import accounts, passwords, reads, sign_in, tokens

PAGE = "people/settings.html"


@bp.get("/settings")
@signed_in
def show_settings() -> str:
    """Everything that a person may change about themselves."""
    return render_template(PAGE, **_page(db.session()))


@bp.post("/settings/profile")
@signed_in
def change_profile() -> Response:
    """What I say of myself, and how the board writes to me."""
    form = Profile()
    if not form.validate():
        return _refused(profile=form)
    accounts.describe(
        db.session(),
        me(),
        name=form.name.data,
        headline=form.headline.data,
        about=form.about.data,
        skills=form.skills.data,
        zone=form.zone.data,
        currency=form.currency.data,
        locale=form.locale.data,
        report_weekday=int(form.weekday.data),
        **roles(form.way.data),
    )
    db.session.commit()
    guards.forget_viewer()
    return changed("", "/settings", say="Your profile is saved.")


@bp.post("/settings/money")
@signed_in
def change_money() -> Response:
    """Where I am paid, and what stands on my invoices."""
    form = Money()
    if not form.validate():
        return _refused(money=form)
    accounts.set_money(
        db.session(),
        me(),
        payout_account=form.payout_account.data,
        payout_holder=form.payout_holder.data,
        card_account=form.card_account.data if card_provider() else me().card_account,
        billing=form.billing.data,
        tax_rate=form.tax_rate.data or 0,
        tax_words=form.tax_words.data,
        at=clock.now(),
    )
    db.session.commit()
    return changed("", "/settings", say="Your payout account and billing address are saved.")


@bp.post("/settings/password")
@signed_in
@begins_itself
def change_password() -> Response:
    """Another password; every other browser is signed out."""
    form = ChangePassword()
    if not form.validate():
        return _refused(password=form)
    known = me().password_hash
    db.session.rollback()
    if known and not passwords.verify(known, form.present.data):
        form.blame("present", "This is not your present password.")
        return _refused(password=form)
    hashed = passwords.hash(form.password.data)
    begin()
    person, at = me(), clock.now()
    accounts.set_password(db.session(), person, hashed, at=at)
    sign_in.end_others(db.session(), person, guards.sign_in_token(), at=at)
    db.session.commit()
    return changed("", "/settings", say="Your password is changed; other browsers are signed out.")


@bp.post("/settings/sign-ins/<start>/end")
@signed_in
def end_sign_in(start: str) -> Response:
    """Sign out one browser of mine."""
    sign_in.revoke(db.session(), me(), start, at=clock.now())
    db.session.commit()
    return changed("", "/settings", say="That browser is signed out.")


def browser(agent: str) -> str:
    """A browser's long name of itself, in two words that its owner knows."""
    kinds = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
    kinds |= {"Safari": "Safari", "Lynx": "Lynx", "w3m": "w3m", "Links": "Links"}
    systems = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows"}
    systems |= {"Mac OS": "Mac", "Linux": "Linux"}
    kind = next((name for sign, name in kinds.items() if sign in agent), "A browser")
    system = next((name for sign, name in systems.items() if sign in agent), "")
    return f"{kind} on {system}" if system else kind


def _page(session: Session, **typed: Any) -> dict[str, Any]:
    person = me()
    facts = {"way": way(person.hires, person.works), "weekday": str(person.report_weekday)}
    return {
        "person": person,
        "profile": Profile(STANDING, person, **facts) if "profile" not in typed else None,
        "money": Money(STANDING, person) if "money" not in typed else None,
        "password": ChangePassword(STANDING),
        "cards": card_provider() is not None,
        "sign_ins": reads.sign_ins(session, person.id, clock.now()),
        "here": "settings",
        "browser": browser,
        "this_one": tokens.digest(guards.sign_in_token())[:16],
    } | typed


def _refused(**typed: Any) -> Response:
    db.session.rollback()
    return refused(next(iter(typed.values())), PAGE, **_page(db.session(), **typed))
