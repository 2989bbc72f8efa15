"""My settings: profile, money, password, and the browsers where I am signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.blueprints import guards, proving
from app.blueprints.fields import STANDING
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, refused
from app.blueprints.people import bp
from app.blueprints.people.entering import count_a_try, guesses, refuse_guessable
from app.blueprints.people.forms import ChangePassword, Money, Profile, roles, way
from app.blueprints.providers import card_provider
from app.blueprints.proving import proved
from app.blueprints.unit_of_work import begin, begins_itself
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words
from app.people import accounts, passwords, payout_accounts, reads, sign_in, throttle, tokens
from app.people.models import Person
from app.people.payout_accounts import Accounts

PAGE = "people/settings.html"
FIRST_ONE = "/settings#password-form"
WRONG = "This is not your present password."
MEANWHILE = "Your password was changed meanwhile. Open the page again; this changed nothing."


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
@proved
def change_money() -> Response:
    """Where I am paid, and what stands on my invoices."""
    form, person, seen = Money(), me(), request.form.get("account_seen", "")
    if not form.validate():
        return _refused(money=form, account_seen=seen)
    card = form.card_account.data if card_provider() else person.card_account
    try:
        typed = Accounts(form.payout_account.data, form.payout_holder.data, card)
        new = payout_accounts.merged(typed, person, seen)
    except Invalid as stale:
        form.blame(stale.field, words(stale.code))
        return _refused(money=form)
    accounts.set_money(
        db.session(),
        person,
        payout_account=new.bank,
        payout_holder=new.holder,
        card_account=new.card,
        billing=form.billing.data,
        tax_rate=form.tax_rate.data or 0,
        tax_words=form.tax_words.data,
        at=clock.now(),
    )
    db.session.commit()
    return changed("", "/settings", say="Your payout account and billing address are saved.")


@bp.post("/settings/money/undo")
@signed_in
@proved
def undo_payout_account() -> Response:
    """The payout account that stood before the last change stands again; nothing waits any more."""
    payout_accounts.undo(db.session(), me(), at=clock.now())
    db.session.commit()
    say = "The change is undone: payouts go to your former account, and do not wait any more."
    return changed("", "/settings#money", say=say)


@bp.post("/settings/password")
@signed_in
@begins_itself
def change_password() -> Response:
    """Another password, by the present one; the first one, soon after a proof."""
    form, known, at = ChangePassword(), me().password_hash, clock.now()
    if known is None and not proving.is_fresh():
        return proving.ask(None, back=FIRST_ONE)
    if not form.validate():
        return _refused(password=form)
    person = me()
    if refuse_guessable(form, name=person.name, email=person.email, board=guards.board_name()):
        return _refused(password=form)
    if known and (wrong := _not_known(person, known, form.present.data)):
        form.blame("present", wrong.words)
        return _refused(wrong.status, password=form)
    db.session.rollback()
    hashed = passwords.hash(form.password.data)
    begin()
    guards.forget_viewer()  # whoever was signed out meanwhile changes nothing
    person = me()
    if person.password_hash != known:
        form.blame("present" if known else "password", MEANWHILE)
        return _refused(password=form)
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


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Why somebody does not know the present password, and the status of the answer."""

    words: str
    status: int = 422


def _not_known(person: Person, known: str, typed: str) -> NotKnown | None:
    """Whether somebody does not know the present password, and why. Guesses count."""
    counters = guesses(person.email, person)
    db.session.rollback()
    begin()
    if too_many := count_a_try(db.session(), counters, clock.now()).refusal:
        return NotKnown(too_many, 429)
    if not passwords.verify(known, typed):
        return NotKnown(WRONG)
    begin()
    throttle.take_back(db.session(), counters)
    db.session.commit()
    return None


def browser(agent: str) -> str:
    """A browser's long name of itself, in two words that its owner knows."""
    kinds = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
    kinds |= {"Safari": "Safari", "Lynx": "Lynx", "w3m": "w3m", "Links": "Links"}
    systems = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows"}
    systems |= {"Mac OS": "Mac", "Linux": "Linux"}
    kind = next((name for sign, name in kinds.items() if sign in agent), "A browser")
    system = next((name for sign, name in systems.items() if sign in agent), "")
    return f"{kind} on {system}" if system else kind


def former_ending(person: Person) -> str:
    """The end of the account that stood before the last change, as its owner knows it."""
    return payout_accounts.ending(person.former_payout_account or person.former_card_account)


def _page(session: Session, **typed: Any) -> dict[str, Any]:
    person, at = me(), clock.now()
    facts = {"way": way(person.hires, person.works), "weekday": str(person.report_weekday)}
    return {
        "person": person,
        "profile": Profile(STANDING, person, **facts) if "profile" not in typed else None,
        "money": Money(STANDING, person) if "money" not in typed else None,
        "password": ChangePassword(STANDING),
        "cards": card_provider() is not None,
        "waits_until": payout_accounts.ends_at(person, at),
        "former": former_ending(person),
        "account_seen": payout_accounts.fingerprint(payout_accounts.accounts_of(person)),
        "may_set_password": bool(person.password_hash) or proving.is_fresh(),
        "sign_ins": reads.sign_ins(session, person.id, at),
        "here": "settings",
        "browser": browser,
        "this_one": tokens.digest(guards.sign_in_token())[:16],
    } | typed


def _refused(status: int = 422, **typed: Any) -> Response:
    db.session.rollback()
    form = next(iter(typed.values()))
    return refused(form, PAGE, status=status, **_page(db.session(), **typed))
