"""A person's month: each balance and each workroom in which money moved, with what stood before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.engagement.models import Engagement
from app.escrow.models import Account, Milestone, Posting
from app.escrow.papers import statements
from app.escrow.papers.statements import StatementRow
from app.escrow.reads import balance_currencies

ROWS = 50


@dataclass(frozen=True, slots=True)
class Section:
    """One balance (`of` is its currency) or one workroom (`of` is its id), newest rows first.

    `opening_minor` and `closing_minor` are what stood before and after the month; `more` is the
    number below which older rows of the month are found (0: none).
    """

    of: str
    title: str
    currency: str
    opening_minor: int
    closing_minor: int
    rows: list[StatementRow]
    more: int = 0


def of_person(
    session: Session,
    person_id: str,
    begins: datetime,
    ends: datetime,
    *,
    only: str = "",
    before: int = 0,
    limit: int | None = ROWS,
) -> list[Section]:
    """What moved between two moments on a person's balances and in their workrooms.

    Args:
        only: the section that older rows are wanted of, from below the row `before`.
        limit: how many rows of each section; None for all.
    """
    since, until = statements.first_since(session, begins), statements.first_since(session, ends)
    found = []
    for currency in balance_currencies(session, person_id):
        if only in ("", currency):
            found.append(_balance(session, person_id, currency, since, until, before, limit))
    for room_id, title, currency in _rooms(session, person_id, since, until):
        if only in ("", room_id):
            found.append(_room(session, room_id, title, currency, since, until, before, limit))
    return [one for one in found if one.rows or one.opening_minor]


def _balance(
    session: Session,
    person_id: str,
    currency: str,
    since: int,
    until: int,
    before: int,
    limit: int | None,
) -> Section:
    rows = statements.of_balance(
        session, person_id, currency,
        before=min(before or until, until), since=since, limit=limit + 1 if limit else None,
    )  # fmt: skip
    opening = statements.balance_at(session, person_id, currency, since - 1)
    closing = statements.balance_at(session, person_id, currency, until - 1)
    return Section(currency, "", currency, opening, closing, *_cut(rows, limit))


def _room(
    session: Session,
    room_id: str,
    title: str,
    currency: str,
    since: int,
    until: int,
    before: int,
    limit: int | None,
) -> Section:
    rows = statements.page_of_engagement(
        session, room_id,
        before=before, since=since, until=until, limit=limit + 1 if limit else None,
    )  # fmt: skip
    opening = statements.escrow_at(session, room_id, since - 1)
    closing = statements.escrow_at(session, room_id, until - 1)
    return Section(room_id, title, currency, opening, closing, *_cut(rows, limit))


def _cut(rows: list[StatementRow], limit: int | None) -> tuple[list[StatementRow], int]:
    if limit is None or len(rows) <= limit:
        return rows, 0
    return rows[:limit], rows[limit - 1].seq


def _rooms(session: Session, person_id: str, since: int, until: int) -> list[tuple[str, str, str]]:
    moved = (
        select(Posting.seq)
        .where(Posting.account_id == Account.id, Posting.seq >= since, Posting.seq < until)
        .exists()
    )
    rows = session.execute(
        select(Engagement.id, Engagement.title, Engagement.currency)
        .join(Milestone, Milestone.engagement_id == Engagement.id)
        .join(Account, Account.owner_id == Milestone.id)
        .where(
            or_(Engagement.client_id == person_id, Engagement.freelancer_id == person_id),
            Account.kind.in_(statements.KINDS),
            moved,
        )
        .distinct()
        .order_by(Engagement.title, Engagement.id)
    )
    return [(one, title, currency) for one, title, currency in rows]
