"""A letter's button leads to what its label says."""

from __future__ import annotations

import email
import email.policy
import re
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from app.adapters.renderer import LetterRenderer
from app.demo import stories
from app.escrow.milestones import asking_back, submissions
from app.escrow.models import MoneyAsk
from app.escrow.outgoing import payouts, returned
from app.kernel.events import Event, Untold
from app.mail import notices, sending
from app.mail.models import Letter
from tests import rooms
from tests.stories import NOON, later

SENDER = sending.Sender("https://board.example", "Board <board@board.example>", "k" * 40)
LEADS = {
    "Answer": "/(proposals|workrooms)/ID",
    "Enter a number": "/disputes/ID",
    "Fund": "/links/TOKEN",
    "Leave feedback": "/workrooms/ID/feedback",
    "Open the dispute": "/disputes/ID",
    "Open the disputes": "/board/disputes",
    "Open the invoice": "/invoices/ID",
    "Open the milestone": "/milestones/ID",
    "Open the money page": "/board/money",
    "Open the terms": "/workrooms/ID/terms",
    "Open the workroom": "/workrooms/ID",
    "Open your payments": "/payments",
    "Open your settings": "/settings#money",
    "Read and answer": "/(asks|disputes)/ID|/workrooms/ID/reports",
    "Read and decide": "/links/TOKEN",
    "Read the feedback": "/workrooms/ID/feedback",
    "Read the job": "/jobs/ID",
    "Read the offer": "/disputes/ID",
    "Read the proposal": "/proposals/ID",
    "Review and approve": "/links/TOKEN",
    "See the terms": "/workrooms/ID/terms",
}


BUTTON = re.compile(r"(.+):\s+(https://board\.example\S+)")


def buttons(session: Any) -> set[tuple[str, str, str]]:
    """(letter, label, address) of all that waits to leave, with `ID` and `TOKEN` for theirs."""
    while notices.tell(session, NOON, limit=1000):
        pass
    found = set()
    for letter in session.scalars(select(Letter).where(Letter.state == "waiting")):
        parcel = sending.pack(session, letter, sender=SENDER, renderer=LetterRenderer(), at=NOON)
        if parcel is None:  # what it asked for was decided meanwhile
            continue
        message = email.message_from_bytes(parcel.data, policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        label, address = BUTTON.findall(body.get_content())[0]
        path = address.removeprefix("https://board.example")
        path = re.sub(r"(?<=/)[0-9A-Za-z]{13}(?=/|$)", "ID", path)
        found.add((letter.notice, label, re.sub(r"^/links/.*", "/links/TOKEN", path)))
    return found


def misled(session: Any) -> list[tuple[str, str, str]]:
    """The letters whose button leads elsewhere."""
    return [one for one in sorted(buttons(session)) if not re.fullmatch(LEADS[one[1]], one[2])]


def asks_back(room: rooms.Room) -> MoneyAsk:
    wanted = [room.milestones[0]]
    return asking_back.ask(
        room.session, room.engagement, wanted, reason="Plans.", by=room.client, at=NOON
    )[0]


def test_letters_of_the_demos_stories_lead_where_they_say(session: Any, tmp_path: Path) -> None:
    stories.tell(session, at=NOON, files_dir=tmp_path)
    for one in (Untold, Letter):
        session.execute(delete(one))
    session.add_all(Untold(event_id=event_id) for event_id in session.scalars(select(Event.id)))
    assert misled(session) == []


def test_letters_about_payouts_lead_to_payments_settings_and_the_money_page(session: Any) -> None:
    room = rooms.agreed(session)
    rooms.through(room, room.milestones[0])
    payout = payouts.ask(session, room.freelancer, 7500, "USD", at=NOON)
    payouts.settle(session, payout, by=room.operator, at=later(1))
    returned.payout(session, payout, reason="No such account", by=room.operator, at=later(2))
    told = {one for one in buttons(session) if one[0].startswith("payout")}
    assert told == {
        ("payout_asked", "Open the money page", "/board/money"),
        ("payout_settled", "Open payments", "/payments"),
        ("payout_failed", "Check your account", "/settings"),
    }


def test_letters_about_what_is_taken_back_lead_where_they_say(session: Any) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    rooms.pays(room, first)
    submissions.withdraw(session, rooms.submits(room, first), by=room.freelancer, at=NOON)
    asking_back.withdraw(session, asks_back(room), by=room.client, at=NOON)
    asking_back.refuse(session, asks_back(room), reason="No.", by=room.freelancer, at=NOON)
    asking_back.grant(session, asks_back(room), by=None, at=later(days=7))
    told = {one for one in buttons(session) if one[0].startswith(("ask_", "submission_"))}
    assert told == {
        ("submission_withdrawn", "Open the milestone", "/milestones/ID"),
        ("ask_withdrawn", "Open the milestone", "/milestones/ID"),
        ("ask_refused", "Open the workroom", "/workrooms/ID"),
        ("ask_granted", "Open the workroom", "/workrooms/ID"),
    }
