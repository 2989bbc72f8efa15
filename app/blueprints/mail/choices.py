"""Which letters I get: with a sign-in, or with the address at the foot of each letter."""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints import headers
from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.htmx import changed
from app.blueprints.mail import bp
from app.blueprints.mail.opened import settings
from app.extensions import csrf, db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.mail import leaving
from app.mail.table import FAMILIES


@bp.get("/letters")
@signed_in
def show_choices() -> str:
    """The families of letters, each on or off."""
    off = leaving.turned_off(db.session(), the_viewer().id)
    return render_template("mail/choices.html", families=FAMILIES, off=off)


@bp.post("/letters")
@signed_in
def choose() -> AnyResponse:
    """Keep what is ticked."""
    wanted = set(request.form.getlist("family")) & FAMILIES.keys()
    leaving.choose(db.session(), the_viewer().id, wanted, at=clock.now())
    db.session.commit()
    return changed("", "/letters", say="Saved.")


@bp.get("/letters/<reader_id>/<family>/<proof>")
def show_leaving(reader_id: str, family: str, proof: str) -> Response:
    """What would be turned off. Opening it changes nothing; its button, or one click, does."""
    _check(reader_id, family, proof)
    done = family != leaving.EVERY and family in leaving.turned_off(db.session(), reader_id)
    return _page(family, done=done)


@bp.post("/letters/<reader_id>/<family>/<proof>")
@csrf.exempt  # type: ignore[untyped-decorator, unused-ignore]
def leave(reader_id: str, family: str, proof: str) -> Response:
    """Turn them off: the button, or the one click of a mail reader (RFC 8058)."""
    _check(reader_id, family, proof)
    leaving.turn_off(db.session(), reader_id, family, at=clock.now())
    db.session.commit()
    return _page(family, done=True)


def _check(reader_id: str, family: str, proof: str) -> None:
    if not leaving.proven(settings().secret_key, reader_id, family, proof):
        raise NotFound("letters")


def _page(family: str, *, done: bool) -> Response:
    headers.no_referrer()
    name = FAMILIES.get(family, "")
    answer = make_response(render_template("mail/leaving.html", name=name, done=done))
    answer.headers["Cache-Control"] = "no-store"
    return answer
