"""Alembic's environment, run only through `app.adapters.schema` (there is no alembic.ini)."""

from __future__ import annotations

from alembic import context

from app.kernel.base import Base


def run() -> None:
    """Run the migrations on the connection that the caller handed over."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=False,
    )
    context.run_migrations()


run()
