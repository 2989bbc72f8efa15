"""The operator's pages in a browser: on a phone and wide, light and dark, with scripts or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.escrow import accounts, ledger, work
from app.escrow.incoming import funding
from app.escrow.office import checks, tasks
from app.escrow.outgoing import payouts, refunds
from app.kernel import clock
from app.people import board
from app.people.models import SignIn
from tests import rooms
from tests.browsing import axe_findings, page_findings
from tests.people import PASSWORD, mallory
from tests.validating import html_findings

pytestmark = pytest.mark.any_database


@pytest.fixture
def told(story: Any) -> dict[str, Any]:
    """A refund, a payout and a payment that wait, a task, and a preparation of Mallory's."""
    with story() as session:
        room = rooms.agreed(session)
        first, second, third, *_ = room.milestones
        rooms.through(room, first)
        paid = rooms.pays(room, second)
        (refund,) = refunds.refund(
            session, room.engagement, second, 2500, source=accounts.held(second.id), why="ended",
            by=room.client, at=rooms.NOON,
        )  # fmt: skip
        work.settle_state(session, second, at=rooms.NOON)
        payout = payouts.ask(session, room.freelancer, 7500, "USD", at=rooms.NOON)
        funding.start(
            session, room.engagement, [third], provider="bank", by=room.client, at=rooms.NOON
        )
        keeper = mallory(session)
        keeper.is_bookkeeper = True
        board.set_limits(
            session, tolerance_minor=5, two_operator_minor=7000, by=room.operator, at=rooms.NOON
        )
        board.set_account(session, "EUR", "Acme, 12345\nBank", by=room.operator, at=rooms.NOON)
        payouts.settle(session, payout, by=keeper, at=rooms.NOON)
        done = tasks.raise_task(
            session, "chargeback", subject=("chargeback", "x"), at=rooms.NOON,
            facts={"amount_minor": 7500, "currency": "USD", "reference": "MP-7K4D-92QX"},
        )  # fmt: skip
        tasks.close(session, done, by=room.operator, at=rooms.NOON, note="Called both. " * 8)
        tasks.raise_task(
            session, "payout.failed", subject=("payout", "x"), at=rooms.NOON,
            facts={"amount_minor": 7500, "currency": "USD", "code": "MO-1", "person": "Bob"},
        )  # fmt: skip
        seq, digest = ledger.head(session)
        checks.keep(session, "2026-11-02", seq, digest, 0, at=rooms.NOON)
        return {"olga": room.operator, "refund": refund.id, "paid": paid.id}


PAGES = (
    "/board", "/board/money", "/board/tasks", "/board/settings", "/board/checks",
    "/board/refunds/{refund}/return", "/board/payments/{paid}/chargeback",
)  # fmt: skip


@pytest.mark.parametrize("width", [400, 1200])
def test_the_pages_are_fine_wherever_they_are_read(
    told: dict[str, Any], new_page: Any, width: int
) -> None:
    page = new_page(width=width, person=told["olga"])
    for path in PAGES:
        address = path.format(**told)
        assert html_findings(page.goto(address).text()) == [], address
        assert page_findings(page) == [], address


@pytest.mark.parametrize("js", [True, False])
def test_a_proof_is_asked_and_the_same_act_goes_on(
    told: dict[str, Any], new_page: Any, watcher: Any, story: Any, js: bool
) -> None:
    watcher.allow(401)
    page = new_page(js=js, width=400, person=told["olga"])
    with story() as session:
        session.execute(update(SignIn).values(created_at=clock.now() - timedelta(hours=1)))
    page.goto("/board/money")
    page.get_by_role("button", name="Confirm the same").click()
    page.get_by_role("heading", name="Is it you?").wait_for()
    if js:
        assert axe_findings(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Send it now").click()
    page.get_by_text("Both of you have confirmed it.").wait_for()
