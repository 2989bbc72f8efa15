"""The pages of documents as a browser sees them: no finding of axe or html-validate."""

from __future__ import annotations

from typing import Any

import pytest

from app.escrow.papers import invoices, statements
from tests import rooms
from tests.browsing import page_findings
from tests.stories import NOON
from tests.validating import html_findings


@pytest.mark.any_database
def test_documents_are_readable_by_everybody(new_page: Any, story: Any, live_server: Any) -> None:
    with story() as session:
        room = rooms.agreed(session)
        for milestone in room.milestones[:2]:
            rooms.through(room, milestone)
        room.freelancer.billing = "1 Harbour Street"
        open_ids = [one.event_id for one in invoices.to_invoice(session, room.engagement)]
        invoice = invoices.issue(
            session, room.engagement, open_ids[:1], by=room.freelancer, at=NOON
        )
        place = f"/workrooms/{room.engagement.id}"
        receipt = statements.of_engagement(session, room.engagement.id)[0].receipt
        invoice_id, freelancer = invoice.id, room.freelancer
    page = new_page(person=freelancer, width=400)
    for path in (
        receipt, f"{place}/money", f"{place}/invoices/new", f"/invoices/{invoice_id}",
        "/payments", "/payments/statements/2026-11", "/settings",
    ):  # fmt: skip
        page.goto(live_server.url + path)
        assert page_findings(page) == [], path
        assert html_findings(page.request.get(live_server.url + path).text()) == [], path
