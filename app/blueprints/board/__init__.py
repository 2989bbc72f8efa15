"""Pages of the word “board”: the operator's."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("board", __name__)

from app.blueprints.board import access, invitations, limits, people, settings  # noqa: E402, F401  (they hang up routes)
