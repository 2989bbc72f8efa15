"""Pages of the word “feedback”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("feedback", __name__)

from app.blueprints.feedback import (  # noqa: E402, F401  (routes hang themselves on the blueprint)
    feedback,
)
