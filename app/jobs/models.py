"""What clients post and what freelancers propose."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.base import Base, Minor, TextLine, TextLines, UTCTime, new_id


class Job(Base):
    """What a client wants done: `draft`, `open`, `awarded`, `closed`.

    `audience` is `everyone` (on this board) or `invited`; people can be invited with either.
    `questions` and `skills` are one a line; `to_invite` is what a draft's *Invite* field holds
    until the job is posted. `folded` is what searches read, each skill on a line after a `#`.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_board", "state", "audience", "opened_at", "id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str] = mapped_column(Text, default="draft")
    title: Mapped[str] = mapped_column(TextLine)
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(TextLine, default="")
    skills: Mapped[str] = mapped_column(TextLines, default="")
    budget_low_minor: Mapped[int | None] = mapped_column(Minor)
    budget_high_minor: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(Text)
    closes_on: Mapped[date | None] = mapped_column(Date)
    audience: Mapped[str] = mapped_column(Text, default="everyone")
    questions: Mapped[str] = mapped_column(TextLines, default="")
    to_invite: Mapped[str] = mapped_column(TextLines, default="")
    folded: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCTime)


class Invitation(Base):
    """A client's private request to one freelancer to propose to one job."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("job_id", "person_id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UTCTime)


class Proposal(Base):
    """What a freelancer would deliver: `submitted`, `shortlisted`, `withdrawn`, `declined`,

    `selected`. `declined_from` is the state that undoing a decline (or a selection that came to
    nothing) returns to, `decided_at` when the client decided; `answers` is a JSON list in the
    order of the job's questions; `client_note` is for the client's eyes only.
    """

    __tablename__ = "proposals"
    __table_args__ = (UniqueConstraint("job_id", "freelancer_id"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"))
    freelancer_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), unique=True)
    state: Mapped[str] = mapped_column(Text, default="submitted")
    letter: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[str] = mapped_column(Text, default="[]")
    delivery_on: Mapped[date | None] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    total_minor: Mapped[int] = mapped_column(Minor, default=0)
    declined_from: Mapped[str | None] = mapped_column(Text)
    decline_words: Mapped[str] = mapped_column(Text, default="")
    client_note: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime] = mapped_column(UTCTime)
    edited_at: Mapped[datetime | None] = mapped_column(UTCTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCTime)


class ProposalLine(Base):
    """One milestone of a proposal's table."""

    __tablename__ = "proposal_lines"
    __table_args__ = (UniqueConstraint("proposal_id", "position"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"))
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(TextLine)
    description: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date | None] = mapped_column(Date)
    amount_minor: Mapped[int] = mapped_column(Minor)
