"""Pages of the word “workroom”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("workroom", __name__)

from app.blueprints.workroom import (  # noqa: E402, F401  (routes hang themselves on the blueprint)
    history,
    overview,
    reports,
    rooms,
)
