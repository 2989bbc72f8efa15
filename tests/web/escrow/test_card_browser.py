"""By card in Chromium: the form leads to Stripe's page (the policy allows it), and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.escrow.models import Payment
from app.scheduler import clockwork
from app.scheduler.chores import CARDS
from tests import rooms
from tests.browsing import page_findings
from tests.stripe_stand_in import RESET, StandIn
from tests.stripe_stand_in.server import KEY, SECRET
from tests.validating import html_findings
from tests.web.mail.test_links import NOW

pytestmark = pytest.mark.any_database


@pytest.fixture
def settings(settings: Any, stripe: StandIn) -> Any:
    given = {"stripe_key": KEY, "stripe_webhook_secret": SECRET, "stripe_api": stripe.url}
    return replace(settings, **given)


@pytest.mark.parametrize(("js", "width"), [(True, 1200), (False, 400)])
def test_a_client_pays_on_stripes_page_and_comes_back(
    new_page: Callable[..., Any], watcher: Any, story: Any, app: Any, stripe: StandIn,
    js: bool, width: int,
) -> None:  # fmt: skip
    with story() as session:
        room = rooms.agreed(session, at=NOW)
        first, client = room.milestones[0].id, room.client.id
    watcher.allow_host(stripe.url)
    page = new_page(js=js, width=width, person=client)

    def well() -> None:
        if js:
            assert page_findings(page) == []
            assert html_findings(page.context.request.get(page.url).text()) == []

    stripe.faults = [RESET]
    page.goto(f"/milestones/{first}/funding")
    well()
    page.get_by_label("Card (Stripe)").check()
    page.get_by_role("button", name="Fund").click()
    page.get_by_role("heading", name="Waiting for Stripe").wait_for()
    assert page.get_by_text("Stripe does not answer just now").is_visible()
    well()
    page.get_by_role("button", name="Go on to Stripe").click()
    page.get_by_role("heading", name="Stripe", exact=True).wait_for()
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("link", name="Back").click()
    page.get_by_role("heading", name="Waiting for Stripe").wait_for()
    well()
    for body, signature in stripe.posts():
        app.test_client().post(
            "/stripe/webhook", data=body, headers={"Stripe-Signature": signature}
        )
    clockwork.tick(app, None, (CARDS,))
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("heading", name="Paid by card").wait_for()
    well()
    with story() as session:
        assert session.scalars(select(Payment.state)).all() == ["settled"]


def test_who_is_not_signed_in_comes_back_to_a_page_that_is_well(
    new_page: Callable[..., Any], watcher: Any, story: Any, app: Any, stripe: StandIn
) -> None:
    with story() as session:
        room = rooms.agreed(session, at=NOW)
        first, client = room.milestones[0].id, room.client.id
    watcher.allow_host(stripe.url)
    payer, page = new_page(width=400, person=client), new_page(width=400)
    payer.goto(f"/milestones/{first}/funding")
    payer.get_by_label("Card (Stripe)").check()
    payer.get_by_role("button", name="Fund").click()
    payer.get_by_role("heading", name="Stripe", exact=True).wait_for()
    (made,) = stripe.of("checkout.session")
    for address, heading in (
        (made["success_url"], "Waiting for Stripe"), (made["cancel_url"], "Not paid yet")
    ):  # fmt: skip
        page.goto(address)
        page.get_by_role("heading", name=heading).wait_for()
        assert page_findings(page) == []
    page.get_by_role("link", name="Go on to Stripe").click()
    page.get_by_role("button", name="Pay").click()
    clockwork.tick(app, None, (CARDS,))
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("heading", name="Waiting for Stripe").wait_for()
    for body, signature in stripe.posts():
        app.test_client().post(
            "/stripe/webhook", data=body, headers={"Stripe-Signature": signature}
        )
    clockwork.tick(app, None, (CARDS,))
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("heading", name="Paid by card").wait_for()
    assert page_findings(page) == []
