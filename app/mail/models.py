"""Letters that wait to go out, went out, or failed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, UTCTime, new_id


class Letter(Base):
    """One e-mail in the outbox: `waiting`, `sent`, `failed`, `dropped` (nothing left to say).

    `key` makes it once: `<event>:<notice>:<person>` for notices of events, or a chore's period.
    `facts` is JSON for the templates. `carrier` says how it went: `smtp` or `folder`.
    """

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_letters_due", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(Text)
    notice: Mapped[str] = mapped_column(Text)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    to_address: Mapped[str] = mapped_column(Text)
    thread: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[str] = mapped_column(Text, default="{}")
    state: Mapped[str] = mapped_column(Text, default="waiting")
    created_at: Mapped[datetime] = mapped_column(UTCTime)
    due_at: Mapped[datetime] = mapped_column(UTCTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UTCTime)
    carrier: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str] = mapped_column(Text, default="")


class LettersOff(Base):
    """A family of letters that a person does not want; what moves money or terms has no row."""

    __tablename__ = "letters_off"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    family: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCTime)
