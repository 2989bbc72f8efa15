"""The board's limits: one person may make them tighter, two make the one for two people looser."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.escrow.office import preparing
from app.people import board
from app.people.models import Board, Person


def change(
    session: Session,
    *,
    tolerance_minor: int,
    two_operator_minor: int | None,
    by: Person,
    at: datetime,
) -> bool:
    """Keep both (see `board.set_limits`). False: they wait for a second person.

    Or one person alone could lift the limit, confirm, and set it again. Raises Invalid
    `board.two_needed`, and what `preparing.in_force` raises.
    """
    row = session.get_one(Board, 1)
    facts = {"tolerance_minor": tolerance_minor, "two_operator_minor": two_operator_minor}
    if looser(row.two_operator_minor, two_operator_minor) and not preparing.in_force(
        session, "limit", "board", same=str(two_operator_minor),
        amount_minor=two_operator_minor or row.two_operator_minor or 0, currency=row.currency,
        facts=facts, stream="board", always=True, by=by, at=at,
    ):  # fmt: skip
        return False
    board.set_limits(
        session, tolerance_minor=tolerance_minor, two_operator_minor=two_operator_minor, by=by,
        at=at,
    )  # fmt: skip
    return True


def looser(old: int | None, new: int | None) -> bool:
    """Whether less would need two people than before.

    >>> looser(None, 5), looser(5, 5), looser(5, 4), looser(5, 6), looser(5, None)
    (False, False, False, True, True)
    """
    return old is not None and (new is None or new > old)
