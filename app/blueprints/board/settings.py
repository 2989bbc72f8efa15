"""The board's own settings, and its privacy and terms pages."""

from __future__ import annotations

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response
from wtforms import BooleanField

from app.blueprints import guards
from app.blueprints.board import bp
from app.blueprints.fields import (
    STANDING,
    CurrencyField,
    Email,
    Form,
    Lines,
    Prose,
    Words,
    ZoneField,
    right_iban,
)
from app.blueprints.guards import me, operator_only
from app.blueprints.htmx import changed, refused
from app.blueprints.proving import proved
from app.extensions import db
from app.kernel import clock
from app.people import board
from app.people.models import Board

PAGE = "board/settings.html"
FRAME: dict[str, Any] = {"here": "board", "part": "settings"}


class BoardSettings(Form):
    """What the operator decides for the whole board."""

    name = Words("Board name", 80)
    zone = ZoneField(hint="For visitors, and where somebody has not chosen another.")
    currency = CurrencyField(hint="What a new person's jobs start with.")
    contact_email = Email("Contact", required=False, hint="Whom people can write to.")
    bank_account = Lines(
        "Bank account",
        1000,
        required=False,
        validators=[right_iban],
        hint="Shown to clients who fund a milestone: account holder, IBAN or number, bank. "
        "With an IBAN, payouts in EUR leave as a SEPA file.",
    )
    open_joining = BooleanField("Anybody may join at /join, without an invitation")
    privacy = Prose("Privacy page", required=False, hint="Markdown works.")
    conditions = Prose("Terms page", required=False, hint="Markdown works.")


@bp.get("/board/settings")
@operator_only
def show_settings() -> str:
    """The forms."""
    return render_template(PAGE, **page())


@bp.post("/board/settings")
@operator_only
@proved
def change_settings() -> Response:
    """Keep what the operator decided."""
    form = BoardSettings()
    if not form.validate():
        db.session.rollback()
        return refused(form, PAGE, **page(general=form))
    board.describe(
        db.session(),
        name=form.name.data,
        zone=form.zone.data,
        currency=form.currency.data,
        contact_email=form.contact_email.data,
        bank_account=form.bank_account.data,
        open_joining=form.open_joining.data,
        privacy=form.privacy.data,
        conditions=form.conditions.data,
        by=me(),
        at=clock.now(),
    )
    db.session.commit()
    guards.forget_viewer()
    return changed("", "/board/settings", say="The board's settings are saved.")


def page(**typed: Any) -> dict[str, Any]:
    """The page of settings: its three forms, each as it stands or as it was typed."""
    from app.blueprints.board import limits

    session = db.session()
    row = session.get_one(Board, 1)
    return {
        "general": typed.get("general") or BoardSettings(STANDING, row),
        "limits": typed.get("limits") or limits.limits_form(row),
        "account": typed.get("account") or limits.account_form(currency=row.currency),
        "accounts": board.accounts(session),
        "own_currency": row.currency,
    } | FRAME
