"""What becomes of a line of a statement. Only these verbs move its money, each on somebody's word.

A line's state goes `new → booked | suspense | aside`, `suspense → booked | sent_back`, and
`aside → new`. Money in suspense is in the books, on an account of its own, and belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger, references
from app.escrow.accounts import AccountName
from app.escrow.bank import matching, reversals, settlement, subjects
from app.escrow.bank.models import BankEntry
from app.escrow.office import authority, preparing, tasks
from app.kernel import events
from app.kernel.errors import Invalid, NotFound, Refused, WrongState
from app.people.models import Person

BANK = "bank"


def load(session: Session, entry_id: str, by: Person) -> BankEntry:
    """The line of that id, for operators and bookkeepers. Raises NotFound."""
    found = session.get(BankEntry, entry_id)
    if found is None or not authority.sees_all_money(by):
        raise NotFound(f"bank entry {entry_id}")
    return found


def confirm_matched(
    session: Session, shown: Collection[str], *, by: Person, at: datetime
) -> list[BankEntry]:
    """Book every line among those shown that is matched still; returns them.

    Those above the board's limit are prepared, and stay `new`; of one payment only one is at a
    time. Parts of a payment are booked one after the other, whichever of them were shown.
    """
    if not authority.sees_all_money(by):
        raise NotFound("money")
    query = (
        select(BankEntry)
        .where(BankEntry.id.in_(list(shown)[: matching.MOST]), BankEntry.state == "new")
        .order_by(BankEntry.value_on, BankEntry.id)
    )
    done: list[BankEntry] = []
    over: set[str] = set()
    for row in matching.judged(session, by, list(session.scalars(query))):
        if row.verdict != matching.MATCHED or row.thing_id in over:
            continue
        if book(session, row.entry, row.code, by=by, at=at, more_follows=row.is_part):
            done.append(row.entry)
        if row.entry.state == "new" or not row.is_part:
            over.add(row.thing_id)
    return done


def book(
    session: Session,
    entry: BankEntry,
    code: str,
    *,
    by: Person,
    at: datetime,
    more_follows: bool = False,
) -> bool:
    """This line is that payment, refund or payout: it settles (or came back), the line with it.

    Money that came may be less or more than was asked for (too little waits for the rest, which a
    further line tops up; too much is the client's balance); money that went is exact.
    `more_follows`: the rest waits in another line. False: it waits for a second person, and
    the line with it. Raises NotFound, WrongState `entry.decided` or `entry.reversed`,
    Invalid `entry.unknown`, `entry.currency` or `entry.amount` (field `reference`), and what
    `confirming.confirm`, `refunds.settle` and `payouts.settle` raise.
    """
    _only(entry, "new", "suspense")
    if reversals.is_reversed(session, entry):
        raise WrongState("entry.reversed")
    codes = references.all_in(code, references.IN) if entry.amount_minor > 0 else []
    codes = codes or references.all_in(code, references.OUT)
    found = subjects.by_code(session, codes[0]) if len(codes) == 1 else None
    if found is None:
        raise Invalid("entry.unknown", field="reference")
    thing = found[0]
    if thing.currency != entry.currency:
        facts = {"asked": thing.currency, "currency": entry.currency}
        raise Invalid("entry.currency", field="reference", **facts)
    settled = settlement.settle(session, entry, thing, more_follows=more_follows, by=by, at=at)
    if not settled:
        return False
    entry.settled_kind, entry.settled_id = type(thing).__name__.lower(), settled
    held, entry.state = entry.state == "suspense", "booked"
    facts = {"code": codes[0], "what": entry.settled_kind, "from": "suspense" if held else "new"}
    told = _decide(session, entry, "entry.booked", facts, by=by, at=at)
    if held:  # the payment took its money from the bank, where it was booked out of before
        preparing.drop(session, "sent_back", entry.id, by=by, at=at)
        source, target = accounts.suspense(), accounts.bank(BANK)
        _move(session, entry, source, target, "assigned", told, at)
        tasks.settle(session, "suspense.old", ("bank_entry", entry.id), by=by, at=at)
    return True


def hold(session: Session, entry: BankEntry, *, by: Person, at: datetime) -> None:
    """Money that came and has no place: into the books, on the account `suspense`.

    Raises WrongState `entry.decided`, Refused `entry.went_out`.
    """
    _only(entry, "new")
    if entry.amount_minor < 0:
        raise Refused("entry.went_out")
    if reversals.is_reversed(session, entry):
        raise WrongState("entry.reversed")
    entry.state = "suspense"
    told = _decide(session, entry, "entry.held", {}, by=by, at=at)
    _move(session, entry, accounts.bank(BANK), accounts.suspense(), "suspense", told, at)


def send_back(session: Session, entry: BankEntry, *, note: str, by: Person, at: datetime) -> bool:
    """Money of the suspense account was sent back from the bank.

    False: it is above the board's limit, and waits for a second person (`preparing`). Raises
    NotFound, WrongState `entry.decided`, and what `preparing.in_force` raises.
    """
    if not authority.sees_all_money(by):
        raise NotFound(f"bank entry {entry.id}")
    _only(entry, "suspense")
    if not preparing.in_force(
        session, "sent_back", entry.id, same=str(entry.amount_minor),
        amount_minor=entry.amount_minor, currency=entry.currency,
        facts={"note": note, "paid_by": entry.name, "from_account": entry.other_account},
        stream="board", by=by, at=at,
    ):  # fmt: skip
        return False
    entry.state = "sent_back"
    told = _decide(session, entry, "entry.sent_back", {}, by=by, at=at, note=note)
    _move(session, entry, accounts.suspense(), accounts.bank(BANK), "sent_back", told, at)
    tasks.settle(session, "suspense.old", ("bank_entry", entry.id), by=by, at=at)
    return True


def set_aside(session: Session, entry: BankEntry, *, by: Person, at: datetime) -> None:
    """This line is none of the board's money (a bank's fee), or was booked by hand: no transfer."""
    _only(entry, "new")
    entry.state = "aside"
    _decide(session, entry, "entry.set_aside", {}, by=by, at=at)
    tasks.settle(session, "reversal", ("bank_entry", entry.id), by=by, at=at)


def take_up(session: Session, entry: BankEntry, *, by: Person, at: datetime) -> None:
    """A line that was set aside is to be decided on after all."""
    _only(entry, "aside")
    entry.state = "new"
    _decide(session, entry, "entry.taken_up", {}, by=by, at=at)


def suspended(session: Session) -> list[BankEntry]:
    """What is in suspense, oldest first."""
    query = select(BankEntry).where(BankEntry.state == "suspense").limit(matching.MOST)
    return list(session.scalars(query.order_by(BankEntry.value_on, BankEntry.id)))


def suspended_since(session: Session, before: datetime) -> list[BankEntry]:
    """What went into suspense before a time and is there still, oldest first."""
    query = select(BankEntry).where(BankEntry.state == "suspense", BankEntry.decided_at <= before)
    return list(session.scalars(query.order_by(BankEntry.decided_at, BankEntry.id).limit(500)))


def decided(session: Session, most: int = 50) -> list[BankEntry]:
    """What was decided last, newest first."""
    query = select(BankEntry).where(BankEntry.state.in_(("booked", "sent_back", "aside")))
    newest = query.order_by(BankEntry.decided_at.desc(), BankEntry.id).limit(most)
    return list(session.scalars(newest))


def waiting(session: Session) -> tuple[int, int]:
    """How many lines nobody decided on yet, and how many are in suspense."""
    counts = [
        select(func.count()).where(BankEntry.state == state).scalar_subquery()
        for state in ("new", "suspense")
    ]
    row = session.execute(select(*counts)).one()
    return int(row[0]), int(row[1])


def check_open(entry: BankEntry) -> None:
    """Whether nobody has decided on a line. Raises WrongState `entry.decided`, `entry.reading`."""
    _only(entry, "new")


def settle_with(
    session: Session,
    entry: BankEntry,
    kind: str,
    made_id: str,
    *,
    code: str,
    by: Person,
    at: datetime,
) -> None:
    """The line is what was booked elsewhere just now (a chargeback): it is decided with it."""
    check_open(entry)
    entry.settled_kind, entry.settled_id, entry.state = kind, made_id, "booked"
    facts = {"code": code, "what": kind, "from": "new"}
    _decide(session, entry, "entry.booked", facts, by=by, at=at)


def _only(entry: BankEntry, *states: str) -> None:
    if entry.state == "reading":
        raise WrongState("entry.reading")
    if entry.state not in states:
        raise WrongState("entry.decided", state=entry.state)


def _decide(
    session: Session,
    entry: BankEntry,
    kind: str,
    facts: Mapping[str, object],
    *,
    by: Person,
    at: datetime,
    note: str = "",
) -> int:
    if not authority.sees_all_money(by):
        raise NotFound(f"bank entry {entry.id}")
    entry.decided_by, entry.decided_at = by.id, at
    entry.note = note or entry.note
    session.flush()
    facts = {**facts, "amount_minor": entry.amount_minor, "currency": entry.currency}
    told = events.record(
        session, "board", kind, by=by.id, at=at, subject=("bank_entry", entry.id), facts=facts,
        words=note or None, tell=False,
    )  # fmt: skip
    return told.id


def _move(
    session: Session,
    entry: BankEntry,
    source: AccountName,
    target: AccountName,
    why: str,
    event_id: int,
    at: datetime,
) -> None:
    ledger.transfer(
        session, source=source, target=target, currency=entry.currency,
        amount_minor=abs(entry.amount_minor), key=f"bank_entry:{entry.id}:{why}",
        event_id=event_id, at=at,
    )  # fmt: skip
