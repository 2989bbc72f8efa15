"""The files of a workroom: everything filed, with versions, and adding more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.htmx import changed, conditional, refused
from app.blueprints.locale import formats
from app.blueprints.talk import bp
from app.blueprints.talk.forms import UploadForm
from app.blueprints.talk.uploads import take, takes_files
from app.blueprints.talk.view import room_version
from app.blueprints.workroom.frame import frame
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Invalid
from app.mail.wording import words
from app.people.models import Person
from app.talk import files
from app.talk.files import FileRow


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of the workroom with its earlier versions, newest first."""

    file: FileRow
    who: str
    when: str
    earlier: list[FileRow]


@bp.get("/workrooms/<room_id>/files")
@signed_in
def show_files(room_id: str) -> Response:
    """Every file of the workroom and of the proposal that it came from."""
    seat = seated(room_id)
    version = room_version(seat.engagement.stream)
    form = UploadForm()
    return conditional(
        (room_id, "files", version),
        lambda: render_template("talk/room_files.html", form=form, **_page(seat)),
    )


@bp.post("/workrooms/<room_id>/files")
@signed_in
@takes_files
def add_files(room_id: str) -> Response:
    """Add files; one of a name that is here already becomes its next version."""
    seat, form, session = seated(room_id), UploadForm(), db.session()

    def again() -> Response:
        return refused(form, "talk/room_files.html", fragment="talk/files.swap.html", **_page(seat))

    if not form.validate():
        return again()
    try:
        kept = take(request.files.getlist("files"))
    except Invalid as refusal:
        form.blame(refusal.field, words(refusal.code, refusal.facts))
        return again()
    by, at, room = me(), clock.now(), seat.engagement
    for one in kept:
        files.attach(
            session, one, place_kind="workroom", place_id=room.id, by=by, at=at,
            conversation_id=room.conversation_id, stream=room.stream,
        )  # fmt: skip
    session.commit()
    said = f"Added {kept[0].name}." if len(kept) == 1 else f"Added {len(kept)} files."
    return changed(
        "talk/files.swap.html", f"/workrooms/{room_id}/files", say=said,
        form=UploadForm(MultiDict()), **_page(seat),
    )  # fmt: skip


def _page(seat: Seated) -> dict[str, Any]:
    session, room = db.session(), seat.engagement
    rows = files.of_conversation(session, room.conversation_id)
    both = Person.id.in_([room.client_id, room.freelancer_id])
    names = dict(session.execute(select(Person.id, Person.name).where(both)).all())
    names[the_viewer().id] = "You"
    return {
        "files": _shown(rows, names),
        "brief": files.of_place(session, "job", room.job_id),
        **frame(seat, "files"),
    }


def _shown(rows: list[FileRow], names: dict[str, str]) -> list[Shown]:
    """The newest version of each name, with the earlier ones beside it."""
    shows, newest = formats(), dict[str, Shown]()
    for row in rows:
        if row.name in newest:
            newest[row.name].earlier.append(row)
            continue
        who = names.get(row.by_id, "")
        newest[row.name] = Shown(row, who, shows.when(row.at), [])
    return list(newest.values())
