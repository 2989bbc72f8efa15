"""Pages of the word “terms”: the negotiated table, its revisions, Select, and ending."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("terms", __name__)

from app.blueprints.terms import (  # noqa: E402, F401  (their routes hang on the blueprint)
    decisions,
    endings,
    revisions,
    selections,
    tables,
)
