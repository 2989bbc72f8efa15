"""Bank statements: what came, what it is, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app.adapters.bank import reading
from app.blueprints.escrow import bp
from app.blueprints.escrow.forms import PlaceForm, SendBackForm, StatementForm
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed, refused
from app.blueprints.proving import proved
from app.blueprints.unit_of_work import begin, begins_itself
from app.escrow.bank import importing, matching, placing
from app.escrow.bank.importing import Imported
from app.escrow.bank.lines import Statement
from app.escrow.bank.models import BankEntry
from app.escrow.office import preparing
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words

PAGE = "escrow/statements.html"
HERE = "/board/statements"


@bp.get("/board/statements")
@money_only
def show_statements() -> str:
    """What is matched, what to look at, what is in suspense, and what was decided lately."""
    return render_template(PAGE, form=StatementForm(), **page())


@bp.post("/board/statements")
@money_only
@begins_itself
def import_statements() -> Response:
    """Keep the lines of the files; they are read before anybody has to wait for us.

    The same file may come twice: a line that is known is not taken again.
    """
    form = StatementForm()
    files: list[tuple[str, list[Statement]]] = []
    try:
        if form.validate():
            files = [_read(file) for file in form.files.data]
    except Invalid as trouble:
        form.blame("files", words(trouble.code, trouble.facts))
    begin()
    if form.errors:
        return refused(form, PAGE, **page())
    session, person, at = db.session(), me(), clock.now()
    kept = [
        importing.keep(session, found, file_name=name, by=person, at=at) for name, found in files
    ]
    session.commit()
    return changed("", HERE, say=_said(kept))


@bp.post("/board/statements/confirmation")
@money_only
@proved
def confirm_matched() -> Response:
    """Everything that was shown as matched, and still is, settles."""
    shown = request.form.getlist("entry")[: matching.MOST]
    session, person = db.session(), me()
    before = len(preparing.by_person(session, person.id))
    done = placing.confirm_matched(session, shown, by=person, at=clock.now())
    prepared = len(preparing.by_person(session, person.id)) - before
    session.commit()
    say = f"{len(done)} {'line is' if len(done) == 1 else 'lines are'} confirmed."
    if prepared:
        say += f" {prepared} above the board's limit: a second person confirms what you prepared."
    if len(done) + prepared < len(shown):
        say += " The rest has changed since the page was opened; look at it below."
    return changed("", HERE, say=say)


def page(wrong: PlaceForm | SendBackForm | None = None, of: str = "") -> dict[str, Any]:
    """The context of the page; a form that was refused stands at its line."""
    session, person = db.session(), me()
    rows = matching.new(session, person)
    look = [row for row in rows if row.verdict != matching.MATCHED]
    new, _ = placing.waiting(session)
    return {
        "here": "board",
        "part": "money",
        "matched": [row for row in rows if row.verdict == matching.MATCHED],
        "own": any(person.id in row.parties for row in rows if row.verdict == matching.MATCHED),
        "look": [(row, _form(row.entry, wrong, of, row), _why(row)) for row in look],
        "more": max(0, new - len(rows)),
        "suspense": [
            (entry, _form(entry, wrong, of), _back_form(entry, wrong, of))
            for entry in placing.suspended(session)
        ],
        "decided": placing.decided(session),
    }


def _form(entry: BankEntry, wrong: object, of: str, row: matching.Row | None = None) -> PlaceForm:
    if of == entry.id and isinstance(wrong, PlaceForm):
        return wrong
    form = PlaceForm(prefix=f"e{entry.id}")
    if row and row.verdict in ("short", "over", "cancelled", "near", "returned", "elsewhere"):
        form.reference.data = row.code
        form.reference.raw_data = None
    return form


def _back_form(entry: BankEntry, wrong: object, of: str) -> SendBackForm:
    if of == entry.id and isinstance(wrong, SendBackForm):
        return wrong
    return SendBackForm(prefix=f"b{entry.id}")


def _read(file: FileStorage) -> tuple[str, list[Statement]]:
    return file.filename or "", reading.read(file.stream.read(reading.MOST_BYTES + 1))


def _said(kept: list[Imported]) -> str:
    new, known = sum(one.new for one in kept), sum(one.known for one in kept)
    say = f"{new} new {'line' if new == 1 else 'lines'}."
    return f"{say} {known} known already, and not taken twice." if known else say


def _why(row: matching.Row) -> str:
    """Why a line is not matched, and what may be done."""
    went = row.entry.amount_minor < 0
    said = WHY_WENT.get(row.verdict) if went else None
    return (said or WHY[row.verdict]).format(
        code=row.code, currency=row.entry.currency, asked=row.asked_currency, what=row.what
    )


WHY = {
    "unknown": "No reference of ours is in it.",
    "several": "It names several of ours: {code}. Confirm it for one of them.",
    "settled": "{code} is confirmed already. If this is that money, confirmed by hand, set it "
    "aside; if it came twice, put it in suspense.",
    "double": "Another line names {code}, too, and comes first.",
    "cancelled": "{code} was cancelled. Confirmed all the same, it goes where the terms still need "
    "money, or to the client's balance.",
    "currency": "{code} asks for {asked}, and this is {currency}.",
    "short": "That is less than {code} asks for. Confirmed, the milestone waits for the rest.",
    "elsewhere": "{code} fits, but this statement is of an account that is not the board's. "
    "Confirm it only if the account is yours.",
    "prepared": "You prepared {code}: it is above the board's limit, so somebody else confirms it.",
    "near": "That is a little less than {code} asks for, within the board's tolerance. Confirmed, "
    "the board adds what is missing.",
    "over": "That is more than {code} asks for. Confirmed, the rest is the client's balance.",
    "returned": "{code} is a {what} that we sent: it seems to have come back. Confirmed, its money "
    "is on its person's balance again, and they are told.",
    "yours": "You are a party to {code}, so somebody else confirms it.",
}
WHY_WENT = {
    "unknown": "No refund or payout of ours is named in it. A fee of the bank can be set aside.",
    "settled": "{code} is marked as sent already. Set this line aside, if it is that transfer.",
    "cancelled": "{code} was taken back, and yet money left for it. Talk with whoever got it.",
    "short": "That is less than the {what} {code}. Nothing is confirmed; ask the bank.",
    "over": "That is more than the {what} {code}. Nothing is confirmed; ask the bank.",
}
"""What is said of money that went, where it differs."""
