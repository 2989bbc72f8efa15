"""The board's fee: what it keeps, what it has kept by month, and what it took out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, current_app, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from app.adapters import test_money
from app.blueprints.escrow import bp, month_words, papers
from app.blueprints.escrow.forms import FeeForm, TakeOutForm
from app.blueprints.escrow.preparations import PREPARED
from app.blueprints.guards import me, money_only, operator_only
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.proving import proved
from app.engagement.fees import named
from app.escrow.office import taking_out
from app.escrow.papers import fee_invoices, fees
from app.extensions import db
from app.kernel import clock, money
from app.kernel.errors import Invalid
from app.mail.wording import words
from app.people import board as the_board
from app.people.models import Board

PAGE = "escrow/fees.html"
ROWS = 50
HEADER = (
    *("No.", "Time (UTC)", "Job", "Milestone", "Freelancer"),
    *("Released", "Fee", "To the freelancer", "Currency"),
)


@bp.get("/board/fees")
@money_only
def show_fees() -> str:
    """The present month."""
    return render_template(PAGE, **page(month_words.present(_row().zone)))


@bp.get("/board/fees/<month>")
@money_only
def show_fees_of(month: str) -> str:
    """What the board kept of releases in a month."""
    return render_template(PAGE, **page(month))


@bp.get("/board/fees/<month>.csv")
@money_only
def download_fees(month: str) -> Response:
    """A month's fees as a table for a spreadsheet, oldest first."""
    rows = fees.of_month(db.session(), *around(month), limit=None)
    return papers.table(f"fees-{month}", HEADER, (_cells(row) for row in reversed(rows)))


@bp.post("/board/fee")
@operator_only
@proved
def change_fee() -> AnyResponse:
    """Change what the board keeps, for terms that are sent from now on."""
    form, row = FeeForm(), _row()
    form.minimum.currency = row.currency
    if not form.validate():
        return refused(form, PAGE, **page(month_words.present(row.zone), fee_form=form))
    the_board.charge(
        db.session(), rate=form.rate.data or 0, minimum_minor=form.minimum.data or 0,
        tax_rate=form.tax_rate.data or 0, tax_words=form.tax_words.data,
        billing=form.billing.data, by=me(), at=clock.now(),
    )  # fmt: skip
    db.session.commit()
    say = "The fee is saved. Terms that were sent before keep theirs."
    return changed("", "/board/fees", say=say)


@bp.post("/board/fees/<currency>/taking")
@money_only
@proved
def take_out(currency: str) -> AnyResponse:
    """Mark that fees were moved to the firm's own account."""
    if currency not in money.currencies():
        abort(404)
    form = TakeOutForm(prefix=currency)
    form.amount.currency = currency
    try:
        if not form.validate():
            raise Invalid("form", field="")
        done = taking_out.take_out(
            db.session(), form.amount.data, currency, provider=_provider(), by=me(), at=clock.now()
        )
    except Invalid as trouble:
        if trouble.field:
            form.blame(trouble.field, words(trouble.code, trouble.facts))
        present = month_words.present(_row().zone)
        return refused(form, PAGE, **page(present, out_form=form, currency=currency))
    db.session.commit()
    amount = formats().money(form.amount.data, currency)
    say = f"{amount} of the fees is marked as taken out."
    return changed("", "/board/fees", say=say if done else PREPARED)


def page(
    month: str,
    *,
    fee_form: FeeForm | None = None,
    out_form: TakeOutForm | None = None,
    currency: str = "",
) -> dict[str, Any]:
    """Everything of the page; a form that was refused stands where it stood."""
    session, row = db.session(), _row()
    begins, ends = around(month)
    before = request.args.get("before", "")
    start = int(before) if re.fullmatch(r"\d{1,9}", before, re.ASCII) else 0
    found = fees.of_month(session, begins, ends, before=start, limit=ROWS + 1)
    earlier, later = month_words.step(month, -1), month_words.step(month, 1)
    outs = [
        (one, minor, out_form if out_form and one == currency else _out_form(one, minor))
        for one, minor in fees.standing(session)
    ]
    return {
        "here": "board",
        "part": "fees",
        "month": month,
        "name": month_words.name(month),
        "earlier": earlier if earlier >= f"{clock.day_in(row.made_at, row.zone):%Y-%m}" else "",
        "later": later if later <= month_words.present(row.zone) else "",
        "fee": named(row),
        "board_currency": row.currency,
        "sums": fees.sums(session, begins, ends),
        "rows": found[:ROWS],
        "more": f"/board/fees/{month}?before={found[ROWS - 1].seq}" if found[ROWS:] else "",
        "outs": outs,
        "fee_form": fee_form or _fee_form(row),
        "invoices": fee_invoices.of_month(session, month),
        "may_issue": fee_invoices.can_issue(session, begins, ends, at=clock.now()),
        "has_address": bool(row.billing.strip()),
    }


def around(month: str) -> tuple[datetime, datetime]:
    """When a month begins and ends on the board's clock."""
    zone = _row().zone
    begins = month_words.begins(month, zone)
    return begins, month_words.begins(month_words.step(month, 1), zone)


def _row() -> Board:
    return db.session().get_one(Board, 1)


def _fee_form(row: Board) -> FeeForm:
    """The form with what the board keeps now."""
    form = FeeForm(MultiDict())
    form.minimum.currency = row.currency
    form.rate.data, form.minimum.data = row.fee_rate, row.fee_minimum_minor
    form.billing.data = row.billing
    form.tax_rate.data, form.tax_words.data = row.fee_tax_rate, row.fee_tax_words
    return form


def _out_form(currency: str, amount_minor: int) -> TakeOutForm:
    """The form of one currency, filled with all that is there."""
    form = TakeOutForm(MultiDict(), prefix=currency)
    form.amount.currency, form.amount.data = currency, amount_minor
    return form


def _provider() -> str:
    settings = current_app.config["MILEPOST"]
    return test_money.NAME if test_money.offered(settings) else "bank"


def _cells(row: fees.FeeRow) -> tuple[object, ...]:
    figures = (row.released_minor, row.fee_minor, row.net_minor)
    shown = (papers.Figure(money.plain(minor, row.currency)) for minor in figures)
    when = f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M}"
    return row.seq, when, row.job, row.milestone, row.freelancer, *shown, row.currency
