"""Stopped access, and what a changed payout account was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.base import UTCTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("stopped_at", UTCTime(), nullable=True))
    for name in ("former_payout_account", "former_payout_holder", "former_card_account"):
        op.add_column("people", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("people", sa.Column("payout_account_changed_at", UTCTime(), nullable=True))


def downgrade() -> None:
    for name in (
        "payout_account_changed_at", "former_card_account", "former_payout_holder",
        "former_payout_account", "stopped_at",
    ):  # fmt: skip
        op.drop_column("people", name)
