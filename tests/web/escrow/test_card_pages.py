"""Paying by card as a browser without scripts does it: to Stripe's page and back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import select

from app.engagement.models import Engagement
from app.escrow.cards.models import CardNotice
from app.escrow.incoming import funding
from app.escrow.milestones import release
from app.escrow.models import Payment, Payout
from app.kernel import clock
from app.people import board
from app.people.models import Person
from app.scheduler import clockwork
from app.scheduler.chores import CARDS, LETTERS
from tests import rooms
from tests.people import mallory
from tests.stripe_stand_in import BUSY, LOST, StandIn
from tests.stripe_stand_in.server import KEY, SECRET
from tests.web.escrow.test_the_money_pages import send
from tests.web.mail.test_links import NOW, Mail, press, submitted

CARD = "Card (Stripe)"


@pytest.fixture
def settings(settings: Any, stripe: StandIn) -> Any:
    """This test's board takes cards, of the stand-in's."""
    given = {"stripe_key": KEY, "stripe_webhook_secret": SECRET, "stripe_api": stripe.url}
    return replace(settings, **given)


@pytest.fixture
def told(story: Any) -> Any:
    """Agreed terms; nothing is funded."""
    with story() as session:
        room = rooms.agreed(session, at=NOW)
        room.ids = [one.id for one in room.milestones]
        room.id = room.engagement.id
        room.stranger = mallory(session)
    return room


def hears(app: Any, stripe: StandIn) -> None:
    """Stripe posts what happened, and the wheel turns."""
    for body, signature in stripe.posts():
        answer = app.test_client().post(
            "/stripe/webhook", data=body, headers={"Stripe-Signature": signature},
            content_type="application/json",
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
    clockwork.tick(app, None, (CARDS,))


def payment_of(story: Any) -> Payment:
    with story() as session:
        return session.scalars(select(Payment)).one()  # type: ignore[no-any-return]


def payout_of(story: Any) -> Payout:
    with story() as session:
        return session.scalars(select(Payout)).one()  # type: ignore[no-any-return]


def chooses(browser: Any, told: Any) -> Any:
    page = f"/milestones/{told.ids[0]}/funding"
    assert CARD in browser.get(page).text
    return browser.post(page, data={"method": "stripe", "comment": ""})


def test_fund_leads_to_stripes_page_and_back_to_one_that_waits(
    app: Any, signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    alice = signed_in(told.client)
    answer = chooses(alice, told)
    (page,) = stripe.of("checkout.session")
    assert (answer.status_code, answer.location) == (303, page["url"])
    assert page["success_url"].startswith(f"http://localhost/payments/{payment_of(story).id}/back/")
    back = alice.get(page["success_url"], follow_redirects=True)
    assert back.request.path == f"/payments/{payment_of(story).id}"
    assert "Waiting for Stripe" in back.text and "for Stripe to tell us" in back.text
    stripe.pay(page["id"])
    hears(app, stripe)
    assert "Paid by card" in alice.get(f"/payments/{payment_of(story).id}").text
    assert '<p class="sum">$75.00</p>' in alice.get(f"/milestones/{told.ids[0]}").text
    history = alice.get(f"/workrooms/{told.id}/history").text
    assert "confirmed a payment of $75.00" in history


def test_a_second_tab_meets_the_same_payment_and_goes_on_to_the_same_page(
    signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    alice = signed_in(told.client)
    first = chooses(alice, told)
    page = alice.get(f"/milestones/{told.ids[0]}/funding")
    assert "Waiting for Stripe" in page.text and f'href="{first.location}"' in page.text
    again = alice.post(f"/payments/{payment_of(story).id}/checkout")
    assert again.location == first.location and len(stripe.of("checkout.session")) == 1


def test_a_stripe_that_does_not_answer_loses_nothing(
    app: Any, signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    alice = signed_in(told.client)
    stripe.faults = [LOST]
    here = f"/payments/{payment_of_after(story, chooses(alice, told)).id}"
    assert "Stripe does not answer just now" in alice.get(here).text
    answer = alice.post(f"{here}/checkout")
    assert answer.location == stripe.of("checkout.session")[0]["url"]


def payment_of_after(story: Any, answer: Any) -> Payment:
    assert answer.status_code == 303 and answer.location.startswith("/payments/")
    return payment_of(story)


def test_a_page_that_expired_says_so_and_leads_back(
    app: Any, signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    alice = signed_in(told.client)
    chooses(alice, told)
    stripe.expire_session(stripe.of("checkout.session")[0]["id"])
    hears(app, stripe)
    page = alice.get(f"/payments/{payment_of(story).id}").text
    assert "Not paid" in page and f"/milestones/{told.ids[0]}/funding" in page
    assert CARD in alice.get(f"/milestones/{told.ids[0]}/funding").text


def test_a_bonus_and_a_payment_from_payments_go_by_card_too(
    app: Any, signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    alice = signed_in(told.client)
    form = {"amount": "20", "milestone": "", "method": "stripe", "comment": ""}
    alice.post(f"/workrooms/{told.id}/bonus", data=form)
    assert "Waiting for Stripe" in alice.get(f"/workrooms/{told.id}/bonus").text
    data = {"job": told.id, "milestone": told.ids[1], "method": "stripe", "comment": ""}
    assert alice.post("/payments", data=data).location.startswith(stripe.url)
    listed = alice.get("/payments").text
    assert "(bonus) (card)" in listed
    assert "Waiting for Stripe" in alice.get(f"/workrooms/{told.id}/money").text
    for page in list(stripe.of("checkout.session")):
        stripe.pay(page["id"])
    hears(app, stripe)
    assert "Bonus to the freelancer" in alice.get(f"/workrooms/{told.id}/money").text


def test_only_what_stripe_signed_just_now_is_taken(
    app: Any, signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    chooses(signed_in(told.client), told)
    stripe.pay(stripe.of("checkout.session")[0]["id"])
    event = stripe.events[-1]
    body, right = stripe.signed(event)
    _, old = stripe.signed(event, age_s=301)
    _, forged = stripe.signed(event, secret="whsec_other")
    browser = app.test_client()
    for signature in ("", "nonsense", old, forged, right.replace("v1", "v0")):
        answer = browser.post("/stripe/webhook", data=body, headers={"Stripe-Signature": signature})
        assert answer.status_code == 400, signature
    answer = browser.post("/stripe/webhook", data=body + b" ", headers={"Stripe-Signature": right})
    assert answer.status_code == 400
    with story() as session:
        assert list(session.scalars(select(CardNotice))) == []
    big = browser.post("/stripe/webhook", data=b"x" * (1024 * 1024 + 1))
    assert big.status_code == 413


def test_a_card_payment_is_the_clients_alone(
    signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    chooses(signed_in(told.client), told)
    here = f"/payments/{payment_of(story).id}"
    for who, status in ((told.stranger, 404), (told.operator, 404), (told.freelancer, 403)):
        browser = signed_in(who)
        assert browser.get(here).status_code == status
        assert browser.post(f"{here}/checkout").status_code == status


def test_a_stripe_account_in_the_settings_is_where_payouts_go(
    app: Any, signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    alice, bob = signed_in(told.client), signed_in(told.freelancer)
    chooses(alice, told)
    stripe.pay(stripe.of("checkout.session")[0]["id"])
    hears(app, stripe)
    with story() as session:
        session.add_all([told.engagement, told.client, told.freelancer])
        room = replace(told, session=session)
        first = room.milestones[0]
        release.approve(session, rooms.submits(room, first, at=NOW), by=room.client, at=NOW)
    wrong = send(bob, "/settings", "Save account and address", Stripe_account="my account")
    assert "begins with acct_" in wrong.text
    send(bob, "/settings", "Save account and address", Stripe_account="acct_connected1")
    assert "To your Stripe account" in bob.get("/payments").text
    send(bob, "/payments", "Request payout")
    olga = signed_in(told.operator)
    assert "not asked yet" in olga.get("/board/money").text
    clockwork.tick(app, None, (CARDS,))
    assert stripe.of("transfer")[0]["destination"] == "acct_connected1"
    assert "paid" in bob.get("/payments").text


def test_above_the_limit_a_payout_to_stripe_leaves_when_two_let_it(
    app: Any, signed_in: Any, story: Any, told: Any, stripe: StandIn
) -> None:
    chooses(signed_in(told.client), told)
    stripe.pay(stripe.of("checkout.session")[0]["id"])
    hears(app, stripe)
    with story() as session:
        session.add_all([told.engagement, told.client, told.freelancer, told.operator])
        first = replace(told, session=session).milestones[0]
        release.release_without_submission(session, first, by=told.client, at=NOW)
        told.freelancer.card_account = "acct_connected1"
        keeper = mallory(session)
        keeper.is_bookkeeper = True
        board.set_limits(
            session, tolerance_minor=0, two_operator_minor=7400, by=told.operator, at=NOW
        )
    bob, olga = signed_in(told.freelancer), signed_in(told.operator)
    send(bob, "/payments", "Request payout")
    clockwork.tick(app, None, (CARDS,))
    assert "1 payout" in " ".join(olga.get("/").text.split())
    waits = olga.get("/board/money").text
    assert "acct_connected1" in waits and "not asked yet" not in waits
    assert "Do not pay it out" in olga.get(f"/board/payouts/{payout_of(story).id}/return").text
    first_one = send(olga, "/board/money", "Let it leave")
    assert "done when a second person confirms it" in first_one.text
    clockwork.tick(app, None, (CARDS,))
    assert stripe.of("transfer") == []
    send(signed_in(keeper), "/board/money", "Confirm the same")
    clockwork.tick(app, None, (CARDS,))
    assert len(stripe.of("transfer")) == 1
    clockwork.tick(app, None, (LETTERS,))
    posts = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in app.config["MILEPOST"].letters_dir.glob("*.eml")
    ]
    bodies = [post.get_body(("plain",)).get_content() for post in posts]
    assert any("until two of you let it leave" in " ".join(body.split()) for body in bodies)


def test_a_link_from_a_letter_leads_to_stripe_without_signing_in(
    app: Any, client: Any, story: Any, stripe: StandIn
) -> None:
    submitted(story)
    mail = Mail(app, story, "http://localhost")
    path = mail.link("submitted")
    press(client, path, "approve")
    upcoming = re.search(r'href="(/links/[^"]+)">Fund “6 concepts”', client.get(path).text)
    assert upcoming
    stripe.faults = [LOST]
    answer = press(client, upcoming[1], "fund", method="stripe")
    assert (answer.status_code, answer.location) == (303, upcoming[1])
    assert "Stripe has not answered yet" in client.get(upcoming[1]).text
    clockwork.tick(app, clock.now() + timedelta(minutes=2), (CARDS,))
    (page,) = stripe.of("checkout.session")
    waiting = client.get(upcoming[1]).text
    assert "Waiting for Stripe" in waiting and page["url"] in waiting
    assert "Reference, exactly as written" not in waiting
    stripe.pay(page["id"])
    hears(app, stripe)
    assert "“6 concepts” is funded" in client.get(upcoming[1]).text


def test_a_link_leads_straight_to_stripes_page(
    app: Any, client: Any, story: Any, stripe: StandIn
) -> None:
    submitted(story)
    path = Mail(app, story, "http://localhost").link("submitted")
    press(client, path, "approve")
    upcoming = re.search(r'href="(/links/[^"]+)">Fund “6 concepts”', client.get(path).text)
    assert upcoming
    policy = client.get(upcoming[1]).headers["Content-Security-Policy"]
    assert f"form-action 'self' https://checkout.stripe.com {stripe.url};" in policy
    answer = press(client, upcoming[1], "fund", method="stripe")
    assert answer.location == stripe.of("checkout.session")[0]["url"]


def fund_by_link(client: Any, app: Any, story: Any, stripe: StandIn) -> Any:
    """Who never signed in approves, and pays for the next by card; Stripe's page."""
    submitted(story)
    path = Mail(app, story, "http://localhost").link("submitted")
    press(client, path, "approve")
    upcoming = re.search(r'href="(/links/[^"]+)">Fund “6 concepts”', client.get(path).text)
    assert upcoming
    press(client, upcoming[1], "fund", method="stripe")
    return stripe.of("checkout.session")[0]


def card_payment(session: Any) -> Payment:
    query = select(Payment).where(Payment.provider == "stripe")
    return session.scalars(query).one()  # type: ignore[no-any-return]


def test_who_paid_from_a_letter_comes_back_to_a_page_that_says_so(
    app: Any, client: Any, story: Any, stripe: StandIn
) -> None:
    page = fund_by_link(client, app, story, stripe)
    for address, words in (
        (page["success_url"], "Waiting for Stripe"), (page["cancel_url"], "Not paid yet")
    ):  # fmt: skip
        back = client.get(address)
        assert back.status_code == 200 and f"<h1>{words}</h1>" in back.text
        assert page["url"] in back.text
    stripe.pay(page["id"])
    hears(app, stripe)
    for address in (page["success_url"], page["cancel_url"]):
        back = client.get(address)
        assert "<h1>Paid by card</h1>" in back.text and "Go on to Stripe" not in back.text
        assert back.headers["Cache-Control"] == "no-store"
        assert back.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("how", ["expired", "cancelled"])
def test_what_was_not_paid_says_so_without_signing_in(
    app: Any, client: Any, story: Any, stripe: StandIn, how: str
) -> None:
    page = fund_by_link(client, app, story, stripe)
    if how == "expired":
        stripe.expire_session(page["id"])
        hears(app, stripe)
    else:
        with story() as session:
            payment = card_payment(session)
            funding.cancel(
                session, payment, by=session.get_one(Person, payment.payer_id), at=clock.now()
            )
    heading = {"expired": "Not paid", "cancelled": "Cancelled"}[how]
    assert f"<h1>{heading}</h1>" in client.get(page["success_url"]).text


def test_the_way_back_shows_nothing_but_the_payment(
    app: Any, client: Any, signed_in: Any, story: Any, stripe: StandIn
) -> None:
    page = fund_by_link(client, app, story, stripe)
    own = page["success_url"].partition("/back/")[0]
    with story() as session:
        payment = card_payment(session)
        room = session.get_one(Engagement, payment.engagement_id)
        people = [session.get_one(Person, one) for one in (room.client_id, room.freelancer_id)]
        hidden = [room.title, room.id, "6 concepts", *(one.name for one in people)]
        stranger = mallory(session)
    for browser in (client, signed_in(stranger)):
        shown = browser.get(page["success_url"]).text
        assert [words for words in hidden if words in shown] == []
        assert f'href="{own.removeprefix("http://localhost")}"' in shown
        assert browser.get(page["success_url"] + "x").status_code == 404
        assert browser.get(page["success_url"][:-1]).status_code == 404
    assert "/sign-in" in client.get(own).location
    assert signed_in(stranger).get(own).status_code == 404


def test_the_way_back_ends_as_links_from_letters_do(
    app: Any, client: Any, story: Any, stripe: StandIn
) -> None:
    page = fund_by_link(client, app, story, stripe)
    with story() as session:
        card_payment(session).started_at -= timedelta(days=14)
    assert client.get(page["success_url"]).location.startswith("/payments/")


def test_the_doctor_says_whether_stripe_answers(app: Any, stripe: StandIn) -> None:
    doctor = app.test_cli_runner()
    assert "Stripe answers; cards are taken." in doctor.invoke(args=["doctor"]).output
    stripe.faults = [BUSY]
    assert "Stripe does not answer as it should" in doctor.invoke(args=["doctor"]).output


@pytest.mark.settings(demo=False)
def test_without_a_key_nothing_of_stripe_shows(
    story: Any, told: Any, database_url: str, tmp_path: Any
) -> None:
    from app.factory import create_app
    from app.settings import Settings

    app = create_app(Settings(tmp_path, database_url, "k" * 40, testing=True))
    assert app.test_client().post("/stripe/webhook", data=b"{}").status_code == 404
    with app.test_request_context():
        from app.blueprints.providers import card_provider

        assert card_provider() is None
    clockwork.tick(app, None, (CARDS,))
