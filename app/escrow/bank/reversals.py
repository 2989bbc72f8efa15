"""Lines by which a bank takes money back: which line each of them takes back, and what follows.

A credit that is taken back is nobody's money, so it is not matched any more. Where it was confirmed
before, the payment is charged back (`incoming/chargebacks.py`), on somebody's word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.escrow import references
from app.escrow.bank.models import BankEntry, BankStatement
from app.escrow.models import Payment, Refund
from app.escrow.office import tasks
from app.escrow.office.models import Chargeback
from app.kernel.text import fold

_MANY = 400
"""How many values one question names."""
_OLDER = 500
"""How many older reversals are looked at again: the line that they take back may come later."""
_NEWEST = 2000
"""How many credits of the same sum are looked at."""
_LATEST = timedelta(days=430)
"""Banks take back for thirteen months."""
_SURE = 2


@dataclass(frozen=True, slots=True)
class Reversed:
    """The settled payment that a reversal is about, and what can still be charged back of it."""

    payment: Payment
    left_minor: int


def pair(session: Session, import_id: str, *, at: datetime) -> None:
    """Find what the reversals of a file take back, and what older ones were waiting for.

    Where a confirmed payment is taken back, the operators get a to-do.
    """
    here = _here(session, import_id)
    ours = own_refunds(session, here)
    found = [one for one in (*here, *_older(session)) if one.id not in ours]
    credits: dict[int, list[BankEntry]] = {}
    for credit in _credits(session, found):
        credits.setdefault(credit.amount_minor, []).append(credit)
    for one in found:
        listed = credits.get(-one.amount_minor, [])
        several = [credit for credit in listed[-_NEWEST:] if _score(one, credit) >= _SURE]
        if several:
            best = max(several, key=lambda credit: (_score(one, credit), credit.value_on))
            one.reverses_id = best.id
            listed.remove(best)
    session.flush()
    partners_of = partners(session, found)
    paid = reversed_payments(session, found, partners_of)
    for one in found:
        if verdict(one, partners_of.get(one.id), paid.get(one.id)) == "chargeback":
            facts = {"amount_minor": -one.amount_minor, "currency": one.currency}
            tasks.raise_task(
                session, "reversal", subject=("bank_entry", one.id),
                facts=facts | {"reference": paid[one.id].payment.reference}, at=at,
            )  # fmt: skip


def verdict(entry: BankEntry, partner: BankEntry | None, paid: Reversed | None) -> str:
    """What a line that takes money back is: `taken_back` (nobody decided on the credit, both can

    be ignored), `chargeback` (of a confirmed payment), `charged_back` (that is booked already),
    `suspended` (the credit is unmatched money), `undone` (it was ignored, or sent back),
    `unpaired` (nothing here is what it takes back), or `unknown` (it may be no reversal at all).
    """
    if paid is not None:
        return "chargeback" if paid.left_minor > 0 else "charged_back"
    if partner is None:
        return "unpaired" if entry.is_reversal else "unknown"
    by_state = {"new": "taken_back", "reading": "taken_back", "suspense": "suspended"}
    return by_state.get(partner.state, "undone")


def partners(session: Session, entries: Iterable[BankEntry]) -> dict[str, BankEntry]:
    """By the id of a line: the line that it takes back, or that takes it back. One question."""
    listed = list(entries)
    ids = [one.id for one in listed]
    targets = [one.reverses_id for one in listed if one.reverses_id]
    query = select(BankEntry).where(or_(BankEntry.reverses_id.in_(ids), BankEntry.id.in_(targets)))
    found: dict[str, BankEntry] = {}
    by_id = {one.id: one for one in session.scalars(query)} if listed else {}
    for one in by_id.values():
        if one.reverses_id:
            found[one.reverses_id] = one
    return found | {one.id: by_id[one.reverses_id] for one in listed if one.reverses_id in by_id}


def is_reversed(session: Session, entry: BankEntry) -> bool:
    """Whether a later line of the bank takes this one back."""
    query = select(BankEntry.id).where(BankEntry.reverses_id == entry.id)
    return session.scalar(query) is not None


def own_refunds(session: Session, entries: Iterable[BankEntry]) -> dict[str, str]:
    """By the id of a line that went out under a payment's reference: the code of a refund of ours.

    It is of that payment and of that sum, so nobody took anything back: some banks show the text
    of a refund, which names the payment, and not its code. One question.
    """
    listed = [
        one
        for one in entries
        if one.amount_minor < 0 and not one.is_reversal and one.codes.startswith(references.IN)
    ]
    if not listed:
        return {}
    query = (
        select(Payment.reference, Refund.amount_minor, Refund.currency, Refund.code)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Refund.provider == "bank", Refund.state.in_(("pending", "settled")))
        .where(func.substr(Payment.reference, 1, 12).in_({one.codes for one in listed}))
        .order_by(Refund.state.desc(), Refund.started_at, Refund.id)
    )
    codes = {(row[0].partition("/")[0], row[1], row[2]): row[3] for row in session.execute(query)}
    wanted = {one.id: (one.codes, -one.amount_minor, one.currency) for one in listed}
    return {one: codes[facts] for one, facts in wanted.items() if facts in codes}


def reversed_payments(
    session: Session, entries: Iterable[BankEntry], partners: Mapping[str, BankEntry]
) -> dict[str, Reversed]:
    """The settled payments that reversals are about: that of the line, or that of the reference.

    Of a payment in parts it is the part of that amount. Two questions.
    """
    back = [one for one in entries if one.amount_minor < 0]
    by_line = {
        one.id: partners[one.id].settled_id
        for one in back
        if one.id in partners and partners[one.id].settled_kind == "payment"
    }
    by_code = {one.id: one.codes for one in back if one.id not in partners and one.codes}
    found = _settled(session, set(by_line.values()), set(by_code.values()))
    left = _left(session, found)
    paid: dict[str, Reversed] = {}
    for one in back:
        mine = [
            payment
            for payment in found
            if by_line.get(one.id) == payment.id
            or ((code := by_code.get(one.id)) and payment.reference.partition("/")[0] == code)
        ]
        mine.sort(key=lambda payment: (left[payment.id] == -one.amount_minor, left[payment.id]))
        if mine:
            paid[one.id] = Reversed(mine[-1], left[mine[-1].id])
    return paid


def _settled(session: Session, ids: Iterable[str | None], codes: Iterable[str]) -> list[Payment]:
    first = select(Payment.id).where(Payment.reference.in_(list(codes)))
    query = select(Payment).where(
        Payment.state == "settled", Payment.provider == "bank",
        or_(Payment.id.in_(list(ids)), Payment.id.in_(first), Payment.tops_up_id.in_(first)),
    )  # fmt: skip
    return list(session.scalars(query)) if ids or codes else []


def _left(session: Session, found: Sequence[Payment]) -> dict[str, int]:
    """What of these payments can still be charged back."""
    left = {one.id: one.received_minor or 0 for one in found}
    taken = (
        select(Chargeback.payment_id, func.sum(Chargeback.amount_minor))
        .where(Chargeback.payment_id.in_(list(left)))
        .group_by(Chargeback.payment_id)
    )
    for payment_id, amount in session.execute(taken) if left else ():
        left[payment_id] -= int(amount)
    return left


def _here(session: Session, import_id: str) -> list[BankEntry]:
    """The debits here that are reversals, or went out under a payment's reference."""
    query = (
        select(BankEntry)
        .join(BankStatement, BankStatement.id == BankEntry.statement_id)
        .where(
            BankStatement.import_id == import_id, BankEntry.state == "reading",
            BankEntry.amount_minor < 0, BankEntry.reverses_id.is_(None),
            or_(BankEntry.is_reversal, BankEntry.codes.startswith(references.IN)),
        )
        .order_by(BankEntry.value_on, BankEntry.id)
    )  # fmt: skip
    return list(session.scalars(query))


def _older(session: Session) -> list[BankEntry]:
    query = (
        select(BankEntry)
        .where(
            BankEntry.state == "new", BankEntry.is_reversal, BankEntry.amount_minor < 0,
            BankEntry.reverses_id.is_(None),
        )
        .order_by(BankEntry.value_on.desc(), BankEntry.id)
        .limit(_OLDER)
    )  # fmt: skip
    return list(session.scalars(query))


def _credits(session: Session, found: Sequence[BankEntry]) -> list[BankEntry]:
    """Credits of the same sums that no line takes back yet, oldest first."""
    if not found:
        return []
    since = min(one.value_on for one in found) - _LATEST
    sums = sorted({-one.amount_minor for one in found})
    taken = select(BankEntry.reverses_id).where(BankEntry.reverses_id.is_not(None))
    credits: list[BankEntry] = []
    for start in range(0, len(sums), _MANY):
        query = select(BankEntry).where(
            BankEntry.amount_minor.in_(sums[start : start + _MANY]),
            BankEntry.account.in_({one.account for one in found}),
            BankEntry.is_reversal.is_(False), BankEntry.id.not_in(taken),
            BankEntry.value_on >= since,
        )  # fmt: skip
        credits += session.scalars(query.order_by(BankEntry.value_on, BankEntry.id))
    return credits


def _score(one: BankEntry, credit: BankEntry) -> int:
    """How sure it is that a line takes back a credit; below `_SURE` it is not said."""
    same = (one.account, one.currency, -one.amount_minor)
    if same != (credit.account, credit.currency, credit.amount_minor):
        return 0
    if one.codes and credit.codes and one.codes != credit.codes:
        return 0
    by_code = bool(one.codes) and one.codes == credit.codes
    if not one.is_reversal:  # the bank does not say so: only the reference of a payment does
        return 8 if by_code and credit.value_on <= one.value_on else 0
    score = 8 * by_code
    score += 8 * bool(credit.bank_id and credit.bank_id == one.bank_id)
    score += 4 * bool(len(credit.bank_id) > 5 and credit.bank_id in one.text)
    score += 2 * bool(credit.other_account and credit.other_account == one.other_account)
    score += bool(credit.text and credit.text == one.text)
    if credit.name and one.name:
        score += 2 if fold(credit.name) == fold(one.name) else -3
    return score
