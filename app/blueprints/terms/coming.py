"""What terms would do to payments under way, as their pages say it before anybody decides."""

from __future__ import annotations

from typing import Any

from app.engagement.models import Engagement
from app.escrow import under_way
from app.escrow.under_way import Outcome
from app.extensions import db
from app.terms.figures import MoneyLine
from app.terms.models import Revision


def context(
    room: Engagement, waiting: Revision | None = None, line: MoneyLine | None = None
) -> dict[str, Any]:
    """`coming`: each payment under way, and what becomes of it if it arrives: once the waiting

    terms are accepted, or as things stand where none wait. `refused`: the same, by id, of those
    that were put in for the waiting terms, if these come to nothing. `fund_minor`: what is then to
    be funded beyond what is under way.
    """
    session = db.session()
    coming = under_way.in_room(session, room.id, open_ones=True)
    now = under_way.lacks_of(session, coming) if coming else {}
    refused = {
        one.coming.id: one
        for one in under_way.outcomes(now, coming)
        if waiting is not None and one.coming.revision_id == waiting.id
    }
    if waiting is None or line is None:
        return {"coming": under_way.outcomes(now, coming), "refused": refused, "fund_minor": 0}
    covered = under_way.covered(line.lacks, coming)
    fund = sum(minor - min(minor, covered.get(one, 0)) for one, minor in line.needs.items())
    accepted: list[Outcome] = under_way.outcomes(line.lacks, coming, accepted=waiting.id)
    return {"coming": accepted, "refused": refused, "fund_minor": fund}
