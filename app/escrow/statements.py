"""The ledger in words: what moved in an engagement, and on a person's balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.escrow.models import Account, Milestone, Transfer
from app.kernel.events import Event

_source, _target, _named = aliased(Account), aliased(Account), aliased(Milestone)
_KINDS = ("held", "prefunded")


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One transfer. `sign` is 1 where money comes in, -1 where it leaves, 0 where it stays in

    escrow; `after_minor` is what stands afterwards.
    """

    seq: int
    at: datetime
    what: str
    milestone: str
    currency: str
    amount_minor: int
    sign: int
    after_minor: int


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
    ("prefunded", "balance"): "Credited to the client’s balance",
    ("balance", "payout_in_transit"): "Payout asked for",
    ("payout_in_transit", "balance"): "Payout taken back",
    ("payout_in_transit", "bank"): "Paid out",
}
_OWN_WORDS = {
    ("bank", "balance"): "Paid in beyond what was needed",
    ("balance", "held"): "Put into escrow",
    ("balance", "prefunded"): "Put in before the terms were accepted",
    ("refund_in_transit", "balance"): "Back from escrow",
}


_milestone_id = case((_source.kind.in_(_KINDS), _source.owner_id), else_=_target.owner_id)
_ROWS: Any = (
    select(
        Transfer.seq,
        Transfer.at,
        _source.kind,
        _target.kind,
        Transfer.key,
        _named.title,
        Transfer.currency,
        Transfer.amount,
        Transfer.to_id,
    )
    .join(_source, Transfer.from_id == _source.id)
    .join(_target, Transfer.to_id == _target.id)
    .join(_named, _named.id == _milestone_id, isouter=True)
)


def of_engagement(
    session: Session, engagement_id: str, milestone_id: str = ""
) -> list[StatementRow]:
    """Every transfer of an engagement (or of one milestone), oldest first.

    `after_minor` is what escrow holds then.
    """
    events = select(Event.id).where(Event.stream == f"engagement:{engagement_id}")
    query = _ROWS.where(Transfer.event_id.in_(events)).order_by(Transfer.seq)
    if milestone_id:
        query = query.where(_named.id == milestone_id)
    found: list[StatementRow] = []
    after = 0
    for seq, at, source, target, key, title, currency, amount, _ in session.execute(query):
        sign = (target in _KINDS) - (source in _KINDS)
        after += sign * amount
        what, when = _words(source, target, key), datetime.fromisoformat(at)
        found.append(StatementRow(seq, when, what, title or "", currency, amount, sign, after))
    return found


def of_balance(
    session: Session, person_id: str, currency: str, *, before: int = 0, limit: int = 50
) -> list[StatementRow]:
    """The transfers on a person's balance in one currency, newest first.

    `before` is the number of the last row that was shown; zero begins with the newest.
    """
    account = session.execute(
        select(Account.id, Account.balance).where(
            Account.name == f"balance:{person_id}", Account.currency == currency
        )
    ).first()
    if account is None:
        return []
    touches = or_(Transfer.from_id == account.id, Transfer.to_id == account.id)
    after = account.balance
    query = _ROWS.where(touches).order_by(Transfer.seq.desc()).limit(limit)
    if before:
        since = case((Transfer.to_id == account.id, Transfer.amount), else_=-Transfer.amount)
        later = select(func.coalesce(func.sum(since), 0)).where(touches, Transfer.seq >= before)
        after -= int(session.scalar(later) or 0)
        query = query.where(Transfer.seq < before)
    found: list[StatementRow] = []
    for seq, at, source, target, key, title, money, amount, to_id in session.execute(query):
        sign = 1 if to_id == account.id else -1
        what = "" if key.endswith(":bonus") else _OWN_WORDS.get((source, target), "")
        what = what or _words(source, target, key)
        when = datetime.fromisoformat(at)
        found.append(StatementRow(seq, when, what, title or "", money, amount, sign, after))
        after -= sign * amount
    return found


def _words(source: str, target: str, key: str) -> str:
    if target == "balance" and key.endswith(":bonus"):
        return "Bonus to the freelancer"
    if key.startswith("release:part:"):
        return "Released in part to the freelancer"
    if (source, target) == ("held", "balance"):
        released = key.startswith("release:")
        return "Released to the freelancer" if released else _WORDS["prefunded", "balance"]
    return _WORDS.get((source, target), f"{source} to {target}")
