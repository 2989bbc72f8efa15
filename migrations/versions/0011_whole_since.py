"""When a milestone's first money came, and since when the whole of it is held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.kernel.base import UTCTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("milestones", sa.Column("first_funded_at", UTCTime(), nullable=True))
    op.add_column("milestones", sa.Column("whole_since", UTCTime(), nullable=True))
    op.execute("UPDATE milestones SET first_funded_at = funded_at")
    op.execute(
        """
        UPDATE milestones SET whole_since = funded_at
        WHERE state = 'funded' OR (
          state = 'submitted' AND amount_minor > 0 AND amount_minor <= (
            SELECT COALESCE(SUM(a.balance), 0) FROM accounts a
            WHERE a.kind IN ('held', 'disputed') AND a.owner_id = milestones.id
          ) + (
            SELECT COALESCE(SUM(t.amount), 0) FROM transfers t JOIN accounts a ON a.id = t.from_id
            WHERE a.kind IN ('held', 'disputed') AND a.owner_id = milestones.id
              AND t.key LIKE 'release:%'
          )
        )
        """
    )


def downgrade() -> None:
    op.drop_column("milestones", "whole_since")
    op.drop_column("milestones", "first_funded_at")
