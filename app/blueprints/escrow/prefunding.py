"""Prefund: put money in for the client's own terms while they wait for the freelancer."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template
from werkzeug.wrappers import Response

from app.blueprints.escrow import cards
from app.blueprints.escrow import under_way as superseded
from app.blueprints.escrow.forms import FundForm
from app.blueprints.escrow.paying import (
    Asked,
    finish,
    methods,
    open_for,
    sums_shown,
    sums_text,
    waiting,
)
from app.blueprints.guards import me
from app.blueprints.htmx import changed, refused
from app.blueprints.locale import formats
from app.engagement.seats import Seated
from app.escrow.incoming import prefunding
from app.escrow.milestones.planning import PlannedLine
from app.escrow.models import Milestone
from app.escrow.provider import CARD
from app.extensions import db
from app.kernel import clock
from app.kernel.errors import NotFound, Refused
from app.mail.wording import words
from app.people.models import Person
from app.terms import negotiation
from app.terms import reads as terms_reads
from app.terms.models import Revision

PAGE = "escrow/funding.html"


def show(seat: Seated, milestone: Milestone, revision_id: str) -> str | Response:
    """What may be put in for a milestone of waiting terms, or the payment under way."""
    revision = _own(seat, revision_id)
    if revision.state != "proposed":
        return _over(seat, milestone, revision)
    payment = open_for(milestone.id, revision.id)
    if payment is not None and payment.provider == CARD:
        return cards.page(payment, seat.engagement)
    if payment is not None:
        return render_template(
            "escrow/waiting.html", milestone=milestone, room=seat.engagement, **waiting(payment)
        )
    page = _page(seat, milestone, revision)
    return render_template(PAGE, form=_form(seat, milestone, revision), **page)


def _over(seat: Seated, milestone: Milestone, revision: Revision) -> str | Response:
    """The page was kept open, and these terms do not wait any more: what became of the money."""
    moot = superseded.of_milestone(milestone, revision.id)
    if moot is not None:
        return superseded.page(moot, seat.engagement)
    if revision.state in ("accepted", "replaced"):
        return redirect(f"/milestones/{milestone.id}/funding", 303)
    over = {"lapsed": "expired"}.get(revision.state, revision.state)
    page = _page(seat, milestone, revision) | {"may": False, "over": over}
    return render_template(PAGE, form=_form(seat, milestone, revision), **page)


def put_in(seat: Seated, milestone: Milestone, revision_id: str) -> Response:
    """Begin the payment; test money and the balance pay at once."""
    revision = _own(seat, revision_id)
    here = f"/milestones/{milestone.id}/funding?revision={revision.id}"
    if revision.state != "proposed":
        say = f"Nothing was begun: terms no. {revision.number} do not wait any more."
        return changed("", here, say=say)
    form = _form(seat, milestone, revision)
    if not form.validate():
        return refused(form, PAGE, **_page(seat, milestone, revision))
    lines = _lines(revision)
    chosen = [milestone.id, *(form.also.data or ())]
    try:
        payment = prefunding.start(
            db.session(), seat.engagement, [lines[one] for one in chosen if one in lines],
            revision_id=revision.id, provider=form.method.data, comment=form.comment.data,
            shown=sums_shown(), by=me(), at=clock.now(),
        )  # fmt: skip
    except Refused as trouble:
        if trouble.code == "funding.not_needed":  # as things stand, the page explains
            db.session.rollback()
            return changed("", here, say=words(trouble.code, trouble.facts))
        if trouble.code not in ("funding.balance_short", "funding.amount_changed"):
            raise
        form.blame("method", words(trouble.code, trouble.facts))
        return refused(form, PAGE, **_page(seat, milestone, revision))
    say = finish(payment)
    if payment.provider == CARD:
        return cards.lead_on(payment)
    db.session.commit()
    back = f"/workrooms/{seat.engagement.id}/terms"
    if payment.state != "settled":
        back = here
    return changed("", back, say=say)


def _own(seat: Seated, revision_id: str) -> Revision:
    """The client's own revision that was sent; strangers meet 404."""
    revision = db.session().get(Revision, revision_id)
    if revision is None or revision.engagement_id != seat.engagement.id:
        raise NotFound(f"revision {revision_id}")
    if revision.author_side != "client" or revision.state == "draft":
        raise NotFound(f"revision {revision_id}")
    return revision


def _lines(revision: Revision) -> dict[str, PlannedLine]:
    return {
        line.milestone_id: negotiation.planned(line)
        for line in terms_reads.lines(db.session(), revision.id)
        if line.milestone_id
    }


def _asked(seat: Seated, revision: Revision) -> dict[str, Asked]:
    """The lines that may be prefunded, and what each still takes."""
    lines = _lines(revision)
    amounts = prefunding.wanted(db.session(), seat.engagement, revision.id, list(lines.values()))
    return {
        one: Asked(
            one, lines[one].title, amount, lines[one].amount_minor, formats().day(lines[one].due)
        )
        for one, amount in amounts.items()
    }


def _form(seat: Seated, milestone: Milestone, revision: Revision) -> FundForm:
    from app.blueprints.escrow.funding import described

    form, currency = FundForm(), seat.engagement.currency
    rows = _asked(seat, revision)
    form.also.choices = [
        (one, described(row, currency)) for one, row in rows.items() if one != milestone.id
    ]
    form.sums_shown = sums_text({one: row.lacks_minor for one, row in rows.items()})
    form.method.choices = methods(currency)
    return form


def _page(seat: Seated, milestone: Milestone, revision: Revision) -> dict[str, Any]:
    line = _lines(revision).get(milestone.id)
    moot = superseded.outcomes(seat.engagement)
    mine = _asked(seat, revision).get(milestone.id)
    return {
        "milestone": line or milestone,
        "room": seat.engagement,
        "freelancer": db.session().get_one(Person, seat.other_id).name,
        "row": None,
        "place": line.position if line else 0,
        "count": len(_lines(revision)),
        "lacks": mine.lacks_minor if mine else 0,
        "under_way_minor": 0,
        "coming": moot,
        "whys": superseded.whys(moot),
        "may": mine is not None,
        "action": f"/milestones/{milestone.id}/funding",
        "revision": revision,
    }
