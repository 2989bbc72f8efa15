"""The books, checked now: the chain, the balances, the milestones, the payments."""

from __future__ import annotations

from flask import render_template

from app.blueprints.escrow import bp
from app.blueprints.guards import operator_only
from app.escrow import audit, ledger
from app.extensions import db


@bp.get("/board/checks")
@operator_only
def show_checks() -> str:
    """Every sum of the ledger recomputed, and its head to keep elsewhere."""
    session = db.session()
    seq, head = ledger.head(session)
    return render_template(
        "escrow/checks.html",
        problems=audit.audit(session),
        seq=seq,
        head=head,
        part="checks",
        here="board",
    )
