"""What the payer, the other side and the operator see of a payment that terms made moot."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.escrow.incoming import funding, prefunding
from app.escrow.models import Payment
from app.mail import notices
from app.mail.models import Letter
from app.people import links
from app.terms import negotiation, reads
from tests import rooms
from tests.pages import soup_of as soup
from tests.stories import later, rewrite


class Told:
    """A room with a transfer of $75.00 under way, and how to come back to it."""

    def __init__(self, room: rooms.Room, payment: Payment) -> None:
        self.room, self.payment = room.engagement.id, payment.id
        self.reference = payment.reference
        self.first = room.milestones[0].id if room.milestones else ""
        self.people = (room.client, room.freelancer, room.operator)


@pytest.fixture
def told(story: Any) -> Told:
    """Agreed terms; Alice has begun to fund the first milestone."""
    with story() as session:
        room = rooms.agreed(session)
        payment = funding.start(
            session, room.engagement, room.milestones[:1], provider="bank", by=room.client,
            at=rooms.NOON,
        )  # fmt: skip
        return Told(room, payment)


def proposes(story: Any, told: Told, amount: int | None, *, side: str = "client") -> str:
    """Terms with another amount for the first milestone (None deletes it); their id."""
    with story() as session:
        seen = rooms.Room(
            session, session.get_one(rooms.Engagement, told.room),
            *(session.get_one(rooms.Person, one.id) for one in told.people),
        )  # fmt: skip
        by = seen.client if side == "client" else seen.freelancer
        if amount is None:
            rewrite(session, seen.engagement, by, drop=(1,))
        else:
            rewrite(session, seen.engagement, by, change={1: {"amount_minor": amount}})
        return negotiation.send(session, seen.engagement, by=by, at=later(1)).id


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", soup(answer).get_text(" "))


def under_way(told: Told) -> str:
    return f"A transfer of $75.00, reference {told.reference}, is under way"


def test_both_sides_read_of_it_before_they_accept(told: Told, story: Any, signed_in: Any) -> None:
    alice, bob, _ = map(signed_in, told.people)
    proposes(story, told, 5000, side="freelancer")
    terms = f"/workrooms/{told.room}/terms"
    seen = text(alice.get(terms))
    assert under_way(told) in seen and "if you already sent it" in seen
    assert "$50.00 of it goes into escrow, and $25.00 to your balance" in seen
    assert "I have not sent it" in seen
    other = text(bob.get(terms))
    assert "A payment of $75.00 from" in other and told.reference not in other
    assert "I have not sent it" not in other


def test_accepting_asks_for_the_rest_only(told: Told, story: Any, signed_in: Any) -> None:
    alice, *_ = map(signed_in, told.people)
    revision = proposes(story, told, 12000, side="freelancer")
    assert "Accept and fund $45.00" in text(alice.get(f"/workrooms/{told.room}/terms"))
    for headers in ({"HX-Request": "true"}, {}):
        alice.post(f"/revisions/{revision}/acceptance", headers=headers)
    page = soup(alice.get(f"/milestones/{told.first}/funding"))
    assert page.select_one(".sum").text == "$45.00"
    assert under_way(told) in re.sub(r"\s+", " ", page.get_text(" "))
    assert "$75.00 of $120.00 is under way already" in page.text
    room = text(alice.get(f"/workrooms/{told.room}"))
    assert "Your turn: fund" in room and "$45.00 of $120.00" in room and under_way(told) in room


@pytest.mark.parametrize("amount", [5000, None])
def test_the_page_that_was_kept_open_explains_and_nobody_is_asked_again(
    told: Told, story: Any, signed_in: Any, amount: int | None
) -> None:
    alice, bob, _ = map(signed_in, told.people)
    kept_open = f"/milestones/{told.first}/funding"
    assert "Waiting for your bank" in alice.get(kept_open).text
    revision = proposes(story, told, amount)
    assert bob.post(f"/revisions/{revision}/acceptance").status_code == 303
    for address in (kept_open, f"/payments/{told.payment}"):
        answer = alice.get(address)
        assert answer.status_code == 200
        assert "New terms are in force, and they ask for another sum." in text(answer)
        assert told.reference in answer.text and "I have not sent it" in answer.text
    listed = text(alice.get("/payments"))
    assert told.reference in listed and "May still arrive" in listed
    assert "no longer needed as it was" in listed
    assert told.reference in text(alice.get(f"/workrooms/{told.room}/money"))
    assert f'href="{kept_open}">Fund<' not in alice.get("/").text
    again = alice.post(kept_open, data={"method": "bank"}, follow_redirects=True)
    assert again.status_code == 200 and "No longer needed as it was" in again.text
    assert bob.get(f"/payments/{told.payment}").status_code == 403
    if amount:
        room = text(alice.get(f"/workrooms/{told.room}"))
        assert f"{under_way(told)} and may still arrive" in room


def test_i_have_not_sent_it_asks_again_in_every_tab(told: Told, story: Any, signed_in: Any) -> None:
    alice, bob, _ = map(signed_in, told.people)
    revision = proposes(story, told, 5000)
    bob.post(f"/revisions/{revision}/acceptance")
    said = f"/payments/{told.payment}/cancellation"
    assert bob.post(said).status_code == 403
    for _ in range(2):  # two tabs
        answer = alice.post(said, follow_redirects=True)
        assert answer.status_code == 200
        assert "You said that this transfer was not sent" in answer.text
    assert f'href="/milestones/{told.first}/funding">Fund<' in alice.get("/").text
    assert soup(alice.get(f"/milestones/{told.first}/funding")).select_one(".sum").text == "$50.00"
    assert told.reference not in text(alice.get("/payments"))


def test_the_operator_sees_finds_and_confirms_it(told: Told, story: Any, signed_in: Any) -> None:
    alice, bob, olga = map(signed_in, told.people)
    revision = proposes(story, told, 5000)
    bob.post(f"/revisions/{revision}/acceptance")
    assert "May still arrive" in text(olga.get("/board/money"))
    for typed in (told.reference, told.reference[3:7].lower(), "75,00", "75", "$75.00"):
        found = olga.get("/board/money", query_string={"reference": typed})
        assert f"payment-{told.payment}" in found.text, typed
    unknown = text(olga.get("/board/money?reference=76"))
    assert "No payment, refund or payout has this reference or amount" in unknown
    alice.post(f"/payments/{told.payment}/cancellation")
    assert told.reference not in olga.get("/board/money").text
    assert told.reference in olga.get("/board/money?reference=75").text, "cancelled ones, too"
    form = soup(olga.get(f"/board/money?reference={told.reference}"))
    fields = {one["name"]: one.get("value", "") for one in form.select("section form input[name]")}
    came = olga.post(f"/board/payments/{told.payment}/receipt", data=fields)
    assert came.status_code == 303
    assert "Arrived" in alice.get(f"/payments/{told.payment}").text
    assert "$25.00" in text(alice.get("/payments")), "the rest is on the balance"


def test_a_counter_while_a_prefund_is_under_way(story: Any, signed_in: Any) -> None:
    with story() as session:
        room = rooms.negotiated(session)
        revision = negotiation.send(session, room.engagement, by=room.client, at=rooms.NOON)
        line = reads.lines(session, revision.id)[0]
        payment = prefunding.start(
            session, room.engagement, [negotiation.planned(line)], revision_id=revision.id,
            provider="bank", by=room.client, at=rooms.NOON,
        )  # fmt: skip
        told, address = Told(room, payment), f"/milestones/{line.milestone_id}/funding"
        revision_id = revision.id
    alice, bob, _ = map(signed_in, told.people)
    terms = f"/workrooms/{told.room}/terms"
    assert "If you propose changes or decline, it is no longer" in text(bob.get(terms))
    assert "goes back to where it came from" in text(alice.get(terms))
    counter = proposes(story, told, 12000, side="freelancer")
    kept_open = alice.get(address, query_string={"revision": revision_id})
    assert kept_open.status_code == 200
    assert "proposed changes instead of accepting your terms." in text(kept_open)
    stale = alice.post(address, data={"revision": revision_id, "method": "bank"})
    assert stale.status_code == 303
    assert under_way(told) in text(alice.get(terms))
    assert "Accept and fund $45.00" in text(alice.get(terms))
    alice.post(f"/revisions/{counter}/acceptance")
    assert soup(alice.get(address)).select_one(".sum").text == "$45.00"
    alice.post(f"/payments/{told.payment}/cancellation")
    assert soup(alice.get(address)).select_one(".sum").text == "$120.00"


def test_the_letter_and_its_links_say_so_and_lead_on(
    told: Told, story: Any, signed_in: Any, client: Any, app: Any
) -> None:
    settings = app.config["MILEPOST"]
    with story() as session:
        link, token = links.mint(
            session, settings.secret_key, told.people[0].id, "fund", "milestone", told.first,
            "7500", at=later(),
        )  # fmt: skip
        link.spent_at, link.outcome = later(), f"paying:{told.payment}"
        _, asks = links.mint(
            session, settings.secret_key, told.people[0].id, "fund", "milestone", told.first,
            "5000", at=later(),
        )  # fmt: skip
    _, bob, _ = map(signed_in, told.people)
    revision = proposes(story, told, 5000)
    bob.post(f"/revisions/{revision}/acceptance")
    used = client.get(f"/links/{token}")
    assert used.status_code == 200
    assert "This payment is no longer needed as it was" in used.text
    assert told.reference in used.text and f"/payments/{told.payment}" in used.text
    moved = client.get(f"/links/{asks}")
    assert "A payment that may still arrive is all that this milestone needs" in moved.text
    assert f"/payments/{told.payment}" in moved.text
    with story() as session:
        notices.tell(session, later(3), 500)
        letter = session.query(Letter).filter_by(notice="payment_superseded").one()
        assert letter.person_id == told.people[0].id
