"""What is said of files that were imported."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.escrow.bank import importing
from app.escrow.bank.models import BankImport

SKIPPED = {
    "zero": ("line of 0.00 is left out", "lines of 0.00 are left out"),
    "pending": ("line is not booked yet and left out", "lines are not booked yet and left out"),
    "cancelled": ("cancelled line is left out", "cancelled lines are left out"),
    "balance": ("row is a balance and left out", "rows are balances and left out"),
}


def imported(session: Session, import_ids: Iterable[str]) -> str:
    """How many lines were new, known, and left out."""
    new = known = 0
    left_out: dict[str, int] = {}
    waiting: list[str] = []
    for import_id in import_ids:
        kept = session.get_one(BankImport, import_id)
        counts = importing.counted(session, kept)
        new, known = new + counts.new, known + counts.known
        if kept.state != "done":
            waiting.append(kept.file_name or "A file")
        for code, count in json.loads(kept.skipped or "{}").items():
            left_out[code] = left_out.get(code, 0) + int(count)
    say = f"{new} new {'line' if new == 1 else 'lines'}."
    if known:
        say += f" {known} known already, and not taken twice."
    if waiting:
        say += f" {' and '.join(waiting)} {'is' if len(waiting) == 1 else 'are'} being read."
    return " ".join([say, *skipped(left_out)])


def skipped(left_out: dict[str, int]) -> list[str]:
    """A sentence for each kind of line that was left out."""
    return [
        f"{count} {SKIPPED[code][count != 1]}."
        for code, count in left_out.items()
        if count and code in SKIPPED
    ]
