"""Inviting somebody to the board."""

from __future__ import annotations

from werkzeug.wrappers import Response

from app.blueprints.board import bp
from app.blueprints.board.people import PAGE, page
from app.blueprints.board.waiting import Invitation, board_settings, key_of, letters_stay
from app.blueprints.guards import me, operator_only, the_viewer
from app.blueprints.htmx import changed, refused
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail import outbox
from app.mail.wording import words
from app.people import joining


@bp.post("/board/invitations")
@operator_only
def invite() -> Response:
    """Invite an address: a letter with a link, which is also shown, to be copied."""
    form = Invitation()
    if not form.validate():
        return refused(form, PAGE, **page())
    session, at, key = db.session(), clock.now(), board_settings().secret_key
    try:
        found, token = joining.invite(session, form.email.data, by=me(), at=at, secret_key=key)
    except Invalid as refusal:
        form.blame("email", words(refusal.code, refusal.facts))
        return refused(form, PAGE, **page())
    outbox.queue(
        session, "joining", to_address=found.email, key=key_of(found.id), at=at,
        facts={"token": token, "by": the_viewer().name, "job": ""},
    )  # fmt: skip
    session.commit()
    how = "Letters are not sent from here: copy the link below, and send it yourself."
    return changed("", "/board", say=f"{found.email} is invited. {how if letters_stay() else ''}")
