"""The freelancer's weekly account of the work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, UTCTime, new_id


class StatusReport(Base):
    """One status report for an ISO week (`2026-W47`); `minutes` is the time spent."""

    __tablename__ = "status_reports"
    __table_args__ = (UniqueConstraint("engagement_id", "week"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    week: Mapped[str] = mapped_column(Text)
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    quiet_week: Mapped[bool] = mapped_column(Boolean, default=False)
    done: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int] = mapped_column(Integer, default=0)
    next: Mapped[str] = mapped_column(Text, default="")
    blockers: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UTCTime)


class Progress(Base):
    """How far a milestone was at a report, in percent."""

    __tablename__ = "report_progress"

    report_id: Mapped[str] = mapped_column(ForeignKey("status_reports.id"), primary_key=True)
    milestone_id: Mapped[str] = mapped_column(
        ForeignKey("milestones.id"), primary_key=True, index=True
    )
    percent: Mapped[int] = mapped_column(Integer)
