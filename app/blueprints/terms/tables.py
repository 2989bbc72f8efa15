"""The terms page, its table, and sending it: `/workrooms/<id>/terms`."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints import milestone_editor, milestone_rows, unit_of_work
from app.blueprints.guards import me, signed_in
from app.blueprints.htmx import changed, conditional, is_htmx
from app.blueprints.milestone_rows import Row
from app.blueprints.talk.view import room_version
from app.blueprints.terms import bp, forms
from app.blueprints.terms.forms import TermsForm
from app.blueprints.terms.page import ROOM, SWAP, address, again, context, status_of
from app.blueprints.workroom.guards import seated
from app.engagement import fees
from app.engagement.seats import Seated
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import Refused
from app.terms import negotiation, reads, revisions, sending


@bp.get("/workrooms/<engagement_id>/terms")
@signed_in
def terms(engagement_id: str) -> AnyResponse:
    """The terms in force, what waits, the table, and every revision."""
    seat, change = seated(engagement_id), "change" in request.args
    draft = reads.draft_of(db.session(), engagement_id, seat.person_id)
    version = room_version(seat.engagement.stream)
    fee = fees.for_terms(db.session(), seat.engagement)
    return conditional(
        ["terms", engagement_id, version, change, draft and draft.saved_at, fee],
        lambda: render_template(ROOM, **context(seat, change=change)),
    )


@bp.post("/workrooms/<engagement_id>/terms/rows")
@signed_in
def edit_rows(engagement_id: str) -> AnyResponse:
    """A button of the table, or a cell that changed: the draft is kept as it was typed."""
    seat, do = seated(engagement_id), request.form.get("do", "")
    if blocked := sending.why_not(db.session(), seat):
        return again(engagement_id, Refused(blocked), 409)
    if do == "restart":
        return _restart(seat)
    rows = milestone_editor.acted(forms.typed_rows(seat), do)
    _keep(seat, rows)
    db.session.commit()
    currency = seat.engagement.currency
    rows = milestone_rows.checked(rows, currency)
    drawn = milestone_editor.editor(rows, currency, action=address(engagement_id) + "/rows")
    if is_htmx():
        return milestone_editor.answer(drawn, ROOM)
    parts = context(seat, rows=rows, form=TermsForm())
    return milestone_editor.answer(drawn, ROOM, **_without(parts, "editor"))


@bp.post("/workrooms/<engagement_id>/terms")
@signed_in
def send_terms(engagement_id: str) -> AnyResponse:
    """Send terms: the draft becomes the next numbered revision."""
    seat, form = seated(engagement_id), TermsForm()
    rows = forms.typed_rows(seat)
    lines = milestone_rows.validate(rows, seat.engagement.currency)
    if not form.validate() or milestone_rows.has_errors(rows):
        return again(engagement_id, None, 422, rows=rows, form=form)
    try:
        _send(seat, form, lines)
    except Refused as trouble:
        return _refused(engagement_id, trouble, rows, form)
    db.session.commit()
    back = address(engagement_id)
    return changed(SWAP, back, say="Terms sent.", **(context(seat) if is_htmx() else {}))


def _send(seat: Seated, form: TermsForm, lines: list[milestone_rows.Line]) -> None:
    session, at, by = db.session(), clock.now(), me()
    last = reads.newest(session, seat.engagement.id)
    if (form.answering.data or "") != (last.id if last else ""):
        raise Refused("terms.changed")
    if blocked := sending.why_not(session, seat):
        raise Refused(blocked)
    if form.shown_fee.data not in ("", None, fees.for_terms(session, seat.engagement).mark):
        raise Refused("terms.fee_changed")
    draft = revisions.draft(session, seat.engagement, by=by, at=at)
    revisions.save_draft(
        session,
        draft,
        forms.draft_lines(lines),
        review_days=form.review_days.data,
        rolls=form.rolls.data,
        note=form.note.data or "",
        at=at,
    )
    negotiation.send(session, seat.engagement, by=by, at=at, answering=form.answering.data or "")


def _refused(engagement_id: str, trouble: Refused, rows: list[Row], form: TermsForm) -> AnyResponse:
    """Keep what was typed on the server, too, then show how things stand now."""
    db.session.rollback()
    unit_of_work.begin()
    seat = seated(engagement_id)
    if not sending.why_not(db.session(), seat):
        _keep(seat, rows)
        db.session.commit()
    return again(engagement_id, trouble, status_of(trouble), rows=rows, form=form)


def _keep(seat: Seated, rows: list[Row]) -> None:
    session, at = db.session(), clock.now()
    draft = revisions.draft(session, seat.engagement, by=me(), at=at)
    revisions.keep_typed(session, draft, forms.as_typed(rows), at=at)


def _restart(seat: Seated) -> AnyResponse:
    """Throw one's draft away and begin from what stands now."""
    draft = reads.draft_of(db.session(), seat.engagement.id, seat.person_id)
    if draft is not None:
        revisions.discard(db.session(), draft)
    db.session.commit()
    back = address(seat.engagement.id) + "?change=yes"
    return changed("", back, say="The table starts again from what stands now.")


def _without(parts: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in parts.items() if key != name}
