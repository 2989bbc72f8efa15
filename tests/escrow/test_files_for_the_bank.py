"""RULES, payment methods: payouts and refunds leave as one SEPA file, and none leaves twice."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from app.adapters import bank
from app.adapters.bank import transfers
from app.escrow import accounts, audit
from app.escrow.bank import exporting
from app.escrow.bank.exporting import CSV, SEPA, Transfer
from app.escrow.models import Payout
from app.escrow.outgoing import payouts, refunds
from app.kernel.errors import NotFound, Refused, WrongState
from tests import rooms
from tests.parts import need
from tests.people import mallory
from tests.rooms import Room
from tests.stories import NOON, later

IBAN, OWN = "ES9121000418450200051332", "DE89370400440532013000"


@pytest.fixture
def room(session: Session) -> Room:
    room = rooms.agreed(session, currency="EUR")
    rooms.through(room, room.milestones[0])
    room.freelancer.payout_account = f"Bob Bébé\nIBAN {IBAN}"
    return room


def asks(room: Room, amount: int = 1000) -> Payout:
    return payouts.ask(room.session, room.freelancer, amount, "EUR", at=NOON)


def ready(room: Room, kind: str = SEPA) -> list[Transfer]:
    return exporting.ready(room.session, kind, room.operator, bank.iban_in)


def makes(room: Room, kind: str = SEPA) -> exporting.BankExport:
    rows = ready(room, kind)
    made = exporting.make(
        room.session, kind, rows, lambda one: sepa(rows, one), by=room.operator, at=NOON
    )
    assert made is not None
    return made


def sepa(rows: list[Transfer], file_id: str = "x1") -> str:
    return transfers.sepa(rows, file_id=file_id, name="Ácme & Söhne", iban=OWN, at=NOON)


@cache
def schema() -> Any:
    """What the bank accepts."""
    schemas = pytest.importorskip("sepaxml", reason="the schema comes with sepaxml").__file__
    need(schemas is not None, "sepaxml")
    import xmlschema

    path = Path(str(schemas)).parent / "schemas" / f"{transfers.SCHEMA}.xsd"
    return xmlschema.XMLSchema(str(path))


def valid(text: str) -> list[ElementTree.Element]:
    """The transfers of a file that its schema accepts."""
    schema().validate(text)
    root = ElementTree.fromstring(text.encode())
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
    return list(root.iter("CdtTrfTxInf"))


def test_pending_payouts_and_refunds_leave_as_one_file_that_its_schema_accepts(
    room: Room,
) -> None:
    payout, second = asks(room), asks(room, 2001)
    rooms.pays(room, room.milestones[1], received=500).from_account = IBAN
    (refund,) = refunds.refund(
        room.session, room.engagement, room.milestones[1], 500, why="terms", by=None, at=NOON,
        source=accounts.held(room.milestones[1].id),
    )  # fmt: skip
    export = makes(room)
    found = valid(export.content)
    ends = {one.findtext("PmtId/EndToEndId"): one.findtext("Amt/InstdAmt") for one in found}
    assert ends == {payout.code: "10.00", second.code: "20.01", refund.code: "5.00"}
    assert {one.findtext("CdtrAcct/Id/IBAN") for one in found} == {IBAN}
    assert "<NbOfTxs>3</NbOfTxs><CtrlSum>35.01</CtrlSum>" in export.content
    assert f"<MsgId>{export.id}</MsgId>" in export.content and len(export.id) <= 33
    assert [one.state for one in (payout, second, refund)] == ["pending"] * 3
    assert audit.audit(room.session) == []


def test_what_left_with_a_file_leaves_with_no_other_unless_somebody_says_so(room: Room) -> None:
    payout = asks(room)
    first = makes(room)
    assert ready(room) == [] and payout.export_id == first.id
    with pytest.raises(Refused, match=r"export\.nothing"):
        makes(room)
    later_one = asks(room, 500)
    assert [row.code for row in ready(room)] == [later_one.code]
    exporting.again(room.session, payout, by=room.operator, at=later())
    assert {row.code for row in ready(room)} == {payout.code, later_one.code}
    with pytest.raises(WrongState, match=r"export\.moved_on"):
        exporting.again(room.session, payout, by=room.operator, at=later())


def test_two_who_made_their_lists_at_once_make_one_file(room: Room) -> None:
    asks(room)
    rows = ready(room)
    exporting.make(room.session, SEPA, rows, lambda _id: "", by=room.operator, at=NOON)
    with pytest.raises(WrongState, match=r"export\.moved_on"):
        exporting.make(room.session, SEPA, rows, lambda _id: "", by=room.operator, at=NOON)


def test_a_payout_that_left_with_a_file_cannot_be_taken_back(room: Room) -> None:
    payout = asks(room)
    makes(room)
    with pytest.raises(WrongState, match=r"payout\.exported"):
        payouts.cancel(room.session, payout, by=room.freelancer, at=NOON)
    assert payout.state == "pending"
    exporting.again(room.session, payout, by=room.operator, at=later())
    payouts.cancel(room.session, payout, by=room.freelancer, at=later())
    assert payout.state == "cancelled" and ready(room) == []
    assert audit.audit(room.session) == []


def test_a_payout_that_is_paid_or_taken_back_leaves_with_no_file(room: Room) -> None:
    paid, back = asks(room), asks(room)
    payouts.settle(room.session, paid, by=room.operator, at=NOON)
    payouts.cancel(room.session, back, by=room.freelancer, at=NOON)
    assert ready(room) == []
    with pytest.raises(WrongState):
        exporting.again(room.session, paid, by=room.operator, at=NOON)


def test_accounts_without_a_right_iban_leave_by_the_csv_and_none_without_an_account(
    room: Room,
) -> None:
    room.freelancer.payout_account = "=cmd|' /C calc'!A0, 021000021"
    other = asks(room)
    room.freelancer.payout_account = ""
    asks(room)
    rows = ready(room, CSV)
    assert ready(room) == [] and [row.code for row in rows] == [other.code]
    table = list(csv.DictReader(io.StringIO(transfers.table(rows))))
    assert table[0]["Reference"] == other.code and table[0]["Amount"] == "10.00"
    assert table[0]["Currency"] == "EUR" and table[0]["Account"].startswith("'=")


def test_other_currencies_leave_by_the_csv_in_their_own_decimals() -> None:
    rows = [
        Transfer("1", "MO-2345-678K", "Mei", "JP-1", 7500, "JPY", "Payout"),
        Transfer("2", "MO-2345-678K", "Ali", "BH-1", 7500, "BHD", "Payout"),
    ]
    written = list(csv.reader(io.StringIO(transfers.table(rows))))
    assert [row[3] for row in written] == ["Amount", "7500", "7.500"]


@pytest.mark.parametrize(
    "name", ["漢字", "<b>&", "Bjørn Straße Łódź", "x" * 300, "", "'\"=", "a\nb", "🙂"]
)
@pytest.mark.parametrize("amount", [1, 99, 100, 12345678901])
def test_any_name_and_amount_makes_a_valid_file(name: str, amount: int) -> None:
    row = Transfer("1", "MO-2345-678K", name, IBAN, amount, "EUR", name)
    (found,) = valid(sepa([row]))
    euros, _, cents = (found.findtext("Amt/InstdAmt") or "").partition(".")
    assert int(euros) * 100 + int(cents) == amount and len(cents) == 2
    assert len(found.findtext("Cdtr/Nm") or "") in range(1, 71)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Đorđe Иван", "Dorde Ivan"), ("李小龙", "Li Xiao Long"), ("Ana O’Brien", "Ana O'Brien"),
        ("???", "NOTPROVIDED"), ("🙂", "NOTPROVIDED"), ("//Ana//", "Ana"),
    ],
)  # fmt: skip
def test_a_name_is_written_in_the_letters_of_the_bank(name: str, written: str) -> None:
    row = Transfer("1", "MO-2345-678K", name, IBAN, 100, "EUR", f"Payout {name}")
    text = transfers.sepa([row], file_id="x", name=name, iban=OWN, at=NOON)
    (found,) = valid(text)
    assert found.findtext("Cdtr/Nm") == written
    said = found.findtext("RmtInf/Ustrd") or ""
    assert said.startswith("MO-2345-678K Payout") and "//" not in said


def test_the_account_holders_name_stands_in_the_files_where_it_is_known(room: Room) -> None:
    room.freelancer.name = "Робърт 🙂"
    first = asks(room)
    assert [row.name for row in ready(room)] == ["Robrt"]
    room.freelancer.payout_holder = "Robert & Söhne"
    second = asks(room)
    assert second.to_holder == "Robert & Söhne" and first.to_holder == ""
    room.freelancer.payout_holder = "Somebody Else"
    names = {row.code: row.name for row in ready(room)}
    assert names == {first.code: "Somebody Else", second.code: "Robert & Söhne"}
    (one,) = valid(sepa([row for row in ready(room) if row.code == second.code]))
    assert one.findtext("Cdtr/Nm") == "Robert + Sohne"
    table = list(csv.DictReader(io.StringIO(transfers.table(ready(room)))))
    assert {line["Reference"]: line["Name"] for line in table} == names


def test_a_payout_to_a_name_without_letters_waits_and_is_named(room: Room) -> None:
    room.freelancer.name = "🙂🙂"
    payout = asks(room)
    waits = exporting.leaving(room.session, room.operator, bank.iban_in)
    assert waits.sepa == waits.csv == [] and [row.code for row in waits.nameless] == [payout.code]
    room.freelancer.payout_holder = "Bob Brown"
    assert [row.name for row in ready(room)] == ["Bob Brown"]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-27T12:00", "2026-11-27"), ("2026-11-28T12:00", "2026-11-30"),
        ("2026-12-25T12:00", "2026-12-28"), ("2027-03-26T12:00", "2027-03-30"),
    ],
)  # fmt: skip
def test_a_file_asks_for_a_day_on_which_banks_work(at: str, day: str) -> None:
    row = Transfer("1", "MO-2345-678K", "Ana", IBAN, 1, "EUR", "Payout")
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    text = transfers.sepa([row], file_id="a", name="B", iban=OWN, at=moment)
    assert valid(text) and f"<ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>" in text


def test_only_operators_and_bookkeepers_make_files_and_never_of_their_own(room: Room) -> None:
    payout = asks(room)
    rows = ready(room)
    stranger = mallory(room.session)
    assert exporting.ready(room.session, SEPA, stranger, bank.iban_in) == []
    with pytest.raises(NotFound):
        exporting.make(room.session, SEPA, rows, lambda _id: "", by=stranger, at=NOON)
    export = makes(room)
    for act in (
        lambda: exporting.load(room.session, export.id, stranger),
        lambda: exporting.again(room.session, payout, by=stranger, at=NOON),
    ):
        with pytest.raises(NotFound):
            act()
    exporting.again(room.session, payout, by=room.operator, at=NOON)
    room.freelancer.is_bookkeeper = True
    assert exporting.ready(room.session, SEPA, room.freelancer, bank.iban_in) == []


def test_the_file_says_when_it_was_made_and_for_which_day() -> None:
    row = Transfer("1", "MO-2345-678K", "Ana", IBAN, 1, "EUR", "Payout")
    at = datetime(2026, 11, 3, 23, 59, tzinfo=UTC)
    text = transfers.sepa([row], file_id="a", name="漢", iban=OWN, at=at)
    assert valid(text)
    assert "2026-11-03T23:59:00Z" in text and "<Dt>2026-11-03</Dt>" in text
