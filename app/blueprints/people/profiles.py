"""A person's profile, and the list of freelancers."""

from __future__ import annotations

from flask import render_template, request
from sqlalchemy.orm import Session

from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.people import bp
from app.blueprints.people.paging import after, further
from app.extensions import db
from app.feedback import reads as feedback
from app.feedback import record
from app.kernel import clock
from app.kernel.errors import NotFound
from app.people import reads
from app.people.models import Person

PAGE_SIZE = 20


@bp.get("/people/<person_id>")
@signed_in
def profile(person_id: str) -> str:
    """What a person says of themselves, and what others say of their work."""
    session = db.session()
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return render_template(
        "people/profile.html",
        person=person,
        skills=reads.skills(person.skills),
        mine=person.id == the_viewer().id,
        track=record.track_record(session, [person.id]).get(person.id),
        reviews=feedback.shown(session, person.id),
        now_there=f"{clock.now().astimezone(clock.zone(person.zone)):%H:%M}",
    )


@bp.get("/freelancers")
@signed_in
def freelancers() -> str:
    """People who work on this board, found by words."""
    session, words = db.session(), request.args.get("search", "")[:200].replace("\0", "")
    rows = reads.freelancers(session, words, after(), PAGE_SIZE + 1)
    shown = rows[:PAGE_SIZE]
    return render_template(
        "people/freelancers.html",
        rows=shown,
        words=words,
        tracks=_tracks(session, shown),
        more=further("/freelancers", rows, PAGE_SIZE, search=words),
    )


def _tracks(session: Session, rows: list[reads.Freelancer]) -> dict[str, record.TrackRecord]:
    return record.track_record(session, [row.id for row in rows])
