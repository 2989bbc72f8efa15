"""The page of bank statements: what is matched, what to look at and why, what was decided."""

from __future__ import annotations

import json
from typing import Any

from app.adapters.bank.table import Columns
from app.blueprints.escrow.column_form import described
from app.blueprints.escrow.forms import PlaceForm, SendBackForm
from app.blueprints.escrow.import_words import skipped
from app.blueprints.guards import me
from app.escrow.bank import columns, gaps, importing, matching, placing
from app.escrow.bank.models import BankEntry, BankImport
from app.extensions import db

PAGE, HERE = "escrow/statements.html", "/board/statements"
TOGETHER = ("taken_back", "chargeback", "charged_back", "suspended", "undone", "unpaired")
"""Verdicts on lines that are shown with what they take back."""
TYPED = (
    "short",
    "over",
    "cancelled",
    "near",
    "returned",
    "elsewhere",
    "filled",
    "by_hand",
    "refund_named",
)
"""Verdicts where the reference is typed already, for an act of its own."""


def page(wrong: PlaceForm | SendBackForm | None = None, of: str = "") -> dict[str, Any]:
    """The context of the page; a form that was refused stands at its line."""
    session, person = db.session(), me()
    rows = matching.new(session, person)
    matched = [row for row in rows if row.verdict == matching.MATCHED]
    pairs = _pairs(rows)
    look = [row for row in rows if row.verdict not in (matching.MATCHED, *TOGETHER)]
    new, _ = placing.waiting(session)
    files = importing.lately(session)
    return {
        "here": "board",
        "part": "money",
        "asking": columns.asking(session),
        "files": [(file, _read_as(file), _left_out(file)) for file in files],
        "gaps": gaps.gaps(session),
        "matched": matched,
        "own": any(person.id in row.parties for row in matched),
        "pairs": [(row, _why(row)) for row in pairs],
        "look": [(row, _form(row.entry, wrong, of, row), _why(row)) for row in look],
        "more": max(0, new - len(rows)),
        "suspense": [
            (entry, _form(entry, wrong, of), _back_form(entry, wrong, of))
            for entry in placing.suspended(session)
        ],
        "decided": placing.decided(session),
    }


def _pairs(rows: list[matching.Row]) -> list[matching.Row]:
    """Each line that takes another one back, once, also where only the other one is listed."""
    found: dict[str, matching.Row] = {}
    for row in rows:
        if row.verdict in TOGETHER:
            debit = row.entry if row.entry.amount_minor < 0 else row.partner
            if debit is not None and (debit.id not in found or row.entry is debit):
                found[debit.id] = row
    return list(found.values())


def _read_as(file: BankImport) -> str:
    """Which columns were taken for what, of a CSV."""
    if not file.columns:
        return ""
    kept = json.loads(file.columns)
    return described(Columns.from_json(kept["columns"]), kept["header"])


def _left_out(file: BankImport) -> str:
    return " ".join(skipped(json.loads(file.skipped or "{}")))


def _form(entry: BankEntry, wrong: object, of: str, row: matching.Row | None = None) -> PlaceForm:
    if of == entry.id and isinstance(wrong, PlaceForm):
        return wrong
    form = PlaceForm(prefix=f"e{entry.id}")
    if row and row.verdict in TYPED:
        form.reference.data = row.code
        form.reference.raw_data = None
    return form


def _back_form(entry: BankEntry, wrong: object, of: str) -> SendBackForm:
    if of == entry.id and isinstance(wrong, SendBackForm):
        return wrong
    return SendBackForm(prefix=f"b{entry.id}")


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
    "settled": "{code} is confirmed already, and nothing of it is missing. If this is that money, "
    "confirmed by hand, ignore it; if it came twice, move it to the unmatched payments.",
    "by_hand": "{code}: this very sum was confirmed by hand. If this is that money, ignore it; if "
    "it is the rest, confirm it.",
    "double": "Another line names {code}, too, and comes first.",
    "cancelled": "{code} was cancelled. Confirmed all the same, it goes where the terms still need "
    "money, or to the client's balance.",
    "filled": "What was missing of {code} has come in another way. Confirmed all the same, it goes "
    "where the terms still need money, or to the client's balance.",
    "currency": "{code} asks for {asked}, and this is {currency}.",
    "short": "That is less than {code} asks for. Confirmed, the milestone waits for the rest, and "
    "a further transfer with the same reference is matched as the rest.",
    "elsewhere": "{code} fits, but this statement is of an account that is not the board's. "
    "Confirm it only if the account is yours.",
    "prepared": "You prepared {code}: it is above the board's limit, so somebody else confirms it.",
    "near": "That is a little less than {code} asks for, within the board's tolerance. Confirmed, "
    "the board adds what is missing.",
    "over": "That is more than {code} asks for. Confirmed, the rest is the client's balance.",
    "returned": "{code} is a {what} that we sent: it seems to have come back. Confirmed, its money "
    "is on its person's balance again, and they are told.",
    "yours": "You are a party to {code}, so somebody else confirms it.",
    "debit_reversed": "The bank says that this takes a debit of yours back, so it is not money for "
    "{code}.",
    "refund_named": "It names a payment, and {code} is our refund of this sum. Confirm it, if this "
    "line is that refund.",
    "taken_back": "Taken back by the bank: the money came and went, and nothing was confirmed. "
    "Ignore both lines.",
    "chargeback": "{code} is confirmed, and the bank took its money back. Book the chargeback. If "
    "this is another transfer of yours, ignore the line.",
    "charged_back": "{code} is charged back already. If this is that money, ignore the line.",
    "suspended": "The money that this takes back is among the unmatched payments. Mark it there as "
    "sent back, then ignore this line.",
    "undone": "The line that this takes back is decided on: nothing of it is in the books. Ignore "
    "this one, too.",
    "unpaired": "The bank says that this takes money back, and no line here fits. Look for the "
    "payment at your bank; if it is confirmed here, book its chargeback.",
}
WHY_WENT = {
    "unknown": "No refund or payout of ours is named in it. A fee of the bank can be ignored.",
    "settled": "{code} is marked as sent already. Ignore this line, if it is that transfer.",
    "cancelled": "{code} was taken back, and yet money left for it. Talk with whoever got it.",
    "short": "That is less than the {what} {code}. Nothing is confirmed; ask the bank.",
    "over": "That is more than the {what} {code}. Nothing is confirmed; ask the bank.",
}
"""What is said of money that went, where it differs."""
