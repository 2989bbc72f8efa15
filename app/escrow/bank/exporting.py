"""Refunds and payouts leave as one file for the bank: marked, so that none leaves twice unasked.

A file says “pay”; it does not say “paid”. What it named stays pending until the bank's statement
shows it, or somebody marks it as sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.bank import todo
from app.escrow.bank.models import BankExport
from app.escrow.bank.todo import TodoRow
from app.escrow.models import Payout, Refund
from app.escrow.office import authority, preparing
from app.kernel import events
from app.kernel.errors import NotFound, Refused, WrongState
from app.kernel.latin import latin
from app.people.models import Person

SEPA, CSV = "sepa", "csv"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One line of a file: whom to pay, how much, and the code that the statement will show."""

    id: str
    code: str
    name: str
    account: str
    amount_minor: int
    currency: str
    text: str


@dataclass(slots=True)
class Leaving:
    """What waits to leave: by SEPA (EUR to a valid IBAN), by the CSV (all other accounts), or by

    no file, since the name of whom to pay holds no letter that a bank can write.
    """

    sepa: list[Transfer] = field(default_factory=list)
    csv: list[Transfer] = field(default_factory=list)
    nameless: list[TodoRow] = field(default_factory=list)


def leaving(session: Session, by: Person, iban_in: Callable[[str], str]) -> Leaving:
    """All that waits to leave with a file.

    Left out: what left with a file already, and what concerns the person who asks.
    """
    found = Leaving()
    for row in (*todo.refunds(session), *todo.payouts(session)):
        if row.provider != "bank" or row.exported_at or not row.account.strip():
            continue
        if not authority.may_confirm(session, by, row.parties):
            continue
        iban = iban_in(row.account) if row.currency == "EUR" else ""
        if not latin(row.holder or row.person):
            found.nameless.append(row)
        else:
            (found.sepa if iban else found.csv).append(_transfer(row, iban))
    return found


def ready(session: Session, kind: str, by: Person, iban_in: Callable[[str], str]) -> list[Transfer]:
    """What may leave by one kind of file."""
    found = leaving(session, by, iban_in)
    return found.sepa if kind == SEPA else found.csv


def _transfer(row: TodoRow, iban: str) -> Transfer:
    return Transfer(
        id=row.id,
        code=row.code,
        name=row.holder or latin(row.person),
        account=iban or row.account,
        amount_minor=row.amount_minor,
        currency=row.currency,
        text=f"Refund {row.reference} {row.job}" if row.job else "Payout",
    )


def make(
    session: Session,
    kind: str,
    rows: Sequence[Transfer],
    write: Callable[[str], str],
    *,
    by: Person,
    at: datetime,
) -> BankExport | None:
    """Keep the file that `write` makes (given the file's id), and mark what is in it.

    None: its sum is above the board's limit, and a second person must ask for the same file.
    Raises NotFound, Refused `export.nothing`, and what `preparing.in_force` raises.
    """
    if not authority.sees_all_money(by):
        raise NotFound("money")
    if not rows:
        raise Refused("export.nothing")
    if not _in_force(session, kind, rows, by=by, at=at):
        return None
    export = BankExport(kind=kind, by_id=by.id, at=at, count=len(rows), content="")
    session.add(export)
    session.flush()
    export.content = write(export.id)
    ids = [row.id for row in rows]
    found: list[Refund | Payout] = [
        *session.scalars(select(Refund).where(Refund.id.in_(ids))),
        *session.scalars(select(Payout).where(Payout.id.in_(ids))),
    ]
    for one in found:
        if one.state != "pending" or one.export_id:
            raise WrongState("export.moved_on")
        one.export_id = export.id
    session.flush()
    events.record(
        session, "board", "export.made", by=by.id, at=at, subject=("export", export.id),
        facts={"kind": kind, "codes": [row.code for row in rows]}, tell=False,
    )  # fmt: skip
    return export


def _in_force(
    session: Session, kind: str, rows: Sequence[Transfer], *, by: Person, at: datetime
) -> bool:
    """The largest sum of one currency in the file is what the limit looks at."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, 0) + row.amount_minor
    over = [code for code in sums if preparing.needs_two(session, sums[code], code)]
    currency = over[0] if over else rows[0].currency
    codes = sorted(row.code for row in rows)
    return preparing.in_force(
        session, "export", kind, same=" ".join(codes), amount_minor=sums[currency],
        currency=currency, facts={"codes": codes}, stream="board", by=by, at=at,
    )  # fmt: skip


def load(session: Session, export_id: str, by: Person) -> BankExport:
    """The file of that id, for operators and bookkeepers. Raises NotFound."""
    found = session.get(BankExport, export_id)
    if found is None or not authority.sees_all_money(by):
        raise NotFound(f"export {export_id}")
    return found


def lately(session: Session, most: int = 10) -> list[BankExport]:
    """The newest files."""
    query = select(BankExport).order_by(BankExport.at.desc(), BankExport.id).limit(most)
    return list(session.scalars(query))


def again(session: Session, thing: Refund | Payout, *, by: Person, at: datetime) -> None:
    """The bank did not take it: let it leave with the next file, too.

    Raises NotFound, Refused, WrongState `export.moved_on`.
    """
    what = "payout" if isinstance(thing, Payout) else "refund"
    if not authority.sees_all_money(by):
        raise NotFound(what)
    if thing.state != "pending" or not thing.export_id:
        raise WrongState("export.moved_on")
    thing.export_id = None
    session.flush()
    events.record(
        session, "board", "export.again", by=by.id, at=at, subject=(what, thing.id),
        facts={"code": thing.code}, tell=False,
    )  # fmt: skip
