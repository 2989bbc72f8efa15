"""One revision, two compared, and the agreed terms as a PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, make_response, render_template

from app.blueprints.guards import me, signed_in, the_viewer
from app.blueprints.terms import bp, shown
from app.blueprints.terms.page import balances
from app.blueprints.workroom.frame import frame
from app.engagement import fees
from app.engagement.models import Engagement
from app.extensions import db
from app.kernel import money
from app.kernel.errors import NotFound
from app.people.models import Person
from app.terms import figures, reads
from app.terms.models import Revision

WAYS = {"page": "on the page", "link": "by a link from a letter"}


@bp.get("/revisions/<revision_id>")
@signed_in
def revision(revision_id: str) -> str:
    """One numbered revision, with what each side said and the digest that both keep."""
    seat, found = reads.visible(db.session(), the_viewer().id, revision_id)
    lines = reads.lines(db.session(), found.id)
    others = reads.terms_page(db.session(), seat.engagement, seat.person_id).revisions
    return render_template(
        "terms/revision.html",
        revision=found,
        table=shown.table(None, lines, found.currency, balances(found.engagement_id)),
        fee_line=figures.fee_line(found, lines),
        signatures=signatures(found),
        others=[row for row in others if row.id != found.id],
        **frame(seat, "terms"),
    )


@bp.get("/revisions/<old_id>/compare/<new_id>")
@signed_in
def compare(old_id: str, new_id: str) -> str:
    """Any two revisions of one engagement, the older one first."""
    session, person_id = db.session(), the_viewer().id
    seat, old = reads.visible(session, person_id, old_id)
    _, new = reads.visible(session, person_id, new_id)
    if old.engagement_id != new.engagement_id:
        raise NotFound(f"revision {new_id}")
    known = balances(old.engagement_id)
    redline = shown.table(
        reads.lines(session, old.id), reads.lines(session, new.id), new.currency, known
    )
    fees_of = (fees.named(old), fees.named(new))
    return render_template(
        "terms/compare.html", old=old, new=new, table=redline, fees=fees_of, **frame(seat, "terms")
    )


@bp.get("/revisions/<revision_id>.pdf")
@signed_in
def document(revision_id: str) -> Response:
    """The terms as a PDF that shows both acceptances and the SHA-256 of the canonical text."""
    from app.adapters import pdf

    seat, found = reads.visible(db.session(), me().id, revision_id)
    html = render_template("terms/document.html", **_document(seat.engagement, found))
    answer = make_response(pdf.from_html(html))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="terms-{found.number}.pdf"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def signatures(found: Revision) -> list[str]:
    """Who accepted, when and how: proposing is the author's acceptance."""
    people = {
        one.id: one.name
        for one in (
            db.session().get(Person, found.author_id),
            db.session().get(Person, found.decided_by) if found.decided_by else None,
        )
        if one is not None
    }
    out = [_signed(people[found.author_id], found.proposed_at, found.proposed_by_way, "Proposed")]
    if found.state in ("accepted", "replaced") and found.decided_by:
        name = people[found.decided_by]
        out.append(_signed(name, found.decided_at, found.decided_by_way, "Accepted"))
    return out


def _signed(name: str, at: datetime | None, way: str, act: str) -> str:
    when = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""
    return f"{act} by {name}, {when}, {WAYS.get(way, way)}"


def _document(engagement: Engagement, found: Revision) -> dict[str, Any]:
    session, currency = db.session(), found.currency
    lines = reads.lines(session, found.id)
    client = session.get_one(Person, engagement.client_id)
    freelancer = session.get_one(Person, engagement.freelancer_id)
    return {
        "engagement": engagement,
        "revision": found,
        "client": client.name,
        "freelancer": freelancer.name,
        "lines": [(line, money.show(line.amount_minor, currency)) for line in lines],
        "total": money.show(sum(line.amount_minor for line in lines), currency),
        "fee_line": figures.fee_line(found, lines),
        "signatures": signatures(found),
        "agreed": found.state in ("accepted", "replaced"),
    }
