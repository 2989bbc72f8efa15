"""Money never moves twice, and never moves what is not there."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger
from app.escrow.accounts import AccountName
from app.kernel import events
from app.kernel.errors import Refused
from tests.stories import NOON

BANK, HELD, PERSON = accounts.bank("bank"), accounts.held("m1"), accounts.balance("p1")


def move(session: Session, source: AccountName, target: AccountName, amount: int, key: str) -> int:
    event = events.record(session, "board", "test", by=None, at=NOON, subject=("test", "1"))
    return ledger.transfer(
        session, source=source, target=target, currency="USD", amount_minor=amount, key=key,
        event_id=event.id, at=NOON,
    )  # fmt: skip


def test_a_transfer_moves_both_balances(session: Session) -> None:
    move(session, BANK, HELD, 500, "a")
    assert ledger.balance(session, BANK, "USD") == -500
    assert ledger.balance(session, HELD, "USD") == 500
    assert ledger.balance(session, HELD, "EUR") == 0


def test_the_same_key_with_the_same_content_moves_nothing_again(session: Session) -> None:
    assert move(session, BANK, HELD, 500, "a") == move(session, BANK, HELD, 500, "a") == 1
    assert ledger.balance(session, HELD, "USD") == 500


@pytest.mark.parametrize(("target", "amount"), [(HELD, 501), (PERSON, 500)])
def test_the_same_key_with_other_content_is_a_conflict(
    session: Session, target: AccountName, amount: int
) -> None:
    move(session, BANK, HELD, 500, "a")
    with pytest.raises(Refused, match=r"ledger\.key_conflict"):
        move(session, BANK, target, amount, "a")


def test_held_accounts_never_go_below_zero(session: Session) -> None:
    move(session, BANK, HELD, 500, "a")
    with pytest.raises(Refused, match=r"ledger\.too_little"):
        move(session, HELD, PERSON, 501, "b")


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5"])
def test_only_whole_positive_amounts_move(session: Session, amount: int) -> None:
    with pytest.raises(Refused, match=r"ledger\.bad_amount"):
        move(session, BANK, HELD, amount, "a")


def test_verify_finds_what_was_changed_behind_the_guards(session: Session) -> None:
    for number in range(4):
        move(session, BANK, HELD, 100, f"key:{number}")
    assert ledger.verify(session) == []
    for name, table in (("transfers_no_update", "transfers"), ("accounts_guard", "accounts")):
        where = f" ON {table}" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER milepost_{name}{where}"))
    session.execute(text("UPDATE transfers SET amount = 90 WHERE seq = 2"))
    session.execute(text("UPDATE accounts SET balance = balance - 10 WHERE name = 'held:m1'"))
    problems = "; ".join(ledger.verify(session))
    assert "transfer 2 does not fit its chain" in problems
    assert "sum to -10" in problems


def test_verify_finds_a_missing_tail(session: Session) -> None:
    for number in range(3):
        move(session, BANK, HELD, 100, f"key:{number}")
    where = " ON transfers" if session.get_bind().dialect.name == "postgresql" else ""
    session.execute(text(f"DROP TRIGGER milepost_transfers_no_delete{where}"))
    session.execute(text("DELETE FROM transfers WHERE seq = 3"))
    assert "the ledger's head does not match its last transfer" in ledger.verify(session)
