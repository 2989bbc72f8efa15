"""The agreed, or still negotiated, work between one client and one freelancer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, TextLine, UTCTime, new_id


class Engagement(Base):
    """`negotiating`, `active`, `finished` or `ended`; begins at Select. Its id names the workroom.

    `terms_id` is the revision in force (none before the first agreement). The board's fee is
    fixed by the first one (`engagement/fees.py`).
    """

    __tablename__ = "engagements"
    __table_args__ = (
        Index(
            "uq_engagements_living_job",
            "job_id",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    freelancer_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    title: Mapped[str] = mapped_column(TextLine)
    state: Mapped[str] = mapped_column(Text, default="negotiating")
    currency: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    terms_id: Mapped[str | None] = mapped_column(Text)
    fee_rate: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    fee_minimum_minor: Mapped[int] = mapped_column(Minor, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UTCTime)
    activated_at: Mapped[datetime | None] = mapped_column(UTCTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCTime)

    @property
    def stream(self) -> str:
        """The event stream of this engagement."""
        return f"engagement:{self.id}"


class Seat(Base):
    """A person's place in an engagement: `client` or `freelancer` (powers may grow later)."""

    __tablename__ = "seats"

    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    side: Mapped[str] = mapped_column(Text)
    powers: Mapped[str] = mapped_column(Text, default="all")
