"""Disputes: frozen sums, offers, sealed numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.base import Minor, UTCTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("engagement_id", sa.Text(), nullable=False),
        sa.Column("milestone_id", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", UTCTime(), nullable=False),
        sa.Column("answer_due_at", UTCTime(), nullable=False),
        sa.Column("answered_at", UTCTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("called_at", UTCTime(), nullable=True),
        sa.Column("called_by", sa.Text(), nullable=True),
        sa.Column("arbiter_id", sa.Text(), nullable=True),
        sa.Column("closed_at", UTCTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("awarded_minor", Minor(), nullable=True),
        sa.Column("ruling", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_disputes_{column}"))
            for column, table in (
                ("engagement_id", "engagements"),
                ("milestone_id", "milestones"),
                ("by_id", "people"),
                ("called_by", "people"),
                ("arbiter_id", "people"),
                ("closed_by", "people"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_arbiter_id"), "disputes", ["arbiter_id"], unique=False)
    op.create_index("ix_disputes_milestone", "disputes", ["milestone_id", "opened_at"])
    op.create_index("ix_disputes_room", "disputes", ["engagement_id", "opened_at"])
    op.create_index("ix_disputes_due", "disputes", ["state", "answer_due_at"])
    op.create_index(
        "uq_disputes_open",
        "disputes",
        ["milestone_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "dispute_offers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("to_freelancer_minor", Minor(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_dispute_offers_by_id")),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_offers_dispute_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_offers")),
        sa.UniqueConstraint(
            "dispute_id", "number", name=op.f("uq_dispute_offers_dispute_id_number")
        ),
    )
    op.create_table(
        "dispute_numbers",
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("number_minor", Minor(), nullable=True),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_dispute_numbers_by_id")),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_numbers_dispute_id")
        ),
        sa.PrimaryKeyConstraint("dispute_id", "side", name=op.f("pk_dispute_numbers")),
    )
