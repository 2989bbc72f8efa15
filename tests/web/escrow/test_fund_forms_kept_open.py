"""A form to fund that was kept open pays the sum that it showed, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.escrow.incoming import chargebacks, confirming, funding, prefunding
from app.escrow.models import Milestone, Payment
from app.mail.models import Letter
from app.scheduler import clockwork
from app.scheduler.chores import LETTERS
from app.terms import negotiation, reads
from tests import rooms
from tests.pages import pressed
from tests.pages import soup_of as soup
from tests.partly import TWO, raise_to
from tests.stories import rewrite
from tests.web.mail.test_links import Mail

NOW = datetime.now(UTC).replace(microsecond=0)
CHANGED = "The amount has changed since you opened this page: “Drafts” needs"
HTMX = {"HX-Request": "true"}


@dataclass
class Kept:
    """A room whose first milestone holds $100.00 of $150.00, and Alice's browser."""

    story: Any
    room: rooms.Room
    first: str
    alice: Any

    def at(self, session: Any) -> rooms.Room:
        seen = (self.room.client, self.room.freelancer, self.room.operator)
        return rooms.Room(session, session.merge(self.room.engagement), *map(session.merge, seen))

    def raises(self, amount: int) -> None:
        with self.story() as session:
            raise_to(self.at(session), amount, at=NOW + timedelta(seconds=1))

    def payments(self) -> int:
        with self.story() as session:
            return session.scalar(select(func.count(Payment.id)))

    def state(self) -> str:
        with self.story() as session:
            return session.get_one(Milestone, self.first).state


@pytest.fixture
def kept(story: Any, signed_in: Any) -> Kept:
    with story() as session:
        room = rooms.agreed(session, lines=TWO, at=NOW)
        rooms.pays(room, room.milestones[0], at=NOW)
        raise_to(room, 15000, at=NOW)
        first = room.milestones[0].id
    return Kept(story, room, first, signed_in(room.client))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize("method", ["test", "bank"])
def test_another_sum_than_was_shown_is_never_paid(kept: Kept, headers: Any, method: str) -> None:
    page = f"/milestones/{kept.first}/funding"
    form = pressed(kept.alice.get(page), page, "Fund")
    kept.raises(18000)
    typed = form.fields | {"method": method, "comment": "For the drafts"}
    answer = kept.alice.post(form.action, data=typed, headers=headers)
    assert answer.status_code == 422
    assert f"{CHANGED} $80.00 now." in answer.text and "For the drafts" in answer.text
    assert soup(answer).select_one(".sum").text == "$80.00"
    assert soup(answer).select_one("input[name=method][checked]")["value"] == method
    assert (kept.payments(), kept.state()) == (1, "planned")
    again = pressed(answer, page, "Fund").fields
    assert kept.alice.post(form.action, data=again, headers=headers).status_code in (200, 303)
    assert (kept.payments(), kept.state()) == (2, "funded" if method == "test" else "planned")


def test_a_sum_of_a_milestone_that_is_ticked_besides_counts_too(kept: Kept) -> None:
    with kept.story() as session:
        second = kept.at(session).milestones[1].id
    page = f"/milestones/{second}/funding"
    form = pressed(kept.alice.get(page), page, "Fund")
    kept.raises(18000)
    both = form.fields | {"also": kept.first, "method": "test"}
    answer = kept.alice.post(page, data=both)
    assert answer.status_code == 422 and f"{CHANGED} $80.00 now." in answer.text
    alone = kept.alice.post(page, data=form.fields | {"method": "test"})
    assert alone.status_code == 303, "what was not ticked does not matter"


def test_make_a_payment_pays_what_it_showed(kept: Kept) -> None:
    page = f"/payments/new?job={kept.room.engagement.id}"
    form = pressed(kept.alice.get(page), page, "Fund")
    kept.raises(18000)
    answer = kept.alice.post("/payments", data=form.fields | {"method": "test", "comment": "Hm"})
    assert answer.status_code == 422
    assert f"{CHANGED} $80.00 now." in answer.text and "Hm" in answer.text
    assert kept.state() == "planned"
    again = pressed(answer, page, "Fund").fields
    assert kept.alice.post("/payments", data=again).status_code == 303
    assert kept.state() == "funded"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_prefund_puts_in_what_was_shown(kept: Kept, headers: Any) -> None:
    with kept.story() as session:
        room = kept.at(session)
        rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 20000}}, at=NOW)
        revision = negotiation.send(session, room.engagement, by=room.client, at=NOW)
        page = f"/milestones/{kept.first}/funding?revision={revision.id}"
        revision_id = revision.id
    form = pressed(kept.alice.get(page), page, "Fund")
    with kept.story() as session:
        room = kept.at(session)
        lines = [negotiation.planned(reads.lines(session, revision_id)[0])]
        payment = prefunding.start(
            session, room.engagement, lines, revision_id=revision_id, provider="bank",
            by=room.client, at=NOW,
        )  # fmt: skip
        confirming.confirm(session, payment, received_minor=2500, by=room.operator, at=NOW)
    answer = kept.alice.post(
        form.action, data=form.fields | {"method": "test", "comment": "Hm"}, headers=headers
    )
    assert answer.status_code == 422
    assert f"{CHANGED} $75.00 now." in answer.text and "Hm" in answer.text
    again = pressed(answer, page, "Fund")
    assert kept.alice.post(again.action, data=again.fields).status_code == 303
    late = kept.alice.post(form.action, data=form.fields, follow_redirects=True)
    assert late.status_code == 200 and "“Drafts” needs no more money" in late.text


def test_a_link_pays_what_its_page_showed(kept: Kept, app: Any, story: Any, client: Any) -> None:
    link = Mail(app, story).link("please_fund")
    form = pressed(client.get(link), link, "Fund")
    with story() as session:
        room = kept.at(session)
        payment = session.scalars(select(Payment)).one()
        chargebacks.charge_back(session, payment, 4000, reason="So.", by=room.operator, at=NOW)
    typed = form.fields | {"method": "test", "comment": "Hm"}
    answer = client.post(link, data=typed)
    assert answer.status_code == 409
    assert f"{CHANGED} $90.00 now." in answer.text and "Hm" in answer.text
    assert kept.payments() == 1
    assert client.post(link, data=pressed(answer, link, "Fund").fields).status_code == 303
    assert "“Drafts” is funded" in client.get(link).text


@pytest.mark.parametrize("said", ["", "x", "a:b", ":", "a:" + "9" * 40, "٣:٣", "a:1 b"])
def test_a_form_that_names_no_sum_pays_what_is_asked(kept: Kept, said: str) -> None:
    page = f"/milestones/{kept.first}/funding"
    answer = kept.alice.post(page, data={"method": "test", "shown": said})
    assert answer.status_code == 303 and kept.state() == "funded"


def test_a_link_that_was_used_says_what_came_and_no_more(
    kept: Kept, app: Any, story: Any, client: Any
) -> None:
    link = Mail(app, story).link("please_fund")
    client.post(link, data=pressed(client.get(link), link, "Fund").fields | {"method": "bank"})
    with story() as session:
        room = kept.at(session)
        payment = session.scalars(select(Payment).where(Payment.state == "pending")).one()
        confirming.confirm(session, payment, received_minor=3000, by=room.operator, at=NOW)
    said = client.get(link).text
    assert "is funded</h1>" not in said
    assert "$30.00 came for “Drafts”. $130.00 of $150.00 is funded now" in said
    with story() as session:
        rooms.pays(kept.at(session), kept.at(session).milestones[0], at=NOW)
    assert "“Drafts” is funded" in client.get(link).text


def test_the_links_page_speaks_of_what_may_still_arrive(
    kept: Kept, app: Any, story: Any, client: Any
) -> None:
    mail = Mail(app, story)
    link = mail.link("please_fund")
    with story() as session:
        room = kept.at(session)
        payment = funding.start(
            session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOW
        )
        reference, payment_id = payment.reference, payment.id
    kept.raises(18000)
    moved = client.get(link)
    assert "needs $80.00 more now. $50.00 of it is under way already." in moved.text
    with story() as session:
        room = kept.at(session)
        rewrite(session, room.engagement, room.client, change={1: {"amount_minor": 19000}}, at=NOW)
        negotiation.send(session, room.engagement, by=room.client, at=NOW)
    proposed = text(client.get(mail.link("terms_proposed")))
    assert "A payment of $50.00 from Alice Ruiz is under way and may still arrive." in proposed
    assert reference not in proposed, "the other side reads no reference"
    renewed = client.post(link, data=pressed(moved, link, "Send a new link").fields)
    assert renewed.status_code == 303
    page = client.get(mail.link("new_link"))
    assert soup(page).select_one(".sum").text == "$30.00"
    assert f"A transfer of $50.00, reference {reference}, is under way" in text(page)
    assert "what is missing beyond what is under way" in text(page)
    assert f'href="/payments/{payment_id}"' in page.text


def test_the_client_reads_of_it_before_accepting_by_link(
    kept: Kept, app: Any, story: Any, client: Any
) -> None:
    with story() as session:
        room = kept.at(session)
        payment = funding.start(
            session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOW
        )
        rewrite(session, room.engagement, room.freelancer, change={1: {"amount_minor": 12000}})
        negotiation.send(session, room.engagement, by=room.freelancer, at=NOW)
        reference = payment.reference
    said = text(client.get(Mail(app, story).link("terms_proposed")))
    assert f"A transfer of $50.00, reference {reference}, is under way" in said
    assert "$20.00 of it goes into escrow, and $30.00 to your balance" in said


@pytest.mark.parametrize("how", ["arrived", "not_sent"])
def test_what_is_over_before_its_letter_is_written_is_not_told(
    kept: Kept, app: Any, story: Any, how: str
) -> None:
    with story() as session:
        room = kept.at(session)
        payment_id = funding.start(
            session, room.engagement, room.milestones[:1], provider="bank", by=room.client, at=NOW
        ).id
    kept.raises(18000)
    with story() as session:
        room, payment = kept.at(session), session.get_one(Payment, payment_id)
        if how == "arrived":
            confirming.confirm(session, payment, received_minor=5000, by=room.operator, at=NOW)
        else:
            funding.say_not_sent(session, payment, by=room.client, at=NOW)
    clockwork.tick(app, None, (LETTERS,))
    with story() as session:
        found = session.execute(select(Letter.notice, Letter.state)).all()
    assert "payment_superseded" not in [notice for notice, _ in found]
    assert "failed" not in [state for _, state in found]


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", soup(answer).get_text(" "))
