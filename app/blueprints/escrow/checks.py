"""The books, checked now: the chain, the balances, the milestones, the payments."""

from __future__ import annotations

import tempfile

from flask import Response, render_template, send_file

from app.blueprints.escrow import bp
from app.blueprints.guards import board, money_only
from app.escrow import audit, ledger
from app.escrow.office import checks
from app.escrow.papers import beancount
from app.extensions import db


@bp.get("/board/checks")
@money_only
def show_checks() -> str:
    """Every sum of the ledger recomputed, and its head to keep elsewhere."""
    session = db.session()
    seq, head = ledger.head(session)
    return render_template(
        "escrow/checks.html",
        problems=audit.audit(session),
        audited=checks.last(session),
        seq=seq,
        head=head,
        part="checks",
        here="board",
    )


@bp.get("/board/ledger.beancount")
@money_only
def download_ledger() -> Response:
    """The whole ledger as beancount text; written to disk first, so that no thread waits."""
    written = tempfile.TemporaryFile()  # noqa: SIM115 (the server closes it when it is sent)
    known = board()
    for piece in beancount.export(db.session(), known.name if known else "Milepost"):
        written.write(piece.encode())
    written.seek(0)
    answer = send_file(
        written,
        mimetype="text/plain; charset=utf-8",
        as_attachment=True,
        download_name="ledger.beancount",
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
