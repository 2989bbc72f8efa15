"""What the two say of each other after the end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, UTCTime, new_id


class Review(Base):
    """One side's feedback. Seen by the other only from `published_at` on (double-blind).

    `ratings` is JSON: a mapping of the criterion's label to 1…5.
    """

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("engagement_id", "author_id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    about_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    about_side: Mapped[str] = mapped_column(Text)
    ratings: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UTCTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCTime, index=True)
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_at: Mapped[datetime | None] = mapped_column(UTCTime)
