"""The desk: one row for each thing that waits, over all workrooms and jobs."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from sqlalchemy import event

from app.escrow.disputes import sealed
from app.escrow.incoming import funding
from app.extensions import db
from app.jobs import inviting
from tests.disputes import called, funded, opened
from tests.people import alice, carol, mallory
from tests.rooms import agreed, negotiated, pays, submits
from tests.stories import DATABASE, later, post_job, propose


@pytest.fixture(autouse=True)
def _clock():
    """Six hours after the story began."""
    with time_machine.travel(later(6), tick=True):
        yield


def test_an_empty_desk_says_so(signed_in, story):
    with story() as session:
        someone = mallory(session)
    page = signed_in(someone).get("/").text
    assert "<h1>Nothing waits for you</h1>" in page


def test_the_clients_desk_lists_all_cards(signed_in, story):
    with story() as session:
        room = agreed(session)
        pays(room, room.milestones[0], at=later(1))
        submits(room, room.milestones[0], at=later(2))
        job = post_job(session, room.client, title="Menu photography", closes_on=date(2026, 11, 18))
        propose(session, job, carol(session))
        propose(session, job, mallory(session))
        negotiated(session, lines=DATABASE, at=later(3))
    page = signed_in(room.client).get("/").text
    assert "<h1>Three things wait for you</h1>" in page
    assert "<b>Review work</b>: Start fee deposit, $75.00" in page
    assert "<b>Read 2 proposals</b>: closes 18 Nov" in page
    assert "<b>Review terms</b>" in page
    assert "◐○○○○" in page
    assert "6 concepts due" in page


def test_the_freelancers_desk_lists_work_and_invitations(signed_in, story):
    with story() as session:
        room = agreed(session)
        pays(room, room.milestones[0], at=later(1))
        job = post_job(session, room.client, title="Menu photography", audience="invited")
        inviting.invite(session, job, room.freelancer, by=room.client, at=later(2), note="")
    page = signed_in(room.freelancer).get("/").text
    assert "<h1>Two things wait for you</h1>" in page
    assert "<b>Submit work</b>: Start fee deposit, $75.00" in page
    assert "<b>Answer an invitation</b>: from Alice Ruiz" in page
    assert "Post a job" not in page


def test_the_operators_desk_shows_money_to_confirm(signed_in, story):
    with story() as session:
        room = agreed(session)
        funding.start(
            session, room.engagement, room.milestones[:1], provider="bank", comment="",
            by=room.client, at=later(1),
        )  # fmt: skip
    page = signed_in(room.operator).get("/").text
    assert "<b>Confirm money</b>: 1 payment" in page
    assert "Confirm money" not in signed_in(room.client).get("/").text


def test_the_desk_asks_the_database_as_often_for_many_rooms_as_for_one(app, signed_in, story):
    with story() as session:
        room = agreed(session)
    client = signed_in(room.client)
    few = queries(app, client, "/")
    with story() as session:
        for number in range(6):
            negotiated(session, lines=DATABASE, at=later(number / 10))
            agreed(session, at=later(number / 10))
            propose(session, post_job(session, alice(session), title=str(number)), carol(session))
    assert queries(app, client, "/") == few
    assert few <= 9


def test_the_workroom_asks_as_often_for_much_as_for_little(app, signed_in, story):
    from app.talk import messages
    from app.talk.models import Conversation

    with story() as session:
        room = agreed(session)
    client, address = signed_in(room.client), f"/workrooms/{room.engagement.id}"
    few = queries(app, client, address)
    with story() as session:
        conversation = session.get_one(Conversation, room.engagement.conversation_id)
        by = session.merge(room.client, load=False)
        for count in range(30):
            messages.post(
                session, conversation, f"no. {count}", by=by, at=later(2 + count / 100),
                stream=room.engagement.stream,
            )  # fmt: skip
        for number in range(5):
            agreed(session, at=later(number / 10))
    assert queries(app, client, address) <= few
    assert few <= 10


def queries(app, client, address):
    """How many statements one GET sends, transactions not counted."""
    said = []

    def note(connection, cursor, statement, *_):
        said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([one for one in said if not one.startswith(("BEGIN", "SAVEPOINT"))])


def test_a_workroom_says_that_some_of_its_money_is_in_dispute(signed_in, story):
    with story() as session:
        room = funded(session)
        opened(room, 4000, at=later(5))
        agreed(session, lines=DATABASE)
    alice = signed_in(room.client)
    for page in ("/", "/workrooms"):
        told = alice.get(page).text
        assert told.count("Work under way; some money is in dispute<") == 1, page
        assert told.count("Work under way<") == 1, page


def test_a_sealed_number_waits_on_the_desk_after_the_arbiter_was_called(signed_in, story):
    with story() as session:
        room = funded(session)
        dispute = called(room, 4000)
        sealed.enter(session, dispute, 1500, by=room.client, at=later(4))
    bob = signed_in(room.freelancer).get("/").text
    assert "<b>Enter a number</b>: $40.00 of Start fee deposit" in bob
    assert f'href="/disputes/{dispute.id}"' in bob and "$15" not in bob
    assert "Enter a number" not in signed_in(room.client).get("/").text
