"""Before money moves, the operator shows again that it is her; nothing that was typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from app.escrow import accounts, ledger
from app.escrow.incoming import funding
from app.escrow.models import Payment
from app.escrow.outgoing import payouts
from app.kernel import clock
from app.mail.models import Letter
from app.people import links, throttle, tokens
from app.people.models import Link, Person, SignIn
from tests import rooms
from tests.people import PASSWORD
from tests.rooms import Room
from tests.stories import NOON


@pytest.fixture
def room(story: Any) -> Room:
    with story() as session:
        found = rooms.agreed(session)
        funding.start(
            session, found.engagement, [found.milestones[0]], provider="bank", by=found.client,
            at=NOON,
        )  # fmt: skip
        return found


@pytest.fixture
def olga(room: Room, signed_in: Any, story: Any) -> Any:
    """Olga's browser, where she signed in twenty minutes ago."""
    browser = signed_in(room.operator)
    begun(story, minutes=20)
    return browser


def begun(story: Any, *, minutes: float) -> None:
    with story() as session:
        at = clock.now() - timedelta(minutes=minutes)
        session.execute(update(SignIn).values(created_at=at))


def confirms(browser: Any, story: Any, **more: str) -> Any:
    with story() as session:
        payment = session.scalars(select(Payment)).one()
    start = f"p{payment.id}-"
    typed = {"received": "75.00", "value_on": "2026-11-03", "paid_by": "Ana & Co <b>"}
    data = {f"{start}{name}": value for name, value in typed.items()} | more
    return browser.post(f"/board/payments/{payment.id}/receipt", data=data)


def held(story: Any, room: Room) -> int:
    with story() as session:
        return ledger.balance(session, accounts.held(room.milestones[0].id), "USD")


def fields(answer: Any) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and everything in it, as a browser would send it."""
    form = BeautifulSoup(answer.text, "html.parser").select_one("main form.card")
    assert form is not None, answer.text
    data = {
        one["name"]: one.get("value") or one.text.removeprefix("\n")
        for one in form.select("input[name], textarea[name]")
    }
    return str(form["action"]), data


def presses(browser: Any, answer: Any, **typed: str) -> Any:
    action, data = fields(answer)
    return browser.post(action, data=data | typed)


def test_within_a_quarter_of_an_hour_of_signing_in_nothing_is_asked(
    room: Room, signed_in: Any, story: Any
) -> None:
    browser = signed_in(room.operator)
    begun(story, minutes=14)
    assert confirms(browser, story).status_code == 303
    assert held(story, room) == 7500


def test_later_the_password_is_asked_and_the_same_act_is_offered_with_everything_typed(
    room: Room, olga: Any, story: Any
) -> None:
    asked = confirms(olga, story)
    assert asked.status_code == 401 and "Is it you?" in asked.text
    assert held(story, room) == 0
    wrong = presses(olga, asked, password="not it")
    assert wrong.status_code == 422 and "not your password" in wrong.text
    again = presses(olga, wrong, password=PASSWORD)
    assert again.status_code == 200 and "Ana &amp; Co &lt;b&gt;" in again.text
    assert held(story, room) == 0
    assert presses(olga, again).status_code == 303
    assert held(story, room) == 7500
    with story() as session:
        assert session.scalars(select(Payment.paid_by)).one() == "Ana & Co <b>"


def test_one_proof_is_good_for_a_quarter_of_an_hour_and_for_this_browser_only(
    room: Room, olga: Any, signed_in: Any, story: Any
) -> None:
    other = signed_in(room.operator)
    begun(story, minutes=20)
    presses(olga, confirms(olga, story), password=PASSWORD)
    assert olga.post("/board/exports", data={"kind": "csv"}).status_code != 401
    assert other.post("/board/exports", data={"kind": "csv"}).status_code == 401
    with story() as session:
        session.execute(update(SignIn).values(proved_at=clock.now() - timedelta(minutes=16)))
    assert olga.post("/board/exports", data={"kind": "csv"}).status_code == 401


def test_guessing_at_the_proof_is_slowed_down_like_guessing_at_the_sign_in(
    room: Room, olga: Any, story: Any
) -> None:
    asked = confirms(olga, story)
    for _ in range(throttle.ACCOUNT_LIMIT):
        asked = presses(olga, asked, password="a guess")
    late = presses(olga, asked, password=PASSWORD)
    assert late.status_code == 429 and "Wait" in late.text
    assert confirms(olga, story).status_code == 401
    entering = {"email": "olga@example.org", "password": PASSWORD}
    assert olga.post("/sign-in", data=entering).status_code == 429


def without_password(story: Any) -> None:
    with story() as session:
        session.execute(update(Person).values(password_hash=None))


def mailed(story: Any, settings: Any) -> str:
    """The token of the link in the newest letter, minted as it is when the letter leaves."""
    import json

    with story() as session:
        letter = session.scalars(select(Letter).where(Letter.notice == "proof_link")).one()
        bound = json.loads(letter.facts)["link"]
        _, token = links.mint(
            session, settings.secret_key, letter.person_id, bound["purpose"], bound["kind"],
            bound["id"], bound["version"], at=clock.now(), link_id=letter.id,
        )  # fmt: skip
        return token


def test_without_a_password_a_mailed_link_proves_it_and_nothing_typed_is_lost(
    room: Room, olga: Any, story: Any, settings: Any
) -> None:
    without_password(story)
    asked = confirms(olga, story)
    assert "Mail me a link" in asked.text and 'name="password"' not in asked.text
    waits = presses(olga, asked)
    assert waits.status_code == 200 and "on its way to olga@example.org" in waits.text
    assert presses(olga, waits).status_code == 401
    token = mailed(story, settings)
    assert "It is me" in olga.get(f"/proof/{token}").text
    assert presses(olga, waits).status_code == 401
    assert olga.post(f"/proof/{token}").status_code == 303
    again = presses(olga, waits)
    assert again.status_code == 200
    assert presses(olga, again).status_code == 303
    assert held(story, room) == 7500
    assert olga.post(f"/proof/{token}").status_code == 410


def test_the_link_proves_only_the_browser_that_asked_for_it(
    room: Room, olga: Any, story: Any, settings: Any, signed_in: Any
) -> None:
    without_password(story)
    presses(olga, confirms(olga, story))
    token = mailed(story, settings)
    other, stranger = signed_in(room.operator), signed_in(room.client)
    begun(story, minutes=20)
    for browser in (other, stranger):
        assert browser.get(f"/proof/{token}").status_code == 404
        assert browser.post(f"/proof/{token}").status_code == 404
    assert confirms(other, story).status_code == 401
    with story() as session:
        link = session.scalars(select(Link)).one()
        assert link.spent_at is None and link.digest == tokens.digest(token)


def test_a_stranger_is_not_asked_but_finds_nothing(room: Room, signed_in: Any, story: Any) -> None:
    browser = signed_in(room.client)
    begun(story, minutes=20)
    assert confirms(browser, story).status_code == 404


def test_every_act_that_moves_the_boards_money_asks(
    room: Room, olga: Any, story: Any, app: Any
) -> None:
    with story() as session:
        again = rooms.Room(
            session, session.merge(room.engagement), session.merge(room.client),
            session.merge(room.freelancer), session.merge(room.operator),
        )  # fmt: skip
        rooms.through(again, again.milestones[1])
        payout = payouts.ask(session, again.freelancer, 7500, "USD", at=NOON)
    acts = {
        "escrow.confirm_received", "escrow.send_refund", "escrow.send_payout",
        "escrow.confirm_entry", "escrow.send_back_entry", "escrow.confirm_matched",
        "escrow.make_export", "escrow.export_payout_again", "escrow.export_refund_again",
        "escrow.return_refund", "escrow.return_payout", "escrow.charge_back",
        "board.change_settings", "board.set_powers",
    }  # fmt: skip
    proved = {name for name, view in app.view_functions.items() if hasattr(view, "proved")}
    assert acts <= proved
    assert olga.post(f"/board/payouts/{payout.id}/sending").status_code == 401
    assert olga.post("/board/statements/confirmation").status_code == 401


def test_a_field_that_is_offered_again_is_named_without_what_tells_forms_apart(
    olga: Any, story: Any
) -> None:
    asked = confirms(olga, story, **{"USD-amount": "12.50"})
    offered = presses(olga, asked, password=PASSWORD)
    names = [one.text for one in BeautifulSoup(offered.text, "html.parser").select("main dt")]
    assert names == ["Received", "Value on", "Paid by", "Amount in USD"]
