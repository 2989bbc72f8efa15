"""Lines of the bank about a room's payments, and what the board says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit
from app.escrow.bank import importing, matching, placing
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import funding
from app.escrow.models import Payment
from app.people.models import Board, Person
from tests import rooms
from tests.rooms import Room
from tests.stories import LOGO, NOON, later

DAY = date(2026, 11, 3)


def room_of(session: Session, amount_minor: int = 100_010) -> Room:
    """A room of a board in EUR; its first milestone is of this amount."""
    lines = (replace(LOGO[0], amount_minor=amount_minor), *LOGO[1:])
    room = rooms.agreed(session, lines=lines, currency="EUR")
    session.get_one(Board, 1).currency = "EUR"
    return room


def asked(room: Room, place: int = 0) -> Payment:
    """The payment by bank that the client begins for a milestone."""
    return funding.start(
        room.session, room.engagement, [room.milestones[place]], provider="bank", by=room.client,
        at=NOON,
    )  # fmt: skip


def line(text: str, amount_minor: int, **more: object) -> Line:
    """A line of the bank."""
    facts = {
        "bank_id": f"{text} {amount_minor} {more.get('value_on', '')}", "name": "Ana Ruiz",
        "other_account": "NL91ABNA0417164300", "value_on": DAY, "currency": "EUR",
    } | more  # fmt: skip
    return Line(amount_minor=amount_minor, text=text, **facts)  # type: ignore[arg-type]


def imports(room: Room, *lines: Line, account: str = "DE89", by: Person | None = None) -> None:
    statement = Statement("CAMT.053", account, lines)
    importing.keep(room.session, [statement], file_name="a.xml", by=by or room.operator, at=NOON)


def shown(room: Room) -> list[tuple[int, str]]:
    """Amount and verdict of each line that waits, by amount."""
    rows = matching.new(room.session, room.operator)
    return sorted((row.entry.amount_minor, row.verdict) for row in rows)


def entry(room: Room, amount_minor: int) -> BankEntry:
    """The one line of this amount."""
    query = select(BankEntry).where(BankEntry.amount_minor == amount_minor)
    return room.session.scalars(query).one()


def confirms(room: Room, *entries: BankEntry, by: Person | None = None) -> int:
    """Confirm these lines of what is matched; the books are whole afterwards."""
    done = placing.confirm_matched(
        room.session, [one.id for one in entries], by=by or room.operator, at=later()
    )
    assert audit.audit(room.session) == []
    return len(done)


def books(room: Room, one: BankEntry, code: str) -> None:
    """Confirm one line by itself."""
    placing.book(room.session, one, code, by=room.operator, at=later())
    assert audit.audit(room.session) == []
