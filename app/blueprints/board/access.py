"""Stopping somebody's access to the board, and restarting it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from app.blueprints.board import bp
from app.blueprints.board.people import StopAccess, page_of, person_of
from app.blueprints.guards import me, operator_only
from app.blueprints.htmx import changed, refused
from app.blueprints.proving import proved
from app.extensions import db
from app.kernel import clock
from app.people import access


@bp.post("/board/people/<person_id>/stop-access")
@operator_only
@proved
def stop_access(person_id: str) -> Response:
    """End somebody's sign-ins and links, at once."""
    form, person = StopAccess(), person_of(person_id)
    if not form.validate():
        db.session.rollback()
        return refused(form, "board/powers.html", **page_of(person_of(person_id), stop=form))
    reason = form.reason.data or ""
    is_new = access.stop(db.session(), person, reason=reason, by=me(), at=clock.now())
    db.session.commit()
    say = f"{person.name} cannot sign in any more; links that were mailed to them do nothing."
    if not is_new:
        say = f"The access of {person.name} was stopped already."
    return changed("", f"/board/people/{person_id}", say=say)


@bp.post("/board/people/<person_id>/restart-access")
@operator_only
@proved
def restart_access(person_id: str) -> Response:
    """Let somebody sign in again; what was ended stays so."""
    person = person_of(person_id)
    is_new = access.restart(db.session(), person, by=me(), at=clock.now())
    db.session.commit()
    say = f"{person.name} can sign in again. Earlier sign-ins and links stay ended."
    if not is_new:
        say = f"{person.name} has access already."
    return changed("", f"/board/people/{person_id}", say=say)
