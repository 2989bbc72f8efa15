"""The whole ledger as beancount text, for bookkeepers' own tools. See docs/decisions/0040.

Beancount writes credits as negative numbers: what the board holds for people is a liability, and
what its bank has is an asset. So every figure is ours with the sign turned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow import ledger
from app.escrow.models import Account, Transfer
from app.escrow.papers.statements import ROWS, SOURCE, TARGET, said
from app.kernel import money

ROOTS = {"bank": "Assets", "loss": "Expenses", "fees": "Income"}
"""Where an account of a kind stands; all others are what the board owes somebody."""
_PLAIN = re.compile(r"[0-9a-z]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def export(session: Session, title: str) -> Iterator[str]:
    """The ledger in pieces of text: accounts, every transfer, and what stands at the end."""
    first = session.scalar(select(Transfer.at).order_by(Transfer.seq).limit(1))
    seq, head = ledger.head(session)
    yield f"; The ledger of {_line(title)}, {seq} transfers, written by Milepost.\n"
    yield f"; Its head: {head}\n"
    yield f"option {_quoted('title')} {_quoted(title)}\n"
    if first is None:
        return
    for currency in session.scalars(select(Account.currency).distinct().order_by("currency")):
        yield f'option "operating_currency" "{currency}"\n'
    yield "\n"
    yield from _opened(session, date.fromisoformat(first[:10]))
    last = date.fromisoformat(first[:10])
    for day, text in _moved(session):
        last = max(last, day)
        yield text
    yield "\n"
    yield from _standing(session, last + timedelta(days=1))


def name_of(name: str) -> str:
    """An account's name by beancount's rules; two of ours never become the same.

    >>> name_of("held:7k4d"), name_of("bank:test"), name_of("refund_in_transit:bank")
    ('Liabilities:Held:7K4D', 'Assets:Bank:TEST', 'Liabilities:RefundInTransit:BANK')
    """
    kind, *parts = name.split(":")
    words = "".join(word.capitalize() for word in kind.split("_"))
    return ":".join([ROOTS.get(kind, "Liabilities"), words, *map(_part, parts)])


def _part(text: str) -> str:
    """Small letters become large ones; any other sign becomes `X…-`, its number in hex."""
    signs = (sign.upper() if _PLAIN.fullmatch(sign) else f"X{ord(sign):X}-" for sign in text)
    return "".join(signs) or "X-"


def _opened(session: Session, day: date) -> Iterator[str]:
    rows = session.execute(select(Account.name, Account.currency).order_by(Account.id))
    known: dict[str, list[str]] = {}
    for name, currency in rows:
        known.setdefault(name, []).append(currency)
    for name, currencies in known.items():
        yield f"{day} open {name_of(name)} {','.join(currencies)}\n  milepost: {_quoted(name)}\n"


def _moved(session: Session) -> Iterator[tuple[date, str]]:
    query = (
        ROWS.add_columns(Transfer.hash, SOURCE.name.label("source"), TARGET.name.label("target"))
        .order_by(Transfer.seq)
        .execution_options(yield_per=1000)
    )
    for row in session.execute(query):
        when = datetime.fromisoformat(row.at)
        amount = money.plain(row.amount, row.currency)
        what = said(row.from_kind, row.to_kind, row.key)
        yield (
            when.date(),
            f"\n{when.date()} * {_quoted(what)} {_quoted(row.title or '')}\n"
            f"  transfer: {row.seq}\n  time: {_quoted(row.at)}\n"
            f"  key: {_quoted(row.key)}\n  hash: {_quoted(row.hash)}\n"
            f"  {name_of(row.source)}  {amount} {row.currency}\n"
            f"  {name_of(row.target)}  -{amount} {row.currency}\n",
        )


def _standing(session: Session, day: date) -> Iterator[str]:
    rows = session.execute(
        select(Account.name, Account.currency, Account.balance).order_by(Account.id)
    )
    for name, currency, balance in rows:
        amount = money.plain(-balance, currency)
        yield f"{day} balance {name_of(name)}  {amount} ~ 0 {currency}\n"


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _quoted(text: str) -> str:
    safe = _line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}"'
