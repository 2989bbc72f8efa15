"""What a bank takes back is nobody's money, and leads to a chargeback where it was confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import audit, references
from app.escrow.bank import importing, matching, placing, seconding, taking_back
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import chargebacks, confirming
from app.escrow.models import Payment, Refund
from app.escrow.office import preparing, tasks
from app.escrow.outgoing import payouts
from app.kernel.errors import NotFound, WrongState
from app.people import board
from app.terms import ending
from tests import rooms
from tests.escrow.bank_lines import DAY, asked, books, confirms, entry, imports, line, shown
from tests.people import mallory
from tests.rooms import Room
from tests.stories import NOON, later

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def room(session: Session) -> Room:
    return rooms.agreed(session, currency="EUR")


def back(text: str, amount_minor: int = -7500, **more: object) -> Line:
    return line(text, amount_minor, **({"is_reversal": True, "value_on": NEXT} | more))


def todos(room: Room) -> list[str]:
    return [one.kind for one in tasks.waiting(room.session)]


@pytest.mark.parametrize("is_reversal", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_a_credit_that_is_taken_back_is_not_matched_and_both_stand_together(
    room: Room, is_reversal: bool, together: bool
) -> None:
    payment = asked(room)
    came, gone = line(payment.reference, 7500), back(payment.reference, is_reversal=is_reversal)
    if together:
        imports(room, came, gone)
    else:
        imports(room, came)
        assert shown(room) == [(7500, "matched")]
        imports(room, gone)
    assert shown(room) == [(-7500, "taken_back"), (7500, "taken_back")]
    partners = {row.entry.id: row.partner for row in matching.new(room.session, room.operator)}
    credit, debit = entry(room, 7500), entry(room, -7500)
    assert partners == {credit.id: debit, debit.id: credit}
    assert confirms(room, credit, debit) == 0
    for act in (
        lambda: placing.book(room.session, credit, payment.reference, by=room.operator, at=later()),
        lambda: placing.hold(room.session, credit, by=room.operator, at=later()),
    ):
        with pytest.raises(WrongState, match=r"entry\.reversed"):
            act()
    assert payment.state == "pending" and todos(room) == []


def test_both_lines_are_ignored_with_one_act(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 7500), back(payment.reference))
    taking_back.ignore_both(room.session, entry(room, -7500), by=room.operator, at=later())
    assert shown(room) == []
    assert {entry(room, one).state for one in (7500, -7500)} == {"aside"}
    with pytest.raises(WrongState):
        taking_back.ignore_both(room.session, entry(room, -7500), by=room.operator, at=later())


def test_lines_that_have_nothing_to_do_with_each_other_can_be_separated(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 7500), back(payment.reference))
    with pytest.raises(NotFound):
        taking_back.separate(room.session, entry(room, -7500), by=mallory(room.session), at=later())
    taking_back.separate(room.session, entry(room, -7500), by=room.operator, at=later())
    assert shown(room) == [(-7500, "unknown"), (7500, "matched")]
    imports(room, line("rent", 100))
    assert (7500, "matched") in shown(room)
    assert confirms(room, entry(room, 7500)) == 1


FOUND = {
    "the bank's id": lambda ref: back("Storno", bank_id=f"{ref} 7500 {DAY}", name=""),
    "the reference": lambda ref: back(f"Return {ref}", name="", other_account=""),
    "the payer": lambda _ref: back("Rückgabe", name="ANA RUÍZ", other_account=""),
    "the account": lambda _ref: back("Rückgabe", name=""),
}


@pytest.mark.parametrize("by", FOUND)
def test_a_reversal_is_paired_by(room: Room, by: str) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 7500, bank_id=f"{payment.reference} 7500 {DAY}"))
    imports(room, FOUND[by](payment.reference))
    assert (7500, "taken_back") in shown(room), by


OTHERS = {
    "another sum": lambda ref: back(f"x {ref}", -7400),
    "another currency": lambda ref: back(ref, currency="USD"),
    "another reference": lambda _ref: back(references.new()),
    "another payer": lambda _ref: back("Storno", name="Mei Tan", other_account="X"),
}


@pytest.mark.parametrize("by", OTHERS)
def test_a_reversal_of_something_else_leaves_the_credit_matched_and_is_said(
    room: Room, by: str
) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 7500), OTHERS[by](payment.reference))
    assert (7500, "matched") in shown(room)
    assert [verdict for amount, verdict in shown(room) if amount < 0] == ["unpaired"]


def test_one_reversal_takes_back_one_of_two_equal_credits(room: Room) -> None:
    payment = asked(room)
    twice = line(payment.reference, 7500, bank_id="")
    imports(room, twice, twice, back(payment.reference))
    assert [verdict for _, verdict in shown(room)].count("taken_back") == 2
    assert [verdict for _, verdict in shown(room)].count("matched") == 1


def test_a_reversal_that_came_first_finds_its_credit_later(room: Room) -> None:
    payment = asked(room)
    imports(room, back(payment.reference))
    assert shown(room) == [(-7500, "unpaired")]
    imports(room, line(payment.reference, 7500))
    assert shown(room) == [(-7500, "taken_back"), (7500, "taken_back")]


def test_the_reversal_of_a_confirmed_payment_is_a_to_do_and_leads_to_its_chargeback(
    room: Room,
) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 7500))
    confirms(room, entry(room, 7500))
    imports(room, back(payment.reference))
    (row,) = matching.new(room.session, room.operator)
    assert (row.verdict, row.code, row.thing_id, row.asked_minor) == (
        "chargeback", payment.reference, payment.id, 7500,
    )  # fmt: skip
    assert todos(room) == ["reversal"]
    assert taking_back.charge_back(
        room.session, row.entry, payment, 7500, reason="Recalled", by=room.operator, at=later()
    )
    assert room.held(room.milestones[0]) == 0 and room.milestones[0].state == "planned"
    assert (row.entry.state, row.entry.settled_kind) == ("booked", "chargeback")
    assert todos(room) == ["chargeback"] and shown(room) == []
    assert audit.audit(room.session) == []
    with pytest.raises(WrongState, match=r"entry\.decided"):
        taking_back.charge_back(
            room.session, row.entry, payment, 7500, reason="Again", by=room.operator, at=later()
        )


def test_the_reversal_of_what_was_confirmed_by_hand_leads_to_its_chargeback(room: Room) -> None:
    payment = asked(room)
    confirming.confirm(room.session, payment, received_minor=7500, by=room.operator, at=NOON)
    imports(room, back(payment.reference))
    assert shown(room) == [(-7500, "chargeback")] and todos(room) == ["reversal"]
    chargebacks.charge_back(
        room.session, payment, 7500, reason="Recalled", by=room.operator, at=later()
    )
    assert shown(room) == [(-7500, "charged_back")]
    placing.set_aside(room.session, entry(room, -7500), by=room.operator, at=later())
    assert todos(room) == ["chargeback"]


def test_the_reversal_of_one_part_charges_that_part_back(room: Room) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 5000), line(payment.reference, 2500))
    confirms(room, entry(room, 5000), entry(room, 2500))
    imports(room, back(payment.reference, -2500))
    (row,) = matching.new(room.session, room.operator)
    part = room.session.get_one(Payment, row.thing_id)
    assert row.verdict == "chargeback" and part.received_minor == 2500


def test_above_the_limit_a_second_person_confirms_the_chargeback_and_the_line_with_it(
    room: Room,
) -> None:
    second = mallory(room.session)
    second.is_bookkeeper = True
    payment = asked(room)
    imports(room, line(payment.reference, 7500))
    confirms(room, entry(room, 7500))
    board.set_limits(
        room.session, tolerance_minor=0, two_operator_minor=5000, by=room.operator, at=NOON
    )
    imports(room, back(payment.reference))
    debit = entry(room, -7500)
    done = taking_back.charge_back(
        room.session, debit, payment, 7500, reason="Recalled", by=room.operator, at=later()
    )
    assert not done and shown(room) == [(-7500, "prepared")]
    ((prepared, _name),) = preparing.waiting(room.session)
    seconding.second(room.session, prepared, by=second, at=later())
    assert debit.state == "booked" and shown(room) == []
    assert room.held(room.milestones[0]) == 0 and audit.audit(room.session) == []


def test_a_payment_that_was_prepared_is_not_booked_once_the_bank_took_it_back(room: Room) -> None:
    second = mallory(room.session)
    second.is_bookkeeper = True
    board.set_limits(
        room.session, tolerance_minor=0, two_operator_minor=5000, by=room.operator, at=NOON
    )
    payment = asked(room)
    imports(room, line(payment.reference, 7500))
    confirms(room, entry(room, 7500))
    imports(room, back(payment.reference))
    ((prepared, _name),) = preparing.waiting(room.session)
    with pytest.raises(WrongState, match=r"entry\.reversed"):
        seconding.second(room.session, prepared, by=second, at=later())


def test_the_reversal_of_money_in_suspense_is_said_and_cannot_be_assigned(room: Room) -> None:
    payment = asked(room)
    imports(room, line("no reference", 7500))
    credit = entry(room, 7500)
    placing.hold(room.session, credit, by=room.operator, at=NOON)
    imports(room, back("no reference"))
    assert shown(room) == [(-7500, "suspended")]
    with pytest.raises(WrongState, match=r"entry\.reversed"):
        placing.book(room.session, credit, payment.reference, by=room.operator, at=later())
    placing.send_back(room.session, credit, note="Recalled", by=room.operator, at=later())
    assert shown(room) == [(-7500, "undone")] and audit.audit(room.session) == []


def test_a_refund_whose_line_names_only_the_payment_is_not_taken_for_a_chargeback(
    room: Room,
) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 7500))
    confirms(room, entry(room, 7500))
    ending.end(room.session, room.engagement, by=room.freelancer, at=later())
    refund = room.session.scalars(select(Refund)).one()
    imports(room, line(f"Refund {payment.reference} Logo", -7500, value_on=NEXT))
    (row,) = matching.new(room.session, room.operator)
    assert (row.verdict, row.code) == ("refund_named", refund.code) and todos(room) == []
    books(room, row.entry, refund.code)
    assert refund.state == "settled"


def test_a_credit_whose_reversal_was_ignored_can_still_be_ignored_or_separated(
    room: Room,
) -> None:
    payment = asked(room)
    imports(room, line(payment.reference, 7500), back(payment.reference))
    placing.set_aside(room.session, entry(room, -7500), by=room.operator, at=later())
    taking_back.separate(room.session, entry(room, -7500), by=room.operator, at=later())
    assert shown(room) == [(7500, "matched")]


def test_a_debit_that_the_bank_reversed_is_not_matched_as_a_payment(room: Room) -> None:
    payment = asked(room)
    imports(room, replace(line(payment.reference, 7500), is_reversal=True))
    assert shown(room) == [(7500, "debit_reversed")]
    assert confirms(room, entry(room, 7500)) == 0


def test_a_returned_payout_still_came_back_and_one_that_went_out_never_did(room: Room) -> None:
    rooms.through(room, room.milestones[0])
    payout = payouts.ask(room.session, room.freelancer, 7500, "EUR", at=NOON)
    imports(room, line(payout.code, -7500))
    assert shown(room) == [(-7500, "matched")]
    confirms(room, entry(room, -7500))
    imports(room, replace(line(payout.code, 7500), is_reversal=True))
    assert shown(room) == [(7500, "returned")]
    books(room, entry(room, 7500), payout.code)
    assert payout.state == "failed" and room.balance(room.freelancer) == 7500


OWN = ["DE89 3704 0044 0532 0130 00", "de89370400440532013000", "12345678"]


@pytest.mark.parametrize("account", OWN)
def test_the_boards_own_account_is_never_the_payers(room: Room, account: str) -> None:
    own = "Acme, DE89 3704 0044 0532 0130 00, or 30-90-89 12345678"
    board.set_account(room.session, "EUR", own, by=room.operator, at=NOON)
    payment = asked(room)
    imports(room, line(payment.reference, 7500, other_account=account), account="x")
    assert entry(room, 7500).other_account == ""
    confirms(room, entry(room, 7500))
    assert payment.from_account == ""


def test_the_account_of_the_statement_is_never_the_payers(room: Room) -> None:
    statement = Statement("CSV", "1234", (line("rent", 100, other_account="1234"),))
    importing.keep(room.session, [statement], file_name="a", by=room.operator, at=NOON)
    assert room.session.scalars(select(BankEntry.other_account)).one() == ""
