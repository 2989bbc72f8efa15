"""What came from banks, and the files that go to them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, TextLine, TextLines, UTCTime, new_id


class BankStatement(Base):
    """A statement that was imported: from which file, by whom, and how much of it was new."""

    __tablename__ = "bank_statements"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    format: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(TextLine)
    account: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCTime, index=True)
    new_lines: Mapped[int] = mapped_column(Integer, default=0)
    known_lines: Mapped[int] = mapped_column(Integer, default=0)


class BankEntry(Base):
    """One line of a statement, kept once: `new`, `booked`, `suspense`, `sent_back`, `aside`.

    `codes` are the references of ours found in it; `settled_id` is the payment, refund or payout
    that it settled (`settled_kind`), each by one line only. `twin`: it looks like another line.
    """

    __tablename__ = "bank_entries"
    __table_args__ = (
        Unique("account", "line_key"),
        CheckConstraint("amount_minor <> 0", name="some_amount"),
        Index("ix_bank_entries_listed", "state", "value_on", "id"),
        Index("ix_bank_entries_like", "account", "value_on", "amount_minor"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    statement_id: Mapped[str] = mapped_column(ForeignKey("bank_statements.id"), index=True)
    account: Mapped[str] = mapped_column(Text)
    line_key: Mapped[str] = mapped_column(Text)
    value_on: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    name: Mapped[str] = mapped_column(TextLine, default="")
    other_account: Mapped[str] = mapped_column(TextLine, default="")
    text: Mapped[str] = mapped_column(TextLines, default="")
    bank_id: Mapped[str] = mapped_column(Text, default="")
    codes: Mapped[str] = mapped_column(Text, default="")
    twin: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(Text, default="new")
    settled_kind: Mapped[str] = mapped_column(Text, default="")
    settled_id: Mapped[str | None] = mapped_column(Text, unique=True)
    note: Mapped[str] = mapped_column(TextLine, default="")
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCTime, index=True)


class BankExport(Base):
    """A file of transfers for the bank, kept as it was made, so that it can be fetched again."""

    __tablename__ = "bank_exports"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCTime, index=True)
    count: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(Text)
