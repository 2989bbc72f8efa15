"""Answers for htmx and for plain browsers from the same view, and pages that need not be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from flask import Flask, Response, flash, make_response, redirect, render_template, request, session
from markupsafe import Markup, escape

from app.blueprints import assets, marks
from app.blueprints.locale import formats

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>""")
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


def is_htmx() -> bool:
    """Whether htmx asked, so that fragments are the right answer."""
    return request.headers.get("HX-Request") == "true"


def out_of_band(html: str, swap: str = "true") -> str:
    """Mark each outermost element that has an id, so that htmx swaps it where that id stands.

    Swap templates hold includes of fragments, and fragments know nothing of swaps.

    >>> out_of_band('<p id="a"><b id="b">x</b></p>')
    '<p hx-swap-oob="true" id="a"><b id="b">x</b></p>'
    """
    depth = 0
    spots: list[int] = []
    for tag in _TAG.finditer(html):
        closing, name, rest = tag.group(1), tag.group(2).lower(), tag.group(3)
        if closing:
            depth -= 1
            continue
        if depth == 0 and " id=" in rest and "hx-swap-oob" not in rest:
            spots.append(tag.end(2))
        if name not in _VOID and not rest.endswith("/"):
            depth += 1
    for spot in reversed(spots):
        html = f'{html[:spot]} hx-swap-oob="{swap}"{html[spot:]}'
    return html


def notice(words: str, kind: str = "") -> str:
    """The page's notices replaced by this one, for htmx; empty words clear them."""
    inner = f'<p class="notice {kind}">{escape(words)}</p>' if words else ""
    return f'<div hx-swap-oob="true" id="notices" role="status">{inner}</div>'


def fragments(template: str, *, status: int = 200, say: str = "", **context: Any) -> Response:
    """The fragments of a template, each swapped by its id, and the notices renewed."""
    body = out_of_band(render_template(template, **context))
    answer = make_response(body + notice(say, "" if status < 400 else "stop"), status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def changed(
    swap_template: str, back_to: str, status: int = 200, *, say: str = "", **context: Any
) -> Response:
    """The answer to an act that was done: fragments for htmx, a 303 with a notice for the rest.

    `say` is the sentence that tells what happened. An empty `swap_template` sends htmx, too,
    to the page `back_to`.
    """
    if is_htmx() and swap_template:
        return fragments(swap_template, status=status, say=say, **context)
    if say:
        flash(say)
    if is_htmx():
        answer = make_response("", 200)
        answer.headers["HX-Redirect"] = back_to
        return answer
    return _see_other(back_to)


def refused(
    form: Any, template: str, *, fragment: str = "", status: int = 422, **context: Any
) -> Response:
    """The form again with what was typed and the errors beside their fields, 422.

    Plain browsers get `template`. htmx gets `fragment`, or the whole page in place of the body.
    The transaction is rolled back first, so that the page shows what is true.
    """
    from app.extensions import db

    db.session.rollback()
    if is_htmx() and fragment:
        return fragments(fragment, status=status, form=form, **context)
    answer = make_response(render_template(template, form=form, **context), status)
    if is_htmx():
        answer.headers["HX-Retarget"] = "body"
        answer.headers["HX-Reswap"] = "innerHTML show:top"
    return answer


def conditional(parts: Iterable[object], render: Callable[[], str | Markup | Response]) -> Response:
    """A page that is sent only when it is not what the browser has. Ask permission first.

    `parts` are what the page hangs on (a room's version, unread counts). The build, the reader,
    their formats, their day, the sign-in and the kind of request are added here. A poll of htmx
    compares by `HX-PTag`, because for an ETag Chromium hands it a 200 from its cache.
    """
    from app.blueprints import guards

    if session.get("_flashes"):  # said once: this page must be drawn, and not kept
        answer = make_response(render())
        answer.headers["Cache-Control"] = "no-store"
        return answer
    seen = formats()
    kind = request.headers.get("HX-Request-Type", "page")
    facts = (
        assets.build(),
        guards.sign_in_token(),
        seen.locale,
        seen.zone,
        seen.today,
        kind,
        *parts,
    )
    tag = sha256(repr(facts).encode()).hexdigest()[:16]
    if is_htmx():
        same = request.headers.get("HX-PTag") == tag
    else:
        same = tag in {known.partition(":")[0] for known in request.if_none_match.as_set(True)}
    answer = Response(status=304) if same else make_response(render())
    if is_htmx():
        answer.headers["HX-PTag"] = tag
        answer.headers["Cache-Control"] = "no-store"
    else:
        answer.set_etag(tag, weak=True)
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.headers["Vary"] = "Cookie, HX-Request"
    return answer


def _see_other(address: str) -> Response:
    answer = redirect(address, 303)
    assert isinstance(answer, Response)  # noqa: S101 (flask's own class, for the type checker)
    return answer


def init_app(app: Flask) -> None:
    """`is_htmx()` in templates, and what the macros use."""
    marks.init_app(app)
    app.jinja_env.globals["is_htmx"] = is_htmx
