"""Payments that terms made moot, and may still arrive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.base import UTCTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("superseded_at", UTCTime(), nullable=True))
    op.add_column(
        "payments", sa.Column("superseded_why", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("payments", sa.Column("not_sent_at", UTCTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("payments", "not_sent_at")
    op.drop_column("payments", "superseded_why")
    op.drop_column("payments", "superseded_at")
