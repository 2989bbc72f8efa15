"""Files of transfers for the bank: made once, fetched as often as one likes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from app.adapters import bank
from app.adapters.bank import target, transfers
from app.blueprints import guards
from app.blueprints.escrow import bp
from app.blueprints.escrow.preparations import PREPARED
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed
from app.blueprints.proving import proved
from app.escrow.bank import exporting
from app.escrow.bank.exporting import CSV, SEPA, Transfer
from app.escrow.models import Payout, Refund
from app.escrow.outgoing import payouts
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound, Refused
from app.people import board as boards

TYPES = {SEPA: ("application/xml", "xml"), CSV: ("text/csv; charset=utf-8", "csv")}


@bp.post("/board/exports")
@money_only
@proved
def make_export() -> AnyResponse:
    """What waits leaves as one file, and is marked as such."""
    kind, at = request.form.get("kind", ""), clock.now()
    if kind not in TYPES:
        abort(404)
    rows = exporting.ready(db.session(), kind, me(), bank.iban_in)
    write = _sepa(rows, at) if kind == SEPA else lambda _id: transfers.table(rows)
    export = exporting.make(db.session(), kind, rows, write, by=me(), at=at)
    db.session.commit()
    if export is None:
        return changed("", "/board/money#prepared", say=PREPARED)
    return changed("", f"/board/exports/{export.id}")


@bp.get("/board/exports/<export_id>")
@money_only
def download_export(export_id: str) -> Response:
    """The same file each time."""
    export = exporting.load(db.session(), export_id, me())
    media, ending = TYPES[export.kind]
    answer = Response(export.content, content_type=media)
    name = f"{export.kind}-{export.at:%Y-%m-%d}-{export.id}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/board/payouts/<payout_id>/export")
@money_only
@proved
def export_payout_again(payout_id: str) -> AnyResponse:
    """The bank did not take a payout: it leaves with the next file, too."""
    return _again(payouts.load(db.session(), payout_id))


@bp.post("/board/refunds/<refund_id>/export")
@money_only
@proved
def export_refund_again(refund_id: str) -> AnyResponse:
    """The same for a refund."""
    refund = db.session.get(Refund, refund_id)
    if refund is None:
        raise NotFound("refund")
    return _again(refund)


def of_the_bank() -> dict[str, Any]:
    """What the page of money says of files: how many would leave, and the newest ones."""
    session = db.session()
    leaving = exporting.leaving(session, me(), bank.iban_in)
    return {
        "by_sepa": len(leaving.sepa),
        "by_csv": len(leaving.csv),
        "nameless": leaving.nameless,
        "own_iban": bool(_own_iban()),
        "exports": exporting.lately(session),
    }


def _again(thing: Payout | Refund) -> AnyResponse:
    exporting.again(db.session(), thing, by=me(), at=clock.now())
    db.session.commit()
    return changed("", "/board/money", say=f"{thing.code} leaves with the next file.")


def _sepa(rows: list[Transfer], at: datetime) -> Callable[[str], str]:
    board, iban = guards.board(), _own_iban()
    if board is None or not iban:
        raise Refused("export.no_account")
    name, on = board.name, target.execution_day(at, board.zone)
    return lambda file_id: transfers.sepa(rows, file_id=file_id, name=name, iban=iban, at=at, on=on)


def _own_iban() -> str:
    board = guards.board()
    return bank.iban_in(boards.account_for(db.session(), "EUR")) if board else ""
