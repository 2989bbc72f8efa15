"""The one door of money: nothing else writes transfers. See docs/decisions/0004.

Rows balance by construction: one account gives, one takes, one currency, one positive integer.
The database moves the balances, refuses overdrafts, and keeps the chain whole by itself.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import cast

from sqlalchemy import Select, Table, and_, func, insert, select
from sqlalchemy.orm import Session, aliased

from app.escrow.accounts import AccountName
from app.escrow.models import Account, LedgerHead, Posting, Transfer
from app.kernel.base import stamp
from app.kernel.errors import Refused
from app.kernel.events import GENESIS, Event

_accounts, _transfers = cast(Table, Account.__table__), cast(Table, Transfer.__table__)
_gave, _took = aliased(Posting), aliased(Posting)
_ALL = (
    select(_transfers, _gave.balance.label("gave"), _took.balance.label("took"))
    .outerjoin(_gave, and_(_gave.account_id == _transfers.c.from_id, _gave.seq == _transfers.c.seq))
    .outerjoin(_took, and_(_took.account_id == _transfers.c.to_id, _took.seq == _transfers.c.seq))
    .order_by(_transfers.c.seq)
)
_CURRENCIES = select(Account.id, Account.currency)


def transfer_hash(
    seq: int,
    from_id: int,
    to_id: int,
    currency: str,
    amount: int,
    key: str,
    event_id: int,
    at: str,
    previous_hash: str,
) -> str:
    """The SHA-256 that the database computes, too (`triggers._CONTENT`)."""
    parts = (seq, from_id, to_id, currency, amount, key, event_id, at, previous_hash)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def transfer(
    session: Session,
    *,
    source: AccountName,
    target: AccountName,
    currency: str,
    amount_minor: int,
    key: str,
    event_id: int,
    at: datetime,
) -> int:
    """Move `amount_minor` minor units from one account to another; returns the row's number.

    Args:
        key: the business fact that moves the money, such as `release:submission:42`. The same
            key with the same content moves nothing again and returns the first row's number.
        event_id: the event that says why.

    Raises Refused: `ledger.key_conflict` (same key, other content), `ledger.too_little` (the
    source would go below zero), `ledger.bad_amount` (not a positive whole number).
    """
    if type(amount_minor) is not int or amount_minor <= 0:
        raise Refused("ledger.bad_amount", amount=repr(amount_minor))
    from_id, to_id = _account(session, source, currency), _account(session, target, currency)
    content = (from_id, to_id, currency, amount_minor)
    done = session.execute(_by_key(key)).first()
    if done is not None:
        if (done.from_id, done.to_id, done.currency, done.amount) != content:
            raise Refused("ledger.key_conflict", key=key)
        return int(done.seq)
    if source.floor and _balance_of(session, from_id) < amount_minor:
        raise Refused("ledger.too_little", account=source.name)
    seq, previous = session.execute(select(LedgerHead.seq, LedgerHead.hash)).one()
    row = (seq + 1, *content, key, event_id, stamp(at), previous)
    names = ("seq", "from_id", "to_id", "currency", "amount", "key", "event_id", "at")
    values = dict(zip((*names, "previous_hash"), row, strict=True))
    session.execute(insert(_transfers).values(**values, hash=transfer_hash(*row)))
    return int(seq + 1)


def balance(session: Session, name: AccountName | str, currency: str) -> int:
    """What stands on an account, in minor units; zero where there is none yet."""
    text = name if isinstance(name, str) else name.name
    found = session.scalar(
        select(Account.balance).where(Account.name == text, Account.currency == currency)
    )
    return found or 0


def verify(session: Session) -> list[str]:
    """Recompute every transfer, the chain and all balances; the sentences say what is wrong."""
    problems: list[str] = []
    sums: dict[int, int] = {}
    last: dict[int, int] = {}
    currencies = {row.id: row.currency for row in session.execute(_CURRENCIES)}
    seq, previous = 0, GENESIS
    for row in session.execute(_ALL):
        seq += 1
        if row.seq != seq:
            problems.append(f"transfer {seq} is missing")
            seq = row.seq
        if row.previous_hash != previous or row.hash != transfer_hash(*row[:9]):
            problems.append(f"transfer {row.seq} does not fit its chain")
        previous = row.hash
        if row.amount <= 0 or {currencies.get(row.from_id), currencies.get(row.to_id)} != {
            row.currency
        }:
            problems.append(f"transfer {row.seq} is not one amount in one currency")
        for account, amount in ((row.from_id, -row.amount), (row.to_id, row.amount)):
            sums[account] = sums.get(account, 0) + amount
            last[account] = row.seq
        if (row.gave, row.took) != (sums[row.from_id], sums[row.to_id]):
            problems.append(f"transfer {row.seq} was not posted as it moved")
    if session.scalar(select(func.count()).select_from(Posting)) != 2 * seq:
        problems.append("there are postings without a transfer")
    head = session.execute(select(LedgerHead.seq, LedgerHead.hash)).first()
    if head is None or tuple(head) != (seq, previous):
        problems.append("the ledger's head does not match its last transfer")
    return problems + _wrong_balances(session, sums, last) + _without_event(session)


def head(session: Session) -> tuple[int, str]:
    """The last transfer's number and hash, to be told to somebody outside."""
    seq, text = session.execute(select(LedgerHead.seq, LedgerHead.hash)).one()
    return int(seq), str(text)


def _wrong_balances(session: Session, sums: dict[int, int], last: dict[int, int]) -> list[str]:
    problems = []
    totals: dict[str, int] = {}
    for row in session.execute(select(_accounts).order_by(Account.id)):
        totals[row.currency] = totals.get(row.currency, 0) + row.balance
        if row.balance != sums.get(row.id, 0) or row.last_seq != last.get(row.id, 0):
            problems.append(f"account {row.name} ({row.currency}) is not the sum of its transfers")
        if row.floor and row.balance < 0:
            problems.append(f"account {row.name} ({row.currency}) is below zero")
    return problems + [
        f"all balances in {currency} sum to {total}, not to zero"
        for currency, total in totals.items()
        if total
    ]


def _without_event(session: Session) -> list[str]:
    lost = session.scalars(
        select(Transfer.seq)
        .join(Event, Event.id == Transfer.event_id, isouter=True)
        .where(Event.id.is_(None))
    )
    return [f"transfer {seq} has no event that says why" for seq in lost]


def _account(session: Session, name: AccountName, currency: str) -> int:
    """The id of an account, opened empty where it is new."""
    found = session.scalar(
        select(Account.id).where(Account.name == name.name, Account.currency == currency)
    )
    if found is not None:
        return found
    row = insert(_accounts).values(
        name=name.name,
        kind=name.kind,
        owner_id=name.owner_id,
        currency=currency,
        floor=int(name.floor),
        balance=0,
        last_seq=0,
    )
    return int(session.execute(row.returning(Account.id)).scalar_one())


def _by_key(key: str) -> Select[int, int, int, str, int]:
    return select(
        Transfer.seq, Transfer.from_id, Transfer.to_id, Transfer.currency, Transfer.amount
    ).where(Transfer.key == key)


def _balance_of(session: Session, account_id: int) -> int:
    return session.scalar(select(Account.balance).where(Account.id == account_id)) or 0
