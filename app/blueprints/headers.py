"""Security headers, the same on every answer: pages, files, errors and static bundles."""

from __future__ import annotations

from flask import Flask, Response, current_app, g

_REST = (
    "img-src 'self' data:; connect-src 'self'; form-action 'self'{target}; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = f"default-src 'none'; script-src 'self'; style-src 'self'; {_REST}"

ONLY_HTTPS = "max-age=31536000"
"""For this host and a year. Its subdomains are not the board's to decide for."""


def no_referrer() -> None:
    """Say nothing of this page's address to the next one: it holds a link from a letter."""
    g.referrer_policy = "no-referrer"


def secure(answer: Response) -> Response:
    """Add what is missing. A 304 stays bare: the browser keeps the headers of the page it has."""
    if current_app.config["MILEPOST"].is_https:
        answer.headers["Strict-Transport-Security"] = ONLY_HTTPS
    if answer.status_code == 304:
        return answer
    mine = answer.headers
    if "Content-Security-Policy" not in mine:
        source = g.get("style_source")  # set where the stylesheet was inlined: no script there
        policy = f"default-src 'none'; style-src {source}; {_REST}" if source else _PAGE
        # set where a form leads on to the page of a payment provider
        mine["Content-Security-Policy"] = policy.format(target=g.get("form_target", ""))
    mine["X-Content-Type-Options"] = "nosniff"
    mine["Referrer-Policy"] = g.get("referrer_policy", "same-origin")
    mine["Cross-Origin-Opener-Policy"] = "same-origin"
    mine["Cross-Origin-Resource-Policy"] = "same-origin"
    if answer.mimetype == "text/html" and "Cache-Control" not in mine:
        mine["Cache-Control"] = "private, no-cache"
    return answer


def init_app(app: Flask) -> None:
    """Hook the headers in."""
    app.after_request(secure)
