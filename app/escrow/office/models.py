"""What those who keep the money work with: tasks, acts that two confirm, charge-backs, checks."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, TextLine, UTCTime, new_id


class Task(Base):
    """Something that only an operator or a bookkeeper can look after: `open`, `closed`.

    `open_key` (kind and subject) is unique while it is open. `closed_by` is empty where what it
    was about was settled by the clock.
    """

    __tablename__ = "tasks"
    __table_args__ = (Index("ix_tasks_listed", "state", "raised_at", "id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text, default="{}")
    state: Mapped[str] = mapped_column(Text, default="open")
    open_key: Mapped[str | None] = mapped_column(Text, unique=True)
    raised_at: Mapped[datetime] = mapped_column(UTCTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCTime)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(TextLine, default="")

    @property
    def told(self) -> dict[str, Any]:
        """The facts as a dictionary."""
        facts: dict[str, Any] = json.loads(self.facts)
        return facts


class Preparation(Base):
    """An act above the board's limit that one person has confirmed: `waiting`, `done`, `cancelled`.

    `act` and `subject_id` say what of: `payment`, `chargeback` (a payment), `refund`, `payout`,
    `refund_return`, `payout_return`, `sent_back` (a bank's line), `fees` (a currency), `export` (a
    kind of file), or the board's own `limit`.
    `same` is what the second person must confirm alike; `facts` is everything that was typed.
    """

    __tablename__ = "preparations"
    __table_args__ = (Index("ix_preparations_listed", "state", "at", "id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    act: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    same: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text, default="{}")
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    open_key: Mapped[str | None] = mapped_column(Text, unique=True)
    stream: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCTime)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCTime)

    @property
    def told(self) -> dict[str, Any]:
        """The facts as a dictionary."""
        facts: dict[str, Any] = json.loads(self.facts)
        return facts


class Chargeback(Base):
    """Money of a settled payment that the payer's bank (or card) took back later; never an edit."""

    __tablename__ = "chargebacks"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="some_amount"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), index=True)
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(TextLine)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCTime)


class LedgerCheck(Base):
    """What a night's audit found: the head that it saw, and how much was wrong."""

    __tablename__ = "ledger_checks"

    night: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCTime)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(Text)
    troubles: Mapped[int] = mapped_column(Integer)
