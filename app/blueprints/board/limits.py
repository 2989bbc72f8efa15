"""What the board bears, what two people confirm, and where money of each currency comes to."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from app.blueprints.board import bp
from app.blueprints.board.settings import PAGE, page
from app.blueprints.fields import STANDING, CurrencyField, Form, Lines, right_iban
from app.blueprints.guards import me, operator_only
from app.blueprints.htmx import changed, refused
from app.blueprints.parsed_fields import MoneyField
from app.blueprints.proving import proved
from app.escrow.office import limits
from app.extensions import db
from app.kernel import clock, money
from app.kernel.errors import Invalid, NotFound
from app.mail.wording import words
from app.people import board
from app.people.models import Board

PREPARED = (
    "A higher limit, or none, needs two people: another operator or bookkeeper confirms it under "
    "Money. Until then everything is as it was."
)


class Limits(Form):
    """In the board's currency."""

    tolerance_minor = MoneyField(
        "Tolerance for short payments", required=False,
        hint="A bank transfer that is short by no more than this funds in full; the board bears "
        "the difference. Empty: nothing.",
    )  # fmt: skip
    two_operator_minor = MoneyField(
        "Two people above", required=False,
        hint="What is above this, one person prepares and another one confirms. Empty: never.",
    )  # fmt: skip


class Account(Form):
    """Where money in one currency comes to."""

    currency = CurrencyField()
    account = Lines("Account", 1000, validators=[right_iban])


@bp.post("/board/limits")
@operator_only
@proved
def change_limits() -> Response:
    """Keep the tolerance and the limit."""
    form = limits_form(db.session().get_one(Board, 1), request.form)
    try:
        if not form.validate():
            raise Invalid("form", field="")
        done = limits.change(
            db.session(),
            tolerance_minor=form.tolerance_minor.data or 0,
            two_operator_minor=form.two_operator_minor.data,
            by=me(),
            at=clock.now(),
        )
    except Invalid as trouble:
        if trouble.field:
            form.blame(trouble.field, words(trouble.code, trouble.facts))
        db.session.rollback()
        return refused(form, PAGE, **page(limits=form))
    db.session.commit()
    return changed("", "/board/settings", say="The limits are saved." if done else PREPARED)


@bp.post("/board/accounts")
@operator_only
@proved
def add_account() -> Response:
    """Money of a currency comes to this account from now on."""
    form = account_form(request.form)
    if not form.validate():
        db.session.rollback()
        return refused(form, PAGE, **page(account=form))
    code = form.currency.data
    board.set_account(db.session(), code, form.account.data, by=me(), at=clock.now())
    db.session.commit()
    return changed("", "/board/settings", say=f"The account for {code} is saved.")


@bp.post("/board/accounts/<currency>/deletion")
@operator_only
@proved
def delete_account(currency: str) -> Response:
    """Money of a currency comes to the board's own bank account again."""
    if currency not in money.currencies():
        raise NotFound("currency")
    board.set_account(db.session(), currency, "", by=me(), at=clock.now())
    db.session.commit()
    say = f"{currency} comes to the board's own bank account."
    return changed("", "/board/settings", say=say)


def limits_form(row: Board, typed: Any = STANDING) -> Limits:
    """The limits as they stand (or as they were typed), in the board's currency."""
    form = Limits(typed, row)
    for field in (form.tolerance_minor, form.two_operator_minor):
        field.currency = row.currency
    return form


def account_form(typed: Any = STANDING, currency: str = "") -> Account:
    """An empty line of the table of accounts (or what was typed into it)."""
    return Account(typed, prefix="for", currency=currency)
