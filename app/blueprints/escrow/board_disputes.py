"""The operator's disputes: what is open, take one on as arbiter, rule."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from app.blueprints.escrow import bp
from app.blueprints.escrow.dispute_pages import blank, facts, in_currency
from app.blueprints.escrow.disputes import blame
from app.blueprints.escrow.forms import RulingForm
from app.blueprints.guards import me, operator_only
from app.blueprints.htmx import changed, refused
from app.blueprints.proving import proved
from app.blueprints.talk.view import asked, drawn
from app.engagement.models import Engagement
from app.escrow.disputes import reads, record, ruling
from app.escrow.disputes.models import Dispute
from app.escrow.milestones import submissions
from app.escrow.models import Milestone
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.talk import files, messages

LIST, PAGE = "escrow/board_disputes.html", "escrow/board_dispute.html"


@bp.get("/board/disputes")
@operator_only
def show_disputes() -> str:
    """Money, names and states; nothing that was said."""
    rows = reads.of_board(db.session())
    return render_template(LIST, here="board", part="disputes", rows=rows)


@bp.post("/board/disputes/<dispute_id>/arbiter")
@operator_only
def take_on_dispute(dispute_id: str) -> Response:
    """Become its arbiter; both sides are told."""
    dispute = record.load(db.session(), dispute_id)
    ruling.take_on(db.session(), dispute, by=me(), at=clock.now())
    db.session.commit()
    say = "You are the arbiter. Both sides are told."
    return changed("", f"/board/disputes/{dispute_id}", say=say)


@bp.get("/board/disputes/<dispute_id>")
@operator_only
def show_case(dispute_id: str) -> str:
    """Everything that the arbiter may see, while the dispute is open; for the arbiter only."""
    dispute = _mine(dispute_id)
    form = in_currency(blank(RulingForm), dispute.currency)
    return render_template(PAGE, form=form, **_page(dispute))


@bp.post("/board/disputes/<dispute_id>/ruling")
@operator_only
@proved
def rule(dispute_id: str) -> Response:
    """Decide a split between the two offers; the money moves at once."""
    dispute = _mine(dispute_id)
    form = in_currency(RulingForm(), dispute.currency)
    try:
        if dispute.closed_at is None and not form.validate():
            raise Invalid("form", field="")
        ruling.rule(
            db.session(), dispute, form.amount.data or 0, reason=form.reason.data or "", by=me(),
            at=clock.now(),
        )  # fmt: skip
    except Invalid as trouble:
        blame(form, trouble)
        return refused(form, PAGE, **_page(dispute))
    db.session.commit()
    return changed("", f"/board/disputes/{dispute_id}", say="Ruled. Both sides are told.")


def _mine(dispute_id: str) -> Dispute:
    dispute = record.load(db.session(), dispute_id)
    if not ruling.is_arbiter(db.session(), dispute, me()):
        raise NotFound(f"dispute {dispute_id}")
    return dispute


def _page(dispute: Dispute) -> dict[str, Any]:
    session = db.session()
    room = session.get_one(Engagement, dispute.engagement_id)
    milestone = session.get_one(Milestone, dispute.milestone_id)
    shown = facts(dispute, milestone, room) | {"here": "board", "part": "disputes"}
    if dispute.closed_at is not None:  # what was said and filed is the two's own again
        return shown | {"reason_files": [], "answer_files": []}
    rows = messages.newest(session, room.conversation_id, asked("before") or None)
    first = rows[0].number if rows else 1
    return shown | {
        "submissions": submissions.of(session, milestone.id),
        "lines": drawn(rows),
        "older": f"/board/disputes/{dispute.id}?before={first}" if first > 1 else "",
        "filed": files.of_conversation(session, room.conversation_id),
    }
