"""Deciding by link from a letter, without signing in.

Mail scanners open links, so opening one never changes anything: only the button on its page does,
and only with the nonce of that page, which stands where the CSRF token would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints import headers
from app.blueprints.mail import answering, bp, funding, over, renewing, reporting, reviewing
from app.blueprints.mail.opened import Opened, nonce, opened, proven
from app.blueprints.talk.files import sent
from app.extensions import csrf, db
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound, Refused
from app.mail.wording import words
from app.people import links
from app.talk.models import File

SHOWN: dict[str, tuple[str, Callable[[Opened], dict[str, Any]]]] = {
    "review": (reviewing.PAGE, reviewing.shown),
    "terms": (answering.PAGE, answering.shown_terms),
    "fund": (funding.PAGE, funding.shown),
    "report": (reporting.PAGE, reporting.shown),
}
ACTS: dict[str, tuple[str, Callable[[Opened, str], str]]] = {
    "approve": ("review", reviewing.act),
    "changes": ("review", reviewing.act),
    "part": ("review", reviewing.act),
    "accept": ("terms", answering.act),
    "decline": ("terms", answering.act),
    "fund": ("fund", funding.act),
    "report": ("report", reporting.act),
    "quiet": ("report", reporting.act),
}


@bp.get("/links/<token>")
def show_link(token: str) -> Response:
    """The question itself; or what became of it, and what to do next. Writes nothing."""
    try:
        seen = opened(token)
    except NotFound:
        return _page("links/unknown.html", 404)
    if seen.state == "live":
        return _question(seen)
    return _over(seen)


@bp.post("/links/<token>")
@csrf.exempt  # type: ignore[untyped-decorator, unused-ignore]
def follow_link(token: str) -> AnyResponse:
    """Do what the pressed button says, once; the page then tells what happened."""
    seen = opened(token)
    if not proven(token, request.form.get("nonce", "")):
        abort(400)
    what = request.form.get("act", "")
    if what == "new" and seen.state != "stopped":
        return _renew(seen)
    if seen.state != "live":  # posted twice, or it moved on: the page says which
        return redirect(f"/links/{token}", 303)
    if what == "cancel":
        seen.link.revoked_at, seen.link.outcome = clock.now(), "cancelled"
    else:
        refusal = _decide(seen, what)
        if refusal is not None:
            return refusal
    db.session.commit()
    return funding.onward(seen) or redirect(f"/links/{token}", 303)


@bp.get("/links/<token>/files/<file_id>")
def download_from_link(token: str, file_id: str) -> Response:
    """A file of the submission that the link decides on, and no other."""
    seen = opened(token)
    file = db.session.get(File, file_id)
    if (
        file is None
        or seen.state != "live"
        or (file.place_kind, file.place_id) != (seen.link.object_kind, seen.link.object_id)
    ):
        raise NotFound("file")
    headers.no_referrer()
    return sent(file)


def _decide(seen: Opened, what: str) -> Response | None:
    """Spend the link and act, in one transaction; the page again where that is refused."""
    purpose, act = ACTS.get(what, ("", None))
    if act is None or purpose != seen.link.purpose:
        abort(400)
    link, at = seen.link, clock.now()
    try:
        links.spend(db.session(), link, at=at, outcome=what)
        link.outcome = act(seen, what)
        room = renewing.room_of(db.session(), link)
        if link.outcome in ("approved", "accepted") and room is not None:
            funding.mint_next(seen, room)
    except Refused as refusal:
        db.session.rollback()
        return _refused(seen.token, refusal)
    return None


def _refused(token: str, refusal: Refused) -> Response:
    seen = opened(token)
    if seen.state != "live":
        return _over(seen)
    more = {
        name: refusal.facts.pop(name)
        for name in ("form", "part_form")
        if refusal.facts.get(name) is not None
    }
    trouble = "" if more else words(refusal.code, refusal.facts)
    return _question(seen, 422 if isinstance(refusal, Invalid) else 409, trouble=trouble, **more)


def _renew(seen: Opened) -> AnyResponse:
    if not renewing.renew(db.session(), seen.link, at=clock.now()):
        return redirect(f"/links/{seen.token}", 303)
    db.session.commit()
    return redirect(f"/links/{seen.token}?sent=1", 303)


def _question(seen: Opened, status: int = 200, trouble: str = "", **more: Any) -> Response:
    template, shown = SHOWN[seen.link.purpose]
    said = shown(seen) | {"seen": seen, "nonce": nonce(seen.token), "trouble": trouble} | more
    return _page(template, status, **said)


def _over(seen: Opened) -> Response:
    asked = request.args.get("sent") == "1"
    return _page(over.PAGE, over.status(seen), **over.shown(seen, asked=asked))


def _page(template: str, status: int, **said: Any) -> Response:
    headers.no_referrer()
    answer = make_response(render_template(template, **said), status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
