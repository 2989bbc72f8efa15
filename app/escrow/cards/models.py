"""What the board keeps of its talk with the card provider. No money is counted here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, UTCTime


class CardCheckout(Base):
    """The provider's page for one payment; `closed_at` is set when nothing more comes by it."""

    __tablename__ = "card_checkouts"

    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    checkout_id: Mapped[str] = mapped_column(Text, unique=True)
    url: Mapped[str] = mapped_column(Text)
    charge_id: Mapped[str | None] = mapped_column(Text, unique=True)
    opened_at: Mapped[datetime] = mapped_column(UTCTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCTime, index=True)


class CardCall(Base):
    """One act that is asked of the provider: a `checkout`, a `refund`, a `payout`, by its subject.

    Written before the call, and again after it. State: `waiting`, `done`, `refused`. `attempt`
    is part of the key; `their_id` is the provider's name for what came of it.
    """

    __tablename__ = "card_calls"
    __table_args__ = (Index("ix_card_calls_due", "state", "due_at"),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject_id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    since: Mapped[datetime] = mapped_column(UTCTime)
    due_at: Mapped[datetime] = mapped_column(UTCTime)
    their_id: Mapped[str | None] = mapped_column(Text, unique=True)
    trouble: Mapped[str] = mapped_column(Text, default="")


class CardNotice(Base):
    """A notice of the provider, kept once by its id; a row without `done_at` is still to be

    looked after.
    """

    __tablename__ = "card_notices"
    __table_args__ = (Index("ix_card_notices_due", "done_at", "due_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCTime)
    due_at: Mapped[datetime] = mapped_column(UTCTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    trouble: Mapped[str] = mapped_column(Text, default="")


class CardTaking(Base):
    """Money that left a card payment by no act of the board's: a `refund` made at the provider's,

    or a `chargeback`. State: `taken`, `given_back`. `chargeback_id` is how the books took it.
    """

    __tablename__ = "card_takings"

    their_id: Mapped[str] = mapped_column(Text, primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    chargeback_id: Mapped[str | None] = mapped_column(ForeignKey("chargebacks.id"))
    at: Mapped[datetime] = mapped_column(UTCTime)
