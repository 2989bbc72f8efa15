"""Downloads. Permission is asked at each one; the bytes come as an attachment in a sandbox."""

from __future__ import annotations

from flask import Response, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.talk import bp
from app.blueprints.talk.uploads import storage
from app.engagement import seats
from app.escrow.disputes import ruling
from app.escrow.models import Milestone, Submission
from app.extensions import db
from app.jobs import reads
from app.kernel.errors import NotFound
from app.people.reads import Viewer
from app.talk import files
from app.talk.models import File


@bp.get("/files/<file_id>")
@signed_in
def download(file_id: str) -> Response:
    """The bytes of a file, for whoever may see its place; 404 for strangers."""
    file = files.load(db.session(), file_id)
    permit(db.session(), the_viewer(), file)
    return sent(file)


def sent(file: File) -> Response:
    """A file as an attachment that no browser runs. Ask for permission first."""
    try:
        path = storage().path(file.sha256)
        answer = send_file(
            path, mimetype=file.media_type, as_attachment=True, download_name=file.name,
            etag=file.sha256, max_age=0,
        )  # fmt: skip
    except FileNotFoundError:
        raise NotFound from None
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def permit(session: Session, viewer: Viewer, file: File) -> None:
    """Raise NotFound unless this person may see the place that the file is in."""
    if file.by_id == viewer.id or file.place_kind == "person":
        return
    if file.place_kind == "job":
        reads.visible_job(session, viewer, file.place_id)
    elif file.conversation_id and ruling.sees_room(session, viewer.id, file.conversation_id):
        return
    elif file.conversation_id:
        reads.of_conversation(session, viewer, file.conversation_id)
    elif file.place_kind == "submission":
        seats.load(session, viewer.id, _room_of(session, file.place_id))
    elif file.place_kind == "proposal":
        reads.visible_proposal(session, viewer, file.place_id)
    else:
        raise NotFound


def _room_of(session: Session, submission_id: str) -> str:
    its = (
        select(Milestone.engagement_id)
        .join(Submission, Submission.milestone_id == Milestone.id)
        .where(Submission.id == submission_id)
    )
    return session.scalar(its) or ""
