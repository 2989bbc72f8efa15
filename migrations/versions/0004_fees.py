"""The board's fee, fixed in agreed terms, and the board's invoices for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.escrow import triggers
from app.kernel.base import Minor, UTCTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("board", "engagements", "revisions"):
        _add(table, "fee_rate", sa.Integer())
        _add(table, "fee_minimum_minor", Minor())
    _add("board", "fee_tax_rate", sa.Integer())
    _add("board", "fee_tax_words", sa.Text(), "")
    _add("board", "billing", sa.Text(), "")
    rolls = sa.Column("rolls", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("revisions", rolls)
    _fee_invoices()
    triggers.install(op.get_bind())


def _add(table: str, name: str, kind: sa.types.TypeEngine[object], default: str = "0") -> None:
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))


def _fee_invoices() -> None:
    op.create_table(
        "fee_invoices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("freelancer_id", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Text(), nullable=True),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("net_minor", Minor(), nullable=False),
        sa.Column("tax_minor", Minor(), nullable=False),
        sa.Column("total_minor", Minor(), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=False),
        sa.Column("tax_words", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("at", UTCTime(), nullable=False),
        sa.CheckConstraint(
            "net_minor + tax_minor = total_minor", name=op.f("ck_fee_invoices_sums")
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (total_minor > 0)",
            name=op.f("ck_fee_invoices_credit_is_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["freelancer_id"], ["people.id"], name=op.f("fk_fee_invoices_freelancer_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["fee_invoices.id"], name=op.f("fk_fee_invoices_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_invoices")),
        sa.UniqueConstraint("number", name=op.f("uq_fee_invoices_number")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_fee_invoices_reverses_id")),
    )
    for name in ("freelancer_id", "month"):
        op.create_index(op.f(f"ix_fee_invoices_{name}"), "fee_invoices", [name], unique=False)
    op.create_table(
        "fee_invoice_lines",
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("transfer_seq", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("released_minor", Minor(), nullable=False),
        sa.Column("amount_minor", Minor(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["fee_invoices.id"], name=op.f("fk_fee_invoice_lines_invoice_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_seq"], ["transfers.seq"], name=op.f("fk_fee_invoice_lines_transfer_seq")
        ),
        sa.PrimaryKeyConstraint("invoice_id", "position", name=op.f("pk_fee_invoice_lines")),
    )
    op.create_index(
        op.f("ix_fee_invoice_lines_transfer_seq"),
        "fee_invoice_lines",
        ["transfer_seq"],
        unique=False,
    )
