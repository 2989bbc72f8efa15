"""Money and the milestones it waits for. Only `escrow/ledger.py` writes transfers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.escrow.bank import models as _bank  # noqa: F401 (refunds and payouts point at its files)
from app.escrow.references import new_out
from app.kernel.base import Base, Minor, TextLine, TextLines, UTCTime, new_id


class Account(Base):
    """A ledger account in one currency. Only the insert trigger of `transfers` moves its balance.

    `floor` is 1 where the balance may never go below zero; 0 for the debit side (`bank:…`, `loss`).
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("name", "currency"),
        CheckConstraint("floor = 0 OR balance >= 0", name="never_below_zero"),
        CheckConstraint("floor = 1 OR (floor = 0 AND kind IN ('bank', 'loss'))", name="floor_kind"),
        Index("ix_accounts_owner", "kind", "owner_id"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str] = mapped_column(Text, default="")
    currency: Mapped[str] = mapped_column(Text)
    floor: Mapped[int] = mapped_column(Integer, default=1)
    balance: Mapped[int] = mapped_column(Minor, default=0)
    last_seq: Mapped[int] = mapped_column(Integer, default=0)


class Transfer(Base):
    """One movement of money; append-only, gapless, chained by hash, unique by its business key."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("from_id <> to_id", name="two_accounts"),
        Index("ix_transfers_from", "from_id", "seq"),
        Index("ix_transfers_to", "to_id", "seq"),
        Index("ix_transfers_at", "at", "seq"),
        {"sqlite_strict": True},
    )

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    from_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    currency: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(Minor)
    key: Mapped[str] = mapped_column(Text, unique=True)
    event_id: Mapped[int] = mapped_column(Integer, index=True)
    at: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)


class Posting(Base):
    """What stood on an account after a transfer; written only by the insert trigger of `transfers`.

    A statement begins at any row without adding up what came before it.
    """

    __tablename__ = "postings"
    __table_args__ = ({"sqlite_strict": True},)

    account_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    balance: Mapped[int] = mapped_column(Minor)


class LedgerHead(Base):
    """The last transfer's number and hash; one row, moved only by the insert trigger."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(Text)


class Milestone(Base):
    """The lasting identity behind lines of the same work, worded as the terms in force word it.

    States: `proposed`, `planned`, `funded`, `submitted`, `released`, `approved`, `cancelled`.
    Amount 0 is a checkpoint. `fundable_at` is when asking the client for its money began,
    `first_funded_at` when the first money came (from which status reports count), `funded_at` when
    it was funded in full (from which lateness counts), and `whole_since` since when the whole is
    held without a break: nothing while some of it is missing.
    """

    __tablename__ = "milestones"
    __table_args__ = (Index("ix_milestones_room", "engagement_id", "position"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    state: Mapped[str] = mapped_column(Text, default="proposed")
    position: Mapped[int] = mapped_column(Integer, default=0)
    title: Mapped[str] = mapped_column(TextLine)
    description: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date | None] = mapped_column(Date)
    amount_minor: Mapped[int] = mapped_column(Minor, default=0)
    fundable_at: Mapped[datetime | None] = mapped_column(UTCTime)
    first_funded_at: Mapped[datetime | None] = mapped_column(UTCTime)
    funded_at: Mapped[datetime | None] = mapped_column(UTCTime)
    whole_since: Mapped[datetime | None] = mapped_column(UTCTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCTime)


class Submission(Base):
    """The freelancer's K-th handing-in of a milestone:

    `waiting`, `approved`, `changes_requested`, `part_released`, `withdrawn`.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("milestone_id", "number"),
        Index(
            "uq_submissions_waiting",
            "milestone_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    milestone_id: Mapped[str] = mapped_column(ForeignKey("milestones.id"))
    number: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(TextLine, default="")
    state: Mapped[str] = mapped_column(Text, default="waiting")
    at: Mapped[datetime] = mapped_column(UTCTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class MoneyAsk(Base):
    """The client's wish to have back what is held for a milestone that is not submitted:

    `waiting`, `refused`, `overtaken` (by a submission, say), `withdrawn`, `granted`. `scope` says
    what a grant ends: the `rest` of the money only, the `milestone`, or the `engagement` with it.
    """

    __tablename__ = "money_asks"
    __table_args__ = (
        Index(
            "uq_money_asks_waiting",
            "milestone_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_money_asks_room", "engagement_id", "asked_at"),
        Index("ix_money_asks_due", "state", "due_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    milestone_id: Mapped[str] = mapped_column(ForeignKey("milestones.id"))
    by_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    scope: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UTCTime)
    due_at: Mapped[datetime] = mapped_column(UTCTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCTime)
    answer: Mapped[str] = mapped_column(Text, default="")


class Payment(Base):
    """Money on its way in: `started`, `pending`, `settled`, `failed`, `cancelled`.

    `revision_id` is set where it prefunds that revision. `open_key` is unique while it is open.
    A `bonus` goes to the freelancer's balance, not into escrow; `for_milestone_id` is what for.
    `tops_up_id` is the payment whose rest it is: a further transfer under the same reference.
    One that terms made moot is cancelled at `superseded_at` (`superseded_why`), and may still
    arrive until its payer (or the card provider) says at `not_sent_at` that it was not sent.
    """

    __tablename__ = "payments"
    __table_args__ = (Index("ix_payments_paid", "payer_id", "state", "settled_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    payer_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    provider: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, unique=True)
    revision_id: Mapped[str | None] = mapped_column(Text, index=True)
    bonus: Mapped[bool] = mapped_column(Boolean, default=False)
    for_milestone_id: Mapped[str | None] = mapped_column(ForeignKey("milestones.id"))
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    comment: Mapped[str] = mapped_column(TextLine, default="")
    state: Mapped[str] = mapped_column(Text, default="pending", index=True)
    started_at: Mapped[datetime] = mapped_column(UTCTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UTCTime)
    superseded_why: Mapped[str] = mapped_column(Text, default="")
    not_sent_at: Mapped[datetime | None] = mapped_column(UTCTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCTime)
    received_minor: Mapped[int | None] = mapped_column(Minor)
    value_on: Mapped[date | None] = mapped_column(Date)
    paid_by: Mapped[str] = mapped_column(TextLine, default="")
    from_account: Mapped[str] = mapped_column(TextLine, default="")
    bank_reference: Mapped[str] = mapped_column(TextLine, default="")
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    tops_up_id: Mapped[str | None] = mapped_column(ForeignKey("payments.id"), index=True)

    @property
    def may_arrive(self) -> bool:
        """Whether it is superseded, and nobody has said that it was not sent."""
        superseded = self.state == "cancelled" and self.superseded_at is not None
        return superseded and self.not_sent_at is None


class PaymentPart(Base):
    """The milestones of one payment, filled in this order. `open_key` holds the milestone (and

    revision) while the payment is open, so that a second tab meets the first's payment.
    `filled_minor` is what the payment really brought for the milestone, `covered_minor` what the
    board added because it was short within the tolerance, `taken_back_minor` what was charged back.
    """

    __tablename__ = "payment_parts"

    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), primary_key=True)
    milestone_id: Mapped[str] = mapped_column(
        ForeignKey("milestones.id"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(Integer)
    amount_minor: Mapped[int] = mapped_column(Minor)
    filled_minor: Mapped[int] = mapped_column(Minor, default=0)
    covered_minor: Mapped[int] = mapped_column(Minor, default=0)
    taken_back_minor: Mapped[int] = mapped_column(Minor, default=0)
    open_key: Mapped[str | None] = mapped_column(Text, unique=True)


class Refund(Base):
    """Money on its way back to the payment it came from: `pending`, `settled`, `failed`.

    `code` is what the bank's statement shows; `export_id` is the file with which it left.
    """

    __tablename__ = "refunds"
    __table_args__ = (Index("ix_refunds_room", "engagement_id", "state"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), index=True)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    milestone_id: Mapped[str | None] = mapped_column(ForeignKey("milestones.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    provider: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="pending", index=True)
    started_at: Mapped[datetime] = mapped_column(UTCTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCTime)
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    code: Mapped[str] = mapped_column(Text, unique=True, default=new_out)
    export_id: Mapped[str | None] = mapped_column(ForeignKey("bank_exports.id"), index=True)


class Payout(Base):
    """Money on its way out to a person: `pending`, `settled`, `failed`, `cancelled`.

    `code` is what the bank's statement shows; `export_id` is the file with which it left.
    """

    __tablename__ = "payouts"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    provider: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int] = mapped_column(Minor)
    to_account: Mapped[str] = mapped_column(TextLines, default="")
    to_holder: Mapped[str] = mapped_column(TextLine, default="", server_default="")
    state: Mapped[str] = mapped_column(Text, default="pending", index=True)
    started_at: Mapped[datetime] = mapped_column(UTCTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCTime)
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    code: Mapped[str] = mapped_column(Text, unique=True, default=new_out)
    export_id: Mapped[str | None] = mapped_column(ForeignKey("bank_exports.id"), index=True)
