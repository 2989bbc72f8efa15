"""The history: every event, and whether its chain is whole."""

from __future__ import annotations

import pytest

from tests.rooms import agreed, through
from tests.stories import later


@pytest.fixture
def room(story):
    with story() as session:
        room = agreed(session)
        through(room, room.milestones[0], at=later(1))
        return room


def test_every_event_is_told(signed_in, room):
    page = signed_in(room.client).get(f"/workrooms/{room.engagement.id}/history").text
    for words in (
        "You chose Bob Okafor for this job",
        "You sent terms no. 1, $400.00 in all",
        "Bob Okafor accepted terms no. 1",
        "Olga Brandt confirmed a payment of $75.00",
        "You released $75.00 for “Start fee deposit”",
        "“6 concepts” can be funded",
    ):
        assert words in page
    assert "…" not in page
    assert "End this engagement" in page


def test_the_chain_is_recomputed_on_request(signed_in, room):
    client = signed_in(room.freelancer)
    page = client.get(f"/workrooms/{room.engagement.id}/history/check").text
    assert "The history is whole" in page


def test_a_history_that_was_bent_is_said_so(signed_in, story, room):
    from sqlalchemy import text

    with story() as session:
        session.execute(text(f"UPDATE stream_heads SET hash = '{'f' * 64}'"))
    page = signed_in(room.client).get(f"/workrooms/{room.engagement.id}/history/check").text
    assert "The history is not whole" in page


def test_the_history_is_paged(signed_in, story, room):
    from app.talk import messages
    from app.talk.models import Conversation

    with story() as session:
        conversation = session.get_one(Conversation, room.engagement.conversation_id)
        by = session.merge(room.client, load=False)
        for count in range(60):
            messages.post(
                session, conversation, f"no. {count}", by=by, at=later(2 + count / 100),
                stream=room.engagement.stream,
            )  # fmt: skip
    client = signed_in(room.client)
    page = client.get(f"/workrooms/{room.engagement.id}/history").text
    assert page.count('class="event"') == 50
    older = page.split("/history?before=")[1].split('"')[0]
    page = client.get(f"/workrooms/{room.engagement.id}/history?before={older}").text
    assert "You chose Bob Okafor for this job" in page
    assert client.get(f"/workrooms/{room.engagement.id}/history?before=-1e9").status_code == 200
