"""RULES, payment methods: money is never taken twice, nor credited on the bank's word alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adapters.bank import reading
from app.escrow import accounts, audit, ledger, references
from app.escrow.bank import importing, matching, placing
from app.escrow.bank.lines import Line, Statement
from app.escrow.bank.models import BankEntry
from app.escrow.incoming import confirming, funding
from app.escrow.models import Milestone, Payment, Transfer
from app.escrow.outgoing import payouts, refunds
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people.models import Person
from tests import rooms
from tests.people import mallory
from tests.rooms import Room
from tests.stories import NOON, later

DAY = date(2026, 11, 3)


@pytest.fixture
def room(session: Session) -> Room:
    return rooms.agreed(session, currency="EUR")


def asked(room: Room, place: int = 0) -> Payment:
    return funding.start(
        room.session, room.engagement, [room.milestones[place]], provider="bank", by=room.client,
        at=NOON,
    )  # fmt: skip


def came(text: str, amount: int = 7500, **more: object) -> Line:
    facts = {"bank_id": f"{text} {amount}", "name": "Ana Ruiz", "other_account": "ES91", **more}
    return Line(DAY, str(facts.pop("currency", "EUR")), amount, text=text, **facts)  # type: ignore[arg-type]


def imports(room: Room, *lines: Line, account: str = "DE89", by: Person | None = None) -> object:
    statement = Statement("CAMT.053", account, lines)
    return importing.keep(
        room.session, [statement], file_name="a.xml", by=by or room.operator, at=NOON
    )


def verdicts(room: Room, person: Person | None = None) -> list[str]:
    return [row.verdict for row in matching.new(room.session, person or room.operator)]


def entries(room: Room) -> list[BankEntry]:
    return list(room.session.scalars(select(BankEntry).order_by(BankEntry.value_on, BankEntry.id)))


def confirms(room: Room, by: Person | None = None) -> int:
    shown = [entry.id for entry in entries(room)]
    done = placing.confirm_matched(room.session, shown, by=by or room.operator, at=later())
    assert audit.audit(room.session) == []
    return len(done)


def transfers(room: Room) -> int:
    return room.session.scalar(select(func.count()).select_from(Transfer)) or 0


def in_suspense(room: Room, currency: str = "EUR") -> int:
    return ledger.balance(room.session, accounts.suspense(), currency)


def writings(reference: str) -> list[str]:
    """How people type a reference."""
    plain = reference.replace("-", "")
    return [
        reference, reference.lower(), plain, plain.lower(), " ".join(plain), f"Rent{plain}thanks",
        reference.replace("-", " "), f"INV 12/{reference}, A. Ruiz", reference.replace("-", "–"),
    ]  # fmt: skip


@pytest.mark.parametrize("style", range(9))
def test_what_matches_is_booked_with_one_press_however_the_reference_is_typed(
    room: Room, style: int
) -> None:
    payment = asked(room)
    imports(room, came(writings(payment.reference)[style]))
    assert verdicts(room) == ["matched"]
    assert payment.state == "pending" and room.held(room.milestones[0]) == 0
    assert confirms(room) == 1
    assert (payment.state, room.held(room.milestones[0])) == ("settled", 7500)
    assert (payment.paid_by, payment.from_account) == ("Ana Ruiz", "ES91")
    assert payment.value_on == DAY and payment.confirmed_by == room.operator.id
    assert entries(room)[0].settled_id == payment.id


def test_the_same_statement_twice_and_overlapping_ones_book_once(room: Room) -> None:
    first, second = asked(room, 0), asked(room, 1)
    one, two = came(first.reference), came(second.reference)
    assert imports(room, one) == importing.Imported(1, 0)
    assert imports(room, one) == importing.Imported(0, 1)
    assert confirms(room) == 1
    assert imports(room, one, two) == importing.Imported(1, 1)
    assert confirms(room) == 1
    assert imports(room, one, two) == importing.Imported(0, 2)
    assert confirms(room) == 0
    assert [room.held(one) for one in room.milestones[:2]] == [7500, 7500]
    assert len(entries(room)) == 2


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "statements").iterdir()), ids=lambda path: path.name
)
def test_a_file_of_each_format_is_taken_once(room: Room, path: Path) -> None:
    statements = reading.read(path.read_bytes())
    count = sum(len(one.lines) for one in statements)
    for expected in (importing.Imported(count, 0), importing.Imported(0, count)):
        kept = importing.keep(
            room.session, statements, file_name=path.name, by=room.operator, at=NOON
        )
        assert kept == expected
    assert not any(entry.twin for entry in entries(room))


def test_lines_without_an_id_of_the_bank_are_told_apart_by_what_they_say(room: Room) -> None:
    payment = asked(room)
    line = replace(came(payment.reference), bank_id="")
    assert imports(room, line, line) == importing.Imported(2, 0)
    assert imports(room, line) == importing.Imported(0, 1)
    assert verdicts(room) == ["matched", "double"]
    assert confirms(room) == 1
    assert verdicts(room) == ["settled"]
    assert room.held(room.milestones[0]) == 7500 and room.balance(room.client) == 0


def test_two_lines_of_one_id_from_other_payers_are_both_kept_and_marked(room: Room) -> None:
    line = came("rent", bank_id="POS")
    imports(room, line)
    assert imports(room, replace(line, name="Mei Tan")) == importing.Imported(1, 0)
    assert imports(room, replace(line, name="Mei Tan")) == importing.Imported(0, 1)
    assert imports(room, replace(line, name="ANA RUIZ")) == importing.Imported(0, 1)
    assert sorted(entry.twin for entry in entries(room)) == [False, True]


def test_the_same_line_from_another_format_is_marked_and_books_nothing_twice(room: Room) -> None:
    payment = asked(room)
    line = came(payment.reference)
    imports(room, line)
    imports(room, replace(line, bank_id="", name=""), account="")
    assert [row.entry.twin for row in matching.new(room.session, room.operator)].count(True) == 1
    assert confirms(room) == 1
    assert verdicts(room) == ["settled"] and room.balance(room.client) == 0


def test_the_same_line_on_two_accounts_is_two_lines(room: Room) -> None:
    assert imports(room, came("rent"), account="A") == importing.Imported(1, 0)
    assert imports(room, came("rent"), account="B") == importing.Imported(1, 0)


Change = Callable[[Payment, int], Line]
WRONG: list[tuple[str, Change]] = [
    *[
        ("short", lambda p, n: came(p.reference, p.amount_minor - 1 - n * 7)),
        ("over", lambda p, n: came(p.reference, p.amount_minor + 1 + n * 11)),
        ("currency", lambda p, n: came(p.reference, currency=("USD", "GBP", "CHF", "JPY")[n % 4])),
        ("unknown", lambda _p, _n: came(references.new())),
        ("unknown", lambda p, n: came(_slip(p.reference, n))),
        ("unknown", lambda p, n: came(_swapped(p.reference, n))),
        ("unknown", lambda p, n: came(p.reference[: 4 + n % 7])),
        ("unknown", lambda p, _n: came(p.reference, -p.amount_minor)),
        (
            "unknown",
            lambda _p, n: came(("", "rent", "MP", "Invoice 2026-11", "MO-2345-678K")[n % 5]),
        ),
        ("unknown", lambda p, _n: came(p.id)),
    ]
]
"""Ten ways in which money is not what was asked for; each is tried in ten sizes."""


def _slip(reference: str, place: int) -> str:
    """One sign mistyped."""
    at = (3, 4, 5, 6, 8, 9, 10, 11)[place % 8]
    sign = "Z" if reference[at] != "Z" else "Y"
    return reference[:at] + sign + reference[at + 1 :]


def _swapped(reference: str, place: int) -> str:
    """Two neighbours swapped; where they are alike, one mistyped."""
    at = (3, 4, 5, 8, 9)[place % 5]
    one, two = reference[at], reference[at + 1]
    if one == two:
        return _slip(reference, place)
    return reference[:at] + two + one + reference[at + 2 :]


def test_of_100_wrong_amounts_currencies_and_references_none_is_credited_by_itself(
    room: Room,
) -> None:
    payment = asked(room)
    before = transfers(room)
    for number in range(10):
        for place, (_, change) in enumerate(WRONG):
            line = replace(change(payment, number), bank_id=f"{number}/{place}")
            assert imports(room, line) == importing.Imported(1, 0)
    assert len(entries(room)) == 100
    assert sorted(verdicts(room)) == sorted(verdict for verdict, _ in WRONG * 10)
    assert confirms(room) == 0
    assert transfers(room) == before and payment.state == "pending"
    assert room.held(room.milestones[0]) == room.balance(room.client) == 0
    assert imports(room, came(payment.reference)) == importing.Imported(1, 0)
    assert confirms(room) == 1 and room.held(room.milestones[0]) == 7500
    assert room.balance(room.client) == 0


def test_late_money_cancels_the_payment_that_was_begun_in_its_place(room: Room) -> None:
    first = asked(room)
    funding.cancel(room.session, first, by=room.client, at=NOON)
    again = asked(room)
    imports(room, came(first.reference))
    (entry,) = entries(room)
    placing.book(room.session, entry, first.reference, by=room.operator, at=later())
    assert (first.state, again.state) == ("settled", "cancelled")
    assert room.held(room.milestones[0]) == 7500 and audit.audit(room.session) == []


def test_money_for_what_is_settled_cancelled_or_named_with_another_is_not_credited(
    room: Room,
) -> None:
    settled, cancelled, waits = asked(room, 0), asked(room, 1), asked(room, 2)
    confirming.confirm(room.session, settled, received_minor=7500, by=room.operator, at=NOON)
    funding.cancel(room.session, cancelled, by=room.client, at=NOON)
    imports(room, came(settled.reference), came(cancelled.reference))
    imports(room, came(f"{cancelled.reference} {waits.reference}"))
    assert sorted(verdicts(room)) == ["cancelled", "settled", "several"]
    before = transfers(room)
    assert confirms(room) == 0 and transfers(room) == before


def test_too_little_and_too_much_are_confirmed_by_an_act_of_their_own(room: Room) -> None:
    little, much = asked(room, 0), asked(room, 1)
    imports(room, came(little.reference, 5000), came(much.reference, 8000))
    for row in matching.new(room.session, room.operator):
        placing.book(room.session, row.entry, row.code, by=room.operator, at=later())
    assert [room.held(one) for one in room.milestones[:2]] == [5000, 7500]
    assert room.balance(room.client) == 500
    assert audit.audit(room.session) == []
    with pytest.raises(WrongState, match=r"entry\.decided"):
        placing.book(room.session, entries(room)[0], much.reference, by=room.operator, at=later())


def test_a_line_settles_nothing_in_another_currency_and_nothing_unknown(room: Room) -> None:
    payment = asked(room)
    imports(room, came("rent"), came("rent", currency="USD"))
    for entry in entries(room):
        for code in ("", "rent", references.new(), "MO-2345-678K"):
            with pytest.raises(Invalid, match=r"entry\.unknown"):
                placing.book(room.session, entry, code, by=room.operator, at=NOON)
    foreign = next(one for one in entries(room) if one.currency == "USD")
    with pytest.raises(Invalid, match=r"entry\.currency"):
        placing.book(room.session, foreign, payment.reference, by=room.operator, at=NOON)
    assert payment.state == "pending"


def test_money_without_a_place_waits_in_suspense_until_it_is_assigned(room: Room) -> None:
    payment = asked(room)
    imports(room, came("no reference"))
    (entry,) = entries(room)
    placing.hold(room.session, entry, by=room.operator, at=NOON)
    assert in_suspense(room) == 7500 and placing.waiting(room.session) == (0, 1)
    assert audit.audit(room.session) == []
    with pytest.raises(WrongState):
        placing.hold(room.session, entry, by=room.operator, at=NOON)
    placing.book(room.session, entry, payment.reference, by=room.operator, at=later())
    assert in_suspense(room) == 0 and room.held(room.milestones[0]) == 7500
    assert placing.waiting(room.session) == (0, 0)
    assert ledger.balance(room.session, accounts.bank("bank"), "EUR") == -7500
    assert audit.audit(room.session) == []


def test_money_in_suspense_is_sent_back_once(room: Room) -> None:
    imports(room, came("no reference", currency="USD"))
    (entry,) = entries(room)
    placing.hold(room.session, entry, by=room.operator, at=NOON)
    placing.send_back(room.session, entry, note="By wire", by=room.operator, at=later())
    assert in_suspense(room, "USD") == 0 and entry.state == "sent_back"
    assert audit.audit(room.session) == []
    for act in (
        lambda: placing.send_back(room.session, entry, note="", by=room.operator, at=NOON),
        lambda: placing.hold(room.session, entry, by=room.operator, at=NOON),
        lambda: placing.set_aside(room.session, entry, by=room.operator, at=NOON),
        lambda: placing.take_up(room.session, entry, by=room.operator, at=NOON),
    ):
        with pytest.raises(WrongState, match=r"entry\.decided"):
            act()


def test_the_audit_sees_suspense_that_no_line_stands_for(room: Room) -> None:
    imports(room, came("no reference"))
    (entry,) = entries(room)
    placing.hold(room.session, entry, by=room.operator, at=NOON)
    entry.state = "new"
    room.session.flush()
    assert any("suspense" in problem for problem in audit.audit(room.session))


def test_a_line_that_is_set_aside_moves_nothing_and_can_be_taken_up_again(room: Room) -> None:
    imports(room, came("bank fee", -250))
    (entry,) = entries(room)
    before = transfers(room)
    with pytest.raises(Refused, match=r"entry\.went_out"):
        placing.hold(room.session, entry, by=room.operator, at=NOON)
    placing.set_aside(room.session, entry, by=room.operator, at=NOON)
    assert verdicts(room) == [] and transfers(room) == before
    placing.take_up(room.session, entry, by=room.operator, at=NOON)
    assert verdicts(room) == ["unknown"]


def test_an_outgoing_line_confirms_the_payout_or_refund_that_it_names(room: Room) -> None:
    first = room.milestones[0]
    rooms.through(room, first)
    payout = payouts.ask(room.session, room.freelancer, 7500, "EUR", at=NOON)
    refund = _refund(room, room.milestones[1])
    imports(
        room, came("Payout", -7500, end_to_end=payout.code), came(f"x {refund.code}", -500),
        came(payout.code, 7500, bank_id="returned"), came(payout.code, -7499),
    )  # fmt: skip
    assert sorted(verdicts(room)) == ["matched", "matched", "returned", "short"]
    assert confirms(room) == 2
    assert (payout.state, refund.state) == ("settled", "settled")
    assert sorted(verdicts(room)) == ["returned", "settled"]
    short = next(one for one in entries(room) if one.amount_minor == -7499)
    with pytest.raises(Invalid, match=r"entry\.amount"):
        placing.book(room.session, short, payout.code, by=room.operator, at=NOON)


def _refund(room: Room, milestone: Milestone) -> refunds.Refund:
    rooms.pays(room, milestone, received=500)
    (refund,) = refunds.refund(
        room.session, room.engagement, milestone, 500, source=accounts.held(milestone.id),
        why="terms", by=room.operator, at=NOON,
    )  # fmt: skip
    return refund


def test_a_party_confirms_nothing_of_their_own_by_a_statement(room: Room) -> None:
    payment = asked(room)
    room.client.is_operator = True
    imports(room, came(payment.reference), by=room.client)
    assert verdicts(room, room.client) == ["yours"]
    assert confirms(room, room.client) == 0
    with pytest.raises(Refused, match=r"money\.own\.not_yours"):
        placing.book(room.session, entries(room)[0], payment.reference, by=room.client, at=NOON)
    assert verdicts(room) == ["matched"]


def test_only_operators_and_bookkeepers_touch_statements(room: Room) -> None:
    stranger = mallory(room.session)
    imports(room, came("rent"))
    (entry,) = entries(room)
    for act in (
        lambda: imports(room, came("rent"), by=stranger),
        lambda: placing.load(room.session, entry.id, stranger),
        lambda: confirms(room, stranger),
        lambda: placing.hold(room.session, entry, by=stranger, at=NOON),
        lambda: placing.set_aside(room.session, entry, by=stranger, at=NOON),
    ):
        with pytest.raises(NotFound):
            act()
        room.session.refresh(entry)
    bookkeeper = stranger
    bookkeeper.is_bookkeeper = True
    assert placing.load(room.session, entry.id, bookkeeper) is entry


def test_a_page_of_statements_asks_the_same_number_of_questions_however_many_lines(
    room: Room,
) -> None:
    from sqlalchemy import event

    count = [0]
    payments = [asked(room, place) for place in range(5)]
    imports(room, came(payments[0].reference))

    def questions() -> int:
        count[0] = 0
        matching.new(room.session, room.operator)
        return count[0]

    engine = room.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *_: count.__setitem__(0, count[0] + 1))
    one = questions()
    imports(room, *(came(payment.reference, 7000) for payment in payments), *(
        came(f"rent {number}") for number in range(40)
    ))  # fmt: skip
    assert questions() == one
