"""Who is on the board: the board itself, its people, their sign-ins, and links from letters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, UTCTime, new_id


class Board(Base):
    """The one row of settings that the operator edits on the page.

    `fee_rate` and `fee_tax_rate` are thousandths of a percent, `billing` is what the board's fee
    invoices carry. In its currency: a payment may be short by `tolerance_minor`; what is above
    `two_operator_minor` needs two people; `fee_minimum_minor` is for each milestone.
    """

    __tablename__ = "board"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, default="en")
    open_joining: Mapped[bool] = mapped_column(Boolean, default=False)
    fee_rate: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    fee_minimum_minor: Mapped[int] = mapped_column(Minor, default=0, server_default="0")
    fee_tax_rate: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    fee_tax_words: Mapped[str] = mapped_column(Text, default="", server_default="")
    billing: Mapped[str] = mapped_column(Text, default="", server_default="")
    bank_account: Mapped[str] = mapped_column(Text, default="")
    contact_email: Mapped[str] = mapped_column(Text, default="")
    privacy: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    link_limit_minor: Mapped[int | None] = mapped_column(Minor)
    tolerance_minor: Mapped[int] = mapped_column(Minor, default=0)
    two_operator_minor: Mapped[int | None] = mapped_column(Minor)
    made_at: Mapped[datetime] = mapped_column(UTCTime)


class Person(Base):
    """Somebody with an account. `hires` and `works` are the roles; both may be true.

    `payout_holder` is the name that the bank has for `payout_account`; empty: it is `name`.
    `folded` is what the search among freelancers reads. `tax_rate` is what their invoices carry,
    in thousandths of a percent.
    """

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_freelancers", "works", "name", "id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    email_folded: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, default="en")
    hires: Mapped[bool] = mapped_column(Boolean, default=False)
    works: Mapped[bool] = mapped_column(Boolean, default=False)
    is_operator: Mapped[bool] = mapped_column(Boolean, default=False)
    is_bookkeeper: Mapped[bool] = mapped_column(Boolean, default=False)
    headline: Mapped[str] = mapped_column(Text, default="")
    about: Mapped[str] = mapped_column(Text, default="")
    skills: Mapped[str] = mapped_column(Text, default="")
    billing: Mapped[str] = mapped_column(Text, default="")
    payout_account: Mapped[str] = mapped_column(Text, default="")
    payout_holder: Mapped[str] = mapped_column(Text, default="", server_default="")
    card_account: Mapped[str] = mapped_column(Text, default="")
    tax_rate: Mapped[int] = mapped_column(Integer, default=0)
    tax_words: Mapped[str] = mapped_column(Text, default="")
    report_weekday: Mapped[int] = mapped_column(Integer, default=4)
    folded: Mapped[str] = mapped_column(Text, default="")
    joined_at: Mapped[datetime] = mapped_column(UTCTime)


class SignIn(Base):
    """One signed-in browser; a row, so that it can be revoked. Only the token's digest is kept.

    `proved_at` is when its person last showed again that it is them; empty: when they signed in.
    """

    __tablename__ = "sign_ins"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    agent: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCTime)
    proved_at: Mapped[datetime | None] = mapped_column(UTCTime)
    expires_at: Mapped[datetime] = mapped_column(UTCTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCTime)


class Joining(Base):
    """An operator's or a client's invitation of an address to the board (perhaps to a job)."""

    __tablename__ = "joinings"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(Text)
    email_folded: Mapped[str] = mapped_column(Text, index=True)
    token_digest: Mapped[str] = mapped_column(Text, unique=True)
    invited_by: Mapped[str] = mapped_column(ForeignKey("people.id"))
    job_id: Mapped[str | None] = mapped_column(Text, index=True)
    created_at: Mapped[datetime] = mapped_column(UTCTime)
    expires_at: Mapped[datetime] = mapped_column(UTCTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCTime)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))


class Link(Base):
    """A link from a letter: for one person, one purpose, one object in one version, once.

    Only the token's digest is kept. The token is an HMAC of the board's key and this id, so
    that a letter that is sent again carries the same link.
    """

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text)
    object_kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[str] = mapped_column(Text, index=True)
    version: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCTime)
    expires_at: Mapped[datetime] = mapped_column(UTCTime)
    spent_at: Mapped[datetime | None] = mapped_column(UTCTime)
    outcome: Mapped[str] = mapped_column(Text, default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UTCTime)


class ReceivingAccount(Base):
    """The board's account for one currency; where there is none, `Board.bank_account` stands."""

    __tablename__ = "receiving_accounts"

    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[str] = mapped_column(Text)


class Throttle(Base):
    """Failed sign-ins in the present window, by account and by address."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
