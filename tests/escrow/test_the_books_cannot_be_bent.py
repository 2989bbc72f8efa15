"""ARCHITECTURE, Data: what the database itself refuses, whoever writes the statement."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger
from app.kernel import events
from app.kernel.base import stamp
from app.kernel.writing import writing
from tests import databases
from tests.stories import NOON

AT = stamp(NOON)
NEXT: dict[str, Any] = {
    "seq": 3, "from_id": 1, "to_id": 2, "currency": "USD", "amount": 100, "key": "forged",
    "event_id": 1, "at": AT,
}  # fmt: skip
"""A transfer that would fit; ids 1 (bank) and 2 (held) are of `books`."""

INSERT = text(
    "INSERT INTO transfers (seq, from_id, to_id, currency, amount, key, event_id, at, "
    "previous_hash, hash) VALUES (:seq, :from_id, :to_id, :currency, :amount, :key, :event_id, "
    ":at, :previous_hash, :hash)"
)


@pytest.fixture(scope="module")
def written(boards: databases.Databases) -> Iterator[str]:
    """Books that no test of this module changes: what it tries is refused, or rolled back."""
    with boards.fresh() as url:
        with databases.opened(url) as session, writing(session):
            write(session)
        yield url


@pytest.fixture
def books(written: str) -> Iterator[Session]:
    """The books, on a connection that no other test has turned down."""
    with databases.opened(written) as session:
        yield session


def write(session: Session) -> None:
    """Two transfers: 500 came from the bank, 200 of it were released."""
    event = events.record(session, "board", "test", by=None, at=NOON, subject=("test", "1"))
    pairs = (
        (accounts.bank("bank"), accounts.held("m1"), 500),
        (accounts.held("m1"), accounts.balance("p1"), 200),
    )
    for number, (source, target, amount) in enumerate(pairs):
        ledger.transfer(
            session, source=source, target=target, currency="USD", amount_minor=amount,
            key=f"key:{number}", event_id=event.id, at=NOON,
        )  # fmt: skip
    session.execute(
        text(
            "INSERT INTO accounts (id, name, kind, owner_id, currency, floor, balance, last_seq) "
            "VALUES (90, 'held:m9', 'held', 'm9', 'EUR', 1, 0, 0)"
        )
    )
    assert ledger.verify(session) == []


def forge(session: Session, *, right_hash: bool = True, **changes: Any) -> None:
    """Write a transfer past the ledger's door, with a hash that fits (or does not)."""
    row = NEXT | {"previous_hash": ledger.head(session)[1]} | changes
    parts = [row[name] for name in (*NEXT, "previous_hash")]
    row["hash"] = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    if not right_hash:
        row["hash"] = "f" * 64
    session.execute(INSERT, row)


def test_a_transfer_that_fits_is_taken(books: Session) -> None:
    forge(books)
    assert ledger.verify(books) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"seq": 4}, id="a gap in the sequence"),
        pytest.param({"seq": 2}, id="a number that is taken"),
        pytest.param({"seq": 0}, id="a number before the first"),
        pytest.param({"seq": -1}, id="a negative number"),
        pytest.param({"previous_hash": "0" * 64}, id="another chain"),
        pytest.param({"right_hash": False}, id="a forged hash"),
        pytest.param({"key": "key:0"}, id="a key that was used"),
        pytest.param({"from_id": 2, "to_id": 3, "amount": 301}, id="an overdraft"),
        pytest.param({"from_id": 3, "amount": 201}, id="an overdraft of a balance"),
        pytest.param({"from_id": 90, "to_id": 1, "amount": 1}, id="out of an empty account"),
        pytest.param({"amount": "100 "}, id="text that looks like a number"),
        pytest.param({"amount": "NaN"}, id="no number"),
        pytest.param({"from_id": 78}, id="from an account that is not there"),
        pytest.param({"currency": "usd"}, id="a currency in other letters"),
        pytest.param({"to_id": 90}, id="wrong currency of one account"),
        pytest.param({"currency": "EUR"}, id="wrong currency of the row"),
        pytest.param({"amount": 0}, id="nothing"),
        pytest.param({"amount": -5}, id="a negative amount"),
        pytest.param({"to_id": 1}, id="from an account to itself"),
        pytest.param({"to_id": 77}, id="an account that is not there"),
        pytest.param({"amount": "1.5"}, id="a fraction as text"),
        pytest.param({"amount": 1.5}, id="a fraction"),
    ],
)
def test_the_database_refuses_a_transfer_with(books: Session, changes: dict[str, Any]) -> None:
    with pytest.raises(DBAPIError):
        forge(books, **changes)
    books.rollback()
    assert ledger.verify(books) == []


BENDING = [
    "UPDATE transfers SET amount = 1 WHERE seq = 1",
    "UPDATE transfers SET key = 'other' WHERE seq = 2",
    "DELETE FROM transfers WHERE seq = 2",
    "DELETE FROM transfers",
    "UPDATE accounts SET balance = 1000 WHERE id = 2",
    "UPDATE accounts SET balance = balance + 500, last_seq = 1 WHERE id = 2",
    "UPDATE accounts SET floor = 0, kind = 'loss' WHERE id = 2",
    "UPDATE accounts SET currency = 'EUR' WHERE id = 2",
    "UPDATE accounts SET name = 'held:other' WHERE id = 2",
    "UPDATE accounts SET last_seq = 0",
    "DELETE FROM accounts WHERE id = 90",
    "INSERT INTO accounts (name, kind, owner_id, currency, floor, balance, last_seq) "
    "VALUES ('balance:x', 'balance', 'x', 'USD', 1, 5, 0)",
    "INSERT INTO accounts (name, kind, owner_id, currency, floor, balance, last_seq) "
    "VALUES ('held:x', 'held', 'x', 'USD', 0, 0, 0)",
    "INSERT INTO accounts (name, kind, owner_id, currency, floor, balance, last_seq) "
    "VALUES ('held:m1', 'held', 'm1', 'USD', 1, 0, 0)",
    "UPDATE ledger_head SET seq = 1",
    "UPDATE ledger_head SET hash = 'x'",
    "INSERT INTO ledger_head (id, seq, hash) VALUES (2, 0, 'x')",
    "DELETE FROM ledger_head",
    "UPDATE postings SET balance = 9",
    "DELETE FROM postings",
    "INSERT INTO postings (account_id, seq, balance) VALUES (2, 1, 9)",
    "INSERT INTO postings (account_id, seq, balance) VALUES (90, 2, 0)",
    "INSERT INTO transfers SELECT seq, from_id, to_id, currency, 1, key, event_id, at, "
    "previous_hash, hash FROM transfers WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET amount = 1",
    "INSERT INTO transfers SELECT 3, from_id, to_id, currency, 1, key, event_id, at, "
    "previous_hash, hash FROM transfers WHERE seq = 2 ON CONFLICT (key) DO UPDATE SET amount = 1",
    "INSERT INTO accounts SELECT * FROM accounts WHERE id = 2 "
    "ON CONFLICT (id) DO UPDATE SET balance = 9",
    "INSERT INTO accounts (name, kind, owner_id, currency, floor, balance, last_seq) "
    "VALUES ('held:m1', 'held', 'm1', 'USD', 1, 0, 0) "
    "ON CONFLICT (name, currency) DO UPDATE SET balance = accounts.balance + 9",
    "INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, 'x') "
    "ON CONFLICT (id) DO UPDATE SET seq = 0",
    "INSERT INTO postings SELECT account_id, seq, 9 FROM postings WHERE account_id = 2 "
    "ON CONFLICT (account_id, seq) DO UPDATE SET balance = 9",
    "INSERT INTO events SELECT * FROM events WHERE id = 1 "
    "ON CONFLICT (id) DO UPDATE SET kind = 'other'",
    "WITH one AS (SELECT 2 AS id) UPDATE accounts SET balance = 9 WHERE id = (SELECT id FROM one)",
    "UPDATE accounts SET balance = 500.5 WHERE id = 2",
    "UPDATE accounts SET balance = -1 WHERE id = 1",
    "UPDATE accounts SET floor = 0",
    "UPDATE accounts SET owner_id = 'm2' WHERE id = 2",
    "UPDATE accounts SET id = 91 WHERE id = 90",
    "INSERT INTO accounts (name, kind, owner_id, currency, floor, balance, last_seq) "
    "VALUES ('held:x', 'held', 'x', 'USD', 1, 0, 1)",
    "INSERT INTO accounts (name, kind, owner_id, currency, floor, balance, last_seq) "
    "VALUES ('held:x', 'held', 'x', 'USD', 1, 0.5, 0)",
    "UPDATE transfers SET from_id = to_id, to_id = from_id",
    "UPDATE transfers SET hash = previous_hash",
    "UPDATE transfers SET event_id = 2",
    "UPDATE transfers SET at = '2020-01-01'",
    "DELETE FROM transfers WHERE seq = (SELECT max(seq) FROM transfers)",
    "UPDATE ledger_head SET seq = seq + 1",
    "UPDATE ledger_head SET id = 2",
    "UPDATE postings SET seq = seq + 1",
    "DELETE FROM postings WHERE seq = 1",
    "INSERT INTO postings (account_id, seq, balance) VALUES (2, 3, 300)",
    "INSERT INTO postings (account_id, seq, balance) VALUES (2, 2, 300.5)",
    "UPDATE events SET hash = 'x'",
    "UPDATE events SET words = 'other words'",
    "UPDATE events SET kind = 'other'",
    "UPDATE events SET facts = '[]'",
    "DELETE FROM events",
]
SQLITE_ONLY = [
    "REPLACE INTO transfers SELECT * FROM transfers WHERE seq = 1",
    "INSERT OR REPLACE INTO transfers SELECT seq, from_id, to_id, currency, 1, key, event_id, at, "
    "previous_hash, hash FROM transfers WHERE seq = 2",
    "REPLACE INTO accounts SELECT * FROM accounts WHERE id = 2",
    "REPLACE INTO accounts (id, name, kind, owner_id, currency, floor, balance, last_seq) "
    "VALUES (2, 'held:m1', 'held', 'm1', 'USD', 1, 0, 0)",
    "REPLACE INTO ledger_head (id, seq, hash) VALUES (1, 0, 'x')",
    "REPLACE INTO postings SELECT * FROM postings WHERE seq = 2",
    "REPLACE INTO postings SELECT account_id, seq, 9 FROM postings WHERE seq = 2",
    "REPLACE INTO events SELECT * FROM events WHERE id = 1",
    "REPLACE INTO transfers SELECT seq + 1, from_id, to_id, currency, amount, key, event_id, at, "
    "hash, hash FROM transfers WHERE seq = 2",
    "UPDATE OR REPLACE ledger_head SET seq = 0",
    "UPDATE OR IGNORE postings SET balance = 9",
    "UPDATE OR REPLACE transfers SET seq = 1 WHERE seq = 2",
    "UPDATE OR IGNORE accounts SET balance = 9 WHERE id = 2",
]
POSTGRESQL_ONLY = [
    "TRUNCATE transfers CASCADE",
    "TRUNCATE accounts CASCADE",
    "TRUNCATE ledger_head",
    "TRUNCATE events CASCADE",
    "TRUNCATE postings",
    "TRUNCATE transfers, accounts, postings, ledger_head RESTART IDENTITY CASCADE",
    "TRUNCATE ONLY postings",
    "DELETE FROM transfers USING accounts WHERE accounts.id = transfers.to_id",
    "UPDATE accounts SET balance = 9 FROM transfers WHERE accounts.id = transfers.to_id",
    "MERGE INTO accounts USING (SELECT 2 AS id) one ON accounts.id = one.id "
    "WHEN MATCHED THEN UPDATE SET balance = 9",
    "MERGE INTO transfers USING (SELECT 2 AS seq) one ON transfers.seq = one.seq "
    "WHEN MATCHED THEN DELETE",
]


@pytest.mark.parametrize("statement", BENDING)
def test_the_database_refuses(books: Session, statement: str) -> None:
    refuse(books, statement)


@pytest.mark.parametrize("statement", SQLITE_ONLY + POSTGRESQL_ONLY)
def test_the_database_refuses_its_own_ways_around(books: Session, statement: str) -> None:
    wanted = "sqlite" if statement in SQLITE_ONLY else "postgresql"
    if books.get_bind().dialect.name == wanted:
        refuse(books, statement)


@pytest.mark.parametrize("guard", ["recursive_triggers", "foreign_keys"])
@pytest.mark.parametrize("statement", SQLITE_ONLY)
def test_sqlite_refuses_them_with_its_guards_turned_down(
    books: Session, statement: str, guard: str
) -> None:
    if books.get_bind().dialect.name == "sqlite":
        turn_down(books, guard)
        refuse(books, statement)


def turn_down(books: Session, guard: str) -> None:
    """Before the transaction begins: within one, SQLite does not listen."""
    raw: Any = books.connection().connection.driver_connection
    raw.execute("ROLLBACK")
    raw.execute(f"PRAGMA {guard}=OFF")
    raw.execute("BEGIN IMMEDIATE")
    assert books.scalar(text(f"PRAGMA {guard}")) == 0


def test_money_is_bound_as_whole_numbers_only(books: Session) -> None:
    from app.escrow.models import Transfer

    for amount in (1.0, "1", True):
        with pytest.raises(StatementError):
            books.add(Transfer(**NEXT | {"amount": amount}, previous_hash="", hash=""))
            books.flush()
        books.rollback()


def refuse(session: Session, statement: str) -> None:
    """The statement fails, or at least bends nothing."""
    before = session.execute(text("SELECT id, balance FROM accounts ORDER BY id")).all()
    session.rollback()
    with pytest.raises(DBAPIError):
        session.execute(text(statement))
    session.rollback()
    assert session.execute(text("SELECT id, balance FROM accounts ORDER BY id")).all() == before
    assert ledger.verify(session) == []
