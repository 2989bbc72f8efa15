"""What the columns of a bank's CSV are: shown with three lines as they will be read, and chosen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from app.adapters.bank import importer, reading, table
from app.adapters.bank.accounts import numbers_in
from app.adapters.bank.table import QUESTIONS, Columns, Table
from app.blueprints.escrow import bp
from app.blueprints.escrow.bank_uploads import said
from app.blueprints.escrow.column_form import ColumnsForm, chosen_in, form_for, words_of
from app.blueprints.escrow.import_words import imported
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed, refused
from app.blueprints.unit_of_work import begin, begins_itself
from app.escrow.bank import columns, importing, matching
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankImport
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words

PAGE, HERE = "escrow/bank_columns.html", "/board/statements"
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file is read with some columns; `seen` is what the page that shows it has shown."""

    statements: list[Statement]
    questions: list[str]
    refusal: str = ""
    seen: str = ""

    @property
    def lines(self) -> list[Line]:
        """The first lines of the file."""
        every = (line for statement in self.statements for line in statement.lines)
        return [line for line, _ in zip(every, range(SAMPLES), strict=False)]


@bp.get("/board/statements/files/<import_id>")
@money_only
def show_columns(import_id: str) -> str:
    """Which column is taken for what, as far as it is known, and three lines of the file."""
    kept = columns.load(db.session(), import_id, me())
    read = _table(kept)
    known = columns.remembered(db.session(), kept.header_key)
    chosen = Columns.from_json(json.loads(known)["columns"]) if known else read.columns
    form = form_for(read, chosen)
    preview = _preview(kept, chosen_in(form, read, chosen))  # as the form will be sent
    return render_template(PAGE, form=form, **_page(kept, read, form, preview))


@bp.post("/board/statements/files/<import_id>")
@money_only
@begins_itself
def choose_columns(import_id: str) -> Response:
    """Read the file as it was shown; what was changed since is shown first."""
    session, at = db.session(), clock.now()
    kept = columns.load(session, import_id, me())
    read = _table(kept)
    form, chosen = _sent(read)
    if not form.validate():
        return refused(form, PAGE, **_page(kept, read, form, _preview(kept, chosen)))
    preview = _preview(kept, chosen)
    shown = request.form.get("seen", "") == preview.seen
    if not preview.seen or not shown or "look" in request.form:
        form = form_for(read, chosen)
        return refused(
            form, PAGE, status=200 if preview.seen else 422, **_page(kept, read, form, preview)
        )
    begin()
    kept = columns.load(session, import_id, me())
    importing.start_reading(kept, preview.statements, said(chosen, read))
    columns.remember(session, kept.header_key, said(chosen, read), by=me(), at=at)
    session.commit()
    importer.read_through(session, import_id, at, preview.statements, most_s=importer.REQUEST_S)
    say = imported(session, [import_id])
    return changed("", next_question(), say=say)


@bp.post("/board/statements/files/<import_id>/discarding")
@money_only
def discard_file(import_id: str) -> Response:
    """Nothing of this file is taken."""
    session = db.session()
    columns.discard(session, columns.load(session, import_id, me()))
    session.commit()
    return changed("", next_question(), say="The file is discarded. Nothing of it was taken.")


@bp.post("/board/statements/headers/<header_key>/forgetting")
@money_only
def forget_columns(header_key: str) -> Response:
    """The next file with this header is asked about again."""
    columns.forget(db.session(), header_key, by=me())
    db.session.commit()
    return changed("", HERE, say="The next file with these columns is asked about again.")


def next_question() -> str:
    """The page of the next file that waits for its columns, or that of the statements."""
    waiting = columns.asking(db.session())
    return question(waiting[0].id) if waiting else HERE


def question(import_id: str) -> str:
    """The page that asks about a file's columns."""
    return f"{HERE}/files/{import_id}"


def _table(kept: BankImport) -> Table:
    read = table.propose(kept.content, own=numbers_in(matching.own_accounts(db.session())))
    if read is None:  # it was a table when it was kept
        raise Invalid("statement.none", field="files", format=kept.file_name)
    return read


def _sent(read: Table) -> tuple[ColumnsForm, Columns]:
    """What was sent; the columns first, because the words to ask for hang on them."""
    chosen = chosen_in(form_for(read, Columns()), read, read.columns)
    form = form_for(read, chosen)
    return form, chosen_in(form, read, chosen)


def _preview(kept: BankImport, chosen: Columns) -> Preview:
    try:
        open_ = table.check(kept.content, chosen)
        if open_:
            return Preview([], [QUESTIONS[code] for code in open_])
        own = numbers_in(matching.own_accounts(db.session()))
        statements = reading.read(kept.content, columns=chosen, file_name=kept.file_name, own=own)
    except Invalid as trouble:
        return Preview([], [], words(trouble.code, trouble.facts))
    seen = json.dumps(chosen.to_json(), sort_keys=True)
    return Preview(statements, [], seen=sha256(seen.encode()).hexdigest()[:32])


def _page(kept: BankImport, read: Table, form: ColumnsForm, preview: Preview) -> dict[str, Any]:
    return {
        "here": "board", "part": "money", "file": kept, "read": read, "preview": preview,
        "words": words_of(form), "columns": [form[f"c{at}"] for at in range(len(read.header))],
        "known": bool(columns.remembered(db.session(), kept.header_key)),
    }  # fmt: skip
