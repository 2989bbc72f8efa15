"""The ledger in words: what moved in an engagement, and on a person's balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.escrow.models import Account, LedgerHead, Milestone, Posting, Transfer
from app.kernel.base import stamp
from app.kernel.events import Event

SOURCE, TARGET = aliased(Account), aliased(Account)
_named = aliased(Milestone)
KINDS = ("held", "prefunded", "disputed")


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One transfer. `sign` is 1 where money comes in, -1 where it leaves, 0 where it stays in

    escrow; `after_minor` is what stands afterwards, and `receipt` is where its receipt is.
    """

    seq: int
    at: datetime
    what: str
    milestone: str
    currency: str
    amount_minor: int
    sign: int
    after_minor: int
    receipt: str = ""


_WORDS = {
    ("bank", "held"): "Paid in",
    ("bank", "prefunded"): "Paid in before the terms were accepted",
    ("bank", "balance"): "Paid in beyond what was needed; on the client’s balance",
    ("balance", "held"): "Paid from the client’s balance",
    ("balance", "prefunded"): "Paid from the client’s balance before the terms were accepted",
    ("prefunded", "held"): "Terms accepted, in escrow",
    ("held", "refund_in_transit"): "On its way back to the client",
    ("prefunded", "refund_in_transit"): "On its way back to the client; terms not accepted",
    ("refund_in_transit", "bank"): "Back at the client’s bank",
    ("refund_in_transit", "balance"): "Back on the client’s balance",
    ("held", "disputed"): "Frozen by a dispute",
    ("disputed", "held"): "Free again: the dispute was withdrawn",
    ("disputed", "refund_in_transit"): "On its way back to the client, after a dispute",
    ("prefunded", "balance"): "Credited to the client’s balance",
    ("loss", "held"): "Added by the board to a payment that was short",
    ("loss", "prefunded"): "Added by the board to a payment that was short",
    ("held", "loss"): "Back to the board, which had added it",
    ("prefunded", "loss"): "Back to the board, which had added it",
    ("held", "bank"): "Charged back by the payer’s bank",
    ("prefunded", "bank"): "Charged back by the payer’s bank",
    ("balance", "bank"): "Charged back by the payer’s bank",
    ("loss", "bank"): "Charged back by the payer’s bank, borne by the board",
    ("balance", "payout_in_transit"): "Payout asked for",
    ("held", "held"): "Used for another milestone, as the terms say",
    ("held", "fees"): "Fee of the board",
    ("fees", "bank"): "Fees taken out",
    ("payout_in_transit", "balance"): "Payout taken back",
    ("payout_in_transit", "bank"): "Paid out",
}
_OWN_WORDS = {
    ("bank", "balance"): "Paid in beyond what was needed",
    ("balance", "held"): "Put into escrow",
    ("balance", "prefunded"): "Put in before the terms were accepted",
    ("refund_in_transit", "balance"): "Back from escrow",
}


_from_milestone = case((SOURCE.kind.in_(KINDS), SOURCE.owner_id))
_to_milestone = case((TARGET.kind.in_(KINDS), TARGET.owner_id))
_milestone_id = case((SOURCE.kind.in_(KINDS), SOURCE.owner_id), else_=TARGET.owner_id)
ROWS: Any = (
    select(
        Transfer.seq,
        Transfer.at,
        SOURCE.kind.label("from_kind"),
        TARGET.kind.label("to_kind"),
        Transfer.key,
        _named.title,
        Transfer.currency,
        Transfer.amount,
        Transfer.to_id,
        _from_milestone.label("from_milestone"),
        _to_milestone.label("to_milestone"),
        Event.stream,
        Event.number,
    )
    .join(SOURCE, Transfer.from_id == SOURCE.id)
    .join(TARGET, Transfer.to_id == TARGET.id)
    .join(Event, Event.id == Transfer.event_id)
    .join(_named, _named.id == _milestone_id, isouter=True)
)
"""Every transfer with what a statement says of it."""


def of_engagement(
    session: Session, engagement_id: str, milestone_id: str = ""
) -> list[StatementRow]:
    """Every transfer of an engagement (or of one milestone), oldest first.

    `after_minor` is what escrow holds then.
    """
    query = ROWS.where(Event.stream == f"engagement:{engagement_id}").order_by(Transfer.seq)
    if milestone_id:
        query = query.where(or_(_from_milestone == milestone_id, _to_milestone == milestone_id))
    found: list[StatementRow] = []
    after = 0
    for row in session.execute(query):
        sign = _in_escrow(row)
        if milestone_id:  # what goes from one milestone to another stays in escrow all the same
            sign = (row.to_milestone == milestone_id) - (row.from_milestone == milestone_id)
        after += sign * row.amount
        found.append(_row(row, sign, after, said(row.from_kind, row.to_kind, row.key)))
    return found


def page_of_engagement(
    session: Session,
    engagement_id: str,
    *,
    before: int = 0,
    since: int = 0,
    until: int = 0,
    limit: int | None = 50,
) -> list[StatementRow]:
    """The transfers of an engagement, newest first, from below its row `before` (0: the newest).

    `since` and `until` bound the numbers of a month. It costs the same at the end of a long
    statement as at its beginning (decision 0041).
    """
    query = ROWS.where(Event.stream == f"engagement:{engagement_id}", Transfer.seq >= since)
    if until:
        query = query.where(Transfer.seq < until)
    if before:
        at = select(Event.number).join(Transfer, Transfer.event_id == Event.id)
        number = at.where(Transfer.seq == before).scalar_subquery()
        query = query.where(Event.number <= number, Transfer.seq < before)
    rows = session.execute(
        query.order_by(Event.number.desc(), Transfer.seq.desc()).limit(limit)
    ).all()
    after = escrow_at(session, engagement_id, rows[0].seq) if rows else 0
    found: list[StatementRow] = []
    for row in rows:
        sign = _in_escrow(row)
        found.append(_row(row, sign, after, said(row.from_kind, row.to_kind, row.key)))
        after -= sign * row.amount
    return found


def escrow_at(session: Session, engagement_id: str, seq: int) -> int:
    """What escrow held for an engagement after the transfer `seq`, in minor units."""
    posted = (
        select(Posting.balance)
        .where(Posting.account_id == Account.id, Posting.seq <= seq)
        .order_by(Posting.seq.desc())
        .limit(1)
        .correlate(Account)
        .scalar_subquery()
    )
    standing = (
        select(func.sum(posted))
        .select_from(Milestone)
        .join(
            Account,
            and_(Account.owner_id == Milestone.id, Account.kind.in_(KINDS)),
            isouter=True,  # or SQLite begins with every account of the board
        )
        .where(Milestone.engagement_id == engagement_id)
    )
    return int(session.scalar(standing) or 0)


def of_balance(
    session: Session,
    person_id: str,
    currency: str,
    *,
    before: int = 0,
    since: int = 0,
    limit: int | None = 50,
) -> list[StatementRow]:
    """The transfers on a person's balance in one currency, newest first.

    `before` is the number of the last row that was shown; zero begins with the newest. `since` is
    the first number that is still wanted. It costs the same at any row (decision 0041).
    """
    account_id = session.scalar(
        select(Account.id).where(
            Account.name == f"balance:{person_id}", Account.currency == currency
        )
    )
    if account_id is None:
        return []
    query = (
        ROWS.join(Posting, Posting.seq == Transfer.seq)
        .add_columns(Posting.balance.label("after"))
        .where(Posting.account_id == account_id, Posting.seq >= since)
        .order_by(Posting.seq.desc())
        .limit(limit)
    )
    if before:
        query = query.where(Posting.seq < before)
    found: list[StatementRow] = []
    for row in session.execute(query):
        kinds = (row.from_kind, row.to_kind)
        special = row.key.endswith((":bonus", ":failed")) or _taken_back(row.key)
        what = "" if special else _OWN_WORDS.get(kinds, "")
        what = what or said(*kinds, row.key)
        found.append(_row(row, 1 if row.to_id == account_id else -1, row.after, what))
    return found


def balance_at(session: Session, person_id: str, currency: str, seq: int) -> int:
    """What stood on a person's balance after the transfer `seq`, in minor units."""
    posted = (
        select(Posting.balance)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Account.name == f"balance:{person_id}",
            Account.currency == currency,
            Posting.seq <= seq,
        )
        .order_by(Posting.seq.desc())
        .limit(1)
    )
    return session.scalar(posted) or 0


def first_since(session: Session, at: datetime) -> int:
    """The number of the first transfer at or after a moment (one beyond the last, if none is)."""
    found = session.scalar(
        select(Transfer.seq)
        .where(Transfer.at >= stamp(at))
        .order_by(Transfer.at, Transfer.seq)
        .limit(1)
    )
    return found or (session.scalar(select(LedgerHead.seq)) or 0) + 1


def _in_escrow(row: Any) -> int:
    return (row.to_kind in KINDS) - (row.from_kind in KINDS)


def _row(row: Any, sign: int, after: int, what: str) -> StatementRow:
    return StatementRow(
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        what=what,
        milestone=row.title or "",
        currency=row.currency,
        amount_minor=row.amount,
        sign=sign,
        after_minor=after,
        receipt=_receipt(row.stream, row.number),
    )


def _receipt(stream: str, number: int) -> str:
    kind, _, owner = stream.partition(":")
    if kind == "engagement":
        return f"/workrooms/{owner}/receipts/{number}"
    return f"/payments/receipts/{number}" if kind == "person" else ""


def _taken_back(key: str) -> bool:
    return key.startswith("payout:") and ":reversed:" in key


def said(source: str, target: str, key: str) -> str:
    """What a transfer between accounts of these kinds is called."""
    if key.startswith(("refund:", "payout:")) and key.endswith(":failed"):
        return "Did not arrive; on the balance"
    if _taken_back(key):
        return "Taken back at the card provider; on the balance"
    if key.startswith("given_back:"):
        return "Given back after it had been charged back"
    if key.startswith("card_fee:"):
        return (
            "Kept by the card provider" if source == "loss" else "Given back by the card provider"
        )
    if target == "balance" and key.endswith(":bonus"):
        return "Bonus to the freelancer"
    if target == "fees":
        return _WORDS["held", "fees"]
    if key.startswith("release:part:"):
        return "Released in part to the freelancer"
    if key.startswith("release:dispute:"):
        return "Released to the freelancer, after a dispute"
    if source in ("held", "disputed") and target == "balance":
        released = key.startswith("release:")
        return "Released to the freelancer" if released else _WORDS["prefunded", "balance"]
    return _WORDS.get((source, target), f"{source} to {target}")
