"""The conversation with its event lines, and the history: every event in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from app.escrow.milestones import asking_back, part
from app.kernel.events import Event
from app.talk import messages
from app.talk.models import Conversation
from app.terms import negotiation
from app.workroom import timeline
from app.workroom.sentences import SENTENCES, sentence
from tests.rooms import agreed, pays, submits, through
from tests.stories import later, rewrite, stored

APP = Path(__file__).resolve().parents[2] / "app"
NO_EVENTS = {"terms.touches_closed", "terms.below_released", "submission.decided"}
"""Refusals that look like kinds."""
NOUNS = (
    "ask|bonus|engagement|terms|milestone|submission|payment|money|refund|report|feedback|file"
    "|message"
)


class Plain:
    """Amounts and days without a locale."""

    def money(self, amount_minor, currency):
        return f"{currency} {amount_minor}"

    def day(self, value):
        return str(value)


@pytest.fixture
def room(session):
    return agreed(session)


def says(room, body, *, files=(), at):
    conversation = room.session.get_one(Conversation, room.engagement.conversation_id)
    return messages.post(
        room.session, conversation, body, by=room.client, at=at, stream=room.engagement.stream,
        files=files,
    )  # fmt: skip


def shown(room, **asked):
    return timeline.page(room.session, room.engagement.id, **asked)


def test_messages_and_events_stand_in_one_stream(room):
    says(room, "Shall we begin?", at=later(1))
    pays(room, room.milestones[0], at=later(2))
    kinds = [item.kind for item in shown(room).items]
    assert kinds == [
        "engagement.begun", "terms.proposed", "terms.accepted", "message.posted",
        "milestone.funded",
    ]  # fmt: skip
    assert [item.body for item in shown(room).items if item.body] == ["Shall we begin?"]


def test_a_message_has_its_files(room):
    says(room, "Here.", files=[stored("brief.pdf")], at=later(1))
    assert [file.name for file in shown(room).items[-1].files] == ["brief.pdf"]


def test_notes_and_refusals_appear_in_the_conversation(room):
    rewrite(room.session, room.engagement, room.freelancer, note="Two more days.", drop=(5,))
    revision = negotiation.send(room.session, room.engagement, by=room.freelancer, at=later(1))
    negotiation.decline(
        room.session, revision, by=room.client, reason="The shop opens then.", at=later(2)
    )
    words = [item.words for item in shown(room).items]
    assert words[-2:] == ["Two more days.", "The shop opens then."]


def test_older_lines_are_asked_for_by_number_and_none_is_lost(room):
    for count in range(40):
        says(room, f"Message {count}", at=later(1 + count))
    page = shown(room)
    assert len(page.items) == 15
    bodies = [item.body for item in page.items]
    while page.older:
        page = shown(room, before=page.older)
        bodies = [item.body for item in page.items] + bodies
    assert [body for body in bodies if body] == [f"Message {count}" for count in range(40)]


def test_the_history_tells_what_the_conversation_leaves_out(room):
    pays(room, room.milestones[0], at=later(1))
    kinds = {item.kind for item in timeline.history(room.session, room.engagement.id).items} - {
        item.kind for item in shown(room).items
    }
    assert {"payment.started", "payment.confirmed", "milestone.fundable"} <= kinds


def test_every_event_of_a_story_is_worded_with_all_its_facts(room):
    first, second, *_ = room.milestones
    through(room, first, at=later(1))
    pays(room, second, at=later(2))
    submits(room, second, at=later(3))
    rewrite(room.session, room.engagement, room.client, drop=(5,), note="Less.")
    revision = negotiation.send(room.session, room.engagement, by=room.client, at=later(4))
    negotiation.accept(room.session, revision, by=room.freelancer, at=later(5))
    for event in room.session.scalars(select(Event).where(Event.stream == room.engagement.stream)):
        assert event.kind in SENTENCES
        words = sentence(event.kind, event.told, "Alice", Plain(), freelancer="Bob")
        assert "…" not in words, words
        assert "{" not in words


def test_every_kind_that_a_room_records_has_a_sentence():
    recorded = set()
    for word in ("escrow", "terms", "engagement", "talk", "feedback", "workroom"):
        for path in (APP / word).rglob("*.py"):
            text = path.read_text("utf-8")
            if "record(" in text or "tell(" in text:
                recorded |= set(re.findall(rf'^\s+"((?:{NOUNS})\.[a-z_]+)",$', text, re.MULTILINE))
    assert recorded - set(SENTENCES) - NO_EVENTS == set()
    assert len(recorded) > 10


def test_an_unknown_kind_is_still_readable():
    assert sentence("moon.landed", {}, "Alice", Plain()) == "Alice: moon landed"


def test_what_came_along_from_the_proposal_is_counted(session):
    room = agreed(session, at=later(5))
    assert timeline.talked_before(session, room.engagement.conversation_id, later(5)) == 0
    says(room, "After Select", at=later(6))
    assert timeline.talked_before(session, room.engagement.conversation_id, later(5)) == 0


def test_the_rest_that_is_asked_back_is_told_once(room):
    first = room.milestones[0]
    pays(room, first, at=later(1))
    part.release_part(
        room.session, submits(room, first, at=later(2)), 3000, rest="ask_back",
        reason="Half of it is right.", by=room.client, at=later(3),
    )  # fmt: skip
    said = [item.kind for item in shown(room).items if item.words == "Half of it is right."]
    assert said == ["milestone.part_released"]
    kept = timeline.history(room.session, room.engagement.id).items
    assert "ask.made" in [item.kind for item in kept], "the history tells everything"


def test_an_ask_of_its_own_is_told(room):
    first = room.milestones[0]
    pays(room, first, at=later(1))
    asking_back.ask(
        room.session, room.engagement, [first], reason="We moved.", by=room.client, at=later(2)
    )
    assert shown(room).items[-1].kind == "ask.made"
