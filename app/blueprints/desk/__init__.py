"""Pages of the word “desk”."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__)

from app.blueprints.desk import desk  # noqa: E402, F401  (routes hang themselves on the blueprint)
