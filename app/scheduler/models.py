"""What makes a chore happen exactly once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, UTCTime


class ChoreDone(Base):
    """A chore that was done for a subject in a period, written in the chore's own transaction."""

    __tablename__ = "chores_done"

    chore: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCTime, index=True)
