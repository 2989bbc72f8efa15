"""A proposal's own page, for its two parties."""

from __future__ import annotations

from flask import Response, render_template

from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed
from app.blueprints.jobs import bp
from app.blueprints.jobs.guards import own_proposal, seen_proposal
from app.blueprints.jobs.shown import proposal_page
from app.blueprints.talk.view import asked, proposal_talk
from app.extensions import db
from app.jobs import proposing
from app.kernel import clock


@bp.get("/proposals/<proposal_id>")
@signed_in
def show_proposal(proposal_id: str) -> str:
    """Who proposes what, and the talk about it."""
    proposal = seen_proposal(proposal_id)
    talk = proposal_talk(proposal, before=asked("before"))
    return render_template("jobs/proposal.html", **proposal_page(proposal, talk))


@bp.post("/proposals/<proposal_id>/withdrawal")
@signed_in
def withdraw_proposal(proposal_id: str) -> Response:
    """Take one's own proposal back."""
    _, proposal = own_proposal(proposal_id)
    proposing.withdraw(db.session(), proposal, by=me(), at=clock.now())
    db.session.commit()
    said = "Your proposal is withdrawn. You may propose again while the job is open."
    return changed("", f"/jobs/{proposal.job_id}", say=said)
