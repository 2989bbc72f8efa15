"""Bank files that are read in chunks, remembered columns, reversals, parts of a payment."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.kernel.base import Minor, UTCTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _files()
    _points_at("bank_statements", "import_id", "bank_imports")
    _add("bank_statements", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    for name in ("number", "currency"):
        _add("bank_statements", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("opening", "closing"):
        _add("bank_statements", sa.Column(f"{name}_on", sa.Date(), nullable=True))
        _add("bank_statements", sa.Column(f"{name}_minor", Minor(), nullable=True))
    reversal = sa.Column("is_reversal", sa.Boolean(), nullable=False, server_default=sa.false())
    _add("bank_entries", reversal)
    _points_at("bank_entries", "reverses_id", "bank_entries", unique=True)
    op.create_index("ix_bank_entries_codes", "bank_entries", ["codes", "state"])
    _points_at("payments", "tops_up_id", "payments")


def _add(table: str, column: sa.Column[Any]) -> None:
    op.add_column(table, column)


def _points_at(table: str, column: str, target: str, *, unique: bool = False) -> None:
    """A column with a foreign key; Alembic would copy the whole table for that on SQLite."""
    key = f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT {key}")
    prefix = "uq" if unique else "ix"
    op.create_index(f"{prefix}_{table}_{column}", table, [column], unique=unique)


def _files() -> None:
    op.create_table(
        "bank_imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("header_key", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("total_lines", sa.Integer(), nullable=False),
        sa.Column("done_lines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_bank_imports_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_imports")),
    )
    op.create_index("ix_bank_imports_state", "bank_imports", ["state", "at"])
    op.create_table(
        "bank_columns",
        sa.Column("header_key", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_bank_columns_by_id")),
        sa.PrimaryKeyConstraint("header_key", name=op.f("pk_bank_columns")),
    )


def downgrade() -> None:
    added = {
        "payments": ("tops_up_id",),
        "bank_entries": ("reverses_id", "is_reversal"),
        "bank_statements": (
            "import_id", "place", "number", "currency", "opening_on", "opening_minor",
            "closing_on", "closing_minor",
        ),
    }  # fmt: skip
    op.drop_index("ix_payments_tops_up_id", "payments")
    op.drop_index("uq_bank_entries_reverses_id", "bank_entries")
    op.drop_index("ix_bank_entries_codes", "bank_entries")
    op.drop_index("ix_bank_statements_import_id", "bank_statements")
    for table, columns in added.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.drop_table("bank_columns")
    op.drop_table("bank_imports")
