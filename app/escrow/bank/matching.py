"""What a line of a statement is: the transfer that somebody waits for, or something to look at.

Nothing here moves money. A line is matched only where its reference, its currency and its amount
are all right, and what it names still waits; everything else says why it is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.bank.models import BankEntry
from app.escrow.models import Payment, Payout, Refund
from app.escrow.office import authority, covers, preparing
from app.people import board
from app.people.models import Board, Person

MATCHED = "matched"
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
MOST = 200
"""How many lines a page shows; the rest follow when these are done."""
Thing = Payment | Refund | Payout
Found = tuple[Thing, tuple[str, ...], str]
"""What a reference names, its parties, and its job."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line and what it is. `code` names `what` (payment, refund, payout) where it is known.

    `verdict`: `matched`, or why not: `unknown`, `several`, `settled`, `double`, `cancelled`,
    `currency`, `short`, `near` (short within the board's tolerance), `over`, `returned` (what we
    sent came back), `yours` (the viewer is a party), `prepared` (by the viewer: a second person
    confirms it), `elsewhere` (the account is not the board's). `asked_minor` is what was asked for.
    """

    entry: BankEntry
    verdict: str
    code: str = ""
    what: str = ""
    job: str = ""
    thing_id: str = ""
    asked_minor: int = 0
    asked_currency: str = ""
    parties: tuple[str, ...] = ()


def new(session: Session, person: Person) -> list[Row]:
    """The lines that nobody decided on yet, those with a reference first, oldest first."""
    query = (
        select(BankEntry)
        .where(BankEntry.state == "new")
        .order_by(BankEntry.codes == "", BankEntry.value_on, BankEntry.id)
        .limit(MOST)
    )
    return judged(session, person, list(session.scalars(query)))


def judged(session: Session, person: Person, entries: Sequence[BankEntry]) -> list[Row]:
    """What each of these lines is; eight queries, however many there are."""
    wanted = {code for entry in entries for code in entry.codes.split()}
    things = _things(session, wanted)
    near, mine = covers.tolerances(session), preparing.by_person(session, person.id)
    ours = _with_iban(session)
    taken: set[str] = set()
    rows = []
    for entry in entries:
        row = _judged(entry, things, taken)
        if row.verdict == MATCHED and _elsewhere(entry, ours):
            row = _row(entry, "elsewhere", row.code, things[row.code])
        if row.verdict == MATCHED:
            taken.add(row.thing_id)
            if not authority.may_confirm(session, person, row.parties):
                row = _row(entry, "yours", row.code, things[row.code])
            elif (row.what, row.thing_id) in mine:
                row = _row(entry, "prepared", row.code, things[row.code])
        if row.verdict == "returned" and (preparing.returning(row.what), row.thing_id) in mine:
            row = _row(entry, "prepared", row.code, things[row.code])
        if row.verdict == "short" and covers.would(things[row.code][0], entry.amount_minor, near):
            row = _row(entry, "near", row.code, things[row.code])
        rows.append(row)
    return rows


def _with_iban(session: Session) -> list[str]:
    """The board's own accounts that have an IBAN, without blanks."""
    texts = [*board.accounts(session).values(), session.scalar(select(Board.bank_account)) or ""]
    return [text for text in map(_joined, texts) if _IBAN.search(text)]


def _elsewhere(entry: BankEntry, ours: Collection[str]) -> bool:
    """Whether a statement is of an account that is not the board's, as far as IBANs tell."""
    account = _joined(entry.account)
    if not ours or not _IBAN.fullmatch(account):
        return False
    return not any(account in text for text in ours)


def _joined(text: str) -> str:
    return "".join(text.upper().split())


def by_code(session: Session, code: str) -> Found | None:
    """The payment, refund or payout of a reference, its parties and its job."""
    return _things(session, {code}).get(code)


def _judged(entry: BankEntry, things: dict[str, Found], taken: set[str]) -> Row:
    codes = [code for code in entry.codes.split() if code in things]
    if not codes:
        return Row(entry, "unknown")
    if len(codes) > 1:
        return Row(entry, "several", " ".join(codes))
    found = things[codes[0]]
    return _row(entry, _verdict(entry, found[0], taken), codes[0], found)


def _verdict(entry: BankEntry, thing: Thing, taken: set[str]) -> str:
    if entry.amount_minor > 0 and not isinstance(thing, Payment):
        return "returned"
    if thing.state == "settled":
        return "settled"
    if thing.currency != entry.currency:
        return "currency"
    if thing.state not in ("started", "pending") and not _may_arrive(thing):
        return "cancelled"
    rest = abs(entry.amount_minor) - thing.amount_minor
    if rest:
        return "over" if rest > 0 else "short"
    return "double" if thing.id in taken else MATCHED


def _may_arrive(thing: Thing) -> bool:
    """Whether terms made a payment moot whose money is on the way: it is expected as well."""
    return isinstance(thing, Payment) and thing.may_arrive


def _row(entry: BankEntry, verdict: str, code: str, found: Found) -> Row:
    thing, parties, job = found
    what = type(thing).__name__.lower()
    return Row(
        entry, verdict, code, what, job, thing.id, thing.amount_minor, thing.currency, parties
    )


def _things(session: Session, codes: Iterable[str]) -> dict[str, Found]:
    """Payments, refunds and payouts of the bank by their references."""
    wanted = list(codes)
    found: dict[str, Found] = {}
    if not wanted:
        return found
    for payment, room in session.execute(
        select(Payment, Engagement)
        .join(Engagement, Engagement.id == Payment.engagement_id)
        .where(Payment.reference.in_(wanted), Payment.provider == "bank")
    ):
        found[payment.reference] = (payment, (room.client_id, room.freelancer_id), room.title)
    for refund, room in session.execute(
        select(Refund, Engagement)
        .join(Engagement, Engagement.id == Refund.engagement_id)
        .where(Refund.code.in_(wanted), Refund.provider == "bank")
    ):
        found[refund.code] = (refund, (room.client_id, room.freelancer_id), room.title)
    payouts = select(Payout).where(Payout.code.in_(wanted), Payout.provider == "bank")
    for payout in session.scalars(payouts):
        found[payout.code] = (payout, (payout.person_id,), "")
    return found
