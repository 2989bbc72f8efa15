"""What two sides do not agree on: the frozen sum, their offers, and the numbers that are sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, UTCTime, new_id

LIVING = ("open", "answered", "called")
"""The states in which the sum is frozen."""


class Dispute(Base):
    """A sum of a milestone's money that is frozen: `open`, `answered`, `called` (the arbiter is),

    then `settled`, `ruled` or `withdrawn`. `turn` is the side that is to speak next; none once the
    arbiter is called, until one of the two moves again. `awarded_minor` is what the freelancer got;
    the rest of `amount_minor` went back.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        Index(
            "uq_disputes_open",
            "milestone_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_disputes_milestone", "milestone_id", "opened_at"),
        Index("ix_disputes_room", "engagement_id", "opened_at"),
        Index("ix_disputes_due", "state", "answer_due_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    milestone_id: Mapped[str] = mapped_column(ForeignKey("milestones.id"))
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    side: Mapped[str] = mapped_column(Text)
    turn: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="open")
    opened_at: Mapped[datetime] = mapped_column(UTCTime)
    answer_due_at: Mapped[datetime] = mapped_column(UTCTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCTime)
    answer: Mapped[str] = mapped_column(Text, default="")
    called_at: Mapped[datetime | None] = mapped_column(UTCTime)
    called_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    arbiter_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UTCTime)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    awarded_minor: Mapped[int | None] = mapped_column(Minor)
    ruling: Mapped[str] = mapped_column(Text, default="")


class DisputeOffer(Base):
    """A split that one side would agree to: this much to the freelancer, the rest back.

    Only the newest of each side counts; it is never as good for its author as the one before.
    """

    __tablename__ = "dispute_offers"
    __table_args__ = (UniqueConstraint("dispute_id", "number"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    dispute_id: Mapped[str] = mapped_column(ForeignKey("disputes.id"))
    number: Mapped[int] = mapped_column(Integer)
    side: Mapped[str] = mapped_column(Text)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    to_freelancer_minor: Mapped[int] = mapped_column(Minor)
    at: Mapped[datetime] = mapped_column(UTCTime)


class SealedNumber(Base):
    """A number that only its author knows: the most that the client would pay, the least that the

    freelancer would take. It is forgotten when the two did not meet; `at` stays.
    """

    __tablename__ = "dispute_numbers"

    dispute_id: Mapped[str] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    side: Mapped[str] = mapped_column(Text, primary_key=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    number_minor: Mapped[int | None] = mapped_column(Minor)
    at: Mapped[datetime] = mapped_column(UTCTime)
