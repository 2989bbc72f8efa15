"""From a person's balance to their bank: asked by them, sent and marked by the operator.

What goes to somebody's account at the card provider leaves by itself, above the board's limit only
when two people have let it (decision 0083). To a changed account nothing leaves for 48 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, literal, select
from sqlalchemy.orm import Session

from app.escrow import accounts, ledger
from app.escrow.accounts import AccountName
from app.escrow.cards.models import CardCall
from app.escrow.models import Payout
from app.escrow.office import authority, preparing
from app.escrow.office.models import Preparation
from app.escrow.outgoing import waits
from app.escrow.provider import CARD
from app.kernel import events
from app.kernel.errors import Invalid, NotFound, WrongState
from app.people.models import Person


def load(session: Session, payout_id: str) -> Payout:
    """The payout of that id, for operators and bookkeepers. Raises NotFound."""
    found = session.get(Payout, payout_id)
    if found is None:
        raise NotFound(f"payout {payout_id}")
    return found


def ask(
    session: Session,
    person: Person,
    amount_minor: int,
    currency: str,
    *,
    at: datetime,
    provider: str = "bank",
) -> Payout:
    """Ask for money of one's own balance. Raises Invalid `payout.nothing` or `payout.too_much`,

    both for the field `amount`.
    """
    if amount_minor <= 0:
        raise Invalid("payout.nothing", field="amount")
    has = ledger.balance(session, accounts.balance(person.id), currency)
    if amount_minor > has:
        raise Invalid("payout.too_much", field="amount", balance_minor=has, currency=currency)
    kept = waits.account_to_keep(person, by_card=provider == CARD, at=at)
    payout = Payout(
        person_id=person.id,
        provider=provider,
        currency=currency,
        amount_minor=amount_minor,
        to_account=kept.account,
        to_holder=kept.holder,
        started_at=at,
    )
    session.add(payout)
    session.flush()
    ends = waits.until(session, payout, at)
    more = {"until": ends.isoformat()} if ends else {}
    told = _record(session, payout, "payout.asked", by=person, at=at, more=more)
    source, target = accounts.balance(person.id), accounts.payout_in_transit(provider)
    _move(session, payout, source, target, f"payout:{payout.id}", told.id, at)
    return payout


def settle(
    session: Session, payout: Payout, *, by: Person, at: datetime, entry_id: str = ""
) -> bool:
    """The operator or bookkeeper has sent it. False: it waits for a second person (`preparing`).

    Raises NotFound, Refused, WrongState. `entry_id` is the bank's line that shows it: what has
    left does not wait any more.
    """
    own = authority.confirm(session, by, (payout.person_id,))
    if payout.provider == CARD:
        raise WrongState("payout.by_provider")
    _only_pending(payout)
    if not entry_id:
        waits.must_not_wait(session, payout, at)
    if not _in_force(session, payout, entry_id, by=by, at=at):
        if not entry_id:
            waits.fix_account(session, payout)  # the second person confirms what the first saw
        return False
    arrive(session, payout, by=by, at=at, own=own)
    return True


def let_leave(session: Session, payout: Payout, *, by: Person, at: datetime) -> bool:
    """One of the two says that the provider may be asked for it. False: the other one is missing.

    Raises NotFound, Refused, WrongState `payout.by_provider` (it needs nobody).
    """
    authority.confirm(session, by, (payout.person_id,))
    _only_pending(payout)
    if not is_held_back(session, payout):
        raise WrongState("payout.by_provider")
    waits.must_not_wait(session, payout, at)
    if not _in_force(session, payout, "", by=by, at=at):
        waits.fix_account(session, payout)
        return False
    payout.confirmed_by = by.id
    session.flush()
    return True


def is_held_back(session: Session, payout: Payout) -> bool:
    """Whether the provider is not asked for it before two people let it leave."""
    return any(one.id == payout.id for one in held_back(session, payout.id))


def held_back(session: Session, payout_id: str = "") -> list[Payout]:
    """Payouts by the provider that two people must let leave, oldest first (or the one of an id).

    One that is prepared stays so when the limit is lifted; what the provider was asked for once is
    on its way, whatever the limit is now.
    """
    prepared = Preparation.open_key == literal("payout:").concat(Payout.id)
    asked = and_(CardCall.kind == "payout", CardCall.subject_id == Payout.id, CardCall.tries > 0)
    query = (
        select(Payout, Preparation.id)
        .outerjoin(Preparation, prepared)
        .where(Payout.provider == CARD, Payout.state == "pending", Payout.confirmed_by.is_(None))
        .where(~select(CardCall.kind).where(asked).exists())
        .order_by(Payout.started_at, Payout.id)
    )
    if payout_id:
        query = query.where(Payout.id == payout_id)
    rows, above = session.execute(query).all(), preparing.above(session)
    return [one for one, waits in rows if waits or above(one.amount_minor, one.currency)]


def arrive(
    session: Session, payout: Payout, *, by: Person | None, at: datetime, own: bool = False
) -> None:
    """It was sent, as somebody says, or (`by` is nobody) the provider. Raises WrongState."""
    _only_pending(payout)
    preparing.drop(session, "payout", payout.id, by=by, at=at)
    payout.state, payout.settled_at = "settled", at
    waits.fix_account(session, payout)
    payout.confirmed_by = by.id if by else payout.confirmed_by
    session.flush()
    told = _record(session, payout, "payout.settled", by=by, at=at, own=own)
    source, target = accounts.payout_in_transit(payout.provider), accounts.bank(payout.provider)
    _move(session, payout, source, target, f"payout:{payout.id}:settled", told.id, at)


def cancel(session: Session, payout: Payout, *, by: Person, at: datetime) -> None:
    """Take back one's own wish before it is sent; the money is on the balance again.

    Raises NotFound, WrongState (`payout.exported`: it left with a file for the bank;
    `payout.leaving`: the provider was asked for it).
    """
    if by.id != payout.person_id:
        raise NotFound(f"payout {payout.id}")
    _only_pending(payout)
    if payout.export_id:
        raise WrongState("payout.exported")
    if left(session, payout):
        raise WrongState("payout.leaving")
    preparing.drop(session, "payout", payout.id, by=by, at=at)
    payout.state, payout.settled_at = "cancelled", at
    session.flush()
    told = _record(session, payout, "payout.cancelled", by=by, at=at, tell=False)
    source = accounts.payout_in_transit(payout.provider)
    target = accounts.balance(payout.person_id)
    _move(session, payout, source, target, f"payout:{payout.id}:cancelled", told.id, at)


def left(session: Session, payout: Payout) -> bool:
    """Whether the provider was asked for it already, so that nobody can take it back."""
    asked = session.get(CardCall, ("payout", payout.id)) if payout.provider == CARD else None
    return asked is not None and asked.tries > 0


def _in_force(session: Session, payout: Payout, entry_id: str, *, by: Person, at: datetime) -> bool:
    return preparing.in_force(
        session, "payout", payout.id, same=str(payout.amount_minor),
        amount_minor=payout.amount_minor, currency=payout.currency,
        facts={"entry": entry_id, "reference": payout.code},
        stream=f"person:{payout.person_id}", by=by, at=at,
    )  # fmt: skip


def _only_pending(payout: Payout) -> None:
    if payout.state != "pending":
        raise WrongState("payout.settled", state=payout.state)


def _record(
    session: Session,
    payout: Payout,
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    own: bool = False,
    tell: bool = True,
    more: Mapping[str, object] | None = None,
) -> events.Event:
    facts: dict[str, object] = {"amount_minor": payout.amount_minor, "currency": payout.currency}
    return events.record(
        session,
        f"person:{payout.person_id}",
        kind,
        by=by.id if by else None,
        at=at,
        subject=("payout", payout.id),
        facts=facts | ({"own": True} if own else {}) | dict(more or {}),
        tell=tell,
    )


def _move(
    session: Session,
    payout: Payout,
    source: AccountName,
    target: AccountName,
    key: str,
    event_id: int,
    at: datetime,
) -> None:
    ledger.transfer(
        session,
        source=source,
        target=target,
        currency=payout.currency,
        amount_minor=payout.amount_minor,
        key=key,
        event_id=event_id,
        at=at,
    )
