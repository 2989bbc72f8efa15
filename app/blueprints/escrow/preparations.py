"""What one person prepared above the limit: another confirms the same, or either cancels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from werkzeug.wrappers import Response

from app.blueprints.escrow import bp
from app.blueprints.guards import me, money_only
from app.blueprints.htmx import changed
from app.blueprints.locale import formats
from app.blueprints.proving import proved
from app.escrow.bank import seconding
from app.escrow.office import preparing
from app.escrow.office.models import Preparation
from app.extensions import db
from app.kernel import clock

PREPARED = (
    "This is above the board's limit: it is prepared, and done when a second person confirms it."
)
LABELS = (
    ("reference", "Reference"),
    ("value_on", "Value date"),
    ("paid_by", "Paid by"),
    ("from_account", "Account"),
    ("bank_reference", "Bank reference"),
    ("reason", "Reason"),
    ("note", "Note"),
)


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """What was prepared, in words."""

    id: str
    what: str
    amount_minor: int
    currency: str
    by: str
    at: datetime
    details: tuple[tuple[str, str], ...]
    is_file: bool
    mine: bool
    may: bool


@bp.post("/board/preparations/<preparation_id>/confirmation")
@money_only
@proved
def second_act(preparation_id: str) -> Response:
    """The other person confirms it as it was typed."""
    session = db.session()
    found = preparing.load(session, preparation_id, me())
    amount = f"{_what(found)}: {formats().money(found.amount_minor, found.currency)}"
    seconding.second(session, found, by=me(), at=clock.now())
    session.commit()
    return changed("", "/board/money", say=f"{amount}. Both of you have confirmed it.")


@bp.post("/board/preparations/<preparation_id>/cancellation")
@money_only
def cancel_preparation(preparation_id: str) -> Response:
    """It is not to be done."""
    session = db.session()
    preparing.cancel(
        session, preparing.load(session, preparation_id, me()), by=me(), at=clock.now()
    )
    session.commit()
    return changed("", "/board/money", say="What was prepared is cancelled; nothing was moved.")


def prepared_acts() -> dict[str, Any]:
    """What waits for a second person, for the page of money."""
    return {"prepared": [_row(one, name) for one, name in preparing.waiting(db.session())]}


def _row(found: Preparation, name: str) -> PreparedRow:
    return PreparedRow(
        id=found.id,
        what=_what(found),
        amount_minor=found.amount_minor,
        currency=found.currency,
        by=name,
        at=found.at,
        details=_details(found),
        is_file=found.act == "export",
        mine=found.by_id == me().id,
        may=seconding.can_second(found, me()),
    )


def _what(found: Preparation) -> str:
    return preparing.WHAT[found.act].capitalize()


def _details(found: Preparation) -> tuple[tuple[str, str], ...]:
    facts = found.told
    if found.act == "limit":
        tolerance = formats().money(facts["tolerance_minor"], found.currency)
        lifted = "none" if facts["two_operator_minor"] is None else ""
        new = lifted or formats().money(found.amount_minor, found.currency)
        return (("Two people above", new), ("Tolerance for short payments", tolerance))
    if "codes" in facts:
        return (("Transfers", ", ".join(facts["codes"])),)
    if facts.get("value_on"):
        facts["value_on"] = formats().day(date.fromisoformat(facts["value_on"]))
    return tuple((label, facts[name]) for name, label in LABELS if facts.get(name))
