"""The board's fee in letters: before terms are accepted, and the net of what was released."""

from __future__ import annotations

import email
import email.policy
from typing import Any

from sqlalchemy import select

from app.adapters.renderer import LetterRenderer
from app.escrow.milestones import part
from app.escrow.papers import fee_invoices
from app.mail import notices, sending
from app.mail.models import Letter
from app.people import board
from app.terms import negotiation
from tests import rooms
from tests.stories import NOON, later

SENDER = sending.Sender("https://board.example", "Board <board@board.example>", "k" * 40)
KEEPS = "The board keeps 5 % of what is released, at least $1.00 for each milestone."


def text_of(session: Any, name: str) -> str:
    """The newest letter of that name as it leaves, on one line."""
    notices.tell(session, NOON, limit=1000)
    newest = select(Letter).where(Letter.notice == name).order_by(Letter.created_at.desc())
    letter = session.scalars(newest).first()
    assert letter is not None
    parcel = sending.pack(session, letter, sender=SENDER, renderer=LetterRenderer(), at=NOON)
    assert parcel is not None
    message = email.message_from_bytes(parcel.data, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_letters_say_what_the_board_keeps_and_what_the_freelancer_gets(session: Any) -> None:
    room = rooms.negotiated(session)
    board.charge(
        session, rate=5000, minimum_minor=100, tax_rate=0, tax_words="", billing="Berlin",
        by=room.operator, at=NOON,
    )  # fmt: skip
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    assert KEEPS in text_of(session, "terms_proposed")
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    assert KEEPS in text_of(session, "terms_accepted")
    first, second = room.milestones[:2]
    rooms.through(room, first)
    assert "The board keeps $3.75 of it; you get $71.25." in text_of(session, "released")
    rooms.pays(room, second)
    part.release_part(
        session, rooms.submits(room, second), 3000, rest="keep", reason="More.", by=room.client,
        at=later(1),
    )  # fmt: skip
    assert "The board keeps $1.50 of it; you get $28.50." in text_of(session, "part_released")
    fee_invoices.issue(
        session, "2026-11", NOON, later(days=20), by=room.operator, at=later(days=20)
    )
    letter = text_of(session, "fee_invoice_issued")
    assert "invoice no. 1 over $5.25, for what it kept of your releases in November 2026" in letter
    assert "/board/fee-invoices/" in letter


def test_without_a_fee_no_letter_speaks_of_one(session: Any) -> None:
    room = rooms.negotiated(session)
    revision = negotiation.send(session, room.engagement, by=room.client, at=NOON)
    assert "board keeps" not in text_of(session, "terms_proposed")
    negotiation.accept(session, revision, by=room.freelancer, at=NOON)
    rooms.through(room, room.milestones[0])
    assert "board keeps" not in text_of(session, "released")
