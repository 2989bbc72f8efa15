"""What is said and filed: conversations, messages, files, and how far each person has read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, TextLine, UTCTime, new_id


class Conversation(Base):
    """The talk between a client and one freelancer; it moves whole from proposal to workroom."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    last_number: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCTime)


class Message(Base):
    """One message; `number` counts in its conversation without gaps."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation_id", "number"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    number: Mapped[int] = mapped_column(Integer)
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCTime)


class File(Base):
    """A file in one place (`place_kind`, `place_id`), whose bytes are named by their SHA-256.

    Places: `job`, `proposal`, `conversation`, `message`, `submission`, `workroom`, `person`,
    `dispute`, `dispute_answer`.
    A file of the same name in the same workroom is its next `version`.
    """

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_place", "place_kind", "place_id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    place_kind: Mapped[str] = mapped_column(Text)
    place_id: Mapped[str] = mapped_column(Text)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    name: Mapped[str] = mapped_column(TextLine)
    version: Mapped[int] = mapped_column(Integer, default=1)
    size: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text, index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCTime)


class ReadMark(Base):
    """How far a person has read a conversation."""

    __tablename__ = "read_marks"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, default=0)
