"""The messages of a workroom: the tab, the poll, older ones, and saying something."""

from __future__ import annotations

from flask import Response, render_template, request

from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, conditional, is_htmx, refused
from app.blueprints.talk import bp
from app.blueprints.talk.forms import MessageForm
from app.blueprints.talk.uploads import take, takes_files
from app.blueprints.talk.view import asked, room_talk, room_version
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words
from app.talk import messages
from app.talk.models import Conversation


@bp.get("/workrooms/<room_id>/messages")
@signed_in
def show_messages(room_id: str) -> Response:
    """The tab, or (for htmx) the lines before `before`."""
    seat, before = seated(room_id), asked("before")
    version = room_version(seat.engagement.stream)

    def draw() -> str:
        talk = room_talk(seat, before=before)
        if is_htmx() and before:
            return render_template("talk/_older.html", talk=talk)
        return render_template(
            "talk/room_messages.html", talk=talk, before=before, **frame(seat, "messages")
        )

    return conditional((room_id, "messages", version, before), draw)


@bp.get("/workrooms/<room_id>/messages/recent")
@signed_in
def poll_messages(room_id: str) -> Response:
    """What a page polls: the lines from `from` on, or 304."""
    seat, first = seated(room_id), asked("from")
    version = room_version(seat.engagement.stream)
    return conditional(
        (room_id, "recent", version, first),
        lambda: render_template("talk/_stream.html", talk=room_talk(seat, first=first)),
    )


@bp.post("/workrooms/<room_id>/messages")
@signed_in
@takes_files
def post_message(room_id: str) -> Response:
    """Say something in a workroom."""
    session, seat, form = db.session(), seated(room_id), MessageForm()
    first = asked("from")

    def again() -> Response:
        return refused(
            form, "talk/room_messages.html", fragment="talk/message.refused.html",
            talk=room_talk(seat, first=first, form=form), **frame(seat, "messages"),
        )  # fmt: skip

    if not form.validate():
        return again()
    try:
        files = take(request.files.getlist("files"))
        talk = session.get_one(Conversation, seat.engagement.conversation_id)
        messages.post(
            session, talk, form.body.data, by=me(), at=clock.now(),
            stream=seat.engagement.stream, files=files,
        )  # fmt: skip
    except Invalid as refusal:
        form.blame(refusal.field, words(refusal.code, refusal.facts))
        return again()
    session.commit()
    return changed(
        "talk/message.swap.html", f"/workrooms/{room_id}/messages",
        talk=room_talk(seat, first=first),
    )  # fmt: skip
