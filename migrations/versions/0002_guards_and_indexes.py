"""Pages of money cost the same on a large board; SQLite refuses to replace an event or invoice,

even where its recursive triggers are off.
"""

from __future__ import annotations

from alembic import op

from app.escrow import triggers

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_payments_paid", "payments", ["payer_id", "state", "settled_at"])
    op.create_index("ix_refunds_room", "refunds", ["engagement_id", "state"])
    triggers.install(op.get_bind())
