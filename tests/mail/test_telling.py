"""What happened is told once, to whom it concerns, by letters that carry the right links."""

from __future__ import annotations

import email
import email.policy
import json
from typing import Any

from sqlalchemy import select

from app.adapters.renderer import LetterRenderer
from app.escrow.milestones import asking_back, part, release, submissions
from app.escrow.models import MoneyAsk
from app.kernel.events import Untold
from app.mail import leaving, notices, outbox, sending
from app.mail.models import Letter
from app.people.models import Link
from app.talk import messages
from app.talk.models import Conversation
from app.terms import negotiation
from tests import rooms
from tests.people import alice, bob, carol
from tests.stories import NOON, later, post_job, propose

SENDER = sending.Sender("https://board.example", "Board <board@board.example>", "k" * 40)


def told(session: Any) -> list[tuple[str, str]]:
    notices.tell(session, NOON, limit=1000)
    rows = session.scalars(select(Letter).order_by(Letter.created_at, Letter.id))
    return sorted((row.notice, row.to_address.partition("@")[0]) for row in rows)


def fresh(session: Any) -> None:
    """Forget the letters of the story so far."""
    notices.tell(session, NOON, limit=1000)
    for letter in session.scalars(select(Letter)):
        session.delete(letter)
    session.flush()


def letter_of(session: Any, name: str) -> Letter:
    notices.tell(session, NOON, limit=1000)
    found: Letter = session.scalars(select(Letter).where(Letter.notice == name)).one()
    return found


def packed(session: Any, letter: Letter) -> sending.Parcel | None:
    return sending.pack(session, letter, sender=SENDER, renderer=LetterRenderer(), at=NOON)


def text_of(session: Any, letter: Letter) -> str:
    """The letter as it leaves, as text on one line."""
    parcel = packed(session, letter)
    assert parcel is not None
    message = email.message_from_bytes(parcel.data, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_every_event_is_told_once_and_forgotten_as_untold(session: Any) -> None:
    rooms.negotiated(session)
    first = told(session)
    assert told(session) == first
    assert not session.scalars(select(Untold)).all()


def test_a_proposal_is_told_to_the_client_and_select_to_the_freelancer(session: Any) -> None:
    rooms.negotiated(session)
    assert told(session) == [("proposal", "alice"), ("selected", "bob")]


def test_the_others_hear_kindly_when_first_terms_are_accepted(session: Any) -> None:
    client, chosen, other = alice(session), bob(session), carol(session)
    job = post_job(session, client)
    propose(session, job, other)
    mine = propose(session, job, chosen)
    from app.terms import selection

    engagement = selection.select(session, mine, by=client, at=NOON)
    revision = negotiation.send(session, engagement, by=client, at=NOON)
    fresh(session)
    negotiation.accept(session, revision, by=chosen, at=NOON)
    assert told(session) == [
        ("not_selected", "carol"), ("please_fund", "alice"), ("terms_accepted", "alice"),
    ]  # fmt: skip


def test_everyone_is_told_at_each_step_of_the_terms(session: Any) -> None:
    room = rooms.negotiated(session)
    fresh(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    assert told(session) == [("terms_proposed", "bob")]
    fresh(session)
    negotiation.decline(session, revision, by=room.freelancer, at=NOON, reason="Too soon.")
    assert told(session) == [("terms_declined", "alice")]
    assert json.loads(letter_of(session, "terms_declined").facts)["words"] == "Too soon."


def test_submission_approval_and_the_next_funding_are_told(session: Any) -> None:
    room = rooms.agreed(session)
    fresh(session)
    first = room.milestones[0]
    rooms.pays(room, first)
    assert told(session) == [
        ("funded", "bob"), ("payment_confirmed", "alice"), ("payment_started", "alice"),
    ]  # fmt: skip
    fresh(session)
    submission = rooms.submits(room, first)
    assert told(session) == [("submitted", "alice")]
    fresh(session)
    release.approve(session, submission, by=room.client, at=NOON)
    assert told(session) == [("please_fund", "alice"), ("released", "bob")]


def test_a_part_released_and_the_rest_asked_back_are_one_letter(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    rooms.pays(room, first)
    submission = rooms.submits(room, first)
    fresh(session)
    part.release_part(
        session, submission, 3000, rest="ask_back", reason="Half is right.", by=room.client,
        at=NOON,
    )  # fmt: skip
    assert told(session) == [("part_released", "bob")]
    text = text_of(session, letter_of(session, "part_released"))
    ask = session.scalars(select(MoneyAsk.id)).one()
    assert "Alice Ruiz released $30.00" in text and "asks for the other $45.00 back" in text
    assert text.count("Half is right.") == 1
    assert "You can send the other $45.00 back, refuse, or submit the work again" in text
    assert "If you do not answer by 9 Nov 2026, it goes back to the client by itself" in text
    assert f"Read and answer: https://board.example/asks/{ask}" in text


def test_a_part_whose_rest_is_kept_speaks_of_no_ask(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    submission = rooms.submits(room, room.milestones[0])
    part.release_part(
        session, submission, 3000, rest="keep", reason="More.", by=room.client, at=NOON
    )
    text = text_of(session, letter_of(session, "part_released"))
    assert "The other $45.00 stays in escrow" in text and "back" not in text
    assert f"Open the submission: https://board.example/submissions/{submission.id}" in text


def test_money_that_is_asked_for_by_itself_is_a_letter_of_its_own(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    fresh(session)
    wanted = [room.milestones[0]]
    asking_back.ask(session, room.engagement, wanted, reason="Plans.", by=room.client, at=NOON)
    assert told(session) == [("money_asked", "bob")]


def test_a_letter_names_the_milestone_the_job_and_the_road(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    rooms.submits(room, room.milestones[0])
    said = json.loads(letter_of(session, "submitted").facts)
    assert (said["milestone"], said["job"]) == ("Start fee deposit", "Logo design for a bakery")
    assert (said["amount_minor"], said["note"]) == (7500, "Here it is.")
    assert said["road"] == "◐─○─○─○─○"


def test_every_letter_of_a_whole_story_can_be_packed(session: Any) -> None:
    room = rooms.agreed(session)
    for milestone in room.milestones:
        rooms.through(room, milestone)
    notices.tell(session, NOON, limit=1000)
    letters = session.scalars(select(Letter)).all()
    assert {one.notice for one in letters} >= {"released", "finished", "submitted"}
    for letter in letters:
        packed(session, letter)
        assert letter.state in ("waiting", "dropped"), letter.error
        assert letter.tries or letter.state == "dropped"


def test_a_deciding_letter_carries_a_link_that_is_the_same_at_the_second_try(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    rooms.submits(room, room.milestones[0])
    letter = letter_of(session, "submitted")
    first = packed(session, letter)
    second = packed(session, letter)
    assert first and second
    assert first.data == second.data
    link = session.get_one(Link, letter.id)
    assert (link.person_id, link.purpose, link.version) == (room.client.id, "review", "1:7500")
    assert b"https://board.example/links/" in first.data
    assert b"Message-ID: <" + letter.id.encode() + b"@board.example>" in first.data


def test_a_letter_keeps_its_thread_and_can_be_turned_off_with_one_click(session: Any) -> None:
    room = rooms.agreed(session)
    parcel = packed(session, letter_of(session, "please_fund"))
    assert parcel
    head = parcel.data.partition(b"\r\n\r\n")[0].decode()
    assert f"References: <engagement-{room.engagement.id}@board.example>" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert "List-Unsubscribe: <https://board.example/letters/" in head
    assert "Auto-Submitted: auto-generated" in head
    assert "=?utf-8?" not in head.partition("List-Unsubscribe")[2]


def test_a_letter_that_comes_too_late_is_left_out(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.pays(room, room.milestones[0])
    submission = rooms.submits(room, room.milestones[0])
    letter = letter_of(session, "submitted")
    submissions.withdraw(session, submission, by=room.freelancer, at=NOON)
    assert packed(session, letter) is None
    assert letter.state == "dropped"


def test_what_was_already_read_is_left_out(session: Any) -> None:
    room = rooms.negotiated(session)
    talk = session.get_one(Conversation, room.engagement.conversation_id)
    stream = room.engagement.stream
    said = messages.post(session, talk, "Hello", by=room.freelancer, at=NOON, stream=stream)
    letter = letter_of(session, "message")
    assert letter.person_id == room.client.id
    messages.mark_read(session, talk.id, room.client.id, said.number)
    assert packed(session, letter) is None
    assert letter.state == "dropped"


def test_links_die_when_their_object_moves_on(session: Any) -> None:
    room = rooms.agreed(session)
    letter = letter_of(session, "please_fund")
    packed(session, letter)
    rooms.pays(room, room.milestones[0])
    notices.tell(session, later(), limit=1000)
    assert session.get_one(Link, letter.id).revoked_at


def test_a_family_that_was_turned_off_is_not_written_but_money_is(session: Any) -> None:
    room = rooms.negotiated(session)
    fresh(session)
    leaving.turn_off(session, room.client.id, leaving.EVERY, at=NOON)
    talk = session.get_one(Conversation, room.engagement.conversation_id)
    stream = room.engagement.stream
    messages.post(session, talk, "Hello", by=room.freelancer, at=NOON, stream=stream)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    assert [name for name, who in told(session) if who == "alice"] == [
        "please_fund",
        "terms_accepted",
    ]


def test_the_same_key_is_the_same_letter(session: Any) -> None:
    person = alice(session)
    facts: dict[str, Any] = {}
    one = outbox.queue(session, "sign_in_link", to_person=person, key="k", facts=facts, at=NOON)
    two = outbox.queue(session, "sign_in_link", to_person=person, key="k", facts=facts, at=NOON)
    assert one is two


def test_a_sent_letter_keeps_nothing_of_what_it_said(session: Any) -> None:
    facts = {"token": "secret", "by": "Olga", "job": ""}
    letter = outbox.queue(
        session, "joining", to_address="new@example.org", key="j", facts=facts, at=NOON
    )
    parcel = packed(session, letter)
    assert parcel, letter.error
    assert b"/joining/secret" in parcel.data
    outbox.note_sent(letter, carrier="folder", at=NOON)
    assert letter.facts == "{}"


def test_a_letter_that_fails_waits_longer_each_time_and_then_fails(session: Any) -> None:
    letter = outbox.queue(
        session, "sign_in_link", to_person=alice(session), key="k", facts={}, at=NOON
    )
    at, waits = NOON, []
    while letter.state == "waiting":
        outbox.claim(letter, host="h", at=at)
        outbox.note_trouble(letter, error="451 later", for_good=False, at=at)
        waits.append(letter.due_at - at)
        at = letter.due_at
    assert tuple(waits[:-1]) == outbox.BACK_OFF
    assert [one.id for one in outbox.failed(session)] == [letter.id]
    outbox.try_again(letter, at=at)
    assert outbox.due(session, at) == [letter]


def test_a_letter_written_while_the_clock_stood_wrong_is_due_now(session: Any) -> None:
    letter = outbox.queue(
        session, "sign_in_link", to_person=alice(session), key="k", facts={}, at=later(days=400)
    )
    assert outbox.due(session, NOON) == [letter]
