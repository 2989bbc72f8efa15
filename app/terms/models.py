"""What the two negotiate: numbered, immutable revisions and their lines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, TextLine, UTCTime, new_id


class Revision(Base):
    """One version of the terms: `draft` (unnumbered, its author's own), `proposed`, `accepted`,

    `countered`, `declined`, `withdrawn`, `lapsed`, `replaced`. Once proposed it never changes but
    for its state. `canonical` is the exact text whose SHA-256 both acceptances keep. The board's
    fee is written in when it is proposed. `rolls` says that money which becomes free goes to other
    milestones. `typed` holds a draft's table as somebody typed it on
    the page (JSON), half a number included.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("engagement_id", "number"),
        Index(
            "uq_revisions_one_proposed",
            "engagement_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
        Index(
            "uq_revisions_one_draft",
            "engagement_id",
            "author_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    number: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, default="draft")
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    author_side: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    review_days: Mapped[int | None] = mapped_column(Integer)
    fee_rate: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    fee_minimum_minor: Mapped[int] = mapped_column(Minor, default=0, server_default="0")
    rolls: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    note: Mapped[str] = mapped_column(Text, default="")
    answers_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCTime)
    saved_at: Mapped[datetime] = mapped_column(UTCTime)
    proposed_at: Mapped[datetime | None] = mapped_column(UTCTime)
    proposed_by_way: Mapped[str] = mapped_column(Text, default="page")
    lapses_at: Mapped[datetime | None] = mapped_column(UTCTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCTime)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    decided_by_way: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    typed: Mapped[str] = mapped_column(Text, default="")
    canonical: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(Text, default="")


class Line(Base):
    """One milestone as a revision words it; `milestone_id` is its lasting identity.

    A draft's new line has no milestone yet: it is born when the revision is proposed.
    """

    __tablename__ = "revision_lines"
    __table_args__ = (UniqueConstraint("revision_id", "position"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"))
    milestone_id: Mapped[str | None] = mapped_column(ForeignKey("milestones.id"))
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(TextLine)
    description: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date | None] = mapped_column(Date)
    amount_minor: Mapped[int] = mapped_column(Minor)
