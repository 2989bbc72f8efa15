"""The help pages, and the board's own privacy and terms."""

from __future__ import annotations

from flask import render_template

from app.blueprints.help import bp
from app.blueprints.help.examples import EXAMPLES
from app.extensions import db
from app.kernel.errors import NotFound
from app.people import reads

PAGES = {
    "guide": "How a fixed-price job goes",
    "milestones": "Which milestones to specify",
    "agreeing": "How terms work",
    "money": "How money waits and moves",
    "questions": "Questions and answers",
    "contact": "Whom to write to",
    "privacy": "Privacy",
    "terms": "Terms",
}
"""The pages in their order, and their headings."""


@bp.get("/help")
def show_help() -> str:
    """What there is to read."""
    return render_template("help/index.html", pages=PAGES)


@bp.get("/help/<name>")
def show_page(name: str) -> str:
    """One of the pages."""
    if name not in PAGES:
        raise NotFound
    names = list(PAGES)
    at = names.index(name)
    further = names[at + 1] if at + 1 < len(names) else ""
    return render_template(
        f"help/{name}.html",
        heading=PAGES[name],
        next=further,
        next_heading=PAGES.get(further, ""),
        examples=EXAMPLES,
        own=_own(name),
    )


def _own(name: str) -> str:
    """The operator's words for a page that the board has of its own."""
    if name not in ("privacy", "terms"):
        return ""
    privacy, conditions = reads.board_words(db.session())
    return privacy if name == "privacy" else conditions
