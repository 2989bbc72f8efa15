"""A milestone: its lines through the revisions, its money, what was handed in."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template
from sqlalchemy import select

from app.blueprints.escrow import bp
from app.blueprints.escrow import under_way as superseded
from app.blueprints.escrow.guards import at_milestone, only
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, conditional
from app.blueprints.locale import formats
from app.blueprints.talk.view import room_version
from app.engagement.seats import Seated
from app.escrow import payments, under_way, work
from app.escrow.disputes import reads as disputed
from app.escrow.incoming import bonus, funding
from app.escrow.milestones import asks, earnings, release, submissions
from app.escrow.models import Milestone
from app.escrow.papers import statements
from app.extensions import db
from app.kernel import clock
from app.terms.models import Line, Revision


@bp.get("/milestones/<milestone_id>")
@signed_in
def show_milestone(milestone_id: str) -> Response:
    """Everything about one milestone, and what its reader may do."""
    seat, milestone = at_milestone(milestone_id)
    return conditional(
        (milestone_id, room_version(seat.engagement.stream)),
        lambda: render_template("escrow/milestone.html", **_page(seat, milestone)),
    )


@bp.post("/milestones/<milestone_id>/release")
@signed_in
def release_it(milestone_id: str) -> Response:
    """Release a funded milestone that nobody has submitted, such as a deposit."""
    seat, milestone = at_milestone(milestone_id)
    only(seat, "client")
    owed = work.owed(db.session(), milestone)
    upcoming = release.release_without_submission(db.session(), milestone, by=me(), at=clock.now())
    db.session.commit()
    amount = formats().money(owed, seat.engagement.currency)
    back = f"/milestones/{upcoming.id}/funding" if upcoming else f"/milestones/{milestone_id}"
    return changed("", back, say=f"{amount} is released for “{milestone.title}”.")


def _page(seat: Seated, milestone: Milestone) -> dict[str, Any]:
    session, room, person = db.session(), seat.engagement, seat.person_id
    lines = session.execute(
        select(Line, Revision)
        .join(Revision, Revision.id == Line.revision_id)
        .where(Line.milestone_id == milestone.id, Revision.number.is_not(None))
        .order_by(Revision.number)
    ).all()
    rows = statements.of_engagement(session, room.id, milestone.id)
    disputes = disputed.of_milestone(session, milestone.id)
    balance = work.balance(session, milestone)
    return {
        "milestone": milestone,
        "room": room,
        "is_client": seat.is_client,
        "lines": lines,
        "balance": balance,
        "held": balance.held_minor,
        "released": balance.released_minor,
        "frozen": balance.disputed_minor,
        "gone_back": balance.gone_back_minor,
        "disputes": disputes,
        "may_dispute": balance.held_minor > 0
        and not balance.disputed_minor
        and room.state == "active",
        "ask": asks.waiting(session, milestone.id),
        "may_bonus": bonus.can_pay(room, person),
        "lacks": balance.lacks_minor,
        "asked": under_way.asked(session, milestone),
        "fee": earnings.still(session, room, milestone),
        "rows": rows,
        "every": submissions.of(session, milestone.id),
        "payment": payments.open_payment(session, milestone.id) if seat.is_client else None,
        "coming": superseded.for_milestone(room, milestone) if seat.is_client else [],
        "may_fund": funding.can_fund(session, milestone, room, person),
        "may_release": release.can_release(session, milestone, room, person),
        "may_submit": submissions.can_submit(session, milestone, room, person),
    }
