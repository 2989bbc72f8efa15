"""The talk about a proposal: the poll, older messages, and saying something."""

from __future__ import annotations

from flask import Response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.htmx import changed, conditional, is_htmx, refused
from app.blueprints.talk import bp
from app.blueprints.talk.forms import MessageForm
from app.blueprints.talk.uploads import take, takes_files
from app.blueprints.talk.view import asked, proposal_talk
from app.engagement.models import Engagement
from app.extensions import db
from app.jobs import posting, reads
from app.jobs.models import Proposal
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words
from app.talk import messages
from app.talk.models import Conversation


@bp.get("/proposals/<proposal_id>/messages")
@signed_in
def older_talk(proposal_id: str) -> AnyResponse | str:
    """For htmx the messages before `before`; a plain browser has them on the proposal's page."""
    proposal, before = _seen(proposal_id), asked("before")
    if is_htmx() and before:
        return render_template("talk/_older.html", talk=proposal_talk(proposal, before=before))
    return redirect(f"/proposals/{proposal_id}" + (f"?before={before}" if before else ""), 303)


@bp.get("/proposals/<proposal_id>/messages/recent")
@signed_in
def poll_talk(proposal_id: str) -> Response:
    """What a page polls: the messages from `from` on, or 304."""
    proposal, first = _seen(proposal_id), asked("from")
    last = messages.last_number(db.session(), proposal.conversation_id)
    return conditional(
        (proposal_id, "recent", last, first),
        lambda: render_template("talk/_stream.html", talk=proposal_talk(proposal, first=first)),
    )


@bp.post("/proposals/<proposal_id>/messages")
@signed_in
@takes_files
def post_talk(proposal_id: str) -> Response:
    """Say something to the other side of a proposal."""
    from app.blueprints.jobs.shown import proposal_page

    session, proposal, form = db.session(), _seen(proposal_id), MessageForm()
    first = asked("from")

    def again() -> Response:
        return refused(
            form, "jobs/proposal.html", fragment="talk/message.refused.html",
            **proposal_page(proposal, proposal_talk(proposal, first=first, form=form)),
        )  # fmt: skip

    if not form.validate():
        return again()
    try:
        files = take(request.files.getlist("files"))
        talk = session.get_one(Conversation, proposal.conversation_id)
        messages.post(
            session, talk, form.body.data, by=me(), at=clock.now(), stream=_stream(proposal),
            files=files,
        )  # fmt: skip
    except Invalid as refusal:
        form.blame(refusal.field, words(refusal.code, refusal.facts))
        return again()
    session.commit()
    return changed(
        "talk/message.swap.html", f"/proposals/{proposal_id}#conversation",
        talk=proposal_talk(proposal, first=first),
    )  # fmt: skip


def _seen(proposal_id: str) -> Proposal:
    return reads.visible_proposal(db.session(), the_viewer(), proposal_id)


def _stream(proposal: Proposal) -> str:
    """The engagement's stream where there is a living one, otherwise the job's."""
    living = select(Engagement).where(
        Engagement.proposal_id == proposal.id, Engagement.state != "ended"
    )
    engagement = db.session().scalar(living)
    return engagement.stream if engagement else posting.stream_of(proposal.job_id)
