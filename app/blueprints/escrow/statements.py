"""Bank statements come in, and everything that was shown as matched is confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, render_template, request
from werkzeug.wrappers import Response

from app.adapters.bank import importer
from app.adapters.bank.accounts import numbers_in
from app.blueprints.escrow import bp
from app.blueprints.escrow.bank_columns import question
from app.blueprints.escrow.bank_uploads import Upload, read_all
from app.blueprints.escrow.forms import StatementForm
from app.blueprints.escrow.import_words import imported
from app.blueprints.escrow.reconciliation import HERE, PAGE, page
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed, refused
from app.blueprints.proving import proved
from app.blueprints.unit_of_work import begin, begins_itself
from app.escrow.bank import columns, importing, matching, placing
from app.escrow.office import preparing
from app.extensions import db
from app.kernel import clock
from app.mail.wording import words


@bp.get("/board/statements")
@money_only
def show_statements() -> str:
    """What is matched, what to look at, what is unmatched, and what was decided lately."""
    return render_template(PAGE, form=StatementForm(), **page())


@bp.post("/board/statements")
@money_only
@begins_itself
def import_statements() -> Response:
    """Keep the lines of the files; they are read before anybody has to wait for us.

    The same file may come twice: a line that is known is not taken again. A CSV whose columns
    nobody has said waits; a file that is refused does not hold up the others.
    """
    form, session = StatementForm(), db.session()
    if not form.validate():
        return refused(form, PAGE, **page())
    uploads = read_all(session, form.files.data, numbers_in(matching.own_accounts(session)))
    asked = _ask([one for one in uploads if one.statements is None and not one.refusal])
    say = _keep([one for one in uploads if one.statements is not None])
    for one in uploads:
        if one.refusal:
            why = words(one.refusal.code, one.refusal.facts)
            form.blame("files", why if len(uploads) == 1 else f"“{one.name}”: {why}")
    if form.errors:
        if say:
            flash(say)
        return refused(form, PAGE, **page())
    return changed("", question(asked[0]) if asked else HERE, say=say)


@bp.post("/board/statements/confirmation")
@money_only
@proved
def confirm_matched() -> Response:
    """Everything that was ticked as matched, and still is, settles."""
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


def _ask(uploads: Sequence[Upload]) -> list[str]:
    """Keep the files whose columns somebody has to say; returns their ids."""
    ids = []
    for one in uploads:
        begin()
        kept = columns.ask(
            db.session(), file_name=one.name, content=one.content, header_key=one.header_key,
            by=me(), at=clock.now(),
        )  # fmt: skip
        ids.append(kept.id)
        db.session.commit()
    return ids


def _keep(uploads: Sequence[Upload]) -> str:
    """Keep these files first and then their lines; returns what is said of them."""
    session, at, ids = db.session(), clock.now(), []
    for one in uploads:
        begin()
        kept = importing.begin(
            session, one.statements or [], file_name=one.name, content=one.content,
            columns=one.columns, header_key=one.header_key, by=me(), at=at,
        )  # fmt: skip
        ids.append(kept.id)
        session.commit()
    for import_id, one in zip(ids, uploads, strict=True):
        importer.read_through(session, import_id, at, one.statements, most_s=importer.REQUEST_S)
    return imported(session, ids) if ids else ""
