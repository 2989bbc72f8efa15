"""Payouts to an account that was changed a short time ago wait, whoever would send them.

One that was requested before the change keeps its account and does not wait. One that waits keeps
none (`to_account` is empty): it goes to the account that its person has when it is sent
(decision 0101).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, case, func, literal, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import Select

from app.escrow.models import Payout
from app.escrow.provider import CARD
from app.kernel.base import UTCTime
from app.kernel.errors import WrongState
from app.people import payout_accounts
from app.people.models import Person

_present = case((Payout.provider == CARD, Person.card_account), else_=Person.payout_account)
_former = case(
    (Payout.provider == CARD, Person.former_card_account), else_=Person.former_payout_account
)

_whose = Person.id == Payout.person_id
_is_unsent = and_(Payout.state == "pending", Payout.to_account == "")


def account_of(session: Session, payout: Payout) -> str:
    """Where a payout goes: where it was requested to, or where its person is paid now."""
    person = session.get_one(Person, payout.person_id)
    present = person.card_account if payout.provider == CARD else person.payout_account
    return payout.to_account or present


def holder_of(session: Session, payout: Payout) -> str:
    """The name that the bank has for the account where it goes; empty: the person's own."""
    person = session.get_one(Person, payout.person_id)
    is_present = account_of(session, payout) == person.payout_account
    return payout.to_holder or (person.payout_holder if is_present else "")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a payout keeps of its person's account from the request on."""

    account: str
    holder: str


def account_to_keep(person: Person, *, by_card: bool, at: datetime) -> Kept:
    """The account that a payout requested now keeps; empty where it waits for the present one."""
    if payout_accounts.waits_until(person, at, by_card=by_card):
        return Kept("", "")
    if by_card:
        return Kept(person.card_account, "")
    return Kept(person.payout_account, person.payout_holder)


def fix_account(session: Session, payout: Payout) -> None:
    """Write the account where a payout goes onto it, since it leaves now."""
    account, holder = account_of(session, payout), holder_of(session, payout)
    payout.to_account, payout.to_holder = account, holder


def until(session: Session, payout: Payout, at: datetime) -> datetime | None:
    """Until when a payout waits; None where it does not, or is sent or over already."""
    return waiting(session, at, payout_id=payout.id).get(payout.id)


def waiting(
    session: Session, at: datetime, *, payout_id: str = "", person_id: str = ""
) -> dict[str, datetime]:
    """Until when each payout waits, by its id (of all, or the one, or those of one person)."""
    query = select(Payout.id, Person.payout_account_changed_at).join(Person, _whose)
    query = query.where(_is_waiting(literal(at - payout_accounts.LASTS, UTCTime())))
    if payout_id:
        query = query.where(Payout.id == payout_id)
    if person_id:
        query = query.where(Payout.person_id == person_id)
    rows = session.execute(query)
    return {found: since + payout_accounts.LASTS for found, since in rows if since}


def waiting_ids(since: ColumnElement[datetime]) -> Select[str]:
    """The ids of what waits because of a change later than `since`; part of other statements."""
    return select(Payout.id).join(Person, _whose).where(_is_waiting(since))


def cannot_leave(session: Session, at: datetime) -> list[str]:
    """The payouts that the card provider is not asked for: they wait, or have no account there."""
    without = (
        select(Payout.id)
        .join(Person, _whose)
        .where(_is_unsent, Payout.provider == CARD, _present == "")
    )
    return [*waiting(session, at), *session.scalars(without)]


def must_not_wait(session: Session, payout: Payout, at: datetime) -> None:
    """Raises WrongState("payout.waits", until=…)."""
    if ends := until(session, payout, at):
        raise WrongState("payout.waits", until=ends)


def _is_waiting(since: ColumnElement[datetime]) -> ColumnElement[bool]:
    holder, former_holder = _bare(Person.payout_holder), _bare(Person.former_payout_holder)
    another = and_(Payout.provider != CARD, former_holder != "")
    differs = or_(_bare(_present) != _bare(_former), and_(another, holder != former_holder))
    return and_(_is_unsent, Person.payout_account_changed_at > since, _present != "", differs)


def _bare(account: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """What `payout_accounts.bare` makes of an account, in the database."""
    found: ColumnElement[str] = type_coerce(account, Text())
    for blank in payout_accounts.BLANKS:
        found = func.replace(found, blank, "")
    return found
