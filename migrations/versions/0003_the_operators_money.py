"""For those who keep the money: tasks, second persons, charge-backs, proofs, accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.base import Minor, UTCTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("proved_at", UTCTime(), nullable=True))
    tolerance = sa.Column("tolerance_minor", Minor(), nullable=False, server_default="0")
    op.add_column("board", tolerance)
    op.add_column("board", sa.Column("two_operator_minor", Minor(), nullable=True))
    for name in ("covered_minor", "taken_back_minor"):
        column = sa.Column(name, Minor(), nullable=False, server_default="0")
        op.add_column("payment_parts", column)
    op.create_table(
        "receiving_accounts",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_receiving_accounts")),
    )
    op.create_table(
        "ledger_checks",
        sa.Column("night", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("troubles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("night", name=op.f("pk_ledger_checks")),
    )
    _tasks()
    _preparations()
    _chargebacks()


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("open_key", sa.Text(), nullable=True),
        sa.Column("raised_at", UTCTime(), nullable=False),
        sa.Column("closed_at", UTCTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_tasks_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("open_key", name=op.f("uq_tasks_open_key")),
    )
    op.create_index("ix_tasks_listed", "tasks", ["state", "raised_at", "id"], unique=False)


def _preparations() -> None:
    op.create_table(
        "preparations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("same", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("open_key", sa.Text(), nullable=True),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_preparations_by_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_preparations_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparations")),
        sa.UniqueConstraint("open_key", name=op.f("uq_preparations_open_key")),
    )
    op.create_index("ix_preparations_listed", "preparations", ["state", "at", "id"], unique=False)


def _chargebacks() -> None:
    op.create_table(
        "chargebacks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("at", UTCTime(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_chargebacks_some_amount")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_chargebacks_payment_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_chargebacks_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chargebacks")),
    )
    op.create_index(op.f("ix_chargebacks_payment_id"), "chargebacks", ["payment_id"], unique=False)
