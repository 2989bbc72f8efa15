"""Card payments: checkouts, calls, notices, what was taken back; people's connected accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.base import Minor, UTCTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("card_account", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "card_checkouts",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("checkout_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("opened_at", UTCTime(), nullable=False),
        sa.Column("closed_at", UTCTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_card_checkouts_payment_id")
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_card_checkouts")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_card_checkouts_checkout_id")),
        sa.UniqueConstraint("charge_id", name=op.f("uq_card_checkouts_charge_id")),
    )
    op.create_index(op.f("ix_card_checkouts_closed_at"), "card_checkouts", ["closed_at"])
    op.create_table(
        "card_calls",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", UTCTime(), nullable=False),
        sa.Column("due_at", UTCTime(), nullable=False),
        sa.Column("their_id", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_card_calls")),
        sa.UniqueConstraint("their_id", name=op.f("uq_card_calls_their_id")),
    )
    op.create_index("ix_card_calls_due", "card_calls", ["state", "due_at"])
    op.create_table(
        "card_notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("due_at", UTCTime(), nullable=False),
        sa.Column("done_at", UTCTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_notices")),
    )
    op.create_index("ix_card_notices_due", "card_notices", ["done_at", "due_at"])
    op.create_table(
        "card_takings",
        sa.Column("their_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.Column("chargeback_id", sa.Text(), nullable=True),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_card_takings_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["chargeback_id"], ["chargebacks.id"], name=op.f("fk_card_takings_chargeback_id")
        ),
        sa.PrimaryKeyConstraint("their_id", name=op.f("pk_card_takings")),
    )
    op.create_index(op.f("ix_card_takings_payment_id"), "card_takings", ["payment_id"])


def downgrade() -> None:
    for name in ("card_takings", "card_notices", "card_calls", "card_checkouts"):
        op.drop_table(name)
    op.drop_column("people", "card_account")
