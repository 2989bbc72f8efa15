"""The account holder's name as the bank writes it, beside the account that payouts go to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, name in (("people", "payout_holder"), ("payouts", "to_holder")):
        op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("payouts", "to_holder")
    op.drop_column("people", "payout_holder")
