"""What a line of a statement is: the transfer that somebody waits for, or something to look at.

Nothing here moves money. A line is matched only where its reference, its currency and its amount
are all right (or where it is the rest, or one of the parts, of what was asked for), and what it
names still waits; everything else says why it is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escrow.bank import reversals, subjects
from app.escrow.bank.models import BankEntry
from app.escrow.bank.reversals import Reversed
from app.escrow.bank.subjects import Found, Subjects
from app.escrow.models import Payment
from app.escrow.office import authority, covers, preparing
from app.people import board
from app.people.models import Board, Person

MATCHED = "matched"
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
MOST = 200
"""How many lines a page shows; the rest follow when these are done."""
_MOST_PARTS = 2000
"""How many further lines that wait under the same references are looked at."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line and what it is. `code` names `what` (payment, refund, payout) where it is known.

    `verdict`: `matched`, or why not: `unknown`, `several`, `settled`, `double`, `cancelled`,
    `currency`, `short`, `near` (short within the board's tolerance), `over`, `filled` (its
    milestones need no more), `by_hand` (this sum was confirmed without a line), `returned` (what we
    sent came back), `yours` (the viewer is a party), `prepared` (by the viewer: a second person
    confirms it), `elsewhere` (the account is not the board's), `debit_reversed`, `refund_named`
    (it names the payment, and a refund of this sum is `code`), and those of
    `reversals`: `taken_back`, `chargeback`, `charged_back`, `suspended`, `undone`, `unpaired`.

    `asked_minor` is what is still asked for. `is_part`: other lines have the rest of it;
    `is_rest`: earlier ones had. `partner` is the line that this one takes back, or the other way.
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
    is_part: bool = False
    is_rest: bool = False
    partner: BankEntry | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the verdicts on some lines look at."""

    subjects: Subjects
    partners: dict[str, BankEntry]
    waiting: dict[str, list[BankEntry]]
    near: dict[str, int]


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
    """What each of these lines is; a fixed number of queries, however many there are."""
    partners = reversals.partners(session, entries)
    known = _Known(
        subjects.load(session, {code for entry in entries for code in entry.codes.split()}),
        partners,
        _waiting(session, {entry.codes for entry in entries}),
        covers.tolerances(session),
    )
    mine = preparing.by_person(session, person.id)
    ours = [text for text in map(_joined, own_accounts(session)) if _IBAN.search(text)]
    paid = reversals.reversed_payments(session, entries, partners)
    refunds = reversals.own_refunds(session, entries)
    rows = []
    for entry in entries:
        row = _judged(entry, known, paid)
        if entry.id in refunds and row.partner is None:
            row = Row(entry, "refund_named", refunds[entry.id])
        if row.verdict == MATCHED and _elsewhere(entry, ours):
            row = replace(row, verdict="elsewhere")
        if row.verdict == MATCHED and not authority.may_confirm(session, person, row.parties):
            row = replace(row, verdict="yours")
        if _act(row) in mine and row.verdict in (MATCHED, "returned", "chargeback"):
            row = replace(row, verdict="prepared")
        rows.append(row)
    return rows


def own_accounts(session: Session) -> list[str]:
    """The board's own accounts, as people read them: names, numbers, and what else is there."""
    texts = [*board.accounts(session).values(), session.scalar(select(Board.bank_account)) or ""]
    return [text for text in texts if text.strip()]


def _act(row: Row) -> tuple[str, str]:
    """The act that a second person would confirm, and its subject."""
    if row.verdict == "returned":
        return preparing.returning(row.what), row.thing_id
    return ("chargeback" if row.verdict == "chargeback" else row.what), row.thing_id


def _elsewhere(entry: BankEntry, ours: Collection[str]) -> bool:
    """Whether a statement is of an account that is not the board's, as far as IBANs tell."""
    account = _joined(entry.account)
    if not ours or not _IBAN.fullmatch(account):
        return False
    return not any(account in text for text in ours)


def _joined(text: str) -> str:
    return "".join(text.upper().split())


def _waiting(session: Session, codes: Iterable[str]) -> dict[str, list[BankEntry]]:
    """The lines that wait under each of these references, and that nothing takes back."""
    wanted = [code for code in codes if code and " " not in code]
    if not wanted:
        return {}
    reversal = select(BankEntry.reverses_id).where(BankEntry.reverses_id.is_not(None))
    query = (
        select(BankEntry)
        .where(
            BankEntry.codes.in_(wanted), BankEntry.state == "new",
            BankEntry.is_reversal.is_(False), BankEntry.id.not_in(reversal),
        )
        .order_by(BankEntry.value_on, BankEntry.id)
        .limit(_MOST_PARTS)
    )  # fmt: skip
    found: dict[str, list[BankEntry]] = {}
    for entry in session.scalars(query):
        found.setdefault(entry.codes, []).append(entry)
    return found


def _judged(entry: BankEntry, known: _Known, paid: dict[str, Reversed]) -> Row:
    codes = [code for code in entry.codes.split() if code in known.subjects.found]
    partner = known.partners.get(entry.id)
    if partner is not None and entry.amount_minor > 0:
        return Row(entry, "taken_back", codes[0] if codes else "", partner=partner)
    named = [known.subjects.found[code][0] for code in codes]
    if entry.amount_minor < 0 and (
        entry.is_reversal or partner is not None or any(isinstance(one, Payment) for one in named)
    ):
        return _reversal(entry, partner, codes, paid)
    if not codes:
        return Row(entry, "unknown")
    if len(codes) > 1:
        return Row(entry, "several", " ".join(codes))
    found = known.subjects.found[codes[0]]
    if isinstance(found[0], Payment):
        return _payment(entry, found[0], codes[0], found, known)
    return _row(entry, _sent(entry, found, known), codes[0], found, found[0].amount_minor)


def _reversal(
    entry: BankEntry,
    partner: BankEntry | None,
    codes: list[str],
    paid: dict[str, Reversed],
) -> Row:
    """Money that the bank took back: of which line, and what follows from that."""
    found = paid.get(entry.id)
    verdict = reversals.verdict(entry, partner, found)
    if found is None:
        return Row(entry, verdict, " ".join(codes), partner=partner)
    payment = found.payment
    return Row(
        entry, verdict, payment.reference, "payment", thing_id=payment.id, partner=partner,
        asked_minor=min(found.left_minor, -entry.amount_minor), asked_currency=entry.currency,
    )  # fmt: skip


def _sent(entry: BankEntry, found: Found, known: _Known) -> str:
    """The verdict on a line that names a refund or payout."""
    thing = found[0]
    if entry.amount_minor > 0:
        return "returned"
    if thing.state == "settled":
        return "settled"
    if thing.currency != entry.currency:
        return "currency"
    if thing.state not in ("started", "pending"):
        return "cancelled"
    rest = -entry.amount_minor - thing.amount_minor
    if rest:
        return "over" if rest > 0 else "short"
    same = known.waiting.get(entry.codes, ())
    exact = [one.id for one in same if one.amount_minor == entry.amount_minor]
    return MATCHED if exact[:1] in ([], [entry.id]) else "double"


def _payment(entry: BankEntry, payment: Payment, code: str, found: Found, known: _Known) -> Row:
    """The verdict on money that came under a payment's reference."""
    rest = known.subjects.rests.get(payment.id, 0)
    asked = rest if payment.state == "settled" else payment.amount_minor
    verdict = _came(entry, payment, asked, known)
    parts = verdict == MATCHED and entry.amount_minor != asked
    short = asked - entry.amount_minor
    if verdict == "short" and covers.would_add(payment, short, known.near):
        verdict = "near"
    row = _row(entry, verdict, code, found, asked)
    return replace(row, is_part=parts, is_rest=payment.state == "settled" and rest > 0)


def _came(entry: BankEntry, payment: Payment, asked: int, known: _Known) -> str:
    if payment.state == "settled" and not asked:
        return "settled"
    if payment.currency != entry.currency:
        return "currency"
    if payment.state not in ("started", "pending", "settled") and not payment.may_arrive:
        return "cancelled"
    if entry.is_reversal:
        return "debit_reversed"
    if (payment.id, entry.amount_minor) in known.subjects.by_hand:
        return "by_hand"
    if known.subjects.needed.get(payment.id, asked) < min(asked, entry.amount_minor):
        return "filled"
    same = [
        one
        for one in known.waiting.get(entry.codes, ())
        if one.currency == entry.currency and one.amount_minor > 0
    ]
    exact = [one.id for one in same if one.amount_minor == asked]
    if entry.amount_minor == asked:
        return MATCHED if exact[:1] in ([], [entry.id]) else "double"
    if not exact and sum(one.amount_minor for one in same) == asked:
        return MATCHED
    return "over" if entry.amount_minor > asked else "short"


def _row(entry: BankEntry, verdict: str, code: str, found: Found, asked_minor: int) -> Row:
    thing, parties, job = found
    what = type(thing).__name__.lower()
    return Row(entry, verdict, code, what, job, thing.id, asked_minor, thing.currency, parties)
