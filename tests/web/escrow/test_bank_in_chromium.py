"""Importing a bank statement in a browser, on a phone, with scripts and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.escrow.incoming import funding
from tests import rooms
from tests.browsing import axe_findings
from tests.validating import html_findings

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("js", [True, False])
def test_a_statement_is_imported_and_confirmed_in_a_browser(
    story: Any, new_page: Any, tmp_path: Path, js: bool
) -> None:
    with story() as session:
        room = rooms.agreed(session, currency="EUR")
        first = [room.milestones[0]]
        payment = funding.start(
            session, room.engagement, first, provider="bank", by=room.client, at=rooms.NOON
        )
        reference, olga = payment.reference, room.operator
    file = tmp_path / "bank.csv"
    file.write_text(
        "Date,Amount,Currency,Payer,Reference,ID\n"
        f"2026-11-03,75.00,EUR,Alice,{reference},B-1\n"
        f"2026-11-03,75.00,EUR,Alice,{'rent ' * 40},B-2\n"
        f"2026-11-03,70.00,EUR,Alice,{reference},B-3\n"
        "2026-11-04,-2.50,EUR,Bank,fee,B-4\n"
    )
    page = new_page(js=js, width=360, person=olga)
    page.goto("/board/statements")
    page.get_by_label("Files from your bank").set_input_files(str(file))
    page.get_by_role("button", name="Import bank statement").click()
    page.get_by_role("heading", name="Which column is what").wait_for()
    assert html_findings(page.goto(page.url).text()) == []
    if js:
        assert axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Import these lines").click()
    page.get_by_text("4 new lines.").wait_for()
    page.get_by_role("button", name="Move to unmatched payments").first.click()
    page.get_by_text("is an unmatched payment until").first.wait_for()
    assert html_findings(page.goto("/board/statements").text()) == []
    if js:
        assert axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Confirm all matched").click()
    page.get_by_text("1 line is confirmed.").wait_for()
    assert html_findings(page.goto("/board").text()) == []
    page.get_by_text("1 unmatched payment waits").wait_for()
    if js:
        assert axe_findings(page) == []
