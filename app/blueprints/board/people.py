"""The board's people, and what they may do for it."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template
from werkzeug.wrappers import Response
from wtforms import BooleanField

from app.blueprints.board import bp
from app.blueprints.board.waiting import Invitation, waiting
from app.blueprints.escrow.board_money import waiting_money
from app.blueprints.fields import STANDING, Form, Prose
from app.blueprints.guards import me, money_only, operator_only, the_viewer
from app.blueprints.htmx import changed
from app.blueprints.people.paging import after, further
from app.blueprints.proving import proved
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound
from app.people import access, accounts, reads
from app.people.models import Person

PAGE = "board/people.html"
PAGE_SIZE = 50


class StopAccess(Form):
    """Why somebody is stopped."""

    reason = Prose(
        "Reason",
        access.REASON_MOST,
        required=False,
        hint="If you like. Only operators see it.",
    )


class Powers(Form):
    """What somebody does for the board."""

    operator = BooleanField("Operator")
    bookkeeper = BooleanField("Bookkeeper")


@bp.get("/board")
@money_only
def show_board() -> str | Response:
    """Money that waits, then the people; a bookkeeper sees the money alone."""
    if not the_viewer().is_operator:
        return redirect("/board/money", 303)
    return render_template(PAGE, form=Invitation(), **page())


@bp.get("/board/people/<person_id>")
@operator_only
def show_powers(person_id: str) -> str:
    """What somebody may do for the board."""
    person = person_of(person_id)
    return render_template("board/powers.html", **page_of(person))


@bp.post("/board/people/<person_id>/powers")
@operator_only
@proved
def set_powers(person_id: str) -> Response:
    """Make somebody operator or bookkeeper, or no longer."""
    form, person = Powers(), person_of(person_id)
    accounts.set_powers(
        db.session(),
        person,
        operator=form.operator.data,
        bookkeeper=form.bookkeeper.data,
        by=me(),
        at=clock.now(),
    )
    db.session.commit()
    return changed("", "/board", say=f"What {person.name} may do is saved.")


def person_of(person_id: str) -> Person:
    """The person of that id. Raises NotFound."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


def page_of(person: Person, stop: StopAccess | None = None) -> dict[str, Any]:
    """What the page of one person shows: what they may do, and whether they have access."""
    powers = {"operator": person.is_operator, "bookkeeper": person.is_bookkeeper}
    is_me = person.id == the_viewer().id
    last = person.is_operator and not access.another_operator(db.session(), person)
    return {
        "form": Powers(data=powers),
        "stop": stop or StopAccess(STANDING),
        "person": person,
        "why": access.reason_of(db.session(), person) if person.stopped_at else "",
        "may_stop": not (is_me or last),
        "is_me": is_me,
    } | _frame()


def _frame() -> dict[str, Any]:
    return {"here": "board", "part": "people"}


def page() -> dict[str, Any]:
    """What the page of people shows."""
    session = db.session()
    rows = reads.people(session, after(), PAGE_SIZE + 1)
    return (
        {
            "people": rows[:PAGE_SIZE],
            "more": further("/board", rows, PAGE_SIZE),
            "invited": waiting(session, clock.now()),
        }
        | waiting_money()
        | _frame()
    )
