"""Setting up the board, joining it, and what people say of themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import events
from app.kernel.errors import Invalid, Refused
from app.kernel.text import fold, fold_email
from app.people import board, reads
from app.people.models import Board, Joining, Person


def set_up(
    session: Session,
    *,
    board_name: str,
    name: str,
    email: str,
    password_hash: str | None,
    zone: str,
    currency: str,
    at: datetime,
) -> Person:
    """Make the board and its first operator, once. Raises Refused("board.exists") ever after."""
    if reads.anybody(session):
        raise Refused("board.exists")
    session.add(
        Board(id=1, name=board_name, zone=zone, currency=currency, contact_email=email, made_at=at)
    )
    person = _add(session, name, email, password_hash, zone, currency, at)
    person.hires = person.is_operator = True
    session.flush()
    _joined(session, person, at)
    return person


def by_email(session: Session, text: str) -> Person | None:
    """Whose account an address is, without regard to case."""
    return session.scalars(
        select(Person).where(Person.email_folded == fold_email(text))
    ).one_or_none()


def can_join(session: Session, joining: Joining | None, *, at: datetime) -> Refused | None:
    """Why somebody may not join: by this invitation, or (None) because the board is open."""
    if joining is None:
        board = reads.board(session)
        return None if board and board.open_joining else Refused("joining.needed")
    if joining.used_at is not None:
        return Refused("joining.used")
    return Refused("joining.expired") if at >= joining.expires_at else None


def join(
    session: Session,
    joining: Joining | None,
    *,
    name: str,
    email: str,
    password_hash: str | None,
    zone: str,
    hires: bool,
    works: bool,
    at: datetime,
) -> Person:
    """Make an account, by invitation or (joining=None) on a board that is open to all.

    Raises Refused("joining.needed" | "joining.used" | "joining.expired") and
    Invalid("account.exists", field="email").
    """
    if refusal := can_join(session, joining, at=at):
        raise refusal
    if by_email(session, email) is not None:
        raise Invalid("account.exists", field="email")
    board = reads.board(session)
    currency = board.currency if board else "USD"
    person = _add(session, name, email, password_hash, zone, currency, at)
    person.hires, person.works = hires, works
    if joining is not None:
        joining.used_at, joining.person_id = at, person.id
    session.flush()
    _joined(session, person, at)
    return person


def describe(
    session: Session,
    person: Person,
    *,
    name: str,
    headline: str,
    about: str,
    skills: str,
    hires: bool,
    works: bool,
    zone: str,
    currency: str,
    locale: str,
    report_weekday: int,
) -> None:
    """Change what a person says of themselves, and how the board writes to them."""
    person.name, person.headline, person.about, person.skills = name, headline, about, skills
    person.hires, person.works = hires, works
    person.zone, person.currency, person.locale = zone, currency, locale
    person.report_weekday = report_weekday
    _fold(person)
    session.flush()


def set_password(session: Session, person: Person, password_hash: str, *, at: datetime) -> None:
    """Give a person another password; the history says that it was changed, not to what."""
    person.password_hash = password_hash
    events.record(
        session, f"person:{person.id}", "password.changed", by=person.id, at=at,
        subject=("person", person.id), tell=False,
    )  # fmt: skip


def set_money(
    session: Session,
    person: Person,
    *,
    payout_account: str,
    billing: str,
    at: datetime,
    payout_holder: str = "",
    tax_rate: int = 0,
    tax_words: str = "",
    card_account: str = "",
) -> None:
    """Where a person is paid, and what stands on their invoices (`tax_rate` is in 1/1000 %).

    The holder's name is a part of the account: another one is another account.
    """
    accounts = (payout_account, payout_holder, card_account)
    changed = (person.payout_account, person.payout_holder, person.card_account) != accounts
    person.payout_account, person.payout_holder, person.card_account = accounts
    person.billing = billing
    person.tax_rate, person.tax_words = tax_rate, tax_words
    session.flush()
    if changed:
        events.record(
            session, f"person:{person.id}", "payout_account.changed", by=person.id, at=at,
            subject=("person", person.id), tell=False,
        )  # fmt: skip


def set_powers(
    session: Session, person: Person, *, operator: bool, bookkeeper: bool, by: Person, at: datetime
) -> None:
    """Make somebody operator or bookkeeper, or no longer.

    Raises Refused("operator.last") where the board would be left without an operator, and
    Refused("powers.two_needed") where its limit for one person needs more people than remain.
    """
    others = select(Person.id).where(Person.is_operator, Person.id != person.id).limit(1)
    if not operator and session.scalar(others) is None:
        raise Refused("operator.last")
    limit = session.scalar(select(Board.two_operator_minor))
    sees = operator or bookkeeper
    if limit is not None and not sees and not board.enough_people(session, without=person.id):
        raise Refused("powers.two_needed")
    person.is_operator, person.is_bookkeeper = operator, bookkeeper
    session.flush()
    events.record(
        session, "board", "powers.changed", by=by.id, at=at, subject=("person", person.id),
        facts={"operator": operator, "bookkeeper": bookkeeper}, tell=False,
    )  # fmt: skip


def _add(
    session: Session,
    name: str,
    email: str,
    password_hash: str | None,
    zone: str,
    currency: str,
    at: datetime,
) -> Person:
    person = Person(
        name=name,
        email=email.strip(),
        email_folded=fold_email(email),
        password_hash=password_hash,
        zone=zone,
        currency=currency,
        headline="",
        skills="",
        about="",
        joined_at=at,
    )
    _fold(person)
    session.add(person)
    session.flush()
    return person


def _fold(person: Person) -> None:
    person.folded = fold(f"{person.name} {person.headline} {person.skills} {person.about}")


def _joined(session: Session, person: Person, at: datetime) -> None:
    events.record(
        session, "board", "person.joined", by=person.id, at=at, subject=("person", person.id),
        facts={"person": person.id},
    )  # fmt: skip
