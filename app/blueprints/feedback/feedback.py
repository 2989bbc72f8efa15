"""Leave feedback after the end, read the other's once it is shown, and reply once."""

from __future__ import annotations

from typing import Any

from flask import render_template
from werkzeug.wrappers import Response

from app.blueprints.feedback import bp
from app.blueprints.feedback.forms import FeedbackForm, ReplyForm, feedback_form
from app.blueprints.guards import signed_in, the_viewer
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.blueprints.workroom.guards import seated
from app.engagement.seats import Seated
from app.extensions import db
from app.feedback import reads, reviews
from app.feedback.models import Review
from app.kernel import clock
from app.kernel.errors import Invalid, NotFound
from app.mail.wording import words
from app.people.models import Person

PAGE = "feedback/feedback.html"


@bp.get("/workrooms/<room_id>/feedback")
@signed_in
def show_feedback(room_id: str) -> str:
    """The form while it can be left; what I wrote; the other's once it is shown."""
    seat = seated(room_id)
    return render_template(PAGE, form=feedback_form(_about(seat)), **_page(seat))


@bp.post("/workrooms/<room_id>/feedback")
@signed_in
def leave_feedback(room_id: str) -> Response:
    """Rate and describe the other side, once."""
    seat = seated(room_id)
    form = feedback_form(_about(seat))
    if not form.validate():
        return _again(seat, form)
    try:
        reviews.leave(
            db.session(), seat.engagement, form.stars(), form.words.data, by=_me(), at=clock.now()
        )
    except Invalid as trouble:
        form.blame(trouble.field, words(trouble.code, trouble.facts))
        return _again(seat, form)
    db.session.commit()
    return changed("", f"/workrooms/{room_id}/feedback", say="Thank you. Your feedback is kept.")


@bp.post("/feedback/<review_id>/reply")
@signed_in
def reply(review_id: str) -> Response:
    """Answer feedback about oneself, once."""
    review = db.session().get(Review, review_id)
    if review is None:
        raise NotFound("feedback")
    seat = seated(review.engagement_id)
    form = ReplyForm()
    if not form.validate():
        db.session.rollback()
        return refused(form, PAGE, **_page(seat, reply=form))
    reviews.reply(db.session(), review, form.words.data, by=_me(), at=clock.now())
    db.session.commit()
    back = f"/workrooms/{review.engagement_id}/feedback"
    return changed("", back, say="Your reply stands under the feedback.")


def _about(seat: Seated) -> str:
    return "freelancer" if seat.is_client else "client"


def _me() -> Person:
    return db.session().get_one(Person, the_viewer().id)


def _again(seat: Seated, form: FeedbackForm) -> Response:
    db.session.rollback()
    return refused(form, PAGE, **_page(seat))


def _page(seat: Seated, reply: ReplyForm | None = None) -> dict[str, Any]:
    session, shows, room = db.session(), formats(), seat.engagement
    other = session.get_one(Person, seat.other_id)
    closed = room.closed_at
    return {
        "room_id": room.id,
        "title": room.title,
        "other_name": other.name,
        "me_id": seat.person_id,
        "may_leave": reviews.can_leave(session, room, seat.person_id, at=shows.now),
        "living": closed is None,
        "until": shows.day(closed + reviews.WINDOW) if closed else "",
        "open_still": closed is not None and shows.now < closed + reviews.WINDOW,
        "every": reads.of_engagement(session, room.id, seat.person_id),
        "reply": reply or ReplyForm(),
        "here": "workrooms",
    }
