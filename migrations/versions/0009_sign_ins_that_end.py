"""Sign-ins know when they were last used, and end 14 days after that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from app.kernel.base import UTCTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("used_at", UTCTime(), nullable=True))
    rows = sa.table("sign_ins", sa.column("used_at", UTCTime()), sa.column("expires_at", UTCTime()))
    # When they were last used is not known: whoever is signed in stays so, for 14 days from now.
    now = datetime.now(UTC)
    op.execute(sa.update(rows).where(rows.c.expires_at > now).values(used_at=now))
    most = now + timedelta(days=14)
    op.execute(sa.update(rows).where(rows.c.expires_at > most).values(expires_at=most))
    op.execute(sa.delete(sa.table("throttles")))  # their keys are others now


def downgrade() -> None:
    op.drop_column("sign_ins", "used_at")
