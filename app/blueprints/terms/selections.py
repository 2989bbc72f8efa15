"""Select: the confirming page, and the act that lands on the terms."""

from __future__ import annotations

from flask import redirect, render_template
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed
from app.blueprints.jobs.guards import to_decide
from app.blueprints.terms import bp, shown
from app.blueprints.terms.page import address
from app.engagement.models import Engagement
from app.extensions import db
from app.jobs.models import Proposal, ProposalLine
from app.kernel import clock
from app.people.models import Person
from app.terms import revisions, selection


@bp.get("/proposals/<proposal_id>/selection")
@signed_in
def confirm_selection(proposal_id: str) -> str | Response:
    """What selecting does, and the button that does it."""
    job, proposal = to_decide(proposal_id)
    if room := _room(proposal):
        return redirect(address(room), 303)
    lines = db.session().scalars(
        select(ProposalLine)
        .where(ProposalLine.proposal_id == proposal.id)
        .order_by(ProposalLine.position)
    )
    return render_template(
        "terms/selection.html",
        proposal=proposal,
        job=job,
        freelancer=db.session().get_one(Person, proposal.freelancer_id),
        table=shown.table(None, [_line(one) for one in lines], proposal.currency, {}),
        can_select=selection.can_select(db.session(), proposal, by=me()),
    )


@bp.post("/proposals/<proposal_id>/selection")
@signed_in
def select_proposal(proposal_id: str) -> Response:
    """Select."""
    _job, proposal = to_decide(proposal_id)
    if room := _room(proposal):
        db.session.rollback()
        return redirect(address(room), 303)
    engagement = selection.select(db.session(), proposal, by=me(), at=clock.now())
    db.session.commit()
    say = "The workroom is open to you both. Look through the drafted terms, then send them."
    return changed("", address(engagement.id), say=say)


def _room(proposal: Proposal) -> str | None:
    """The workroom that this proposal has led to already."""
    return (
        db.session()
        .scalars(
            select(Engagement.id).where(
                Engagement.proposal_id == proposal.id, Engagement.state != "ended"
            )
        )
        .one_or_none()
    )


def _line(one: ProposalLine) -> revisions.DraftLine:
    return revisions.DraftLine(one.title, one.description, one.due, one.amount_minor)
