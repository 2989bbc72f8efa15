"""A form that is posted twice acts once: its hidden key is spent in the act's own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Text, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.base import Base, UTCTime

KEPT = timedelta(days=14)


class SpentForm(Base):
    """The key of a form that has been acted on, and where its answer led."""

    __tablename__ = "spent_forms"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCTime, index=True)
    led_to: Mapped[str] = mapped_column(Text, default="")


def spend(session: Session, key: str, *, at: datetime) -> SpentForm | None:
    """Spend a form's key; returns the earlier row when the form was acted on already."""
    earlier = session.get(SpentForm, key)
    if earlier is None:
        session.add(SpentForm(key=key, at=at, led_to=""))
        session.flush()
    return earlier


def remember(session: Session, key: str, address: str) -> None:
    """Keep where a spent form led, for whoever posts it again."""
    session.execute(update(SpentForm).where(SpentForm.key == key).values(led_to=address))


def forget(session: Session, *, at: datetime) -> None:
    """Drop keys older than 14 days."""
    session.execute(delete(SpentForm).where(SpentForm.at < at - KEPT))
