"""Issue 3, point 10: the ledger as beancount text, without an error and with the same balances."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import stories
from app.escrow import accounts, ledger
from app.escrow.models import Account
from app.escrow.papers import beancount
from app.kernel import events, money
from tests import rooms
from tests.stories import NOON

loader = pytest.importorskip("beancount.loader")


def balances(session: Session) -> dict[tuple[str, str], Decimal]:
    """What beancount makes of the export, by our names of the accounts, with our sign."""
    from beancount.core import data, realization

    text = "".join(beancount.export(session, 'A "board" of \\ bakers\n'))
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    ours = {one.account: one.meta["milepost"] for one in entries if isinstance(one, data.Open)}
    found = {}
    for real in realization.iter_children(realization.realize(entries)):
        for position in real.balance:
            found[ours[real.account], position.units.currency] = -position.units.number
    return found


def agrees(session: Session) -> None:
    rows = session.execute(select(Account.name, Account.currency, Account.balance))
    ours = {
        (name, currency): Decimal(balance).scaleb(-money.decimals(currency))
        for name, currency, balance in rows
        if balance
    }
    assert balances(session) == ours


def test_the_demos_ledger_exports_without_an_error_and_with_the_same_balances(
    session: Session, tmp_path: Path
) -> None:
    stories.tell(session, at=datetime(2026, 11, 20, 9, tzinfo=UTC), files_dir=tmp_path)
    agrees(session)


def test_disputes_export_too(session: Session) -> None:
    from app.escrow.disputes import ruling
    from tests import disputes

    room = disputes.funded(session)
    rooms.pays(room, room.milestones[1])
    case = disputes.called(room, 4000)
    ruling.rule(session, case, 1234, reason="So.", by=room.operator, at=NOON)
    disputes.opened(room, 100, milestone=room.milestones[1])
    agrees(session)


def test_an_empty_ledger_exports_too(session: Session) -> None:
    assert balances(session) == {}


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 301), ("BHD", 1), ("BHD", 1234567)])
def test_currencies_without_and_with_three_decimals_export_exactly(
    session: Session, currency: str, minor: int
) -> None:
    told = events.record(session, "board", "test", by=None, at=NOON, subject=("test", "1"))
    for number, (source, target) in enumerate(
        [
            (accounts.bank("bank"), accounts.held("7k4d")),
            (accounts.held("7k4d"), accounts.balance("Zoë_1")),
            (accounts.balance("Zoë_1"), accounts.prefunded("0a", "x-y")),
        ]
    ):
        for money_of in (currency, "USD"):
            ledger.transfer(
                session, source=source, target=target, currency=money_of,
                amount_minor=minor, key=f'key"\\{number}:{money_of}', event_id=told.id, at=NOON,
            )  # fmt: skip
    agrees(session)


def test_titles_cannot_imitate_a_directive(session: Session) -> None:
    room = rooms.agreed(session)
    first = room.milestones[0]
    first.title = 'x"\n2026-11-02 close Assets:Bank:BANK\n"\\'
    rooms.through(room, first)
    agrees(session)


def test_two_accounts_never_share_a_name() -> None:
    names = ["held:a", "held:A", "held:x61-", "held:-", "held:", "bank:a_b", "bank:ab", "bank:a-b"]
    written = [beancount.name_of(name) for name in names]
    assert len(set(written)) == len(names)
    for one in written:
        assert re.fullmatch(r"[A-Z][A-Za-z]+(:[A-Z0-9][A-Za-z0-9-]*)+", one)


def test_a_cent_that_is_missing_is_an_error(session: Session) -> None:
    rooms.through(room := rooms.agreed(session), room.milestones[0])
    text = "".join(beancount.export(session, "Board"))
    bent = text.replace("balance Assets:Bank:BANK  75.00", "balance Assets:Bank:BANK  75.01")
    assert bent != text
    assert loader.load_string(bent)[1]


def test_what_the_board_bore_exports_too(session: Session) -> None:
    from app.escrow.incoming import chargebacks
    from app.people.models import Board
    from tests.stories import later

    room = rooms.agreed(session)
    session.get_one(Board, 1).tolerance_minor = 5
    payment = rooms.pays(room, room.milestones[0], received=7495)
    chargebacks.reported(session, payment, 7495, reason="Recall", at=later(1))
    rooms.through(room, room.milestones[1])
    agrees(session)
    assert "Expenses:Loss" in "".join(beancount.export(session, "x"))
