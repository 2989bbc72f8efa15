"""The pages of fees as a browser sees them: no finding of axe or html-validate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.escrow.papers import fee_invoices
from app.people import board
from app.terms import negotiation
from tests import rooms
from tests.browsing import page_findings
from tests.stories import NOON, later, rewrite
from tests.validating import html_findings


@pytest.mark.any_database
def test_pages_of_fees_are_readable_by_everybody(
    new_page: Any, story: Any, live_server: Any
) -> None:
    with story() as session:
        room = rooms.negotiated(session)
        board.charge(
            session, rate=5000, minimum_minor=100, tax_rate=19000, tax_words="VAT",
            billing="1 Main Street", by=room.operator, at=NOON,
        )  # fmt: skip
        revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
        negotiation.accept(session, revision, by=room.freelancer, at=NOON)
        rooms.through(room, room.milestones[0])
        rooms.pays(room, room.milestones[1])
        (invoice,) = fee_invoices.issue(
            session, "2026-11", NOON - timedelta(days=1), later(1), by=room.operator, at=later(2)
        )
        rewrite(session, room.engagement, room.client, drop=(2,))
        waits = negotiation.send(session, room.engagement, by=room.client, at=NOON)
        place, second = f"/workrooms/{room.engagement.id}", room.milestones[1].id
        paper, waiting = f"/board/fee-invoices/{invoice.id}", f"/revisions/{waits.id}"
        freelancer, operator = room.freelancer, room.operator
    pages = {
        freelancer: (f"{place}/terms", f"{place}/money", waiting, paper, "/payments",
                     f"/milestones/{second}"),
        operator: ("/board/fees", "/board/fees/2026-11", paper),
    }  # fmt: skip
    for person, paths in pages.items():
        page = new_page(person=person, width=400)
        for path in paths:
            page.goto(live_server.url + path)
            assert page_findings(page) == [], path
            assert html_findings(page.request.get(live_server.url + path).text()) == [], path
